"""How fast events are appended, and how long a 20-minute drill takes to score.

Run as `python benchmarks/journal.py`. Budgets: 10,000 events/s appended, 100 ms to score.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gameday.drill.projection import score_run
from gameday.journal import Journal, SystemClock
from gameday.journal.events import Event, JourneySli, Operated, SliMeasured
from tests.builders import long_drill

EVENTS = 20_000
ROUNDS = 5


def _event(number: int) -> Event:
    if number % 4:
        journey = JourneySli(count=12, good=12, p50_ms=41.0, p95_ms=120.5)
        journeys = {"browse": journey, "upload": journey, "buy": journey}
        return SliMeasured(second=1_750_000_000 + number, journeys=journeys)
    return Operated(line="logs vision", tier="read", exit_code=0, duration_s=0.2, output="x" * 400)


def append_rate(folder: Path) -> float:
    """Events appended and flushed in a second, with one listener, the best of a few rounds."""
    events = [_event(number) for number in range(EVENTS)]
    rates = []
    for round_ in range(ROUNDS):
        heard: list[int] = []
        with Journal(folder / str(round_), "bench", SystemClock()) as journal:
            journal.subscribe(lambda entry, event, heard=heard: heard.append(entry.seq))  # type: ignore[misc]
            began = time.perf_counter()
            for event in events:
                journal.append(event, "conductor")
            rates.append(EVENTS / (time.perf_counter() - began))
    return max(rates)


def score_time(folder: Path) -> tuple[int, float]:
    """Events in a 20-minute drill, and the seconds to read and score it, the best of a few rounds."""
    events = long_drill().write(folder)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        score_run(folder)
        times.append(time.perf_counter() - began)
    return events, min(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        rate = append_rate(Path(temporary) / "append")
        events, seconds = score_time(Path(temporary) / "score")
    print(f"appended {rate:,.0f} events/s (budget 10,000)")
    print(f"scored a drill of {events:,} events in {seconds * 1000:.1f} ms (budget 100)")


if __name__ == "__main__":
    main()
