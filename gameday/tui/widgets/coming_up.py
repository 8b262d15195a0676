"""A company on its way up: each part on one axis of time, and then what its customers get."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from gameday.tui.state import Part, RoomState
from gameday.tui.widgets.header import TARGET, journey_line
from gameday.tui.words import MUTED, column, fit, row

_GLYPHS = {"ready": ("✓", "bold $text-success"), "wait": ("…", "bold $text-warning")}
_WORDS = {"create": "being made", "start": "starting", "wait": "waits", "ready": "ready"}
_BARS = {"ready": "$success", "wait": "$warning"}
_NAME, _TIME, _SAYS = 11, 8, 20
_LEAST_AXIS = 8
"""Columns below which an axis says nothing."""
_FULL = 20
"""Columns of the bar for the whole company."""


class CompanyBoard(Static):
    """One row a part, from when it was first heard of to when it was ready; the whole above them."""

    room: reactive[RoomState] = reactive(RoomState(), always_update=True)

    def render(self) -> Content:
        parts = self.room.parts
        if not parts:
            return row(("nothing runs yet", MUTED))
        since, until = min(part.began_s for part in parts), max(part.elapsed_s for part in parts)
        axis = self.size.width - 2 - _NAME - _TIME - _SAYS
        return column(
            [
                _whole(parts, until, self.size.width),
                "",
                *(_row(part, since, until, axis, self.size.width) for part in parts),
            ]
        )

    def watch_room(self) -> None:
        self.refresh(layout=True)


def _whole(parts: tuple[Part, ...], until: float, width: int) -> Content:
    ready = sum(part.step == "ready" for part in parts)
    done = ready == len(parts)
    said = row(
        (f"  {ready} of {len(parts)} ready", "bold $text-success" if done else "bold"),
        (f"  {until:.1f} s", MUTED),
    )
    bar = max(0, min(_FULL, width - said.cell_length))
    full = round(bar * ready / len(parts))
    return row(("━" * full, "bold $success"), ("─" * (bar - full), MUTED), said)


def _row(part: Part, since: float, until: float, axis: int, width: int) -> Content:
    glyph, style = _GLYPHS.get(part.step, ("·", MUTED))
    says = f"{_WORDS.get(part.step, part.step)} {part.detail}".strip()
    head = row((f"{glyph} ", style), (fit(part.service, _NAME), "bold"), (f"{part.elapsed_s:5.1f} s ", MUTED))
    if axis < _LEAST_AXIS:
        return row(head, (fit(says, max(0, width - head.cell_length)), MUTED))
    return row(
        head, (fit(says, _SAYS), MUTED if part.step == "ready" else ""), _bar(part, since, until, axis)
    )


def _bar(part: Part, since: float, until: float, axis: int) -> Content:
    """What it took; what is not ready goes on to the right edge."""
    scale = axis / (until - since) if until > since else 0.0
    first = min(axis - 1, int((part.began_s - since) * scale))
    last = axis
    if part.step == "ready":
        last = min(axis, max(first + 1, round((part.elapsed_s - since) * scale)))
    return row((" " * first, ""), ("━" * (last - first), _BARS.get(part.step, "$foreground 40%")))


class CustomersBoard(Widget):
    """What customers get, journey by journey, and for how long they have all been served well."""

    BORDER_TITLE = "Customers"

    room: reactive[RoomState] = reactive(RoomState(), always_update=True)

    def watch_room(self, room: RoomState) -> None:
        self.display = bool(room.journeys)
        good_s = served_for_s(room)
        served = f"✓ served within it for {good_s} s" if good_s else "not served within it yet"
        self.border_subtitle = f"SLO: {TARGET:.0%} of requests good; {served}"
        self.set_class(bool(good_s), "served")

    def render(self) -> Content:
        journeys = self.room.journeys.items()
        width = self.size.width
        return column([journey_line(name, journey, width, max(24, width - 24)) for name, journey in journeys])


def served_for_s(room: RoomState) -> int:
    """How many of the newest seconds in a row each journey had its share of good requests."""
    seconds: dict[int, bool] = {}
    for journey in room.journeys.values():
        for each in journey.seconds:
            good = each.count == 0 or each.good / each.count >= TARGET
            seconds[each.second] = seconds.get(each.second, True) and good
    run = 0
    for second in sorted(seconds, reverse=True):
        if not seconds[second]:
            break
        run += 1
    return run
