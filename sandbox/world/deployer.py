"""The deployer: makes what runs follow `main`, and reports each rollout.

It doesn't look by itself: whoever hears of a push tells it. Then it compares the commit that it applied
last with the newest, whatever came in between, and carries out the difference: each service in a thread of
its own, so that a rollout that hangs holds up no other service's change.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import functools
import json
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from sandbox.errors import BadStack, SandboxError
from sandbox.runtime.base import Runtime
from sandbox.stack.model import Stack
from sandbox.world import repo
from sandbox.world.plan import LARGEST, Difference, Kind, Step, plan

_READ_WITHIN_S = 20.0
_ENDS_WITHIN_S = 2.0
_KEPT = 500
"""Rollouts that are remembered; the file has them all."""

_COMPARE = f"""set -eu
cd "$ORIGIN"
new=$(git rev-parse refs/heads/main)
echo "$new"
git rev-list --max-count=200 "$1..$new" | tr '\\n' ' '
echo
show() {{
    case $1 in
    00000000*) printf '%s' - ;;
    *) printf +; git cat-file blob "$1" | head -c {LARGEST + 1} | base64 | tr -d '\\n' ;;
    esac
}}
git diff-tree -r --raw --no-renames --no-abbrev "$1" "$new" -- config deploy | head -n 200 | tr '\\t' ' ' |
while read -r _ mode old new_blob _ path; do
    case $mode in 100*|000000) ;; *) new_blob=00000000 ;; esac
    printf '%s ' "$path"; show "$old"; printf ' '; show "$new_blob"; echo
    git log -1 --format=%H%x1f%an%x1f%ct%x1f%s "$new" -- "$path"
done
"""

_ARCHIVE = """cd "$ORIGIN" && git archive --format=tar "$1" services | base64 | tr -d '\\n'"""
_KEEP = """cd "$(dirname "$ORIGIN")" && cat >>rollouts.jsonl && echo "$1" >applied"""
_APPLIED = """cat "$(dirname "$ORIGIN")/applied" """


def applied(runtime: Runtime) -> str:
    """The commit that a deployer before us carried out last, or began with.

    Raises:
        SandboxError: there is no repository.
    """
    done = runtime.exec("bastion", ["sh", "-c", _APPLIED])
    if done.exit_code:
        raise SandboxError(f"the company's repository is not there: {done.stderr.strip()}")
    return repo.resolve(runtime, done.stdout.strip())


@dataclass(frozen=True)
class Rollout:
    """What became of one change on `main`. Times are UNIX seconds."""

    service: str
    kind: Kind
    revision: str
    """The commit that made the change."""
    author: str
    subject: str
    started: float
    ended: float
    ok: bool
    detail: str

    @property
    def says(self) -> str:
        """`vision code: r56, 2 replicas restarted`."""
        return f"{self.service} {self.kind}{'' if self.ok else ' failed'}: {self.detail}"


@dataclass(frozen=True)
class Comparison:
    """What lies between the commit that was applied last and the newest."""

    head: str
    revisions: tuple[str, ...]
    differences: dict[str, Difference]
    changes: dict[str, repo.Change]
    """Path → the commit that changed it last."""


def _content(field: str) -> bytes | None:
    return None if field == "-" else base64.b64decode(field[1:], validate=True)


def parse_comparison(text: str) -> Comparison:
    """What the bastion printed.

    Raises:
        SandboxError: it isn't that.
    """
    try:
        head, revisions, *rows = text.splitlines()
        found: dict[str, Difference] = {}
        changes: dict[str, repo.Change] = {}
        for files, change in zip(rows[::2], rows[1::2], strict=True):
            path, old, new = files.rsplit(" ", 2)
            found[path] = Difference(path, _content(old), _content(new))
            changes[path] = repo.parse_change(change)
        return Comparison(head, tuple(revisions.split()), found, changes)
    except (ValueError, binascii.Error) as error:
        raise SandboxError(f"the repository's answer makes no sense: {error}") from error


@dataclass
class _Push:
    """One difference that is being carried out."""

    compared: Comparison
    open: set[str]
    """Services that aren't done with it."""
    rollouts: list[Rollout] = field(default_factory=list)


class _Lane:
    """One service's rollouts, one after the other, beside those of the others."""

    def __init__(self, service: str) -> None:
        self._waiting: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"deployer of {service}", daemon=True)
        self._thread.start()

    def put(self, work: Callable[[], None] | None) -> None:
        """One more to be done; None is the end."""
        self._waiting.put(work)

    def join(self, within_s: float) -> None:
        self._thread.join(max(0.0, within_s))

    def _run(self) -> None:
        while (work := self._waiting.get()) is not None:
            work()


class Deployer:
    """Follows one repository. Safe to use from several threads."""

    def __init__(self, runtime: Runtime, stack: Stack, clock: Callable[[], float] = time.time) -> None:
        self._runtime = runtime
        self._stack = stack
        self._clock = clock
        self._changed = threading.Condition()
        self._look = False
        self._stopped = False
        self._trouble = ""
        self._applied = ""
        self._done: dict[str, tuple[Rollout, ...]] = {}
        self._rollouts: list[Rollout] = []
        self._lanes: dict[str, _Lane] = {}
        self._thread = threading.Thread(target=self._run, name="deployer", daemon=True)

    @property
    def rollouts(self) -> tuple[Rollout, ...]:
        """The latest ones, oldest first."""
        with self._changed:
            return tuple(self._rollouts)

    def start(self, revision: str) -> None:
        """Begin; `revision` is what runs."""
        self._applied = revision
        self._done[revision] = ()
        self._thread.start()

    def stop(self) -> None:
        """End after the steps that are under way; waits a little for them."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        deadline = time.monotonic() + _ENDS_WITHIN_S
        if self._thread.is_alive():
            self._thread.join(_ENDS_WITHIN_S)
        lanes = list(self._lanes.values())
        for lane in lanes:
            lane.put(None)
        for lane in lanes:
            lane.join(deadline - time.monotonic())

    def pushed(self) -> None:
        """Somebody pushed."""
        with self._changed:
            self._look, self._trouble = True, ""
            self._changed.notify_all()

    def wait_for(self, revision: str, within_s: float = 60.0) -> tuple[Rollout, ...]:
        """What became of a commit, once it has been carried out; nothing if it changed nothing that runs.

        Raises:
            SandboxError: not within the time, or the repository can't be read.
        """
        deadline = time.monotonic() + within_s
        with self._changed:
            while revision not in self._done:
                left = deadline - time.monotonic()
                if self._trouble:
                    raise SandboxError(f"the deployer stands still: {self._trouble}")
                if self._stopped or left <= 0:
                    raise SandboxError(
                        f"{revision[:7]} is on main, but the deployer hasn't carried it out in {within_s:g} s"
                    )
                self._changed.wait(left)
            return self._done[revision]

    # --- its thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._look or self._stopped)
                if self._stopped:
                    return
                self._look, self._trouble = False, ""
            try:
                self._follow()
            except SandboxError as error:
                with self._changed:
                    self._trouble = str(error)
                    self._changed.notify_all()

    def _follow(self) -> None:
        """Hand each service what changed for it. Applied as far as it goes: what fails isn't tried again."""
        compared = self._compare()
        if compared.head == self._applied:
            # Told of twice: whoever carries it out says when it is done.
            return
        parts: dict[str, list[Step]] = {}
        for step in plan(self._stack, compared.differences):
            parts.setdefault(step.service, []).append(step)
        self._applied = compared.head
        push = _Push(compared, set(parts))
        for service, steps in parts.items():
            lane = self._lanes.get(service) or self._lanes.setdefault(service, _Lane(service))
            lane.put(functools.partial(self._roll_out_all, push, service, steps))
        if not parts:
            self._finish(push)

    def _roll_out_all(self, push: _Push, service: str, steps: Sequence[Step]) -> None:
        """What a push changes for one service, in that service's own thread."""
        for step in steps:
            with self._changed:
                if self._stopped:
                    return
            rollout = self._roll_out(step, push.compared.changes[step.path])
            with self._changed:
                push.rollouts.append(rollout)
        with self._changed:
            push.open.discard(service)
            last = not push.open
        if last:
            self._finish(push)

    def _finish(self, push: _Push) -> None:
        rollouts = sorted(push.rollouts, key=lambda each: each.started)
        with self._changed:
            self._rollouts = [*self._rollouts, *rollouts][-_KEPT:]
            for revision in (*push.compared.revisions, push.compared.head):
                self._done.setdefault(revision, tuple(rollouts))
            self._changed.notify_all()
        if push.compared.revisions:
            lines = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in rollouts)
            words = ["sh", "-c", _KEEP, "keep", push.compared.head]
            with contextlib.suppress(SandboxError):
                self._runtime.exec("bastion", words, stdin=lines.encode())

    def _compare(self) -> Comparison:
        words = ["sh", "-c", _COMPARE, "compare", self._applied]
        done = self._runtime.exec("bastion", words, timeout_s=_READ_WITHIN_S)
        if done.exit_code:
            raise SandboxError(f"the repository can't be read: {done.stderr.strip() or done.exit_code}")
        return parse_comparison(done.stdout)

    def _roll_out(self, step: Step, change: repo.Change) -> Rollout:
        started = self._clock()
        try:
            ok, detail = (False, step.problem) if step.problem else (True, self._carry_out(step))
        except SandboxError as error:
            ok, detail = False, str(error)
        return Rollout(
            step.service, step.kind, change.revision, change.author, change.subject,
            round(started, 3), round(self._clock(), 3), ok, detail,
        )  # fmt: skip

    def _carry_out(self, step: Step) -> str:
        match step.kind:
            case "config":
                self._runtime.copy_in(step.service, f"/etc/lumen/{step.service}.yaml", step.content)
                return "written"
            case "scale":
                self._runtime.scale(step.service, step.replicas)
                return f"{step.replicas} replicas"
            case "code":
                return self._roll_code(step.service, step.version)
            case "manifest":
                return "nothing to do"

    def _roll_code(self, service: str, version: str) -> str:
        """Lay the version's code into the service and start it again, one replica after the other."""
        try:
            revision = repo.resolve(self._runtime, version)
        except BadStack:
            raise BadStack(f"there is no version {version} in the repository") from None
        done = self._runtime.exec("bastion", ["sh", "-c", _ARCHIVE, "archive", revision])
        if done.exit_code or not done.stdout:
            raise SandboxError(f"{version} has no services: {done.stderr.strip()}")
        self._runtime.unpack(service, "/srv/lumen", base64.b64decode(done.stdout))
        numbers = sorted(each.number for each in self._runtime.status() if each.service == service)
        for number in numbers:
            self._runtime.restart(service, number)
        return f"{version}, {len(numbers)} replicas restarted"
