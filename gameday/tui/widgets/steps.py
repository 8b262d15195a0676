"""How a drill goes, in three steps, for whoever has never played one."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from gameday.tui.words import row

STEPS = (
    "Customers use the shop. At some moment it breaks, and the pager rings: a takes the page.",
    "Look with signals, logs and ops lines, say what you believe, and act: i writes an ops line.",
    "It is over when customers are served again and you have said what it was: d.",
)


def steps() -> ComposeResult:
    """One row a step, each with its number."""
    for number, step in enumerate(STEPS, 1):
        with Horizontal(classes="step"):
            yield Static(row((f"{number}  ", "bold $text-accent")), classes="number")
            yield Static(step, markup=False)
