"""The curves that a drill keeps."""

from __future__ import annotations

from typing import cast

from gameday.drill.curves import LEAD_S, MOST_STEPS, Curves
from gameday.drill.session import Signal, SignalSample
from sandbox.errors import SandboxError
from sandbox.observe.metrics import Metrics, Series

ONSET = 10_000.0


class Told:
    """Metrics that answer `up` and nothing else; it remembers the steps that were asked for."""

    def __init__(self) -> None:
        self.steps: list[float] = []

    def range(self, promql: str, begin: float, end: float, step_s: float) -> list[Series]:
        self.steps.append(step_s)
        if promql == "silent":
            return []
        if promql != "up":
            raise SandboxError("the metrics do not answer")
        return [Series({}, (1.0, None, 0.123456789))]


def sample(wall: float, value: float | None) -> SignalSample:
    return SignalSample(wall, (Signal("edge", "rate", "/s", value),))


def test_golden_signals_are_kept_second_by_second_with_their_gaps() -> None:
    """On one grid from before the onset to the end; what came earlier is left out."""
    curves = Curves()
    begin = ONSET - LEAD_S
    for wall, value in ((begin - 5, 9.0), (begin + 0.4, 1.0), (begin + 2.1, 3.0), (begin + 3.0, None)):
        curves.on_signals(sample(wall, value))
    kept = curves.series(cast(Metrics, Told()), (), ONSET, begin + 4)
    assert kept.begin == begin
    assert kept.golden[0].values == (1.0, None, 3.0, None)


def test_an_expression_that_cannot_be_read_is_left_out() -> None:
    """The others are kept, shortened to five digits; one without a series is empty."""
    kept = Curves().series(cast(Metrics, Told()), ("broken", "up", "silent"), ONSET, ONSET + 60)
    assert [curve.promql for curve in kept.told_apart] == ["up", "silent"]
    assert kept.told_apart[0].values == (1.0, None, 0.12346)
    assert kept.told_apart[1].values == ()


def test_a_long_drill_is_kept_with_a_longer_step() -> None:
    told = Told()
    kept = Curves().series(cast(Metrics, told), ("up",), ONSET, ONSET + 3 * MOST_STEPS)
    assert kept.step_s == 4
    assert told.steps == [4]
