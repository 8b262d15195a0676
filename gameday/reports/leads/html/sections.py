"""The report's sections, each a question that a lead has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gameday.reports.leads.answers import answers, asked_for_most, coverage
from gameday.reports.leads.comparing import ComparisonPage
from gameday.reports.leads.comparison_text import count, effect, left_out
from gameday.reports.leads.families import FamiliesPage
from gameday.reports.leads.html import charts
from gameday.reports.leads.html.drawing import as_figure
from gameday.reports.leads.html.markup import Html, bullets, said, table, tag
from gameday.reports.leads.page import ReportPage
from gameday.reports.leads.practising import CurrencyPage, NextDrill, NextPage
from gameday.reports.leads.practising_text import WHY, missing, stars
from gameday.reports.leads.trust_text import difference, perception, rate
from gameday.reports.words import clock, sealed_count
from scoring.comparison.compare import PRIMARY_NAMES

_STATUS = {
    "current": ("✓ current", "current"),
    "lapsing": ("! lapsing", "lapsing"),
    "lapsed": ("✗ lapsed", "lapsed"),
    "not yet": ("· not yet", "never"),
}


def minute(page: ReportPage) -> Html:
    """The whole report in four answers."""
    return tag(
        "dl",
        *(
            tag(
                "div",
                tag("dt", each.asked),
                tag("dd", tag("strong", each.short), tag("p", each.more) if each.more else ""),
            )
            for each in answers(page)
        ),
        class_="minute",
    )


def currency(page: CurrencyPage) -> Html:
    """Who is current, until when, and what is missing; family by family."""
    rules = page.rules
    parts: list[object] = [
        tag("h2", "Is skill by hand current, where, and for whom is it due?"),
        tag(
            "p",
            f"Current means {rules.drills} drills without the AI, rated Hard or better, in "
            f"{rules.window_days} days, and one in each family in {rules.family_window_days}, as pilots "
            f"count landings. On {page.on}; days are days in UTC.",
            class_="muted",
        ),
    ]
    if not page.engineers:
        return tag("section", *parts, tag("p", "Nobody is in the records yet."))
    rows = [
        (
            line.engineer,
            ", ".join(line.teams),
            _badge(line.currency.status),
            str(line.currency.expires or ""),
            missing(line),
        )
        for line in page.engineers
    ]
    heads = ("engineer", "team", "status", "until", "missing")
    if not any(line.teams for line in page.engineers):
        heads, rows = _without(1, heads), [_without(1, row) for row in rows]
    parts.append(table("Engineers, in the order of names", heads, rows))
    parts.append(
        table(
            f"Families: who has done one by hand in {rules.family_window_days} days",
            ("family", "have", "have not"),
            [(line.family, line.have, line.have_not) for line in coverage(page)],
        )
    )
    parts += _sealed(page.sealed)
    parts.append(
        tag("p", "Current is not the same as proficient: it says that somebody has lately done it by hand.")
    )
    return tag("section", *parts)


def _sealed(drills: int) -> list[object]:
    return [tag("p", sealed_count(drills))] if drills else []


def _without(at: int, row: tuple[object, ...]) -> tuple[Any, ...]:
    return row[:at] + row[at + 1 :]


def _badge(status: str) -> Html:
    words, kind = _STATUS[status]
    return tag("span", words, class_=f"status {kind}")


def comparison(page: ComparisonPage) -> Html:
    """The verdict, the curve, and what may and may not be concluded."""
    found = page.comparison
    parts: list[object] = [
        tag("h2", "With the AI against without"),
        tag("p", found.verdict.sentence, class_="verdict"),
    ]
    if page.not_kept:
        parts.append(tag("p", page.not_kept))
    parts.append(tag("p", _who(page), class_="muted"))
    drawn = charts.curves(page)
    if drawn:
        parts.append(Html(as_figure(drawn)))
    rows = list(_effects(page))
    if rows:
        parts.append(table("The effect of the AI", ("outcome", "with it against without", ""), rows))
    remarks = [each.sentence for each in found.remarks if each.sentence not in found.verdict.sentence]
    if remarks:
        parts += [tag("h3", "What may be concluded, and what may not"), bullets(remarks)]
    parts += [
        tag("h3", "Left out"),
        bullets(" ".join(line.plain.split()) for line in left_out(page)),
    ]
    return tag("section", *parts)


def _who(page: ComparisonPage) -> str:
    found = page.comparison
    since = f" that ended since {page.since:%Y-%m-%d %H:%M %Z}" if page.since else ""
    return (
        f"{count(found.pairs, 'pair')} of {count(found.engineers, 'engineer')}, {found.ai_first:,} with the "
        f"AI first and {found.ai_second:,} with it second, from {count(found.drills, 'drill')}{since}."
    )


def _effects(page: ComparisonPage) -> Iterator[tuple[str, str, str]]:
    found = page.comparison
    corrected = {each.outcome: f"p = {each.adjusted_p:.3f}, after Holm" for each in found.secondaries}
    corrected[found.primary] = "declared in advance"
    if found.time:
        yield (
            "time to mitigate",
            effect(found.time.estimate, "time_to_mitigate"),
            corrected["time_to_mitigate"],
        )
    if found.diagnosis:
        yield (
            "grade of the diagnosis, D",
            effect(found.diagnosis.estimate, "diagnosis"),
            corrected["diagnosis"],
        )
    if found.pairs:
        only = found.correct
        yield (
            "cause named",
            f"only with it in {count(only.on_only, 'pair')}, only without in {only.off_only:,}",
            corrected["correct"],
        )
    if found.at_large:
        yield (
            f"engineers at large ({PRIMARY_NAMES[found.primary]})",
            effect(found.at_large.estimate, found.primary),
            "",
        )


def reliance(page: ComparisonPage) -> Html:
    """Whether hints are taken when they are right, and left when they are wrong."""
    found = page.comparison
    used, advisor = found.reliance, found.advisor
    parts: list[object] = [tag("h2", "How the AI is relied on")]
    drawn = charts.reliance(used)
    if drawn is None:
        return tag("section", *parts, tag("p", "No drill with the AI counts yet."))
    cells = used.table
    interval = used.j_interval
    spent = "not known yet" if advisor.latency_share is None else f"{advisor.latency_share:.0%}"
    told = "not known yet; it takes right hints and wrong ones"
    if used.j is not None:
        limits = f" ({interval.low:.2f} to {interval.high:.2f})" if interval else ""
        told = f"{used.j:.2f}{limits}; 1 tells right from wrong, 0 takes both alike"
    parts += [
        Html(as_figure(drawn)),
        table(
            "Hints, by what they were and what became of them",
            ("", "taken", "left"),
            [
                ("right hints", f"{cells.right_taken:,}", f"{cells.right_left:,}"),
                ("wrong hints", f"{cells.wrong_taken:,}", f"{cells.wrong_left:,}"),
            ],
            numbers=(1, 2),
        ),
        bullets(
            (
                f"Telling right from wrong, J: {told}.",
                f"Omission (true factors missed that no hint named, with the AI minus without): "
                f"{difference(used.omission)}.",
                f"The advisor's own record: {rate(advisor.wrong)} of its causes were wrong; false alarms "
                f"where nothing was: {rate(advisor.false_positives)}.",
                f"Time spent waiting for it, reading it and led astray, of the time to mitigate: {spent}.",
                perception(found.perception),
            )
        ),
    ]
    return tag("section", *parts)


def families(page: FamiliesPage) -> Html:
    """Which kinds of incidents hurt without the AI."""
    parts: list[object] = [
        tag("h2", "Which families hurt"),
        tag(
            "p",
            f"{count(page.drills, 'drill')} without the AI, each variant met for the first time.",
            class_="muted",
        ),
    ]
    parts += _sealed(page.sealed)
    drawn = charts.families(page)
    if drawn is None:
        return tag("section", *parts, tag("p", "No drill without the AI counts yet."))
    parts.append(Html(as_figure(drawn)))
    rows = [
        (
            line.family,
            f"{line.drills:,}",
            rate(line.handled),
            rate(line.mitigated),
            rate(line.named),
            "more than half ran out" if line.median_s is None else clock(line.median_s),
            f"{line.diagnosis:.2f}",
        )
        for line in page.lines
    ]
    heads = ("family", "drills", "both", "mitigated in time", "cause named", "half mitigated by", "mean D")
    parts.append(table("Families, by the share of both", heads, rows, numbers=(1, 6)))
    if page.stood_down.n:
        parts.append(tag("p", f"Where nothing was wrong, stood down rightly: {rate(page.stood_down)}."))
    return tag("section", *parts)


def _drill(drill: NextDrill) -> str:
    hard = f" {stars(drill)}" if drill.difficulty is not None else ""
    return f"{drill.suggestion.family}{hard}, {WHY[drill.suggestion.reason]}"


def what_next(page: NextPage) -> Html:
    """What each engineer had best practise, and what the team had."""
    parts: list[object] = [
        tag("h2", "What to do next"),
        tag(
            "p",
            f"By hand, at most {count(page.budget, 'drill')} a month for each; an order, not a probability.",
            class_="muted",
        ),
    ]
    most = asked_for_most(page)
    if most:
        parts.append(tag("p", Html("Asked for most: "), tag("strong", most), "."))
    rows = [
        (
            line.engineer,
            Html(
                "<br>".join(said(_drill(drill)) for drill in line.drills) or said("nothing more this month")
            ),
            f"{line.done_this_month:,}",
        )
        for line in page.engineers
    ]
    if rows:
        heads = ("engineer", "practise", "done this month")
        parts.append(table("In the order of names", heads, rows, numbers=(2,)))
    parts.append(
        bullets(
            (
                Html("<code>gameday schedule plan ROSTER.yaml</code> plans pairs that can be compared."),
                Html("<code>gameday next</code> tells each engineer the same as this page."),
            )
        )
    )
    return tag("section", *parts)
