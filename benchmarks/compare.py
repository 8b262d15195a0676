"""How long `gameday compare` works on a large store: from opening it to the page as text.

Run as `python benchmarks/compare.py [--drills 100000]`. Budget: 100,000 drills in 3 s on an idle machine,
imports of numpy and scipy apart, and growth no faster than the drills. Beside the clock's time stands the
processor's, and how many plain loops of ten million additions that is, which a busy machine changes less. The
drills are simulated.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.console import Console
from yardstick import plain_loop
from year import many, write

from gameday.records.database import Database
from gameday.reports.leads.comparing import Asked, comparison_page
from gameday.reports.leads.comparison_text import comparison_text
from scoring.simulation import Model

ROUNDS = 3
BUDGET_S = 3.0
WIDTH = 100


def work(url: str) -> tuple[float, float]:
    """Seconds by the clock and by the processor: open the store, compare, draw."""
    began, spent = time.perf_counter(), time.process_time()
    database = Database(url)
    page = comparison_page(database, Asked())
    Console(file=io.StringIO(), width=WIDTH).print(comparison_text(page, WIDTH))
    database.close()
    return time.perf_counter() - began, time.process_time() - spent


def main() -> None:
    parser = argparse.ArgumentParser(description="How long `gameday compare` works on a large store.")
    parser.add_argument("--drills", type=int, default=100_000)
    most: int = parser.parse_args().drills
    with tempfile.TemporaryDirectory() as folder:
        for number, count in enumerate((1_000, most // 10, most // 3, most)):
            url = f"sqlite:///{folder}/{number}.db"
            database = Database(url)
            write(database, many(Model(ai_ratio=0.9), count))
            database.close()
            if not number:
                print(f"first comparison, with the import of numpy and scipy: {work(url)[0]:.2f} s")
                continue
            clock, processor = (min(times) for times in zip(*(work(url) for _ in range(ROUNDS)), strict=True))
            loop = min(plain_loop() for _ in range(ROUNDS))
            print(
                f"{count:>7,} drills {clock:6.2f} s by the clock, {processor:6.2f} s of the processor, "
                f"{1e6 * processor / count:5.1f} µs each, {processor / loop:5.1f} plain loops"
                + (f" (budget {BUDGET_S} s)" if count == most else ""),
                flush=True,
            )


if __name__ == "__main__":
    main()
