"""What may be seen of a drill while its debrief is sealed."""

from __future__ import annotations

import json
from pathlib import Path

from gameday.drill.projection import score_run
from gameday.drill.seal import seal_on
from gameday.reports.sentences import Line, scorecard_lines
from scoring.scorecard import Scorecard

OPEN_ENTRIES = ("time to acknowledge", "time to mitigate", "customer-minutes lost", "money lost")
"""Of the scorecard: what anybody saw who was there. Grades and harm would tell what the cause was not."""
_OPEN_KEYS = (
    "schema",
    "mode",
    "limit_s",
    "time_to_acknowledge_s",
    "time_to_mitigate_s",
    "mitigated",
    "customer_minutes_lost",
    "money_lost",
)


def open_lines(card: Scorecard) -> list[Line]:
    """The lines of the scorecard that spoil nothing."""
    return [line for line in scorecard_lines(card) if line.entry in OPEN_ENTRIES]


def sealed_json(run_folder: Path) -> str:
    """So much of a run's scorecard as its seal leaves open, with the reason; empty if it isn't sealed.

    Raises:
        BadJournal: the run cannot be read, or was not finished.
    """
    seal = seal_on(run_folder)
    if seal is None:
        return ""
    card = score_run(run_folder)
    told = {"sealed": seal.sentence, **{key: getattr(card, key) for key in _OPEN_KEYS}}
    return json.dumps(told, indent=2) + "\n"
