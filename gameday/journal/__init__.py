"""The append-only log of one drill: the only record, from which screens, scores and replays come."""

from gameday.journal.clock import Clock, ManualClock, SystemClock
from gameday.journal.manifest import Assignment, Manifest, read_manifest, unveil_manifest, write_manifest
from gameday.journal.reader import Recorded, read
from gameday.journal.writer import EVENTS_FILE, Journal

__all__ = [
    "EVENTS_FILE",
    "Assignment",
    "Clock",
    "Journal",
    "Manifest",
    "ManualClock",
    "Recorded",
    "SystemClock",
    "read",
    "read_manifest",
    "unveil_manifest",
    "write_manifest",
]
