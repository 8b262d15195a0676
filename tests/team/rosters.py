"""Rosters for tests: a sound one, and the same with one thing changed."""

from __future__ import annotations

from pathlib import Path

from gameday.team.roster import Roster, Source, read_roster
from gameday.team.shelf import Item

SOUND = """\
schema: 1
name: autumn
start: 2026-09-07
weeks: 8
time_zone: Europe/Berlin
at: 10:00
recurrence: FREQ=WEEKLY;BYDAY=TU
budget: 4
families: [cache, configuration]
hints: {right: 0.75, wrong: 0.25}
people:
  - name: ada
    team: checkout
    email: ada@example.com
  - {name: bob, team: checkout, time_zone: America/New_York}
  - {name: cyd, team: search}
  - {name: dan, team: search, recurrence: FREQ=WEEKLY;BYDAY=FR, at: "09:30"}
"""

ITEMS = tuple(
    Item(pack, f"v{number}", family, usable=number < 4)
    for pack, family in (("lost-cache", "cache"), ("bad-push", "configuration"), ("slow-disk", "storage"))
    for number in range(6)
    if family != "storage" or number > 2
)
"""Three families; one of them has a single variant that can be planned."""


def write(folder: Path, *changes: tuple[str, str]) -> Path:
    """A roster's file; each change replaces a text that is there once or more."""
    text = SOUND
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "ROSTER.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def sound(folder: Path, *changes: tuple[str, str]) -> tuple[Roster, Source]:
    return read_roster(write(folder, *changes))
