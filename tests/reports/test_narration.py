"""A drill told line by line."""

from __future__ import annotations

from gameday.journal.events import PhaseChanged
from gameday.reports.narration import Narrator
from tests.builders import DrillBuilder, hint_accepted, hint_rejected


def told(drill: DrillBuilder, *, reveal: bool = False) -> list[str]:
    narrator = Narrator(reveal=reveal)
    lines = (narrator.narrate(item.entry, item.event) for item in drill.recorded())
    return [line.plain for line in lines if line is not None]


def test_lines_begin_with_the_time_since_the_start() -> None:
    """The first event is at zero, the page 105 s later."""
    lines = told(hint_rejected())
    assert lines[0] == "00:00 ▶ drill KESTREL-7, mode advise, limit 20 minutes"
    assert "01:45 ☎ paged: p95 of /upload is above 2 s" in lines


def test_the_sli_is_told_only_where_it_changes() -> None:
    """Hundreds of seconds of SLI become a handful of lines."""
    lines = [line for line in told(hint_rejected()) if "requests good" in line]
    assert 3 <= len(lines) <= 6
    assert "customers are served" in lines[0]
    assert "customers are served" in lines[-1]


def test_nobody_served_is_told() -> None:
    """A stretch without any request is told as an outage."""
    drill = DrillBuilder().sli(0, 10).sli(10, 20, demand=0.0)
    assert told(drill)[-1].endswith("nobody is served (0% of 0 requests good)")


def test_the_injection_is_hidden_from_the_engineer() -> None:
    """Neither the fault nor a change of phase gives the onset away."""
    lines = "\n".join(told(hint_accepted()))
    assert "broken" not in lines
    assert "phase: incident" not in lines


def test_the_facilitator_sees_the_injection() -> None:
    """With reveal the same drill tells when the world was broken."""
    lines = told(hint_accepted(), reveal=True)
    assert "01:20 ↯ the world was broken" in lines
    assert "01:20 ─ phase: incident" in lines


def test_an_event_in_the_middle_can_be_the_first() -> None:
    """A narrator that joins late counts from what it sees first."""
    drill = DrillBuilder().add(500, "conductor", PhaseChanged(phase="baseline"))
    assert told(drill) == ["00:00 ─ phase: baseline"]
