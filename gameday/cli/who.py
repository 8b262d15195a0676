"""Who is at the keyboard, for commands that were not told."""

from __future__ import annotations

import getpass


def login() -> str:
    """Who is at the keyboard, as far as the system knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "engineer"
