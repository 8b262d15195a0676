"""How a company that comes up is shown."""

from __future__ import annotations

from rich.console import Console

from gameday.cli.coming_up import Board, shown
from sandbox.runtime.base import Progress


def _drawn(board: Board) -> list[str]:
    console = Console(width=80, no_color=True)
    with console.capture() as captured:
        console.print(board.table())
    return [line.rstrip() for line in captured.get().splitlines()]


def test_each_part_has_a_row_with_the_step_that_it_is_at() -> None:
    """What is waited for is said; what is ready stays ready."""
    board = Board()
    board.report(Progress("db", "start", 0.2))
    board.report(Progress("customers", "wait", 0.3, "for db"))
    board.report(Progress("db", "ready", 1.5))
    board.report(Progress("db", "ready", 2.5))
    board.say("repository", "wait", "building it")
    title, *rows = _drawn(board)
    assert title == "2.5 s, 1 of 3 ready"
    assert [row.split() for row in rows] == [
        ["✓", "db", "ready", "1.5", "s"],
        ["…", "customers", "wait", "0.3", "s", "for", "db"],
        ["…", "repository", "wait", "2.5", "s", "building", "it"],
    ]


def test_where_there_is_no_terminal_nothing_is_drawn() -> None:
    """A program's error output stays empty."""
    console = Console(force_terminal=False)
    with console.capture() as captured, shown(console) as board:
        board.report(Progress("db", "start", 0.2))
    assert captured.get() == ""
