"""Opens the journal of a drill whose trainer was killed, to write on where it stopped."""

from __future__ import annotations

from pathlib import Path

from gameday.errors import BadJournal
from gameday.journal.clock import Clock, ContinuedClock
from gameday.journal.reader import Recorded, read
from gameday.journal.writer import EVENTS_FILE, Journal, lock


class StillPlayed(BadJournal):
    """Somebody writes this journal: the drill's trainer is there."""


def reopen(run_folder: Path, clock: Clock) -> tuple[Journal, list[Recorded], Clock]:
    """The journal, open for appending; what is in it; and a clock whose readings follow on those in it.

    A last line that was cut off when the trainer died is taken away: nobody heard of it.

    Raises:
        StillPlayed: its trainer lives.
        BadJournal: it is missing, empty, damaged before its last line, or cannot be written.
    """
    path = run_folder / EVENTS_FILE
    try:
        file = path.open("r+b")
    except FileNotFoundError as error:
        raise BadJournal(f"{path} does not exist; is this the folder of a run?") from error
    except OSError as error:
        raise BadJournal(f"{path} cannot be written: {error.strerror}") from error
    try:
        if not lock(file):
            raise StillPlayed(f"{run_folder.name} is still being played, by a trainer that lives")
        recorded = read(run_folder)
        if not recorded:
            raise BadJournal(f"{path} is empty: its trainer was killed before the drill began")
        _cut(path, len(recorded))
        file.seek(0, 2)
    except BaseException:
        file.close()
        raise
    last = recorded[-1].entry
    continued = ContinuedClock(clock, last.mono_ns, last.wall)
    journal = Journal(run_folder, last.run, continued, continued=(file, last.seq + 1))
    return journal, recorded, continued


def _cut(path: Path, lines: int) -> None:
    """Leave so many whole lines; the last may only have lacked its end."""
    content = path.read_bytes()
    whole = b"".join(line + b"\n" for line in content.split(b"\n")[:lines])
    if whole == content:
        return
    try:
        with path.open("r+b") as file:
            file.write(whole)
            file.truncate()
    except OSError as error:
        raise BadJournal(f"{path} cannot be written: {error.strerror}") from error
