"""Everything that a report shows, computed once from the store and frozen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gameday.records.database import Database
from gameday.records.store import Records
from gameday.records.training import Training
from gameday.reports.leads.comparing import Asked, ComparisonPage, comparison_page
from gameday.reports.leads.families import FamiliesPage, families_page
from gameday.reports.leads.library import families as families_of
from gameday.reports.leads.practising import CurrencyPage, NextPage, chosen, currency_page, next_page
from scoring.currency import CurrencyRules


@dataclass(frozen=True)
class ReportPage:
    """One report."""

    at: dt.datetime
    """When it was made, UTC."""
    comparison: ComparisonPage
    currency: CurrencyPage
    next: NextPage
    families: FamiliesPage

    @property
    def simulated(self) -> bool:
        return self.comparison.simulated

    @property
    def since(self) -> dt.datetime | None:
        return self.comparison.since


def report_page(
    database: Database,
    at: dt.datetime,
    *,
    rules: CurrencyRules,
    budget: int,
    since: dt.datetime | None = None,
    pseudonyms: bool = False,
) -> ReportPage:
    """Compute a report.

    Args:
        at: now, with its time zone.
        budget: drills by hand a month for each engineer.
        since: narrows the comparison and the families, not currency; rules a verdict out.

    Raises:
        BadRecords: the store cannot be read, or there are no families.
        NoRecords: `fsrs` is not installed.
    """
    records, training = Records(database), Training(database)
    training.settle()
    known = families_of(records, ())
    people = chosen(training, team=None, name=None)
    told: list[FamiliesPage] = []
    compared = comparison_page(
        database,
        Asked(since=since, pseudonyms=pseudonyms),
        on_reps=lambda reps, _, sealed: told.append(
            families_page(reps, sum(not drill.ai for drill in sealed))
        ),
    )
    return ReportPage(
        at=at.astimezone(dt.UTC),
        comparison=compared,
        currency=currency_page(
            people,
            training.practice(),
            known,
            at.astimezone(dt.UTC).date(),
            rules,
            pseudonyms=pseudonyms,
            simulated=records.simulated,
            sealed=training.sealed(),
        ),
        next=next_page(
            people, training, known, at, budget, pseudonyms=pseudonyms, simulated=records.simulated
        ),
        families=told[0],
    )
