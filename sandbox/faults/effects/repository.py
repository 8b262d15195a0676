"""A colleague's commit on `main`, which the deployer carries out: a bad release, a bad config push."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from sandbox.faults.effects.base import Failed, until
from sandbox.runtime.base import Runtime
from sandbox.world import repo
from sandbox.world.cast import ON_CALL, Engineer
from sandbox.world.proposals import Proposal, named, push

_ROLLED_OUT_WITHIN_S = 60.0
_GIT_WITHIN_S = 20.0

_WORK = """set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet --shared --template= "$ORIGIN" "$work/lumen"
cd "$work/lumen"
"""
_RESTORE = f"""{_WORK}author=$1 mail=$2 head=$3; shift 3
for path in "$@"; do
    if [ "$path" = . ]; then git checkout --quiet "$head" -- .
    elif git cat-file -e "$head:$path" 2>/dev/null; then git checkout --quiet "$head" -- "$path"
    else git rm --quiet --ignore-unmatch -- "$path"; fi
done
git diff --cached --quiet && exit 0
git -c user.name="$author" -c user.email="$mail" commit --quiet --message "Back to what it was"
git push --quiet origin HEAD:main
git rev-parse HEAD
"""
_ROLLOUTS = """cat "$(dirname "$ORIGIN")/rollouts.jsonl" 2>/dev/null || true"""


def head(runtime: Runtime) -> str:
    """The newest commit on `main`."""
    return repo.resolve(runtime, "main")


def await_rollout(runtime: Runtime, revision: str) -> None:
    """Wait until the deployer has carried a commit out, however that went.

    Raises:
        Failed: it has not within a minute.
    """

    def carried_out() -> bool:
        rows = runtime.exec("bastion", ["sh", "-c", _ROLLOUTS]).stdout.splitlines()
        return any(json.loads(row)["revision"] == revision for row in rows)

    if not until(carried_out, _ROLLED_OUT_WITHIN_S):
        raise Failed(f"the deployer has not carried out {revision[:7]}")


def restore(
    runtime: Runtime, revision: str, paths: tuple[str, ...] = (".",), author: Engineer = ON_CALL
) -> None:
    """Commit these paths, or all, as they were at a revision, and wait until that is rolled out."""
    words = ["sh", "-c", _RESTORE, "restore", author.name, author.mail, revision, *paths]
    done = runtime.exec("bastion", words, timeout_s=_GIT_WITHIN_S)
    if done.exit_code:
        raise Failed(f"the repository refused: {done.stderr.strip()}")
    made = done.stdout.strip()
    if made and _runs(repo.git(runtime, ["show", "--name-only", "--format=", made]).stdout.split()):
        await_rollout(runtime, made)


def _runs(paths: Iterable[str]) -> bool:
    """Whether a change of these is something that the deployer carries out."""
    return any(path.startswith(("config/", "deploy/")) for path in paths)


@dataclass(frozen=True)
class Pushed:
    """One commit that a pack brings."""

    kind: ClassVar[str] = "commit"
    lasting: ClassVar[bool] = True
    folder: str
    """Where the pack's commits lie."""
    name: str
    before: str
    """The newest commit on `main` when it was pushed."""

    @property
    def _proposal(self) -> Proposal:
        return named(Path(self.folder), self.name)

    @property
    def says(self) -> str:
        return f"the commit {self.name}"

    def apply(self, runtime: Runtime) -> None:
        proposal = self._proposal
        made = push(runtime, proposal)
        if _runs(swap.path for swap in proposal.swaps):
            await_rollout(runtime, made)

    def _revision(self, runtime: Runtime) -> str | None:
        """The commit on `main`, the newest if it was pushed more than once; None if it isn't there."""
        subject = self._proposal.message.splitlines()[0]
        words = ["log", "--format=%H %s", f"{self.before}..main"]
        for row in repo.git(runtime, words).stdout.splitlines():
            revision, _, says = row.partition(" ")
            if says == subject:
                return revision
        return None

    def undo(self, runtime: Runtime) -> None:
        if self._revision(runtime) is not None:
            proposal = self._proposal
            paths = tuple(swap.path for swap in proposal.swaps)
            restore(runtime, self.before, paths, proposal.author)

    def present(self, runtime: Runtime) -> bool:
        revision = self._revision(runtime)
        if revision is None:
            return False
        paths = [swap.path for swap in self._proposal.swaps]
        return repo.git(runtime, ["diff", "--quiet", revision, "main", "--", *paths]).exit_code == 0
