"""The report for leads in a terminal, a page for each question; the words are those of the other media."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gameday.reports.leads.answers import answers, asked_for_most, coverage, reliance_answer
from gameday.reports.leads.comparison_text import (
    WIDEST,
    cautions,
    concluded,
    count,
    drawn_curves,
    heading,
    what_is_left_out,
)
from gameday.reports.leads.families import FamiliesPage
from gameday.reports.leads.page import ReportPage
from gameday.reports.leads.practising import NextPage
from gameday.reports.leads.practising_text import WHY, currency_blocks, stars
from gameday.reports.leads.trust_text import rate, trust
from gameday.reports.words import clock, sealed_count
from gameday.text import one_line
from scoring.comparison.trust import Rate

Drawing = Callable[[ReportPage, int], Iterator[RenderableType]]
"""A page's blocks for a width in columns."""

_BAR = 21
"""Columns from 0 to 100 %."""
_FIRST = "Nobody is in the records yet; `gameday drill` plays the first drill."
_SPACIOUS = 100
"""Columns from which on a table has room for what is nice to know."""


def in_short(page: ReportPage, width: int) -> Iterator[RenderableType]:
    """Four questions with their answers, and what to do."""
    for answer in answers(page):
        yield Text(answer.asked, style="bold underline")
        yield _indented(Text(one_line(answer.short), style="bold"))
        if answer.more:
            yield _indented(Text(one_line(answer.more)))
        yield Text()
    yield Text("What to do next?", style="bold underline")
    if not page.currency.engineers:
        yield _indented(Text(_FIRST))
    elif most := asked_for_most(page.next):
        yield _indented(Text(f"Practise by hand; most asked for: {one_line(most)}."))
    else:
        yield _indented(Text("Nothing more by hand this month."))
    if not page.comparison.comparison.pairs:
        plan = "`gameday schedule plan ROSTER.yaml` plans drills that can be compared; without, none can."
        yield _indented(Text(plan))


def practice(page: ReportPage, width: int) -> Iterator[RenderableType]:
    """Who is current, until when, what is missing, and which families are whose to do."""
    yield from currency_blocks(page.currency)
    if not page.currency.engineers:
        return
    yield heading(f"By family: who has done one by hand in {page.currency.rules.family_window_days} days")
    table = _table("family", "have", "have not")
    for line in coverage(page.currency):
        table.add_row(one_line(line.family), line.have, one_line(line.have_not))
    yield table


def comparison(page: ReportPage, width: int) -> Iterator[RenderableType]:
    """AI-on against AI-off: what may be concluded, the effect, the curves, what is left out."""
    yield Text("With the AI against without", style="bold underline")
    yield from concluded(page.comparison)
    if page.comparison.comparison.drills:
        yield from drawn_curves(page.comparison, min(width, WIDEST))
        yield from cautions(page.comparison)
        yield from what_is_left_out(page.comparison)


def reliance(page: ReportPage, width: int) -> Iterator[RenderableType]:
    """Whether hints are taken when they are right, and left when they are wrong."""
    yield Text(reliance_answer(page.comparison)[0], style="bold")
    yield from trust(page.comparison)


def hurting(page: ReportPage, width: int) -> Iterator[RenderableType]:
    """Families by the share that was handled by hand, the lowest first, each with its interval."""
    families = page.families
    yield Text("Which families hurt", style="bold underline")
    if not families.lines:
        yield Text("No drill without the AI counts yet.")
    else:
        yield Text(
            f"{count(families.drills, 'drill')} without the AI, each variant met for the first time; handled "
            "is mitigated in time and the cause named. Where intervals overlap, the order may be chance.\n"
        )
        yield _families(families, spacious=width >= _SPACIOUS)
    yield from _sealed(families.sealed)
    if families.stood_down.n:
        yield Text(f"\nWhere nothing was wrong, stood down rightly: {rate(families.stood_down)}.")


def _families(page: FamiliesPage, *, spacious: bool) -> Table:
    more = ("mitigated", "cause named", "half mitigated by") if spacious else ()
    table = _table("family", f"{'0':<{_BAR - 5}}100 %", "handled by hand", *more)
    for line in page.lines:
        half = "more than half ran out" if line.median_s is None else clock(line.median_s)
        rest = (_of(line.mitigated), _of(line.named), half) if spacious else ()
        table.add_row(one_line(line.family), interval(line.handled), rate(line.handled), *rest)
    return table


def _of(found: Rate) -> str:
    return f"{found.k:,} of {found.n:,}"


def interval(found: Rate, columns: int = _BAR) -> str:
    """A share and its interval on a line from 0 to 100 %; blank where there are no cases."""
    if found.value is None:
        return ""
    low, at, high = (round(share * (columns - 1)) for share in (found.low, found.value, found.high))
    line = ["─" if low <= column <= high else "·" for column in range(columns)]
    line[low], line[high], line[at] = "├", "┤", "●"
    return "".join(line)


def what_next(page: ReportPage, width: int) -> Iterator[RenderableType]:
    """What the team had best practise, then what each engineer had."""
    if not page.currency.engineers:
        yield Text(_FIRST)
        return
    budget = count(page.next.budget, "drill")
    yield Text("What to practise next", style="bold underline")
    yield Text(f"By hand, within {budget} a month for each; an order, not a probability.")
    if most := asked_for_most(page.next):
        yield Text.assemble("Asked for most: ", (one_line(most), "bold"), ".")
    yield Text()
    yield _everybody(page.next)
    yield from _sealed(page.next.sealed)
    yield Text("\n`gameday schedule plan ROSTER.yaml` plans pairs that can be compared.")


def _everybody(page: NextPage) -> Table:
    table = _table("engineer", "family", "why", "last by hand", "how hard", "done this month")
    for line in page.engineers:
        name, done = one_line(line.engineer), f"{line.done_this_month:,}"
        if not line.drills:
            table.add_row(name, "–", "nothing more this month", "", "", done)
        for number, drill in enumerate(line.drills):
            first = number == 0
            table.add_row(
                name if first else "",
                one_line(drill.suggestion.family),
                WHY[drill.suggestion.reason],
                str(drill.latest or "never"),
                stars(drill),
                done if first else "",
            )
    return table


def _sealed(drills: int) -> Iterator[RenderableType]:
    if drills:
        yield Text(f"\n{sealed_count(drills)}")


def _indented(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2))


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    return table
