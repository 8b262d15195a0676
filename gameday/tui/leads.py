"""Reads and computes what the leads' screen shows. It may take seconds, so it is called in a thread."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from gameday.errors import BadRecords

if TYPE_CHECKING:
    from gameday.reports.leads.page import ReportPage
    from scoring.currency import CurrencyRules

_LIBRARIES = ("scipy", "fsrs")
_BUDGET = 2


@dataclass(frozen=True)
class Leads:
    """The report for leads, or why there is none."""

    page: ReportPage | None = None
    trouble: str = ""
    """Why it can't be told, or not up to the last drill, in one sentence."""


def read_leads(at: dt.datetime, *, pseudonyms: bool) -> Leads:
    """The report as of a time with its zone, with the settings that the commands have.

    A planned look at the comparison that is due is taken and kept, as by `gameday compare`.
    """
    from scenarios.errors import ScenarioError

    lacking = [name for name in _LIBRARIES if find_spec(name) is None]
    if lacking:
        needed = " and ".join(lacking)
        return Leads(trouble=f"it takes {needed}; get what leads need with: pip install 'gameday[leads]'")
    try:
        return _read(at, pseudonyms=pseudonyms)
    except (BadRecords, ScenarioError) as reason:
        return Leads(trouble=str(reason))


def _read(at: dt.datetime, *, pseudonyms: bool) -> Leads:
    from gameday.drill.recording import catch_up
    from gameday.records.database import Database
    from gameday.records.store import Records
    from gameday.reports.leads.page import report_page

    trouble = ""
    database = Database()
    try:
        try:
            catch_up(Records(database))
        except BadRecords as reason:
            # What was taken in before can be told all the same.
            trouble = f"not up to date: {reason}"
        page = report_page(
            database, at, rules=currency_rules(), budget=monthly_budget(), pseudonyms=pseudonyms
        )
    finally:
        database.close()
    return Leads(page, trouble)


def monthly_budget() -> int:
    """Drills by hand a month, as `gameday next` counts them."""
    return _setting("GAMEDAY_MONTHLY_BUDGET", _BUDGET)


def currency_rules() -> CurrencyRules:
    """The rule of currency, as `gameday currency` has it."""
    from scoring.currency import CurrencyRules

    usual = CurrencyRules()
    return CurrencyRules(
        drills=_setting("GAMEDAY_CURRENCY_DRILLS", usual.drills, least=1),
        window_days=_setting("GAMEDAY_CURRENCY_WINDOW", usual.window_days, least=1),
        family_window_days=_setting("GAMEDAY_CURRENCY_FAMILY_WINDOW", usual.family_window_days, least=1),
        lapsing_days=_setting("GAMEDAY_CURRENCY_LAPSING", usual.lapsing_days),
        observed_after_days=_setting("GAMEDAY_CURRENCY_OBSERVED_AFTER", usual.observed_after_days),
    )


def _setting(name: str, usual: int, least: int = 0) -> int:
    """A whole number from the environment; what it can't be is as if it weren't set."""
    given = os.environ.get(name, "")
    return max(least, int(given)) if given.isascii() and given.isdigit() else usual
