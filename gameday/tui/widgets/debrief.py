"""The pages of a debrief: the truth step by step, the timeline, what tells it apart, score, draft."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from rich.console import Group
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gameday.journal.events import Discriminator
from gameday.reports.axis import Axis, axis_of
from gameday.reports.case import Case
from gameday.reports.curve import LEAD_S, bounds, means
from gameday.reports.debrief import scorecard_table, told_apart, truth_table
from gameday.reports.sentences import advice_lines, scorecard_lines
from gameday.reports.words import clock
from gameday.text import one_line, plain
from gameday.tui.widgets.axis_chart import AxisChart, themed
from gameday.tui.words import MUTED, column, fit, row, tall_bars

_PLOT = 4
"""Lines of a plot of what would have told it apart."""


class TruthPage(VerticalScroll):
    """What it was; the chain is walked one step at a time, so that one can guess the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "step", "And then?", key_display="space"),
        Binding("end", "all", "To the end", show=False),
    ]

    def __init__(self, case: Case, *, id: str) -> None:
        super().__init__(id=id)
        self._case = case
        self._shown = 1

    def compose(self) -> ComposeResult:
        for line in scorecard_lines(self._case.card):
            if line.entry in ("outcome", "stood down"):
                yield Static(row((line.sentence, "bold")), classes="verdict")
        if self._case.strained:
            yield Static(row((self._case.strained, "$text-warning")), classes="verdict")
        yield Static(truth_table(self._case.truth))
        yield Static(row(("How it came about", "bold underline")), classes="heading")
        for number, step in enumerate(self._case.truth.chain, 1):
            with Horizontal(classes="step chain"):
                yield Static(row((f"{number}  ", "bold $text-accent")), classes="number")
                yield Static(Content(one_line(step)))
        yield Static(id="chain-next")
        if self._case.truth.references:
            with Vertical(id="others"):
                yield Static(row(("It happened to others", "bold underline")), classes="heading")
                for reference in self._case.truth.references:
                    yield Static(Content(one_line(reference)))

    def on_mount(self) -> None:
        self._draw()

    def _draw(self) -> None:
        steps = list(self.query(".chain"))
        for number, step in enumerate(steps, 1):
            step.display = number <= self._shown
        more = len(steps) - self._shown
        after = self.query_one("#chain-next", Static)
        after.display = more > 0
        after.update(row(("space", "bold $text-accent"), "  and then? ", (f"{more} more", MUTED)))
        for others in self.query("#others"):
            others.display = more <= 0
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "step" or self._shown < len(self._case.truth.chain)

    def action_step(self) -> None:
        self._shown += 1
        self._draw()
        self.call_after_refresh(self.scroll_end, animate=False)

    def action_all(self) -> None:
        self._shown = len(self._case.truth.chain)
        self._draw()


class TimelinePage(Vertical):
    """The axis, and under it its moments; moving in the list moves the cursor on the axis."""

    def __init__(self, case: Case, *, id: str) -> None:
        super().__init__(id=id)
        self._axis: Axis = axis_of(case)

    def compose(self) -> ComposeResult:
        yield AxisChart()
        moments = [Option(_moment(self._axis, number)) for number in range(len(self._axis.moments))]
        yield OptionList(*moments, id="moments", markup=False)

    def on_mount(self) -> None:
        self.query_one(AxisChart).axis = self._axis
        if self._axis.moments:
            self.query_one("#moments", OptionList).highlighted = 0

    @on(OptionList.OptionHighlighted)
    def moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.query_one(AxisChart).at = event.option_index


def _moment(axis: Axis, number: int) -> Content:
    told = axis.moments[number].row
    style = themed(told.said.style)
    return row(
        (f"{clock(told.at_s):>6}  ", MUTED),
        (fit(told.who, 11), MUTED),
        (f"{told.said.glyph} ", style),
        (told.said.words, style),
    )


class ApartPage(VerticalScroll):
    """The signals that tell the truth from the tempting story, as they went in this very drill."""

    def __init__(self, case: Case, *, id: str) -> None:
        super().__init__(id=id)
        self._case = case

    def compose(self) -> ComposeResult:
        if not self._case.truth.discriminators:
            yield Static(row(("the pack names no signal for it", MUTED)))
        for item in self._case.truth.discriminators:
            yield Static(row((one_line(item.say), "bold")), classes="heading")
            yield Static(row(told_apart(item)))
            yield Plot(self._case, item)
            yield Static(row((one_line(item.promql), MUTED)))


class Plot(Widget):
    """One expression over the drill, with the moments that matter marked beneath."""

    def __init__(self, case: Case, item: Discriminator) -> None:
        super().__init__()
        self._case = case
        self._points = case.curve(item.promql)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return _PLOT + 1 if self._points else 1

    def render(self) -> Content:
        if not self._points:
            return row(("no curve of it was kept with this drill", MUTED))
        timeline = self._case.timeline
        end_s = max(timeline.ended_at - timeline.onset, 1.0)
        width = max(10, self.size.width - 10)
        values = means(self._points, -LEAD_S, end_s, width)
        low, high = bounds(values)
        lifted = [None if value is None else value - low for value in values]
        lines = tall_bars(lifted, high - low, _PLOT)
        ends = {0: f"{high:.3g}", _PLOT - 1: f"{low:.3g}"}
        drawn = [row((f"{ends.get(at, ''):>8} ", MUTED), (line, "$primary")) for at, line in enumerate(lines)]
        return column([*drawn, row((" " * 9 + self._marks(width, end_s), "bold $text-accent"))])

    def _marks(self, width: int, end_s: float) -> str:
        """Each moment with its word, on the side that has room for it; where none has, without."""
        timeline = self._case.timeline
        line = [" "] * width
        for words, at in (
            ("onset", timeline.onset),
            ("mitigated", timeline.mitigated_at),
            ("page", timeline.paged_at),
        ):
            if at is None:
                continue
            place = int((at - timeline.onset + LEAD_S) / (end_s + LEAD_S) * width)
            for said, begin in ((f"▲{words}", place), (f" {words}▲", place - len(words) - 1), ("▲", place)):
                end = begin + len(said)
                if begin >= 0 and end <= width and not "".join(line[begin:end]).strip():
                    line[begin:end] = said
                    break
        return "".join(line)


class ScorePage(VerticalScroll):
    """Every entry of the scorecard with what it means, and what the AI's advice was worth."""

    def __init__(self, case: Case, *, id: str) -> None:
        super().__init__(id=id)
        self._case = case

    def compose(self) -> ComposeResult:
        yield Static(scorecard_table(self._case.card))
        yield Static(row(("What the AI's advice was worth", "bold underline")), classes="heading")
        yield Static(Group(*(Text(line) for line in advice_lines(self._case.card))))


class DraftPage(VerticalScroll):
    """The postmortem as it stands on disk."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)

    def compose(self) -> ComposeResult:
        yield Static(id="draft-path")
        yield Static(id="draft")

    def show(self, path: Path, text: str) -> None:
        """Draw it; the text may have been edited by anybody."""
        self.query_one("#draft-path", Static).update(
            row(("e", "bold $text-accent"), "  edit it in your editor   ", (plain(str(path)), MUTED))
        )
        self.query_one("#draft", Static).update(Content(plain(text)))
