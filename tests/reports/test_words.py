"""Every event in words."""

from __future__ import annotations

import pytest

from gameday.journal.events import (
    KINDS,
    AlertFired,
    Bearing,
    Believed,
    DrillStarted,
    Event,
    HintShown,
    Noted,
    SliMeasured,
)
from gameday.reports.words import clock, say
from tests.builders import believed, operated, pinned, wrong_hint


def test_every_kind_but_the_sli_has_words() -> None:
    """A new kind of event cannot be forgotten in the narration."""
    silent = {cls for cls in KINDS.values() if say.dispatch(cls) is say.dispatch(object)}
    assert silent == {SliMeasured}


@pytest.mark.parametrize(
    ("line", "exit_code", "words"),
    [
        ("scale vision 4", 0, "ops scale vision 4"),
        ("ops scale vision 4", 0, "ops scale vision 4"),
        ("scale vision four", 2, "ops scale vision four (exit code 2)"),
    ],
)
def test_an_operation_is_told_with_its_outcome(line: str, exit_code: int, words: str) -> None:
    """The line is told as it would be typed, with the exit code where it failed."""
    said = say(operated(line, exit_code=exit_code))
    assert said is not None
    assert said.words == words


def test_not_knowing_is_told_as_such() -> None:
    """A belief without a claim is `don't know yet`."""
    said = say(believed("", "", 0.0))
    assert said is not None
    assert "don't know yet" in said.words


@pytest.mark.parametrize(
    ("bearing", "words"),
    [
        ("for", "evidence for vision by capacity-shortfall, from signals: all slots are busy"),
        ("against", "evidence against vision by capacity-shortfall, from signals: all slots are busy"),
        ("none", "evidence from signals: all slots are busy"),
    ],
)
def test_evidence_is_told_with_the_belief_that_it_bears_on(bearing: Bearing, words: str) -> None:
    """Evidence that bears on no belief is told without one."""
    claim = () if bearing == "none" else ("vision", "capacity-shortfall")
    said = say(pinned("all slots are busy", bearing, *claim))
    assert said is not None
    assert said.words == words


def test_a_hint_is_told_with_claim_confidence_and_suggestion() -> None:
    """What the engineer saw of a hint is in its line."""
    said = say(wrong_hint())
    assert said is not None
    for part in (
        "hint 1 (pattern)",
        "90% sure",
        "vision by capacity-shortfall",
        "Suggests: ops scale vision 4",
    ):
        assert part in said.words


@pytest.mark.parametrize(
    "event",
    [
        Noted(text="a\x1b[2Jb\nc"),
        AlertFired(name="n\x1b]0;x\x07", severity="page", summary="s\x9b1m", service="e\r"),
        Believed(components=("\x1b[1mc",), mechanisms=("m\u202e",), confidence=0.5),
        HintShown(
            hint=1, source="\x1b[0m", hint_kind="observation", claim=None, confidence=0.1, says="\x07x"
        ),
        DrillStarted(
            codename="K\x1b[5m",
            mode="manual",
            runtime="fake",
            sandbox_id="s",
            engineer="e",
            seed=1,
            limit_s=60.0,
            hold_s=20.0,
        ),
    ],
)  # fmt: skip
def test_untrusted_text_is_harmless(event: Event) -> None:
    """No control character of an event reaches its words."""
    said = say(event)
    assert said is not None
    assert said.words.isprintable()


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "00:00"),
        (-0.4, "00:00"),
        (59.9, "00:59"),
        (61.0, "01:01"),
        (-75.0, "-01:15"),
        (6000.0, "100:00"),
    ],
)
def test_the_clock_of_a_drill(seconds: float, shown: str) -> None:
    """Minutes and seconds, with a sign before the onset."""
    assert clock(seconds) == shown
