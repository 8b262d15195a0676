"""Felt time beside the clock's."""

from __future__ import annotations

from scoring.felt import Felt, felt
from scoring.timeline import Feeling
from tests.scoring.examples import ONSET, timeline


def test_felt_time_stands_beside_the_clocks() -> None:
    """Both from the page to the end: 1020 to 1200."""
    drill = timeline(paged_at=ONSET + 20, felt=Feeling(300.0, 1.5))
    assert felt(drill) == Felt(300.0, 180.0, 1.5)


def test_what_was_not_said_is_not_made_up() -> None:
    """The clock's time is there anyway, if there was a page to count from."""
    assert felt(timeline(paged_at=ONSET + 20)) == Felt(None, 180.0, None)
    assert felt(timeline()) == Felt()
