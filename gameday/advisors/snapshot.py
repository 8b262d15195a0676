"""What an advisor gets to see: one frozen look at what the company shows everybody who is on call.

It holds readings and nothing to act with. It can be written to a file, so that what an advisor makes of real
telemetry is tested on real telemetry.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LogGroup(_Part):
    """Lines of one service that differ only in numbers and names; their texts are untrusted."""

    service: str
    level: str
    pattern: str
    """The line with what varies taken out."""
    sample: str
    """One of them, as it was written."""
    per_s: float


class Changed(_Part):
    """One commit to the company's repository."""

    revision: str
    author: str
    at: float
    """UNIX seconds."""
    subject: str
    paths: tuple[str, ...]


class TimeSpent(_Part):
    """Where the slowest requests spent their time."""

    service: str
    share: float
    """Of the time of those requests, without what it waited for others; 0 to 1."""
    example: str
    """A trace's id."""


class Firing(_Part):
    """An alert that fires."""

    name: str
    severity: str
    service: str
    summary: str


class Snapshot(_Part):
    """One look. Rates are per second; shares are from 0 to 1."""

    at: float
    """UNIX seconds."""
    values: dict[str, dict[str, float]] = Field(default_factory=dict)
    """Signal (see `gameday.advisors.signals`) → what it is of → value now."""
    logs: tuple[LogGroup, ...] = ()
    """Warnings and errors of the last half minute, the most frequent first."""
    changes: tuple[Changed, ...] = ()
    """The latest commits, newest first."""
    slow: tuple[TimeSpent, ...] = ()
    """Where the slowest traces of the last half minute spent their time, most first."""
    alerts: tuple[Firing, ...] = ()
    started: dict[str, float] = Field(default_factory=dict)
    """Replica → when it was started, UNIX seconds; one that doesn't run is missing."""
    calls: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Service → those that it asks."""
