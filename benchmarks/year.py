"""A simulated year of a team of eight, in a store of its own.

    python benchmarks/year.py [STORE.db] [--ai-ratio 0.6] [--practice 0.9] [--seed 1] [--blocks 2]
    GAMEDAY_DATABASE_URL=sqlite:///STORE.db GAMEDAY_DATA=$(mktemp -d) gameday compare

The model stands in `scoring/simulation.py`; nobody played any of it. Every drill is marked as simulated, and
a store of real drills refuses it, as a simulated store refuses real ones. `--drills` makes as many as asked:
as many years of teams of fifty as that takes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.console import Console

from gameday.errors import GamedayError
from gameday.records.database import Database
from gameday.records.people import People
from gameday.records.simulated import as_run
from gameday.records.store import Records
from gameday.reports.leads.comparing import Asked, comparison_page
from gameday.reports.leads.comparison_text import comparison_text
from scoring.comparison import Rep
from scoring.simulation import Model, Study, simulate

LARGE = Study(engineers=50, families=10, blocks_per_family=10)


def year(model: Model, seed: int, blocks: int) -> tuple[Rep, ...]:
    """A year of eight engineers in two teams, in six families."""
    return simulate(model, seed, Study(engineers=8, families=6, blocks_per_family=blocks))


def many(model: Model, count: int) -> Iterator[Rep]:
    """So many drills: years of teams of fifty, each with names of its own."""
    made = seed = 0
    while made < count:
        for rep in simulate(model, seed, LARGE)[: count - made]:
            yield rep._replace(engineer=f"{rep.engineer}/{seed}", team=f"{rep.team}/{seed}")
            made += 1
        seed += 1


def write(database: Database, reps: Iterable[Rep]) -> int:
    """Put drills and teams into a store; how many drills."""
    members: dict[str, set[str]] = {}

    def runs() -> Iterator[Rep]:
        for rep in reps:
            members.setdefault(rep.team, set()).add(rep.engineer)
            yield rep

    count = Records(database).add_many(map(as_run, runs()))
    people = People(database)
    for team, names in members.items():
        people.put_in_team(team, sorted(names))
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a simulated year into a store of its own.")
    parser.add_argument(
        "store", type=Path, nargs="?", help="without one, the year is compared and thrown away"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ai-ratio", type=float, default=0.6, help="time with the AI over time without")
    parser.add_argument("--practice", type=float, default=0.9, help="second drill of a pair over the first")
    parser.add_argument("--blocks", type=int, default=2, help="pairs for each engineer and family")
    parser.add_argument("--drills", type=int, default=0, help="so many drills instead of a year")
    chosen = parser.parse_args()
    model = Model(ai_ratio=chosen.ai_ratio, practice=chosen.practice)
    reps = many(model, chosen.drills) if chosen.drills else year(model, chosen.seed, chosen.blocks)
    with tempfile.TemporaryDirectory() as folder:
        store = chosen.store or Path(folder) / "year.db"
        try:
            database = Database(f"sqlite:///{store}")
            print(f"wrote {write(database, reps):,} simulated drills into {store}")
        except GamedayError as error:
            sys.exit(str(error))
        if chosen.store is None:
            print(f"put in: a time ratio of {chosen.ai_ratio}")
            console = Console()
            console.print(comparison_text(comparison_page(database, Asked()), console.width))
        database.close()


if __name__ == "__main__":
    main()
