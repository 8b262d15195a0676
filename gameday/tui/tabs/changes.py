"""Who changed what: the commits to the company's repository, what became of each, and their patches."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from gameday.drill.views import Changed, Views
from gameday.text import one_line, plain
from gameday.tui.tabs.base import Looked, Tab
from gameday.tui.widgets.rows import RowsView
from gameday.tui.words import MUTED, Styled, fit, row

MOST = 40
_NAME = 7


class ChangesTab(Tab):
    """A list, and below it the patch of the commit that was opened."""

    EVERY_S: ClassVar[float | None] = 5.0
    LINE: ClassVar[str] = "changes"
    TARGET: ClassVar[str] = "#changes-rows"

    class Seen(Message):
        """The latest commits; the signals mark them too."""

        def __init__(self, changes: tuple[Changed, ...]) -> None:
            self.changes = changes
            super().__init__()

    class Opened(Message):
        """The patch of a commit."""

        def __init__(self, revision: str, patch: str) -> None:
            self.revision = revision
            self.patch = plain(patch)
            super().__init__()

    def __init__(self, views: Callable[[], Views], now: Callable[[], float], *, id: str) -> None:
        super().__init__(views, id=id)
        self._now = now
        self._changes: tuple[Changed, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static(id="changes-status", classes="status")
        yield RowsView(nothing="looking…", id="changes-rows")
        yield RowsView(id="changes-diff").add_class("pane")

    def on_mount(self) -> None:
        self.query_one("#changes-diff").display = False

    def refresh_look(self) -> None:
        self.look(lambda: self.views().changes(MOST), self.Seen)

    @on(Seen)
    def draw(self, event: Seen) -> None:
        view = self.query_one("#changes-rows", RowsView)
        held = self._changes[view.cursor].revision if 0 < view.cursor < len(self._changes) else ""
        self._changes = event.changes
        places = {change.revision: at for at, change in enumerate(event.changes)}
        view.show([_row(change, self._now()) for change in event.changes], places.get(held))
        self._tell(view.cursor)

    @on(RowsView.Moved, "#changes-rows")
    def moved(self, event: RowsView.Moved) -> None:
        event.stop()
        self._tell(event.index)

    def _tell(self, at: int) -> None:
        """What became of the commit in hand."""
        became = _became(self._changes[at]) if at < len(self._changes) else Content("")
        self.say(became, ("enter opens the patch", MUTED))

    @on(RowsView.Selected, "#changes-rows")
    def open(self, event: RowsView.Selected) -> None:
        """Fetch the patch of what is in hand."""
        event.stop()
        if event.index >= len(self._changes):
            return
        revision = self._changes[event.index].revision

        async def ask() -> str:
            return await self.views().diff(revision)

        if self.look(ask, lambda patch: self.Opened(revision, patch)):
            self.post_message(Looked(f"diff {revision[:10]}"))

    @on(Opened)
    def show_patch(self, event: Opened) -> None:
        view = self.query_one("#changes-diff", RowsView)
        view.display = True
        view.show([_patch_line(line) for line in event.patch.splitlines()], 0)
        view.focus()

    def back(self) -> bool:
        """Close the patch; whether there was one."""
        view = self.query_one("#changes-diff", RowsView)
        if not view.display:
            return False
        view.display = False
        self.query_one("#changes-rows").focus()
        return True

    def evidence(self) -> str:
        at = self.query_one("#changes-rows", RowsView).cursor
        if at >= len(self._changes):
            return ""
        change = self._changes[at]
        return f"{change.revision[:7]} {one_line(change.author)}: {one_line(change.subject)}"


def what(files: tuple[str, ...]) -> str:
    """What a commit touched, in a word or two: `config vision`, `deploy edge`, `code checkout`."""
    kinds: dict[str, list[str]] = {}
    for path in files:
        folder, _, rest = path.partition("/")
        kind = {"services": "code", "config": "config", "deploy": "deploy", "runbooks": "runbook"}.get(
            folder, "docs"
        )
        kinds.setdefault(kind, []).append(rest.split("/")[0].rsplit(".", 1)[0] or folder)
    return "; ".join(f"{kind} {', '.join(dict.fromkeys(names))}" for kind, names in kinds.items())


def age(seconds: float) -> str:
    """How long ago, in one number and a unit."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def _called(author: str) -> str:
    """A first name; whoever is on call goes by both words."""
    name = one_line(author)
    return name if len(name) <= _NAME else name.split(" ")[0]


def _row(change: Changed, now: float) -> Content:
    return row(
        (f"{age(now - change.at):>6}  ", MUTED),
        (f"{one_line(change.revision)[:7]} ", "$text-primary"),
        (f"{fit(_called(change.author), _NAME)} ", ""),
        (f"{fit(one_line(what(change.files)), 18)} ", "$text-accent"),
        _GLYPHS[_fate(change)],
        (one_line(change.subject), "bold"),
    )


_GLYPHS: dict[str, Styled] = {
    "": ("  ", ""),
    "rolled out": ("✓ ", "$text-success"),
    "failed": ("✗ ", "bold $text-error"),
}


def _fate(change: Changed) -> str:
    if not change.rollouts:
        return ""
    return "failed" if change.failed else "rolled out"


def _became(change: Changed) -> Content:
    """What the deployer made of it: nothing, if it is older than the company or touches nothing that runs."""
    rolled = "; ".join(map(one_line, change.rollouts))
    return row(_GLYPHS[_fate(change)], (f"{rolled}  " if rolled else "not rolled out here  ", "bold"))


_PATCH = {
    "+++": MUTED,
    "---": MUTED,
    "+": "$text-success",
    "-": "$text-error",
    "@@": "$text-accent",
    "diff ": "bold",
    "commit ": "bold $text-primary",
}


def _patch_line(line: str) -> Content:
    text = line.expandtabs(4)
    return row((text, next((style for start, style in _PATCH.items() if text.startswith(start)), "")))
