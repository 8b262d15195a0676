"""The parts of the home screen: one key to practise, how one stands, past drills, the library."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gameday.text import one_line
from gameday.tui.house import Ground, Past, Shelved, Standing
from gameday.tui.widgets.key_line import KEY, Pressable, pressable
from gameday.tui.widgets.steps import steps
from gameday.tui.words import MUTED, column, fit, row

if TYPE_CHECKING:
    from gameday.journal.events import Mode
    from gameday.records.store import PastDrill

_STATUS = {
    "current": ("✓", "current by hand until", "bold $text-success"),
    "lapsing": ("!", "lapsing: current until", "bold $text-warning"),
    "lapsed": ("✗", "lapsed since", "bold $text-error"),
    "not yet": ("·", "not current yet", "bold"),
}
MODES: dict[Mode, str] = {
    "manual": "no AI at your side; it keeps you current",
    "advise": "an AI offers hints, some of them confidently wrong",
}


class PractiseCard(Pressable, can_focus=True):
    """The one key: a drill of which nobody knows what will break."""

    BORDER_TITLE = "Practise now"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "press", "Practise", show=False)]

    class Pressed(Message):
        """A drill is wanted."""

    mode: reactive[Mode] = reactive("manual")
    ground: reactive[Ground | None] = reactive(None)

    def on_mount(self) -> None:
        self._draw()

    def watch_mode(self) -> None:
        self._draw()

    def watch_ground(self) -> None:
        self._draw()

    def _draw(self) -> None:
        ready = self.ground is None or bool(self.ground.kind)
        style = "bold $block-cursor-foreground on $accent" if ready else MUTED
        self.update(
            column(
                [
                    row((" enter ", style), ("  a blind drill", "bold"), ": you don't know what will break"),
                    row(("         the company starts in seconds; up to 20 minutes", MUTED)),
                    pressable(row((" m ", KEY), "      mode ", (self.mode, "bold")), "screen.mode"),
                    row((f"         {MODES[self.mode]}", MUTED)),
                ]
            )
        )

    def action_press(self) -> None:
        self.post_message(self.Pressed())

    @on(Click)
    def clicked(self, event: Click) -> None:
        if "@click" not in event.style.meta:
            self.action_press()


class StandingPanel(Static):
    """Whether one is current, and what is next, from the records alone."""

    BORDER_TITLE = "How you stand"

    standing: reactive[Standing | None] = reactive(None)

    def watch_standing(self, standing: Standing | None) -> None:
        self.update(column(standing_lines(standing)))


def standing_lines(standing: Standing | None) -> list[Content]:
    """Of somebody's skill by hand and what is next; that it is read, while it isn't known."""
    if standing is None:
        return [row(("reading the records…", MUTED))]
    if standing.trouble:
        return [row(("not known: the records cannot be read", MUTED))]
    sign, words, style = _STATUS[standing.status]
    until = f" {standing.until}" if standing.until else ""
    lines = [row((f"{sign} {words}{until}", style))]
    if standing.missing:
        lines.append(row(("missing: ", MUTED), one_line(standing.missing)))
    if standing.next_family:
        lines.append(
            row(("next: ", MUTED), (one_line(standing.next_family), "bold"), f", {standing.next_why}")
        )
    elif standing.next_why:
        lines.append(row(("next: ", MUTED), one_line(standing.next_why)))
    sealed = f", {standing.sealed} sealed: not counted yet" if standing.sealed else ""
    lines.append(row((f"{standing.done_this_month} by hand this month{sealed}", MUTED)))
    return lines


class StepsPanel(Vertical):
    """For somebody who has never been here: how a drill goes, in three steps."""

    BORDER_TITLE = "Your first drill"

    def compose(self) -> ComposeResult:
        yield from steps()
        key = "bold $text-accent"
        yield Static(row(("enter", key), " starts one; ", ("?", key), " helps anywhere."))


class DrillList(OptionList):
    """Past drills, newest first; enter shows a debrief again, `r` the room as it was."""

    BORDER_TITLE = "Past drills"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "replay", "Replay")]

    class Chosen(Message):
        """Somebody wants to see a drill again."""

        def __init__(self, drill: PastDrill, *, replay: bool = False) -> None:
            self.drill = drill
            self.replay = replay
            super().__init__()

    past: reactive[Past | None] = reactive(None, init=False)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._drills: tuple[PastDrill, ...] = ()
        self.border_subtitle = "enter: debrief, r: replay"
        self.add_option(Option(row(("reading the records…", MUTED)), disabled=True))

    def watch_past(self, past: Past | None) -> None:
        if past is None:
            return
        self._drills = past.drills
        self.clear_options()
        self.add_options([Option(_drill(drill)) for drill in self._drills])
        if self._drills:
            self.highlighted = 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._drills[event.option_index]))

    def action_replay(self) -> None:
        if self.highlighted is not None:
            self.post_message(self.Chosen(self._drills[self.highlighted], replay=True))


def _drill(drill: PastDrill) -> Content:
    from gameday.reports.history import ended, mitigated

    when = time.strftime("%d %b %H:%M", time.localtime(drill.started))
    good = "✓" if drill.mitigated else "–" if drill.mitigated is None else "✗"
    style = {"✓": "bold $text-success", "✗": "bold $text-error"}.get(good, MUTED)
    about = "sealed" if drill.sealed else one_line(drill.family)
    grade = "    " if drill.diagnosis is None else f"{drill.diagnosis:.2f}"
    return row(
        (f"{when}  ", MUTED),
        (fit(one_line(drill.codename), 11), "bold"),
        (f"{good} ", style),
        fit(mitigated(drill), 8),
        (" D ", MUTED),
        f"{grade}  ",
        (f"{'spoiled, ' if drill.spoiled else ''}{about}, {ended(replace(drill, spoiled=False))}", MUTED),
    )


class PackList(OptionList):
    """The library without spoilers; enter plays a pack by name."""

    BORDER_TITLE = "Library"

    class Chosen(Message):
        """Somebody wants to play this pack, knowing its name."""

        def __init__(self, pack: Shelved) -> None:
            self.pack = pack
            super().__init__()

    library: reactive[tuple[Shelved, ...]] = reactive((), init=False)
    ground: reactive[Ground | None] = reactive(None, init=False)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self.add_option(Option(row(("reading the packs…", MUTED)), disabled=True))

    def watch_library(self) -> None:
        self._fill()

    def watch_ground(self) -> None:
        self._fill()

    def _fill(self) -> None:
        if not self.library:
            return
        at = self.highlighted
        self.clear_options()
        self.add_options([Option(_pack(pack, self.ground)) for pack in self.library])
        families = len({pack.family for pack in self.library if pack.family})
        self.border_subtitle = f"{len(self.library)} packs, {families} families"
        self.highlighted = at or 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        pack = self.library[event.option_index]
        if obstacle := against(pack, self.ground):
            self.notify(f"{pack.name}: {obstacle}", severity="warning", markup=False)
        else:
            self.post_message(self.Chosen(pack))


def against(pack: Shelved, ground: Ground | None) -> str:
    """Why a pack cannot be played here; empty if it can, or while that is not known."""
    if pack.trouble:
        return one_line(pack.trouble)
    if ground is None or not ground.kind:
        return ""
    lacking = [need for need in pack.needs if need not in ground.can]
    return f"{ground.kind} has no {', '.join(lacking)}" if lacking else ""


def _pack(pack: Shelved, ground: Ground | None) -> Content:
    stars = "★" * pack.difficulty + "☆" * (5 - pack.difficulty)
    name = row((fit(one_line(pack.name), 17), "bold"), " ")
    if obstacle := against(pack, ground):
        return row(name, (f"✗ not here: {obstacle}", "$text-error"))
    proven = pack.variants - pack.drafts
    variants = f"{proven} of {pack.variants} proven" if pack.drafts else f"{pack.variants} variants"
    return row(
        name,
        (fit(one_line(pack.family), 14), ""),
        (f"{stars} ", "$text-accent"),
        (variants, MUTED if pack.drafts else ""),
    )
