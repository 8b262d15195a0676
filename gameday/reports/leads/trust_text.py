"""How the AI was used, what it was worth, and what people made of both, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gameday.reports.leads.comparing import ComparisonPage
from scoring.comparison.compare import Comparison
from scoring.comparison.trust import CalibrationSummary, PerceptionGap, Rate, RelianceSummary
from scoring.stats.proportions import Difference

_UNKNOWN = "not known yet"


def trust(page: ComparisonPage) -> Iterator[RenderableType]:
    """The blocks of the page that are about trust."""
    found = page.comparison
    used = found.reliance
    yield _heading(f"How the AI was used, in {used.drills:,} drill{'' if used.drills == 1 else 's'} with it")
    if not used.drills:
        yield _indented(Text("No drill with the AI counts yet."))
    else:
        yield _indented(_two_by_two(used))
        yield _indented(Text(f"{_j(used)}\n"))
        yield _indented(_rates(used))
    yield _heading("The advisor itself")
    yield _indented(_advisor(found))
    yield _heading("How sure people were")
    yield _indented(Text(_calibration("with the AI", found.calibration_on)))
    yield _indented(Text(_calibration("without", found.calibration_off)))
    yield _heading("How it felt")
    yield _indented(Text(perception(found.perception)))


def rate(found: Rate) -> str:
    """`3 of 4, 75 % (30 to 95 %)`; an interval goes with every share."""
    if found.value is None:
        return "0 of 0"
    return f"{found.k} of {found.n}, {found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


def difference(found: Difference | None) -> str:
    if found is None:
        return _UNKNOWN
    return f"{found.value:+.0%} ({found.low:+.0%} to {found.high:+.0%})"


def _rates(used: RelianceSummary) -> Table:
    table = _plain_table()
    anchoring = used.anchoring
    table.add_row("takes good advice", "was wrong, hint right, ended right", rate(used.rair))
    table.add_row("resists bad advice", "was right, hint wrong, ended right", rate(used.rsr))
    table.add_row("commission", "wrong hints acted on", rate(used.commission))
    table.add_row("omission, with the AI", "true factors missed that no hint named", rate(used.omission_on))
    table.add_row("omission, without", "true factors missed", rate(used.omission_off))
    table.add_row("", "with the AI minus without", difference(used.omission))
    table.add_row("anchoring", "answer holds what a wrong hint named", rate(anchoring.with_ai))
    excess = _UNKNOWN if anchoring.excess is None else f"{anchoring.excess:+.0%}"
    table.add_row("", "minus how often it does without a hint", excess)
    return table


def _two_by_two(used: RelianceSummary) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    table.add_column("")
    for name in ("taken", "left"):
        table.add_column(name, justify="right")
    table.add_column("share taken")
    cells = used.table
    table.add_row("right hints", str(cells.right_taken), str(cells.right_left), rate(used.accepted_right))
    table.add_row("wrong hints", str(cells.wrong_taken), str(cells.wrong_left), rate(used.accepted_wrong))
    return table


def _j(used: RelianceSummary) -> str:
    if used.j is None:
        return f"J: {_UNKNOWN}; it takes right hints and wrong ones."
    interval = used.j_interval
    limits = f" ({interval.low:.2f} to {interval.high:.2f})" if interval else ""
    return f"J = {used.j:.2f}{limits}: 1 tells right from wrong, 0 takes both alike."


def _advisor(found: Comparison) -> Table:
    table = _plain_table()
    advisor = found.advisor
    table.add_row("wrong", "of its hints that named a cause", rate(advisor.wrong))
    table.add_row("false alarms", "named a cause where nothing was wrong", rate(advisor.false_positives))
    share = _UNKNOWN if advisor.latency_share is None else f"{advisor.latency_share:.0%}"
    table.add_row("time it took", "waiting, reading, led astray, of the time to mitigate", share)
    return table


def _calibration(arm: str, found: CalibrationSummary) -> str:
    if found.brier is None or found.overconfidence is None:
        return f"{arm}: no beliefs were stated."
    sure = f"surer than right by {found.overconfidence:.2f}"
    if found.overconfidence < 0:
        sure = f"righter than sure by {-found.overconfidence:.2f}"
    error = "" if found.ece is None else f", calibration error {found.ece:.2f}"
    return f"{arm}: Brier {found.brier:.2f} (0 is perfect, 0.25 a coin), {sure}{error}, of {found.n} beliefs."


def perception(found: PerceptionGap | None) -> str:
    """What was felt against what was measured, in a sentence."""
    if found is None:
        return (
            "Not known yet: it takes two pairs in which both drills were mitigated and felt times were given."
        )
    if found.low > 0:
        meaning = "it helped more than it felt"
    elif found.high < 0:
        meaning = "it felt more helpful than it was"
    else:
        meaning = "no difference is shown"
    return (
        f"Felt {found.felt_ratio:.2f} × the time with the AI, measured {found.measured_ratio:.2f} × in "
        f"{found.pairs} pairs: gap {found.gap:+.2f} ({found.low:+.2f} to {found.high:+.2f}), {meaning}."
    )


def _plain_table() -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    # A share stays on one line with its interval.
    table.add_column(no_wrap=True)
    return table


def _heading(words: str) -> Text:
    return Text(f"\n{words}", style="bold underline")


def _indented(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2))
