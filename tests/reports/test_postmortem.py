"""The postmortem draft."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gameday.errors import BadJournal
from gameday.journal.events import Noted
from gameday.reports.postmortem import write_postmortem
from tests.builders import ONSET_S, DrillBuilder, false_alarm, hint_accepted, hint_rejected, to_the_page


def draft(drill: DrillBuilder, folder: Path) -> str:
    drill.write(folder)
    return write_postmortem(folder).read_text(encoding="utf-8")


@pytest.mark.parametrize("drill", [hint_rejected, hint_accepted])
def test_it_speaks_of_contributing_factors(drill: Callable[[], DrillBuilder], tmp_path: Path) -> None:
    """Factors are listed in the plural, and no single one is blamed."""
    text = draft(drill(), tmp_path)
    assert "## Contributing factors" in text
    assert "- retry-amplification\n- missing-alert" in text
    assert "root cause" not in text.lower()


def test_a_page_that_meant_nothing_has_no_impact(tmp_path: Path) -> None:
    """The draft says that the alert was wrong, and what to make of it; not that nobody was served."""
    text = draft(false_alarm(), tmp_path)
    assert "Nothing was wrong: the alert was. Nothing was wrong, you saw it and stood down" in text
    assert "- misleading-alert" in text
    assert "not served" not in text
    assert "time to stand down: 02:30" in text


def test_it_tells_the_impact_and_the_timeline(tmp_path: Path) -> None:
    """Figures and rows of this drill are filled in."""
    text = draft(hint_rejected(), tmp_path)
    assert "Customers were served again 03:00 after the onset." in text
    assert "| 02:56 | engineer | ops rollback cache → cache: maxmemory 256mb |" in text


def test_it_leaves_room_for_people(tmp_path: Path) -> None:
    """What a tool cannot know is left open."""
    text = draft(hint_rejected(), tmp_path)
    for heading in ("## What went well", "## Where we were lucky", "## Action items"):
        assert heading in text


def test_text_cannot_break_the_markdown(tmp_path: Path) -> None:
    """A note with a table cell, a tag and an escape stays in its cell."""
    drill = hint_rejected().add(ONSET_S + 110, "engineer", Noted(text="a|b <script> `x`\n# y\x1b[2J"))
    assert r"| noted: a\|b \<script\> \`x\` \# y |" in draft(drill, tmp_path)


def test_an_unfinished_drill_leaves_no_file(tmp_path: Path) -> None:
    """Without the truth there is no draft, not even a half one."""
    with pytest.raises(BadJournal, match="not finished"):
        draft(to_the_page(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]
