"""Looks at the company: real ones from the files beside this, and small ones made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gameday.advisors.snapshot import Changed, Firing, LogGroup, Snapshot

AT = 1_750_000_000.0


def recorded(name: str) -> Snapshot:
    """A look at the real company, by `tests.advisors.record`."""
    return Snapshot.model_validate_json(Path(__file__).with_name(f"{name}.json").read_bytes())


def look(**fields: Any) -> Snapshot:
    """A look with these readings, and nothing else."""
    return Snapshot(**{"at": AT, **fields})


def change(subject: str, path: str, minutes_ago: float = 5.0) -> Changed:
    return Changed(revision="abc1234", author="Ada", at=AT - 60 * minutes_ago, subject=subject, paths=(path,))


def error(service: str, text: str, per_s: float = 3.0) -> LogGroup:
    return LogGroup(service=service, level="error", pattern=text, sample=text, per_s=per_s)


def page(service: str) -> Firing:
    return Firing(name="Page", severity="page", service=service, summary="customers wait")
