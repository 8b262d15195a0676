"""The top of the room: which drill, where it is, the clock, and what customers get right now."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from gameday.reports.words import clock
from gameday.tui.state import Journey, RoomState, Stage
from gameday.tui.words import GAP, MUTED, bars, percent, row
from scoring.slo import Slo

TARGET = Slo().target
NARROW = 110
"""Columns below which the header says less."""
_STAGE_STYLES: dict[Stage, str] = {
    "incident": "bold $text-error",
    "mitigated": "bold $text-success",
    "on call": "bold $text-primary",
}
_BAR_STYLES = {"✓ ok": "$success", "✗ bad": "$error", "– none": MUTED}
_SPARK_S = 5
"""Seconds that one bar of the SLI stands for."""


class RoomHeader(Widget):
    """Two lines, drawn from the room's state and the clock that the app was given."""

    room: reactive[RoomState] = reactive(RoomState(), always_update=True)
    clock_shown: reactive[bool] = reactive(True)

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now

    def on_mount(self) -> None:
        self.set_interval(1.0, self.refresh)

    def render(self) -> Content:
        room = self.room
        if self.size.width < NARROW:
            return self._narrow()
        left = row(
            (f" {room.codename or 'Gameday'} ", "bold $block-cursor-foreground on $primary"),
            (f" {room.mode.upper()} ", "bold $text-accent on $accent-muted"),
            "  ",
            (_stage(room), _STAGE_STYLES.get(room.stage, "bold")),
        )
        right = row(
            *self._clock("since start ", "since page "),
            ("   affected ", MUTED),
            *_affected(room),
            ("   money lost ", MUTED),
            (f"{room.money_lost:,.0f} ", "bold"),
        )
        return self._lines(left, right)

    def _narrow(self) -> Content:
        """The same with shorter words."""
        room = self.room
        left = row(
            (f" {room.codename or 'Gameday'} ", "bold $block-cursor-foreground on $primary"),
            (f" {room.mode.upper()} ", "bold $text-accent on $accent-muted"),
            " ",
            (room.stage, _STAGE_STYLES.get(room.stage, "bold")),
        )
        right = row(
            *self._clock("start ", "page "),
            (" hit ", MUTED),
            *_affected(room),
            (" lost ", MUTED),
            (f"{room.money_lost:,.0f} ", "bold"),
        )
        return self._lines(left, right)

    def _lines(self, left: Content, right: Content) -> Content:
        gap = max(1, self.size.width - left.cell_length - right.cell_length)
        return row(left, " " * gap, right, "\n", customers(self.room, self.size.width))

    def _clock(self, start: str, page: str) -> tuple[tuple[str, str], ...]:
        if not self.clock_shown:
            return (("clock hidden", MUTED),)
        elapsed = self.room.elapsed_s(self._now())
        since = start if self.room.page is None else page
        said = "--:--" if elapsed is None else clock(elapsed)
        if self.room.paused_at is not None:
            return (("⏸ paused ", "bold $text-warning"), (said, "bold"))
        return ((since, MUTED), (said, "bold"))


def _affected(room: RoomState) -> tuple[tuple[str, str], ...]:
    """How many customers are badly served, of how many."""
    if room.affected is None:
        return (("—", MUTED),)
    return (
        (f"{room.affected}", "bold $text-error" if room.affected else "bold"),
        (f" of {room.customers}", MUTED),
    )


def _stage(room: RoomState) -> str:
    if room.stage == "incident" and room.relapses:
        return "incident (it came back)"
    return room.stage


def customers(room: RoomState, width: int) -> Content:
    """What each journey's customers get, in word, number and bars, on one line."""
    if not room.journeys:
        return row((" customers: no figures yet", MUTED))
    each = max(18, width // len(room.journeys))
    return Content("").join(
        [journey_line(name, journey, each, 24) for name, journey in room.journeys.items()]
    )


def journey_line(name: str, journey: Journey, width: int, most: int) -> Content:
    """One journey in `width` columns, with at most `most` bars."""
    share = journey.share
    if share is None:
        verdict = ("– none", MUTED)
    elif share >= TARGET:
        verdict = ("✓ ok", "bold $text-success")
    else:
        verdict = ("✗ bad", "bold $text-error")
    said = row(f" {name:<7}", verdict, (f" {percent(share):>4} ", "bold"))
    space = min(most, width - said.cell_length - 1)
    drawn = bars(_shares(journey, space), 1.0).lstrip(GAP) if space > 2 else ""
    return row(said, (drawn, _BAR_STYLES[verdict[0]])).pad_right(
        max(0, width - said.cell_length - len(drawn))
    )


def _shares(journey: Journey, columns: int) -> tuple[float | None, ...]:
    """Share of good requests in each stretch of `_SPARK_S` seconds, the newest last."""
    counts, goods = [0] * columns, [0] * columns
    newest = journey.seconds[-1].second // _SPARK_S
    for item in journey.seconds:
        at = columns - 1 - (newest - item.second // _SPARK_S)
        if 0 <= at < columns:
            counts[at] += item.count
            goods[at] += item.good
    return tuple(good / count if count else None for good, count in zip(goods, counts, strict=True))
