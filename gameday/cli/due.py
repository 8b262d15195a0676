"""`gameday rehearse --due`: what a change asks for, each rehearsal in a process of its own."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING

from gameday.cli.interrupts import ENDING

if TYPE_CHECKING:
    from sandbox.runtime import registry
    from scenarios.rehearsal.due import Due, Plan, Played, Proofs, Verdict

Tell = Callable[[str], object]


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or ended the program."""


class Players:
    """Rehearsals under way, each a `gameday rehearse` with a session of its own.

    So a Ctrl-C reaches this program alone, which ends each of them once, and they clean up undisturbed.
    """

    def __init__(self, tell: Tell, command: Sequence[str] = (sys.executable, "-m", "gameday")) -> None:
        self._tell = tell
        self._command = tuple(command)
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = threading.Event()

    def play(self, due: Due) -> Verdict:
        """One rehearsal, told as it goes.

        Raises:
            Stopped: it was ended, or would have begun after that.
        """
        words = ["rehearse", f"{due.pack}/{due.variant}", "--runtime", due.runtime, "--json"]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            if self._stopped.is_set():
                raise Stopped
            process = subprocess.Popen(
                [*self._command, *words], stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.PIPE,
                encoding="utf-8", start_new_session=True,
            )  # fmt: skip
            self._running.add(process)
            if self._stopped.is_set():
                process.terminate()
            last = self._narrate(due.name, process)
            process.wait()
            self._running.discard(process)
            if self._stopped.is_set():
                raise Stopped
            said.seek(0)
            return verdict(process.returncode, said.read(), last)

    def _narrate(self, name: str, process: subprocess.Popen[str]) -> str:
        """Pass on what it tells; the last of it."""
        last = ""
        assert process.stderr is not None
        with process.stderr:
            for line in process.stderr:
                last = line.strip() or last
                self._tell(f"{name}: {line.rstrip()}")
        return last

    def stop(self) -> None:
        """Have no more begin, and have those under way clean up and end."""
        self._stopped.set()
        for process in tuple(self._running):
            process.terminate()

    @contextlib.contextmanager
    def stopping_on_signals(self) -> Iterator[None]:
        """Ctrl-C and the like stop them, instead of ending this program at once."""

        def stop(number: int, frame: FrameType | None) -> None:
            self._tell("ending the rehearsals that are under way, and removing their companies")
            self.stop()

        before = {number: signal.signal(number, stop) for number in ENDING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def verdict(exit_code: int, said: str, last: str) -> Verdict:
    """What the program's end means: its record, or, if it came to none, the last that it told."""
    from scenarios.rehearsal.due import Verdict
    from scenarios.rehearsal.record import Rehearsal

    try:
        record = Rehearsal.model_validate(json.loads(said)[0])
    except (ValueError, IndexError, KeyError, TypeError):
        return Verdict(False, last or f"it ended with the exit code {exit_code}")
    failed = record.failed
    if record.passed and not exit_code:
        return Verdict(True, f"proven in {record.took_s:.0f} s")
    return Verdict(False, f"{failed.name}: {failed.says}" if failed else last)


def choose_runtimes(wish: str, tell: Tell) -> list[registry.Kind]:
    """Those that can be rehearsed on here; what can't is told.

    Raises:
        MissingTool: none can, or not the one that is wished for.
    """
    from sandbox.errors import MissingTool
    from sandbox.runtime.choose import choose, docker_problem, process_problem

    if wish != "auto":
        return [choose(wish, tell).kind]
    problems: dict[registry.Kind, str | None] = {"process": process_problem(), "docker": docker_problem()}
    for kind, problem in problems.items():
        if problem:
            tell(f"nothing is rehearsed on {kind}: {problem}")
    runtimes = [kind for kind, problem in problems.items() if not problem]
    if not runtimes:
        raise MissingTool("no runtime can start here, so nothing can be rehearsed")
    return runtimes


def _git(*words: str) -> str | None:
    """What git says about the repository that the library lies in; None if it is in none."""
    from scenarios import LIBRARY

    try:
        done = subprocess.run(
            ["git", "-C", str(LIBRARY), *words], capture_output=True, text=True, check=False, timeout=20.0
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def proofs_before(revision: str, packs: Sequence[str]) -> Mapping[str, Proofs] | None:
    """The proofs that lay beside each pack of the library at a revision; None if git doesn't know it."""
    from scenarios.rehearsal.due import proofs_in
    from scenarios.rehearsal.record import RECORD_FILE

    if _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        return None
    return {name: proofs_in(_git("show", f"{revision}:./{name}/{RECORD_FILE}") or "") for name in packs}


def planned(runtimes: Sequence[registry.Kind], turn: str, since: str, tell: Tell) -> Plan:
    """What is due in the library."""
    from sandbox.faults.signatures import signatures
    from scenarios import LIBRARY
    from scenarios.loader import load_pack, pack_names
    from scenarios.rehearsal.due import plan

    names = pack_names((LIBRARY,))
    packs = [load_pack(name, (LIBRARY,), functions=signatures()) for name in names]
    before = proofs_before(since, names)
    if before is None:
        tell(f"git doesn't know {since}: touched is only what its proof is not about any more")
    return plan(packs, runtimes, turn or (_git("rev-parse", "HEAD") or "").strip(), before)


def rehearse_due(
    runtime: str, turn: str, since: str, budget_s: float, tell: Tell
) -> tuple[Plan, list[Played]]:
    """Play what is due.

    Raises:
        Stopped: somebody ended it; nothing is left.
    """
    from scenarios.rehearsal.due import play_all

    chosen = planned(choose_runtimes(runtime, tell), turn, since, tell)
    for each in chosen.due:
        tell(f"due: {each.name}, {each.why}, about {each.expected_s:.0f} s")
    for name in chosen.unproven:
        tell(f"not due: {name} has never been proven")
    players = Players(tell)
    with players.stopping_on_signals():
        return chosen, play_all(chosen.due, players.play, budget_s)
