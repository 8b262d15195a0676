"""The drill's verdict while somebody robs the shop: serving them, too, is no mitigation."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gameday.drill.facts import Facts
from gameday.drill.lookout import Lookout
from gameday.journal.clock import ManualClock
from gameday.journal.events import Actor, Event, Mitigated, Paged, Relapsed, SliMeasured, SloViolated
from sandbox.observe.customers import Served, SliSecond
from sandbox.observe.metrics import Alert
from scenarios.parts import Fraud

ONSET = 1_000.0
FRAUD = Fraud(costs={"upload": 0.4}, cap_per_min=60.0)


def second(number: int, *, good: int, stolen: int) -> SliSecond:
    """Ten uploads by customers, so many of them good, and so many by bots besides one that failed."""
    customers = {"upload": Served(10, good, 10 - good, ())}
    return SliSecond(number, customers, {"upload": Served(stolen + 1, stolen, 1, ())})


def verdicts(*stretches: tuple[int, int, int], fraud: Fraud | None = FRAUD) -> list[Event]:
    """What is said of stretches of (seconds, customers' good uploads, bots' uploads) from the onset on."""
    said: list[Event] = []

    def say(event: Event, actor: Actor) -> None:
        said.append(event)

    lookout = Lookout(Facts(), say, ManualClock(ONSET), fraud)
    for number in range(940, 1_000):
        lookout.on_second(second(number, good=10, stolen=0))
    lookout.expect_trouble(ONSET, 20.0)
    number = 1_000
    for seconds, good, stolen in stretches:
        for _ in range(seconds):
            lookout.on_second(second(number, good=good, stolen=stolen))
            number += 1
    return [each for each in said if isinstance(each, SloViolated | Mitigated | Relapsed | SliMeasured)]


def told(events: list[Event]) -> list[Event]:
    return [each for each in events if not isinstance(each, SliMeasured)]


def test_letting_everybody_in_is_no_mitigation() -> None:
    """Five prints a second are 120 a minute, twice the cap, however well customers are served."""
    assert told(verdicts((10, 2, 5), (60, 10, 5))) == [SloViolated(since=1000.0)]
    assert told(verdicts((10, 2, 5), (60, 10, 5), fraud=None)) == [
        SloViolated(since=1000.0), Mitigated(since=1010.0)
    ]  # fmt: skip


def test_keeping_everybody_out_is_no_mitigation() -> None:
    assert told(verdicts((10, 2, 5), (60, 0, 0))) == [SloViolated(since=1000.0)]


def test_keeping_the_right_ones_out_is() -> None:
    """And to let them in again is a relapse."""
    kinds = [type(each) for each in told(verdicts((10, 2, 5), (30, 10, 0), (30, 10, 5)))]
    assert kinds == [SloViolated, Mitigated, Relapsed]


def test_what_was_stolen_is_in_the_journal() -> None:
    """Of six that bots tried, five came through: 2.00."""
    measured = [each for each in verdicts((1, 10, 5)) if isinstance(each, SliMeasured)]
    assert [each.stolen for each in (measured[0], measured[-1])] == pytest.approx([0.0, 2.0])


PAGE = Alert("UploadSlow", "firing", "page", "vision", "uploads take 4 s (p95)")
TICKET = Alert("CacheMisses", "firing", "ticket", "cache", "half of all look-ups miss")


def rung(*steps: Sequence[Alert] | float) -> list[str]:
    """Which alerts rang the pager; a step is what fires now, or the moment of the onset."""
    said: list[Event] = []
    lookout = Lookout(Facts(), lambda event, actor: said.append(event), ManualClock(ONSET))
    for step in steps:
        if isinstance(step, float):
            lookout.expect_trouble(step, 20.0)
        else:
            lookout.on_alerts(step)
    return [each.alert for each in said if isinstance(each, Paged)]


def test_the_first_page_rings_and_no_other() -> None:
    assert rung(ONSET, [TICKET], [TICKET, PAGE], [PAGE], [], [PAGE]) == ["UploadSlow"]


def test_what_fired_before_anything_was_broken_does_not_ring() -> None:
    assert rung([PAGE], [], ONSET, [TICKET]) == []
    assert rung([PAGE], [], ONSET, [PAGE]) == ["UploadSlow"]


def test_what_fires_at_the_onset_rings_at_it() -> None:
    assert rung([PAGE, TICKET], ONSET, [PAGE, TICKET]) == ["UploadSlow"]
