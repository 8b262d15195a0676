"""Where a person's drills are kept."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_home() -> Path:
    """The user's data folder; `GAMEDAY_DATA` moves it."""
    given = os.environ.get("GAMEDAY_DATA")
    return Path(given) if given else Path(platformdirs.user_data_path("gameday"))


def runs_home() -> Path:
    """The folder of all run folders."""
    return data_home() / "runs"
