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

from gameday.drill.projection import of_kind, project
from gameday.errors import BadJournal
from gameday.journal.events import Discriminator, DrillStarted, TruthRevealed
from gameday.journal.pauses import by_the_drills_clock
from gameday.journal.reader import Recorded, read
from gameday.reports.sentences import advice_lines, scorecard_lines
from gameday.reports.sparkline import SliSparkline
from gameday.reports.story import Row, story
from gameday.reports.words import clock, names
from gameday.text import one_line
from scoring.scorecard import Scorecard, score
from scoring.timeline import Timeline

WIDEST = 120
"""Columns beyond which lines get hard to read."""


def print_debrief(run_folder: Path, console: Console) -> None:
    """Print the debrief of the run in `run_folder`.

    Raises:
        BadJournal: the journal cannot be read or is not of a finished drill.
    """
    recorded = read(run_folder)
    timeline = project(recorded)
    try:
        card = score(timeline)
    except ValueError as error:
        raise BadJournal(f"{run_folder} cannot be scored: {error}") from error
    console.print(debrief(recorded, timeline, card), width=min(console.width, WIDEST))


def debrief(recorded: Sequence[Recorded], timeline: Timeline, card: Scorecard) -> Group:
    """The debrief as one renderable; `timeline` and `card` are those of the same drill."""
    _, truth = of_kind(recorded, TruthRevealed)[0]
    _, started = of_kind(recorded, DrillStarted)[0]
    parts: list[RenderableType] = [
        _heading(f"Debrief of {one_line(started.codename)}"),
        _truth(truth),
        _heading("How it came about"),
        _chain(truth.chain),
    ]
    if truth.discriminators:
        parts += [_heading("What would have told it apart"), _discriminators(truth.discriminators)]
    parts += [
        _heading("Customers served, from a minute before the onset"),
        Padding(SliSparkline(timeline), (0, 2)),
        Padding(Text("O onset  P page  A acknowledged  M mitigated", "dim"), (0, 2)),
        _heading("Timeline, from the onset"),
        _timeline(story(by_the_drills_clock(recorded), timeline.onset)),
        _heading("Scorecard"),
        _scorecard(card),
        _heading("What the AI's advice was worth"),
        *(Padding(Text(line), (0, 2)) for line in advice_lines(card)),
    ]
    if truth.references:
        parts.append(_heading("It happened to others"))
        parts += [Padding(Text(one_line(reference)), (0, 2)) for reference in truth.references]
    return Group(*parts)


def _heading(words: str) -> RenderableType:
    return Padding(Text(words, "bold underline"), (1, 0, 0, 0))


def _truth(truth: TruthRevealed) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("what it was", Text(one_line(truth.title), "bold"))
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


def _discriminators(discriminators: Sequence[Discriminator]) -> RenderableType:
    return Padding(Group(*(_discriminator(item) for item in discriminators)), (0, 2))


def _discriminator(item: Discriminator) -> RenderableType:
    before = _observed(item.observed_before, item.before)
    after = _observed(item.observed_after, item.after)
    return Group(
        Text(one_line(item.say)),
        Padding(Text(f"in this drill: {before} before the onset, {after} after it"), (0, 0, 0, 2)),
        Padding(Text(one_line(item.promql), "dim"), (0, 0, 0, 2)),
    )


def _observed(value: float | None, expected: str) -> str:
    usual = f" (expected {one_line(expected)})" if expected else ""
    return f"{'not read' if value is None else f'{value:.3g}'}{usual}"


def _timeline(rows: Sequence[Row]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("who", no_wrap=True)
    table.add_column("what", overflow="fold")
    for row in rows:
        table.add_row(clock(row.at_s), row.who, Text(f"{row.said.glyph} {row.said.words}", row.said.style))
    return Padding(table, (0, 2))


def _scorecard(card: Scorecard) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for line in scorecard_lines(card):
        table.add_row(line.entry, line.figure, Text(line.sentence))
    return Padding(table, (0, 2))
