"""How fast 100,000 drills go into the store and come out of it again.

Run as `python benchmarks/records.py [URL]`; without a URL, on SQLite in a folder of its own. Budget for the
rows of a comparison: 1 s, of the 3 s that the comparison may take.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gameday.records.database import Database
from gameday.records.run import Run
from gameday.records.store import Records
from tests.records.runs import past_run, scores, write_run

DRILLS = 100_000
ROUNDS = 3
T = TypeVar("T")


def simulated() -> Iterator[Run]:
    """Drills of 40 engineers in 6 families over two years."""
    dice = random.Random(1)
    for number in range(DRILLS):
        time_s = min(1200.0, dice.lognormvariate(5.8, 0.7))
        yield past_run(
            number,
            engineer=f"engineer {number % 40}",
            family=f"family {number % 6}",
            mode=("manual", "advise")[number // 40 % 2],
            started=1_700_000_000.0 + 630 * number,
            simulated=True,
            scores=scores(time_s, mitigated=time_s < 1200.0),
        )


def best(call: Callable[[], T]) -> tuple[float, T]:
    """The least seconds of a few rounds, and what came of the last."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - began)
    return min(times), result


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{temporary}/records.db"
        began = time.perf_counter()
        database = Database(url)
        print(f"made the tables in {time.perf_counter() - began:.2f} s")
        records = Records(database)
        began = time.perf_counter()
        count = records.add_many(simulated())
        print(f"inserted {count:,} drills in {time.perf_counter() - began:.1f} s")
        seconds, rows = best(lambda: sum(1 for _ in records.reps()))
        print(f"streamed {rows:,} reps in {seconds:.2f} s (budget 1)")
        tracemalloc.start()
        sum(1 for _ in records.reps())
        print(f"holding at most {tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB")
        tracemalloc.stop()
        seconds, one = best(lambda: list(records.reps(engineer="engineer 7", family="family 1")))
        print(f"one engineer's {len(one):,} reps of a family in {seconds:.3f} s")
        seconds, shown = best(lambda: records.history(20))
        print(f"history of {len(shown)} in {seconds * 1000:.1f} ms")
        folder = write_run(Path(temporary) / "run")
        began = time.perf_counter()
        records.ingest(folder)
        print(f"took in a run folder in {(time.perf_counter() - began) * 1000:.0f} ms", end="")
        seconds, _ = best(lambda: records.ingest(folder))
        print(f", again in {seconds * 1000:.1f} ms")
        database.close()


if __name__ == "__main__":
    main()
