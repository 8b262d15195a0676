"""Reports for leads for the tests of their screen: simulated years, and a store with nobody in it."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gameday.records.database import Database
from gameday.reports.leads.page import ReportPage, report_page
from gameday.tui.leads import Leads
from scoring.currency import CurrencyRules
from scoring.simulation import Model, Study
from tests.reports.leads.html.years import fill

AT = dt.datetime(2026, 1, 6, 12, tzinfo=dt.UTC)


@cache
def year(blocks: int = 2, *, pseudonyms: bool = False) -> Leads:
    """A year of eight people who are faster with the AI; none of its drills were played."""
    return Leads(_page(Study(blocks_per_family=blocks), pseudonyms=pseudonyms))


@cache
def nobody() -> Leads:
    """The report of a store without a drill."""
    return Leads(_page(None))


def _page(study: Study | None, *, pseudonyms: bool = False) -> ReportPage:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder)}/records.db")
        try:
            if study is not None:
                fill(database, model=Model(ai_ratio=0.7), study=study)
            return report_page(database, AT, rules=CurrencyRules(), budget=2, pseudonyms=pseudonyms)
        finally:
            database.close()
