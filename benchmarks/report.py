"""How long a leads' report takes as drills accumulate.

Run as `python benchmarks/report.py [--drills 100000]`. Budget: 100,000 drills in 10 s, importing
matplotlib and scipy apart, and growth no faster than the number of drills. The store is filled from a
stated model first, and settled, as it is where drills come in one by one; a plain loop is timed beside it,
to tell a slow or busy machine (about 0.5 s on an idle one) from a slow report.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gameday.records.database import Database
from gameday.records.store import Records
from gameday.records.training import Training
from gameday.reports.leads.html.document import document
from gameday.reports.leads.page import report_page
from scoring.currency import CurrencyRules
from scoring.simulation import Model, Study
from tests.reports.leads.html.years import runs

BUDGET_S = 10.0
ROUNDS = 3
STUDY = Study(engineers=50, families=10, blocks_per_family=10)
AT = dt.datetime(2026, 1, 6, 12, tzinfo=dt.UTC)


def filled(path: Path, count: int) -> Database:
    """A settled store of so many drills: years of teams of fifty."""
    database = Database(f"sqlite:///{path}")
    years = -(-count // (STUDY.engineers * STUDY.families * STUDY.blocks_per_family * 2))
    Records(database).add_many(itertools.islice(runs(years, Model(ai_ratio=0.8), STUDY), count))
    Training(database).settle()
    return database


def seconds(database: Database) -> tuple[float, int]:
    """The best of some rounds, and the page's bytes."""
    best, size = float("inf"), 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        html = document(report_page(database, AT, rules=CurrencyRules(), budget=2))
        best, size = min(best, time.perf_counter() - began), len(html)
    return best, size


def plain_loop() -> float:
    """Seconds for ten million additions, one after the other."""
    began = time.perf_counter()
    total = 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a leads' report takes as drills accumulate.")
    parser.add_argument("--drills", type=int, default=100_000)
    most: int = parser.parse_args().drills
    print(f"a plain loop: {plain_loop():.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        for count in (most // 4, most // 2, most):
            database = filled(Path(folder) / f"{count}.db", count)
            took, size = seconds(database)
            database.close()
            print(
                f"{count:>9,} drills: {took:6.2f} s, {took / count * 1e6:5.1f} µs each, {size / 1e3:,.0f} kB"
            )
    print(f"{'within' if took <= BUDGET_S else 'over'} the budget of {BUDGET_S:g} s")


if __name__ == "__main__":
    main()
