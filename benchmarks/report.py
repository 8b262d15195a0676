"""How long a leads' report takes as drills accumulate.

Run as `python benchmarks/report.py [--drills 100000]`. Budget: 100,000 drills in 10 s, importing
matplotlib and scipy apart, and growth no faster than the number of drills. The store is filled from a
stated model first, and settled, as it is where drills come in one by one. Beside the clock's time stands the
processor's, and how many plain loops of ten million additions that is, which a busy machine changes less.
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

from yardstick import plain_loop

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


def seconds(database: Database) -> tuple[float, float, int]:
    """The best of some rounds by the clock and by the processor, and the page's bytes."""
    clock = processor = float("inf")
    size = 0
    for _ in range(ROUNDS):
        began, spent = time.perf_counter(), time.process_time()
        html = document(report_page(database, AT, rules=CurrencyRules(), budget=2))
        clock = min(clock, time.perf_counter() - began)
        processor = min(processor, time.process_time() - spent)
        size = len(html)
    return clock, processor, size


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a leads' report takes as drills accumulate.")
    parser.add_argument("--drills", type=int, default=100_000)
    most: int = parser.parse_args().drills
    with tempfile.TemporaryDirectory() as folder:
        for count in (most // 4, most // 2, most):
            database = filled(Path(folder) / f"{count}.db", count)
            took, spent, size = seconds(database)
            database.close()
            loop = min(plain_loop() for _ in range(ROUNDS))
            print(
                f"{count:>9,} drills: {took:6.2f} s by the clock, {spent:6.2f} s of the processor, "
                f"{spent / count * 1e6:5.1f} µs each, {spent / loop:5.1f} plain loops, {size / 1e3:,.0f} kB",
                flush=True,
            )
    print(f"{'within' if took <= BUDGET_S else 'over'} the budget of {BUDGET_S:g} s")


if __name__ == "__main__":
    main()
