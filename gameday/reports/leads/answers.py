"""The report in four answers, and what else it says in one line: the same words on every medium."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gameday.reports.leads.comparing import ComparisonPage
from gameday.reports.leads.comparison_text import count, effect
from gameday.reports.leads.families import FamiliesPage
from gameday.reports.leads.page import ReportPage
from gameday.reports.leads.practising import CurrencyPage, EngineerCurrency, NextPage
from gameday.reports.leads.trust_text import rate
from scoring.comparison.remarks import TooFewPairs

_NAMED = 6
"""Names in a sentence; the rest are counted."""


@dataclass(frozen=True)
class Answer:
    """What a lead asks, and what the records say to it; names in it come as they are kept."""

    asked: str
    short: str
    more: str
    """What the short answer rests on; empty if there is nothing to add."""


@dataclass(frozen=True)
class Coverage:
    """Who has lately done a family by hand."""

    family: str
    have: str
    """`3 of 8`."""
    have_not: str
    """Their names, the first few."""


def answers(page: ReportPage) -> tuple[Answer, ...]:
    """The whole report in four answers."""
    return (
        Answer("Is skill by hand current?", *_currency_answer(page.currency)),
        Answer("Does the AI help?", *_comparison_answer(page.comparison)),
        Answer("Is it trusted as far as it deserves?", *reliance_answer(page.comparison)),
        Answer("What hurts most?", *_families_answer(page.families)),
    )


def coverage(page: CurrencyPage) -> tuple[Coverage, ...]:
    """By family, who has done one by hand lately enough for it to count."""
    return tuple(_covered(page, at) for at in range(len(page.families)))


def _covered(page: CurrencyPage, at: int) -> Coverage:
    fresh = [line for line in page.engineers if _fresh(line.families[at].until, page.on)]
    short = [line.engineer for line in page.engineers if not _fresh(line.families[at].until, page.on)]
    return Coverage(page.families[at], f"{len(fresh):,} of {len(page.engineers):,}", names(short))


def _fresh(until: dt.date | None, on: dt.date) -> bool:
    return until is not None and until >= on


def asked_for_most(page: NextPage) -> str:
    """The families that most engineers had best do next, with how many; empty if nothing is due."""
    wanted = Counter(drill.suggestion.family for line in page.engineers for drill in line.drills)
    return ", ".join(f"{family} ({number:,})" for family, number in wanted.most_common(4))


def names(items: Iterable[str]) -> str:
    """Names in a sentence, the first few."""
    known = list(items)
    if len(known) <= _NAMED:
        return ", ".join(known)
    return f"{', '.join(known[:_NAMED])} and {len(known) - _NAMED:,} more"


def _of(page: CurrencyPage, *statuses: str) -> list[EngineerCurrency]:
    return [line for line in page.engineers if line.currency.status in statuses]


def _currency_answer(page: CurrencyPage) -> tuple[str, str]:
    if not page.engineers:
        return "Nobody has drilled yet.", ""
    current = len(_of(page, "current", "lapsing"))
    lapsing, lapsed = _of(page, "lapsing"), _of(page, "lapsed")
    never = _of(page, "not yet")
    more = []
    if lapsing:
        more.append(f"Due soon: {names(f'{line.engineer} by {line.currency.expires}' for line in lapsing)}.")
    if lapsed:
        more.append(f"Lapsed: {names(line.engineer for line in lapsed)}.")
    if never:
        more.append(f"Not yet: {names(line.engineer for line in never)}.")
    return f"{current:,} of {count(len(page.engineers), 'engineer')} are current.", " ".join(more)


def _comparison_answer(page: ComparisonPage) -> tuple[str, str]:
    found = page.comparison
    words = {
        "better": "Yes, for these engineers.",
        "worse": "No: with it they did worse.",
        "not shown": "No effect could be shown.",
        "not yet": "Not known yet.",
        "refused": "No verdict is possible.",
    }
    short = words[found.verdict.finding]
    refusals = [remark for remark in found.remarks if remark.refuses]
    if refusals and all(isinstance(remark, TooFewPairs) for remark in refusals):
        # More drills will tell; what else refuses a verdict stays in the way.
        short = words["not yet"]
    primary = found.time if found.primary == "time_to_mitigate" else found.diagnosis
    shown = ""
    if primary:
        measured = "Time to mitigate" if found.primary == "time_to_mitigate" else "Grade of the diagnosis"
        so_far = effect(primary.estimate, found.primary)
        shown = f"{measured} with it against without: {so_far}, in {count(found.pairs, 'pair')}. "
    return short, f"{shown}{found.verdict.sentence}"


def reliance_answer(page: ComparisonPage) -> tuple[str, str]:
    """Whether right hints are told from wrong ones, in short, and on what that rests."""
    used = page.comparison.reliance
    if not used.drills:
        return "Not known yet.", "No drill with the AI counts yet."
    right, wrong = used.accepted_right, used.accepted_wrong
    if right.value is None or wrong.value is None or used.j is None or used.j_interval is None:
        return "Not known yet.", "It takes right hints and wrong ones, and not both have been shown."
    low, high = used.j_interval.low, used.j_interval.high
    answer = (
        "Right hints are taken more often than wrong ones."
        if low > 0
        else "Wrong hints are taken more often than right ones."
        if high < 0
        else "Right and wrong hints are taken alike, as far as can be told."
    )
    return answer, f"Right ones {rate(right)}; wrong ones {rate(wrong)}."


def _families_answer(page: FamiliesPage) -> tuple[str, str]:
    if not page.lines:
        return "Not known yet.", "No drill without the AI counts yet."
    worst = page.lines[0]
    more = f"By hand, mitigated in time and the cause named {rate(worst.handled)}."
    near = [line.family for line in page.lines[1:] if (line.handled.value or 0.0) <= worst.handled.high]
    if near:
        more += f" Not far enough from it to be told apart: {names(near)}."
    return f"{worst.family}, so far.", more
