"""The debrief: what really happened, what would have told it apart, and how it was handled.

It is drawn from the journal alone, so the debrief of an old drill can be seen again at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gameday.drill.seal import DebriefSealed, Seal
from gameday.journal.events import Discriminator, TruthRevealed
from gameday.journal.reader import read
from gameday.reports.case import Case, case_of, open_case
from gameday.reports.curve import CurveLine
from gameday.reports.sealed import open_lines
from gameday.reports.sentences import Line, advice_lines, scorecard_lines
from gameday.reports.sparkline import SliSparkline
from gameday.reports.story import Row, story
from gameday.reports.words import clock, names
from gameday.text import one_line
from scoring.scorecard import Scorecard

WIDEST = 120
"""Columns beyond which lines get hard to read."""
_WRITTEN_OUT = 1000.0
"""From here on a figure is written with all its digits."""


def print_debrief(run_folder: Path, console: Console) -> None:
    """Print the debrief of the run in `run_folder`.

    Raises:
        BadJournal: the journal cannot be read or is not of a finished drill.
    """
    try:
        told = debrief(open_case(run_folder))
    except DebriefSealed as sealed:
        told = sealed_debrief(case_of(run_folder, read(run_folder), None), sealed.seal)
    console.print(told, width=min(console.width, WIDEST))


def debrief(case: Case) -> Group:
    """The debrief as one renderable."""
    truth, started, timeline, card = case.truth, case.started, case.timeline, case.card
    parts: list[RenderableType] = [
        _heading(f"Debrief of {one_line(started.codename)}"),
        truth_table(truth),
        *_verdict(card),
        *([Padding(Text(case.strained, "yellow"), (1, 2, 0, 2))] if case.strained else []),
        _heading("How it came about"),
        _chain(truth.chain),
    ]
    if truth.discriminators:
        parts += [_heading("What would have told it apart"), _discriminators(case)]
    parts += [
        _heading("Customers served, from a minute before the onset"),
        Padding(SliSparkline(timeline), (0, 2)),
        Padding(Text("O onset  P page  A acknowledged  M mitigated", "dim"), (0, 2)),
        _heading("Timeline, from the onset"),
        _timeline(story(case.recorded, timeline.onset)),
        _heading("Scorecard"),
        scorecard_table(card),
        _heading("What the AI's advice was worth"),
        *(Padding(Text(line), (0, 2)) for line in advice_lines(card)),
    ]
    if truth.references:
        parts.append(_heading("It happened to others"))
        parts += [Padding(Text(one_line(reference)), (0, 2)) for reference in truth.references]
    return Group(*parts)


def sealed_debrief(case: Case, seal: Seal) -> Group:
    """What the engineer saw with their own eyes: nothing of the cause, nor of how near they came to it."""
    return Group(
        _heading(f"Debrief of {one_line(case.started.codename)}"),
        Padding(Text(seal.sentence, "yellow"), (0, 2)),
        _heading("Customers served, from a minute before the onset"),
        Padding(SliSparkline(case.timeline), (0, 2)),
        Padding(Text("O onset  P page  A acknowledged  M mitigated", "dim"), (0, 2)),
        _heading("Scorecard"),
        _lines_table(open_lines(case.card)),
    )


def _heading(words: str) -> RenderableType:
    return Padding(Text(words, "bold underline"), (1, 0, 0, 0))


def _verdict(card: Scorecard) -> list[RenderableType]:
    """Whether standing down was right, in plain words, before anything else."""
    told = [line for line in scorecard_lines(card) if line.entry in ("outcome", "stood down")]
    return [Padding(Text(line.sentence, "bold"), (1, 2, 0, 2)) for line in told]


def truth_table(truth: TruthRevealed) -> RenderableType:
    """What it was, in the terms of the taxonomy."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("what it was", Text(one_line(truth.title), "bold"))
    if truth.mechanisms == ("none",):
        table.add_row("the matter", Text("nothing was wrong"))
    else:
        table.add_row("components", Text(names(truth.components)))
        table.add_row("mechanisms", Text(names(truth.mechanisms)))
    table.add_row("trigger", Text(one_line(truth.trigger) or "none"))
    table.add_row("contributing", Text(names(truth.contributing)))
    return Padding(table, (0, 2))


def _chain(chain: Sequence[str]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for number, step in enumerate(chain, start=1):
        table.add_row(f"{number}.", Text(one_line(step)))
    return Padding(table, (0, 2))


def _discriminators(case: Case) -> RenderableType:
    return Padding(Group(*(_discriminator(case, item) for item in case.truth.discriminators)), (0, 2))


def _discriminator(case: Case, item: Discriminator) -> RenderableType:
    points = case.curve(item.promql)
    end_s = case.timeline.ended_at - case.timeline.onset
    curve = [Padding(CurveLine(points, end_s), (0, 0, 0, 2))] if points else []
    return Group(
        Text(one_line(item.say)),
        Padding(Text(told_apart(item)), (0, 0, 0, 2)),
        *curve,
        Padding(Text(one_line(item.promql), "dim"), (0, 0, 0, 2)),
    )


def told_apart(item: Discriminator) -> str:
    """What a signal said in this drill, beside what was expected of it."""
    before = _observed(item.observed_before, item.before)
    after = _observed(item.observed_after, item.after)
    return f"in this drill: {before} before the onset, {after} after it"


def _observed(value: float | None, expected: str) -> str:
    usual = f" (expected {one_line(expected)})" if expected else ""
    if value is None:
        return f"not read{usual}"
    # A size in bytes is compared with one that is written out.
    return f"{value:.0f}{usual}" if abs(value) >= _WRITTEN_OUT else f"{value:.3g}{usual}"


def _timeline(rows: Sequence[Row]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("who", no_wrap=True)
    table.add_column("what", overflow="fold")
    for row in rows:
        table.add_row(clock(row.at_s), row.who, Text(f"{row.said.glyph} {row.said.words}", row.said.style))
    return Padding(table, (0, 2))


def scorecard_table(card: Scorecard) -> RenderableType:
    """Every entry with its figure and what it means."""
    return _lines_table(scorecard_lines(card))


def _lines_table(lines: Sequence[Line]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        table.add_row(line.entry, line.figure, Text(line.sentence))
    return Padding(table, (0, 2))
