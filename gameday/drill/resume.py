"""Takes up a drill whose trainer was killed, or closes its record as void where that can't be done."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NoReturn, cast

from gameday.drill.conductor import Conductor
from gameday.drill.past import Past
from gameday.drill.rules import Rules
from gameday.drill.start import find_run
from gameday.errors import BadJournal, GamedayError
from gameday.journal import events as ev
from gameday.journal.clock import SystemClock
from gameday.journal.home import runs_home
from gameday.journal.manifest import Manifest, read_manifest, unveil_manifest, write_manifest
from gameday.journal.reader import read
from gameday.journal.reopen import reopen
from gameday.journal.writer import Journal
from sandbox.errors import BadStack
from sandbox.faults.signatures import signatures
from sandbox.runtime.base import Runtime
from sandbox.runtime.choose import attach, open_runtime
from sandbox.runtime.registry import Kind
from scenarios.loader import load_pack

_NEEDED = ("bastion", "customers")
"""Without these nobody can go on: no repository, and nobody who is served."""


class NotTakenUp(GamedayError):
    """The drill can't go on, and its record was closed."""

    exit_code = 4


def find_interrupted(name: str | None) -> Path:
    """The folder of the run to take up: as `find_run` finds it, or the newest that has not ended.

    Raises:
        BadJournal: there is none.
    """
    if name is not None:
        return find_run(name)
    for folder in sorted(runs_home().glob("*"), reverse=True):
        try:
            if not Past(tuple(read(folder))).closed:
                return folder
        except BadJournal:
            continue
    raise BadJournal(f"there is no drill to take up: every run in {runs_home()} has ended")


def take_up(folder: Path, *, reflect_within_s: float = 0.0) -> Conductor:
    """A conductor that goes on where the trainer of this run was killed.

    Args:
        reflect_within_s: as for `open_drill`.

    Raises:
        BadJournal: the run is being played, has ended, or is damaged.
        ScenarioError: its pack is not there any more.
        NotTakenUp: the company is gone, or had not come up; the record is void now, and nothing is left.
    """
    manifest = read_manifest(folder)
    journal, recorded, clock = reopen(folder, SystemClock())
    past = Past(tuple(recorded))
    try:
        if past.closed:
            raise BadJournal(f"{folder.name} has ended; `gameday debrief {folder.name}` shows it")
        started = past.started
        if started is None:
            _close_as_void(journal, manifest, "its trainer was killed before the drill began")
        rules = _rules(manifest, started)
        runtime = _company(journal, manifest, past)
        write_manifest(folder, manifest.model_copy(update={"trainer_pid": os.getpid()}), veiled=True)
    except BaseException:
        journal.close()
        raise
    return Conductor(
        rules, manifest.codename, runtime, journal, clock, reflect_within_s=reflect_within_s, past=past
    )


def _rules(manifest: Manifest, started: ev.DrillStarted) -> Rules:
    pack = load_pack(manifest.pack, functions=signatures())
    try:
        variant = pack.variant(manifest.variant)
    except KeyError:
        raise BadJournal(f"{manifest.pack} has no variant {manifest.variant!r} any more") from None
    return Rules(
        pack=pack,
        variant=variant,
        mode=manifest.mode,
        engineer=started.engineer,
        seed=manifest.seed,
        advisor=manifest.advisor,
        policy=manifest.policy,
        style=manifest.style,
        spoiled=started.spoiled,
        limit_s=started.limit_s,
        assignment=manifest.assignment,
        observer=manifest.observer,
    )


def _company(journal: Journal, manifest: Manifest, past: Past) -> Runtime:
    """The sandbox, if the drill can go on in it, or needs none any more."""
    if past.ended:
        return open_runtime(cast(Kind, manifest.runtime), manifest.sandbox_id)
    try:
        runtime = attach(manifest.sandbox_id)
    except BadStack:
        _close_as_void(journal, manifest, f"its sandbox {manifest.sandbox_id} is gone")
    if not past.came_up:
        _close_as_void(journal, manifest, "its company was still starting")
    running = {each.service for each in runtime.status() if each.state in ("running", "paused")}
    missing = [name for name in _NEEDED if name not in running]
    if missing:
        _close_as_void(journal, manifest, f"its company no longer runs ({', '.join(missing)})")
    return runtime


def _close_as_void(journal: Journal, manifest: Manifest, why: str) -> NoReturn:
    """Write the end that the drill came to, and leave nothing of its sandbox.

    Raises:
        NotTakenUp: always.
        SandboxError: not everything could be removed.
    """
    journal.append(ev.DrillEnded(reason="void"), "conductor")
    try:
        with contextlib.suppress(BadStack):
            attach(manifest.sandbox_id).down()
    finally:
        journal.append(ev.PhaseChanged(phase="debrief"), "conductor")
        journal.close()
        unveil_manifest(journal.path.parent)
    raise NotTakenUp(f"{manifest.codename} can't be taken up: {why}. Its record is closed as void.")
