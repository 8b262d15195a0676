"""What is made of a drill once it has ended, the same whoever conducted it: score, draft, record."""

from __future__ import annotations

from pathlib import Path

from gameday.drill.recording import record
from gameday.drill.start import write_scorecard
from gameday.errors import BadJournal
from gameday.reports.postmortem import write_postmortem
from scoring.scorecard import Scorecard


def keep_reports(folder: Path) -> Scorecard:
    """Write what a finished run's folder holds besides its journal.

    Raises:
        BadJournal: the drill was not finished, or the folder cannot be written.
    """
    card = write_scorecard(folder)
    write_postmortem(folder)
    return card


def keep(folder: Path) -> tuple[str, ...]:
    """Keep a drill however it ended, and put it into the records.

    Returns:
        A sentence for each thing that could not be done; the folder is never lost by that.
    """
    troubles = []
    try:
        keep_reports(folder)
    except BadJournal as reason:
        troubles.append(f"No score: {reason}")
    except OSError as reason:
        troubles.append(f"No score: {folder} cannot be written: {reason.strerror}")
    troubles.append(record(folder))
    return tuple(trouble for trouble in troubles if trouble)
