"""Currency, and what to practise next, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gameday.reports.leads.practising import CurrencyPage, EngineerCurrency, EngineerNext, NextDrill, NextPage
from gameday.reports.words import sealed_count
from gameday.text import one_line

SIMULATED = "SIMULATED: nobody played these drills; they were written by a model."
_SIGNS = {"current": "✓", "lapsing": "!", "lapsed": "✗", "not yet": "·"}
WHY = {"never practised": "never done by hand", "due": "due", "soonest": "not due yet, the least fresh"}


def currency_text(page: CurrencyPage) -> RenderableType:
    """A line for each engineer, in the order of names."""
    return Group(*_marked(page.simulated), *currency_blocks(page))


def _marked(simulated: bool) -> Iterator[RenderableType]:
    if simulated:
        yield Text(SIMULATED, style="reverse")


def currency_blocks(page: CurrencyPage) -> Iterator[RenderableType]:
    """The same without the mark of simulated records, for whoever has shown it already."""
    rules = page.rules
    yield Text(f"Current by hand on {page.on} (days are days in UTC)", style="bold underline")
    yield Text(
        f"{rules.drills} drills without the AI in {rules.window_days} days, and one in each of "
        f"{', '.join(map(one_line, page.families))} in {rules.family_window_days}.\n"
    )
    if not page.engineers:
        yield Text("Nobody is in the records yet; `gameday drill` plays the first drill.")
        return
    table = _table("engineer", "status", "until", "what is missing")
    for line in page.engineers:
        status = line.currency.status
        table.add_row(
            one_line(line.engineer),
            Text(f"{_SIGNS[status]} {status}", style="bold" if status in ("lapsing", "lapsed") else ""),
            str(line.currency.expires or "–"),
            missing(line),
        )
    yield table
    if page.sealed:
        yield Text(f"\n{sealed_count(page.sealed)}")
    yield Text("\nCurrent is not the same as proficient: it says that somebody has lately done it by hand.")


def missing(line: EngineerCurrency) -> str:
    """What an engineer lacks to be current, in words; empty if nothing."""
    found = line.currency
    words = []
    if found.drills_short:
        words.append(f"{found.drills_short} drill{'' if found.drills_short == 1 else 's'}")
    if found.families_short:
        words.append(f"one in {', '.join(map(one_line, found.families_short))}")
    if found.needs_observed:
        words.append("one of them watched (--observer), on a variant not met before")
    return "; ".join(words)


def next_text(page: NextPage) -> RenderableType:
    """For each engineer, what to practise, the most urgent first."""
    return Group(*_marked(page.simulated), *_next_blocks(page))


def _next_blocks(page: NextPage) -> Iterator[RenderableType]:
    budget = f"{page.budget} drill{'' if page.budget == 1 else 's'} by hand a month"
    yield Text("What to practise next", style="bold underline")
    yield Text(f"Within {budget} for each; an order, not a probability.")
    for line in page.engineers:
        yield Text(f"\n{one_line(line.engineer)}", style="bold")
        yield _suggestions(line, page.budget)
    if page.sealed:
        yield Text(f"\n{sealed_count(page.sealed)}")


def _suggestions(line: EngineerNext, budget: int) -> RenderableType:
    if not line.drills:
        return Text(f"Nothing more this month: {line.done_this_month} of {budget} done.")
    table = _table("family", "why", "last by hand", "how hard")
    for drill in line.drills:
        suggestion = drill.suggestion
        table.add_row(
            one_line(suggestion.family), WHY[suggestion.reason], str(drill.latest or "never"), stars(drill)
        )
    return table


def stars(drill: NextDrill) -> str:
    """Difficulty as the library shows it."""
    level = drill.difficulty
    return "–" if level is None else "★" * level + "☆" * (5 - level)


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    return table
