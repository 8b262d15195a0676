"""How long a comparison takes as drills accumulate.

Run as `python benchmarks/comparison.py [--drills 100000]`. Budget: 100,000 drills in 3 s, importing
numpy and scipy apart, and growth no faster than the number of drills. A plain loop is timed beside it, to
tell a slow or busy machine (about 0.5 s on an idle one) from a slow comparison.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scoring.comparison import Rep, compare
from scoring.simulation import Model, Study, simulate

ROUNDS = 3
BUDGET_S = 3.0


def drills(count: int) -> list[Rep]:
    """So many drills: years of teams of fifty, each engineer and pair with a name of its own year."""
    study = Study(engineers=50, families=10, blocks_per_family=10)
    made: list[Rep] = []
    year = 0
    while len(made) < count:
        made += [
            rep._replace(engineer=f"{rep.engineer}/{year}")
            for rep in simulate(Model(ai_ratio=0.8), year, study)
        ]
        year += 1
    return made[:count]


def seconds(reps: list[Rep], by: str | None) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        compare(reps, by=by)  # type: ignore[arg-type]
        best = min(best, time.perf_counter() - began)
    return best


def plain_loop() -> float:
    """Seconds for ten million additions, one after the other."""
    began = time.perf_counter()
    total = 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a comparison takes as drills accumulate.")
    parser.add_argument("--drills", type=int, default=100_000)
    most: int = parser.parse_args().drills
    began = time.perf_counter()
    compare(drills(100))
    print(f"first comparison, with the import of numpy and scipy: {time.perf_counter() - began:.2f} s")
    known = drills(most)
    print(f"ten million additions: {plain_loop():.2f} s")
    for count in (most // 10, most // 3, most):
        for by in (None, "team", "family", "engineer") if count == most else (None,):
            taken = seconds(known[:count], by)
            print(
                f"{count:>7,} drills by {by or 'nothing':<8} {taken:6.2f} s"
                f"  {1e6 * taken / count:5.1f} µs each" + (f" (budget {BUDGET_S} s)" if count == most else "")
            )


if __name__ == "__main__":
    main()
