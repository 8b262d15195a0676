"""The debrief on a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from gameday.errors import BadJournal
from gameday.journal.events import Discriminator, MachineMeasured, Noted
from gameday.reports.debrief import print_debrief, told_apart
from tests.builders import (
    ONSET_S,
    DrillBuilder,
    false_alarm,
    hint_accepted,
    hint_rejected,
    nothing_wrong,
    operated,
    pinned,
    stood_down,
    to_the_page,
    wrong_hint,
)


def shown(drill: DrillBuilder, folder: Path, *, width: int = 100, colour: bool = False) -> str:
    drill.write(folder)
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        legacy_windows=False,
    )
    print_debrief(folder, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_truth_is_told(tmp_path: Path) -> None:
    """Title, components, mechanisms, trigger and contributing factors are there."""
    text = words(shown(hint_rejected(), tmp_path))
    assert "The capacity problem that was a cache" in text
    assert "components cache" in text
    assert "mechanisms cache-eviction" in text
    assert "trigger configuration-push" in text
    assert "contributing retry-amplification, missing-alert" in text


def test_the_chain_is_numbered(tmp_path: Path) -> None:
    """The causal chain reads as steps."""
    text = shown(hint_rejected(), tmp_path)
    assert "1. A config push cut the cache's memory limit" in text
    assert "4. The edge timed out and retried" in text


def test_what_would_have_told_it_apart_has_this_drills_figures(tmp_path: Path) -> None:
    """The discriminator is shown with the values of this drill."""
    text = words(shown(hint_rejected(), tmp_path))
    assert "in this drill: 0.91 (expected about 0.9) before the onset, 0.14 (expected under 0.2)" in text


def test_the_timeline_is_in_the_order_of_its_dates(tmp_path: Path) -> None:
    """What the oracle back-dates stands where it began."""
    text = shown(hint_rejected(), tmp_path)
    moments = (
        "the world was broken",
        "acknowledged the page",
        "rejected hint 1",
        "(exit code 2)",
        "▲ mitigated",
        "◆ diagnosis",
    )
    places = [text.index(moment) for moment in moments]
    assert places == sorted(places)
    assert "03:00   oracle" in text


def test_evidence_stands_in_the_timeline_with_its_belief(tmp_path: Path) -> None:
    """What spoke for a belief, and what against it, at the moment at which it was pinned."""
    drill = hint_rejected()
    vision = "vision", "capacity-shortfall"
    drill.add(ONSET_S + 50, "engineer", pinned("all slots are busy", "for", *vision))
    drill.add(ONSET_S + 95, "engineer", pinned("arrivals are flat", "against", *vision))
    drill.add(ONSET_S + 130, "engineer", pinned("the hit ratio fell"))
    text = words(shown(drill, tmp_path, width=120))
    told = (
        "00:50 engineer ⌖ evidence for vision by capacity-shortfall, from signals: all slots are busy",
        "01:35 engineer ⌖ evidence against vision by capacity-shortfall, from signals: arrivals are flat",
        "02:10 engineer ⌖ evidence from signals: the hit ratio fell",
    )
    places = [text.index(row) for row in told]
    assert places == sorted(places)


def test_the_scorecard_is_in_plain_words(tmp_path: Path) -> None:
    """Each figure has its sentence."""
    text = words(shown(hint_rejected(), tmp_path))
    assert "time to mitigate 03:00 Customers were served again 3 min after the onset, and it held." in text
    assert "response skill none Not known" in text


def test_a_drill_out_of_time_is_called_censored(tmp_path: Path) -> None:
    """No mitigation is told as the limit, and the harm with it."""
    text = words(shown(hint_accepted(), tmp_path))
    assert "> 20:00" in text
    assert "censored" in text
    assert "This made it worse: flush cache at 05:00." in text


@pytest.mark.parametrize(
    ("drill", "sentence"),
    [
        (hint_rejected, "Hint 1 was wrong about the cause; it was rejected."),
        (hint_accepted, "Hint 1 was wrong about the cause; it was accepted."),
        (stood_down, "No AI was at hand in this drill."),
    ],
)
def test_what_the_advice_was_worth(drill: Callable[[], DrillBuilder], sentence: str, tmp_path: Path) -> None:
    """The debrief says whether the hint was right and whether it was followed."""
    assert sentence in words(shown(drill(), tmp_path))


def test_a_rejected_hint_whose_suggestion_was_done(tmp_path: Path) -> None:
    drill = hint_rejected().add(ONSET_S + 160, "engineer", operated(wrong_hint().suggests))
    assert "it was rejected, but what it suggested was done." in words(shown(drill, tmp_path))


def test_a_right_stand_down_is_said_plainly(tmp_path: Path) -> None:
    """First of all, and nowhere is anything called broken, censored or mitigated."""
    text = words(shown(false_alarm((140.0, nothing_wrong())), tmp_path))
    assert "Nothing was wrong, you saw it and stood down: that was the right thing to do." in text
    assert "outcome correct stand-down" in text
    assert "time to stand down 02:30" in text
    assert "an alert was set off; nothing was broken" in text
    for absent in ("censored", "time to mitigate", "the world was broken", "stabilised first"):
        assert absent not in text


def test_a_false_alarm_and_its_changes_are_said(tmp_path: Path) -> None:
    """What was done to a company in which nothing was wrong."""
    text = words(shown(false_alarm((60.0, operated("restart checkout-1")), stood_down_s=None), tmp_path))
    assert "Nothing was wrong, and you did not stand down before the time was up." in text
    assert "One change was made to a company in which nothing was wrong." in text


def test_a_wrong_stand_down_is_said_plainly(tmp_path: Path) -> None:
    """Whoever leaves customers in trouble hears of it before the chain of causes."""
    text = words(shown(stood_down(), tmp_path))
    assert text.index("You stood down while customers were let down; that was wrong.") < text.index("How it")


@pytest.mark.parametrize("width", [80, 100, 120])
def test_it_fits_the_terminal(width: int, tmp_path: Path) -> None:
    """No line is wider than the terminal."""
    assert max(len(line) for line in shown(hint_accepted(), tmp_path, width=width).splitlines()) <= width


def test_it_stays_readable_on_a_wide_terminal(tmp_path: Path) -> None:
    """Lines stop at 120 columns."""
    assert max(len(line) for line in shown(hint_accepted(), tmp_path, width=200).splitlines()) <= 120


def test_it_sets_no_background(tmp_path: Path) -> None:
    """Dark and light terminals keep their own ground."""
    text = shown(hint_accepted(), tmp_path, colour=True)
    assert "\x1b[" in text
    assert not any(f"\x1b[{code}" in text for code in (*range(40, 48), *range(100, 108)))
    assert "48;" not in text


def test_the_sparkline_marks_the_moments(tmp_path: Path) -> None:
    """Onset, page, acknowledgement and mitigation stand below the curve, in this order."""
    lines = shown(hint_rejected(), tmp_path).splitlines()
    curve = next(number for number, line in enumerate(lines) if "██" in line)
    assert lines[curve + 1].split() == ["O", "P", "A", "M"]
    assert "▄" in lines[curve]


def test_hostile_text_does_not_steer_the_terminal(tmp_path: Path) -> None:
    """Control sequences and markup in a note are shown as text or not at all."""
    drill = hint_rejected().add(ONSET_S + 110, "engineer", Noted(text="\x1b[2J[bold red]x[/]\x1b]0;t\x07"))
    text = shown(drill, tmp_path)
    assert "noted: [bold red]x[/]" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(("busy", "said"), [(0.97, True), (0.9, True), (0.89, False), (0.2, False)])
def test_a_machine_that_was_full_is_said_to_have_had_its_part(
    busy: float, said: bool, tmp_path: Path
) -> None:
    """Else its slowness would be taken for the engineer's, or for the fix's."""
    drill = hint_rejected().add(ONSET_S + 150, "conductor", MachineMeasured(busy=busy, processors=2))
    assert ("processors were 97% busy during the incident" in words(shown(drill, tmp_path))) == (busy == 0.97)
    assert ("is partly its doing" in words(shown(drill, tmp_path / "again"))) == said


def test_an_unfinished_drill_says_so(tmp_path: Path) -> None:
    """Before the truth is revealed there is no debrief."""
    with pytest.raises(BadJournal, match="not finished"):
        shown(to_the_page(), tmp_path)


def test_a_size_in_bytes_is_written_as_what_it_is_compared_with() -> None:
    """Nobody compares 2.68e+08 with 200000000 at a glance."""
    item = Discriminator(
        say="the cache has less memory", promql="redis_memory_max_bytes", before="> 200000000",
        after="< 3000000", observed_before=268_435_456.0, observed_after=2_097_152.0,
    )  # fmt: skip
    assert told_apart(item) == (
        "in this drill: 268435456 (expected > 200000000) before the onset, "
        "2097152 (expected < 3000000) after it"
    )
