"""What an operation gives back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`text` is untrusted."""

    exit_code: int
    text: str
    changed: str = ""
    """What it changed, in a few words; empty if nothing."""
