"""How busy the machine was: by what its processors did between two moments."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gameday.drill.machine import Processors


@pytest.mark.parametrize(
    ("times", "busy"),
    [
        ([(100.0, 400.0), (110.0, 440.0)], 0.75),
        ([(100.0, 400.0), (100.0, 420.0)], 1.0),
        ([(100.0, 400.0), (120.0, 420.0)], 0.0),
        ([(100.0, 400.0), (99.9, 420.0)], 1.0),
        ([(100.0, 400.0), (100.0, 400.0)], None),
    ],
    ids=["a quarter idle", "full", "idle", "a counter that went back", "no time passed"],
)
def test_the_share_is_of_all_processors_time(
    times: Sequence[tuple[float, float]], busy: float | None
) -> None:
    read = iter(times)
    processors = Processors(lambda: next(read))
    assert processors.busy is None
    processors.begin()
    assert processors.busy == (None if busy is None else pytest.approx(busy))


def test_this_machines_processors_work() -> None:
    """While this test does."""
    processors = Processors()
    processors.begin()
    seen = None
    while not seen:
        sum(range(10_000))
        seen = processors.busy
    assert 0 < seen <= 1
