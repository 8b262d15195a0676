"""The page of AI-on against AI-off for a terminal: what may be concluded first, then why, then the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gameday.reports.leads.comparing import ComparisonPage
from gameday.reports.leads.curves import OFF, OFF_STYLE, ON, ON_STYLE, curves
from gameday.reports.leads.trust_text import trust
from gameday.reports.words import clock, sealed_count
from gameday.text import one_line
from scoring.comparison.arms import Arm
from scoring.comparison.compare import Comparison
from scoring.comparison.remarks import LOOK_ALPHA
from scoring.comparison.reps import REASONS
from scoring.comparison.verdict import Estimate, Primary

WIDEST = 110
NO_DRILLS = (
    "There are no drills yet, so nothing can be concluded; `gameday drill` plays the first, and a plan makes "
    "drills that can be compared."
)
_VERDICT_STYLES = {"better": "bold", "worse": "bold", "not shown": "", "not yet": "", "refused": ""}


def comparison_text(page: ComparisonPage, width: int) -> RenderableType:
    """The page, `width` columns at most."""
    return Group(*_blocks(page, min(width, WIDEST)))


def _blocks(page: ComparisonPage, width: int) -> Iterator[RenderableType]:
    yield Text("With the AI against without", style="bold underline")
    if page.simulated:
        yield Text("SIMULATED: nobody played these drills; they were written by a model.", style="reverse")
    yield from concluded(page)
    found = page.comparison
    if not found.drills:
        return
    yield from cautions(page)
    yield from drawn_curves(page, width)
    if found.groups:
        yield heading(f"By {page.by}, in the order of names")
        yield indented(_groups(found))
    yield from trust(page)
    yield from what_is_left_out(page)


def heading(words: str) -> Text:
    return Text(f"\n{words}", style="bold underline")


def indented(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2))


def concluded(page: ComparisonPage) -> Iterator[RenderableType]:
    """Who is compared, what may be concluded, and the effects."""
    found = page.comparison
    if not found.drills:
        yield Text(sealed_count(page.sealed) or NO_DRILLS)
        return
    yield Text(_who(page))
    yield Text(f"\n{found.verdict.sentence}", style=_VERDICT_STYLES[found.verdict.finding])
    if page.not_kept:
        yield Text(page.not_kept)
    if found.time or found.diagnosis:
        yield heading("The effect")
        yield indented(_effects(found))


def cautions(page: ComparisonPage) -> Iterator[RenderableType]:
    """The planned looks, and what may and may not be said."""
    found = page.comparison
    if found.verdict.looks:
        yield heading("Planned looks")
        yield indented(_looks(found))
    said = [remark.sentence for remark in found.remarks if remark.sentence not in found.verdict.sentence]
    if said:
        yield heading("What this can and can't say")
        yield from (indented(Text(f"· {sentence}")) for sentence in said)


def drawn_curves(page: ComparisonPage, width: int) -> Iterator[RenderableType]:
    """The Kaplan-Meier curves of both arms, `width` columns wide; nothing where there are none."""
    found = page.comparison
    drawn = curves(found.on.curve, found.off.curve, found.horizon_s, width - 2)
    if drawn:
        yield heading("Share not yet mitigated, by time (for looking at, not for deciding)")
        yield from (indented(line) for line in drawn)
        yield indented(_legend(found))


def what_is_left_out(page: ComparisonPage) -> Iterator[RenderableType]:
    """Which drills aren't in it, and why."""
    yield heading("Left out")
    yield from (indented(line) for line in left_out(page))


def _who(page: ComparisonPage) -> str:
    found = page.comparison
    since = f" that ended since {page.since:%Y-%m-%d %H:%M %Z}" if page.since else ""
    return (
        f"{count(found.pairs, 'pair')} of {count(found.engineers, 'engineer')}, {found.ai_first} with the AI "
        f"first and {found.ai_second} with it second, from {count(found.drills, 'drill')}{since}."
    )


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def effect(estimate: Estimate, outcome: Primary) -> str:
    """`0.57 × (0.47 to 0.68)` of a time, `+0.07 (-0.01 to +0.16)` of D, with the interval."""
    if outcome == "time_to_mitigate":
        return f"{estimate.value:.2f} × ({limit(estimate.low)} to {limit(estimate.high)})"
    return f"{estimate.value:+.2f} ({estimate.low:+.2f} to {estimate.high:+.2f})"


def limit(value: float) -> str:
    """An end of an interval of ratios."""
    return "no limit" if math.isinf(value) else f"{value:.2f}"


def _effects(found: Comparison) -> Table:
    table = _table("outcome", "with the AI / without (95 % interval)", "")
    corrected = {each.outcome: f"Holm's p = {p_value(each.adjusted_p)}" for each in found.secondaries}
    corrected[found.primary] = "declared"
    if found.time:
        table.add_row(
            "time to mitigate", effect(found.time.estimate, "time_to_mitigate"), corrected["time_to_mitigate"]
        )
    if found.twin:
        table.add_row("declared, by t test", effect(found.twin.estimate, found.primary))
    if found.diagnosis:
        table.add_row("diagnosis D", effect(found.diagnosis.estimate, "diagnosis"), corrected["diagnosis"])
    only = found.correct
    table.add_row(
        "cause named",
        f"only with it in {count(only.on_only, 'pair')}, only without in {only.off_only}",
        corrected["correct"],
    )
    if found.twin:
        table.add_row("practice, second drill", _practice(found.twin.practice, found.primary))
    if found.at_large:
        table.add_row("engineers at large", effect(found.at_large.estimate, found.primary))
    return table


def _practice(value: float, primary: Primary) -> str:
    return f"{value:.2f} × the first's time" if primary == "time_to_mitigate" else f"{value:+.2f}"


def p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _looks(found: Comparison) -> Table:
    table = _table(
        "pairs", "engineers", "effect (98.4 % interval)", f"p (under {LOOK_ALPHA} decides)", right=(0, 1)
    )
    for look in found.verdict.looks:
        if look.found is None:
            table.add_row(str(look.pairs), str(look.engineers), "too few of one order", "–")
        else:
            shown = effect(look.found.estimate, found.primary)
            table.add_row(str(look.pairs), str(look.engineers), shown, p_value(look.found.p))
    return table


def _legend(found: Comparison) -> Text:
    said = Text()
    arms: tuple[tuple[str, str, str, Arm], ...] = (
        (ON * 2, ON_STYLE, "with the AI", found.on),
        (OFF * 2, OFF_STYLE, "without", found.off),
    )
    for number, (sign, style, name, arm) in enumerate(arms):
        said.append("\n" if number else "")
        said.append(sign, style)
        said.append(f" {name}: {_arm(arm)}")
    return said


def _arm(arm: Arm) -> str:
    half = f", half of them by {clock(arm.median_s)}" if arm.median_s is not None else ""
    mean = ""
    if arm.restricted_mean is not None:
        mean = f"; mean up to {clock(arm.restricted_mean.horizon_s)}: {clock(arm.restricted_mean.seconds)}"
        if arm.low_s is not None and arm.high_s is not None:
            mean += f" ({clock(max(0.0, arm.low_s))} to {clock(arm.high_s)})"
    return f"{arm.mitigated} of {arm.drills} mitigated{half}{mean}"


def _groups(found: Comparison) -> Table:
    table = _table(
        "", "pairs (AI first)", "time (95 % interval)", "D (95 % interval)", "Holm's p", right=(1,)
    )
    for group in found.groups:
        table.add_row(
            one_line(group.name),
            f"{group.pairs} ({group.ai_first})",
            effect(group.time, "time_to_mitigate") if group.time else "–",
            effect(group.diagnosis, "diagnosis") if group.diagnosis else "–",
            "–" if group.adjusted_p is None else p_value(group.adjusted_p),
        )
    return table


def left_out(page: ComparisonPage) -> list[Text]:
    """Each reason with its number of drills, and what is left in with a caution."""
    excluded = page.comparison.excluded
    lines = [Text(f"{number:>5,}  {REASONS[reason]}") for reason, number in excluded.items()]
    if not lines:
        lines = [Text("Nothing: every drill is in a pair.")] if not page.sealed else []
    if page.sealed:
        lines.append(Text(f"{page.sealed:>5,}  sealed: the other drill of its pair is still to come"))
    if page.helped:
        lines.append(
            Text(
                f"Left in: {count(page.helped, 'drill')} without the AI on whose machine a known assistant "
                "ran; whether it was asked isn't known."
            )
        )
    return lines


def _table(*names: str, right: tuple[int, ...] = ()) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for number, name in enumerate(names):
        justify: Literal["left", "right"] = "right" if number in right else "left"
        table.add_column(name, justify=justify, overflow="fold")
    return table
