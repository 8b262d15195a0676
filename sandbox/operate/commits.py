"""Operations that are commits: each changes the repository's `main`, and returns once it is rolled out.

So the change feed is the repository's log, and whatever was done this way can be reverted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import yaml

from sandbox.errors import BadStack
from sandbox.operate.outcome import Outcome
from sandbox.operate.settings import edit
from sandbox.operate.writes import PROVIDERS
from sandbox.runtime.base import Runtime
from sandbox.world import repo
from sandbox.world.deployer import Deployer, Rollout
from sandbox.world.plan import read_manifest
from sandbox.world.tree import with_value

_ROLLED_OUT_WITHIN_S = 55.0
_DIFF_LINES = 120
_VERSIONS_BACK = 40
_FLAGGED = "storefront"
"""Whose config has the flags and the limits of single accounts."""

_VERSIONS = """cd "$ORIGIN" && for at in $(git rev-list --max-count="$2" main -- "$1"); do
git show "$at:$1" 2>/dev/null | sed -n 's/^version: *//p'; done"""


class Commits:
    """The repository of one sandbox, as operations change and read it."""

    def __init__(self, runtime: Runtime, deployer: Deployer, clock: Callable[[], float] = time.time) -> None:
        self._runtime = runtime
        self._deployer = deployer
        self._clock = clock

    # --- writing ---------------------------------------------------------------------------------

    def scale(self, service: str, wanted: str) -> Outcome:
        return self._set_in_manifest(service, "replicas", wanted, "{} → {} replicas")

    def config_set(self, service: str, key: str, value: str) -> Outcome:
        path = f"config/{service}.yaml"
        text, before = edit(self._config(service), key, value)
        return self._commit(path, text, f"{service}: {key} {before} → {value}")

    def flag(self, name: str, wanted: str) -> Outcome:
        """Switch a feature on or off."""
        known = self._flags()
        if name not in known:
            raise BadStack(f"there is no flag {name!r}; there are: {', '.join(known)}")
        return self.config_set(_FLAGGED, f"flags.{name}", "true" if wanted == "on" else "false")

    def drain(self, service: str, number: str, wanted: str) -> Outcome:
        """Have the edge give a replica no new requests, or its share again."""
        replica = f"{service}-{number}"
        running = {each.name for each in self._runtime.status() if each.service == service}
        drained = [str(each) for each in yaml.safe_load(self._config("edge")).get("drained") or []]
        if wanted == "off":
            if replica not in drained:
                return Outcome(0, f"{replica} is not drained")
            left = [each for each in drained if each != replica]
        else:
            if replica not in running:
                raise BadStack(f"there is no {replica}; there are: {', '.join(sorted(running))}")
            left = list(dict.fromkeys([*drained, replica]))
            if not running - set(left):
                raise BadStack(f"{replica} is the last one of {service} that gets requests")
        return self.config_set("edge", "drained", f"[{', '.join(left)}]")

    def limit_account(self, most: str) -> Outcome:
        """Let each account upload so many photos a minute; 0 is no limit."""
        return self.config_set(_FLAGGED, "uploads_per_minute", most)

    def failover_payments(self, wanted: str) -> Outcome:
        """Have new charges go to a provider, or to the one that they don't go to now."""
        now = yaml.safe_load(self._config("payments"))["provider"]
        other = next(each for each in PROVIDERS if each != now)
        return self.config_set("payments", "provider", wanted or other)

    def point_at(self, server: str) -> Outcome:
        """Have every service that keeps its data in a database keep it in this one."""
        files: dict[str, bytes] = {}
        found = repo.git(self._runtime, ["grep", "-l", "^database: ", "main", "--", "config"])
        for name in found.stdout.split():
            path = name.removeprefix("main:")
            files[path] = edit(self._text(path), "database", server)[0].encode()
        changed = f"database → {server} in {', '.join(sorted(files))}"
        made = repo.commit(self._runtime, files, changed)
        return self._await(made, changed) if made else Outcome(0, f"every config says {server} already")

    def limit(self, prefix: str, rate: str) -> Outcome:
        """Let so many requests a second through at the edge, or all."""
        document = yaml.safe_load(self._config("edge"))
        named = {route["prefix"]: route["name"] for route in document["routes"]}
        if prefix not in named:
            raise BadStack(f"the edge has no route {prefix}; there are: {', '.join(named)}")
        return self.config_set("edge", f"routes.{named[prefix]}.limit_rps", "null" if rate == "off" else rate)

    def rollback(self, service: str) -> Outcome:
        """Deploy the version that ran before this one."""
        path = f"deploy/{service}.yaml"
        now = self._manifest(service).get("version")
        words = ["sh", "-c", _VERSIONS, "versions", path, str(_VERSIONS_BACK)]
        versions = self._runtime.exec("bastion", words).stdout.split()
        before = next((each for each in versions if each != now), None)
        if now is None or before is None:
            raise BadStack(f"{service} has no earlier version in the repository")
        return self._set_in_manifest(service, "version", before, "rolled back, {} → {}")

    def revert(self, revision: str) -> Outcome:
        """Commit the opposite of a commit."""
        full = repo.resolve(self._runtime, revision)
        made = repo.revert(self._runtime, full)
        if made is None:
            raise BadStack(
                f"{full[:7]} can't be reverted by itself, later commits changed the same lines;"
                " do it by hand in ~/lumen"
            )
        return self._await(made, f"reverted {full[:7]}")

    def _set_in_manifest(self, service: str, key: str, value: str, says: str) -> Outcome:
        path = f"deploy/{service}.yaml"
        before = self._manifest(service).get(key, "none")
        text = with_value(self._text(path), key, value)
        return self._commit(path, text, f"{service}: {says.format(before, value)}")

    def _commit(self, path: str, text: str, changed: str) -> Outcome:
        made = repo.commit(self._runtime, {path: text.encode()}, changed)
        if made is None:
            return Outcome(0, f"{path} says so already")
        return self._await(made, changed)

    def _await(self, revision: str, changed: str) -> Outcome:
        """Wait until it is rolled out; a rollout that fails is the operation's failure."""
        self._deployer.pushed()
        rollouts = self._deployer.wait_for(revision, _ROLLED_OUT_WITHIN_S)
        failed = [each.says for each in rollouts if not each.ok]
        text = f"{changed} (commit {revision[:7]})"
        return Outcome(int(bool(failed)), "\n".join([text, *failed]), changed=changed)

    # --- reading ---------------------------------------------------------------------------------

    def _text(self, path: str) -> str:
        text = repo.read(self._runtime, path)
        if text is None:
            raise BadStack(f"main has no {path}")
        return text

    def _config(self, service: str) -> str:
        return self._text(f"config/{service}.yaml")

    def _manifest(self, service: str) -> dict[str, str]:
        path = f"deploy/{service}.yaml"
        return read_manifest(path, self._text(path).encode())

    def flags(self) -> Outcome:
        """Every flag and how it is set."""
        rows = [f"{name:<12} {'on' if on else 'off'}" for name, on in self._flags().items()]
        return Outcome(0, "\n".join(rows))

    def _flags(self) -> dict[str, bool]:
        return dict(yaml.safe_load(self._config(_FLAGGED)).get("flags") or {})

    def changes(self, most: int) -> Outcome:
        """The latest commits, newest first, each with what became of it."""
        now, rolled = self._clock(), self._deployer.rollouts
        rows = [_row(change, rolled, now) for change in repo.log(self._runtime, most)]
        return Outcome(0, "\n".join(rows))

    def diff(self, revision: str) -> Outcome:
        full = repo.resolve(self._runtime, revision)
        shown = repo.git(self._runtime, ["show", "--stat", "--patch", "--format=%h %an, %ad%n%n%B", full])
        lines = shown.stdout.splitlines()
        more = [f"… {len(lines) - _DIFF_LINES} more lines"] if len(lines) > _DIFF_LINES else []
        return Outcome(shown.exit_code, "\n".join(lines[:_DIFF_LINES] + more))

    def config_history(self, service: str) -> Outcome:
        """Who changed what in a config, newest first."""
        path = f"config/{service}.yaml"
        words = ["log", "--max-count=8", "--patch", "--unified=0", "--format=%h %an, %ar: %s", "main"]
        shown = repo.git(self._runtime, [*words, "--", path])
        rows = [line for line in shown.stdout.splitlines() if not _is_noise(line)]
        return Outcome(shown.exit_code, "\n".join(rows) or f"main has no {path}")

    def runbook(self, name: str) -> Outcome:
        """One runbook, or the names of all."""
        if name:
            return Outcome(0, self._text(f"runbooks/{name.removesuffix('.md')}.md"))
        listed = repo.git(self._runtime, ["ls-tree", "--name-only", "main:runbooks"])
        return Outcome(listed.exit_code, listed.stdout or listed.stderr)


def _is_noise(line: str) -> bool:
    return not line or line.startswith(("diff ", "index ", "--- ", "+++ ", "@@", "new file"))


def _age(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def _row(change: repo.Change, rollouts: Sequence[Rollout], now: float) -> str:
    became = "; ".join(each.says for each in rollouts if each.revision == change.revision)
    row = f"{change.revision[:7]}  {_age(now - change.at):>6} ago  {change.author}: {change.subject}"
    return f"{row}  [{became}]" if became else row
