"""Puts drills that have ended into the records. The run folder is the record; the store follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from gameday.drill.start import SCORECARD_FILE, write_scorecard
from gameday.errors import BadJournal, BadRecords, GamedayError, MixedRecords
from gameday.journal.home import runs_home
from gameday.journal.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from gameday.records.store import Records, Taken

OnRun = Callable[[Path, "Taken | GamedayError"], None]
"""Hears of each run folder what became of it, or why it could not be taken in."""


def run_folders(given: Iterable[Path] = ()) -> list[Path]:
    """The run folders among or under these folders, oldest first; under the runs folder if none is given.

    Raises:
        BadJournal: a folder that was given is not there.
    """
    found: list[Path] = []
    for folder in tuple(given) or (runs_home(),):
        if (folder / MANIFEST_FILE).is_file():
            found.append(folder)
        elif folder.is_dir():
            found += sorted(path for path in folder.iterdir() if path.is_dir())
        elif folder != runs_home():
            raise BadJournal(f"there is no folder {folder}")
    return found


def take_in(records: Records, folder: Path) -> Taken:
    """Score a run if nobody has, and put it into the records.

    Raises:
        BadJournal: the run is damaged, or its drill has not ended.
        BadRecords: the store cannot be used.
    """
    if not (folder / SCORECARD_FILE).is_file():
        _score(folder)
    return records.ingest(folder)


def _score(folder: Path) -> None:
    """Write the scorecard of a drill that came to its end; a void one has none."""
    try:
        write_scorecard(folder)
    except BadJournal:
        return  # Reading the run says what is wrong with it, if anything is.
    except OSError as error:
        raise BadJournal(f"{folder} cannot be written: {error.strerror}") from error


def take_in_all(records: Records, folders: Iterable[Path], on_run: OnRun) -> None:
    """Every one of these run folders; one that is broken, or of the other kind, doesn't stop the rest.

    Raises:
        BadRecords: the store cannot be used.
    """
    for folder in folders:
        try:
            on_run(folder, take_in(records, folder))
        except (BadJournal, MixedRecords) as reason:
            on_run(folder, reason)


def catch_up(records: Records) -> None:
    """Take in the drills that have ended since somebody last looked.

    Raises:
        BadRecords: the store cannot be used.
    """
    known = records.known_runs()
    new = (folder for folder in run_folders() if folder.name not in known)
    take_in_all(records, new, lambda folder, became: None)


def record(folder: Path) -> str:
    """Put the drill that just ended into the records, and those before it that are not there yet.

    Returns:
        Empty, or one sentence that says why it was not recorded. The folder is never lost by that.
    """
    from gameday.records.database import Database
    from gameday.records.store import Records

    try:
        database = Database()
    except BadRecords as reason:
        return _not_recorded(reason)
    try:
        records = Records(database)
        take_in(records, folder)
        catch_up(records)
    except (BadRecords, BadJournal) as reason:
        return _not_recorded(reason)
    finally:
        database.close()
    return ""


def _not_recorded(reason: Exception) -> str:
    return f"Not in your history yet: {reason}. Nothing is lost; `gameday history` takes it in."
