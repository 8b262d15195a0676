"""How a rehearsal tells of times."""

from __future__ import annotations


def seconds(value: float | None) -> str:
    """`12.3 s`, or `never`."""
    return "never" if value is None else f"{value:.1f} s"


def when(value: float | None) -> str:
    """`after 12.3 s`, or `never`."""
    return "never" if value is None else f"after {seconds(value)}"
