"""What the company's metrics said during a drill, kept beside its journal for debrief and replay.

The journal holds what happened; these are the curves that somebody would have seen. They are no part of the
score, so a run folder without them, as of an older version, is whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gameday.errors import BadJournal
from gameday.journal.atomic import write_atomically
from gameday.journal.problem import first_problem

SERIES_FILE = "series.json"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Curve(_Kept):
    """One expression over the drill's time; its first series where it gives several."""

    promql: str
    values: tuple[float | None, ...]
    """One for each step; None where the metrics had nothing."""


class GoldenCurve(_Kept):
    """One golden signal of one service, as the room showed it second by second."""

    service: str
    name: str
    unit: str
    values: tuple[float | None, ...]


class SeriesKept(_Kept):
    """All curves of one run, on one grid of time."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    begin: float
    """UNIX seconds of the first value."""
    step_s: float = Field(gt=0)
    told_apart: tuple[Curve, ...] = ()
    """What would have told the truth from the tempting story."""
    golden: tuple[GoldenCurve, ...] = ()

    def curve(self, promql: str) -> Curve | None:
        return next((each for each in self.told_apart if each.promql == promql), None)


def write_series(run_folder: Path, series: SeriesKept) -> None:
    """Write `series.json`, whole or not at all.

    Raises:
        BadJournal: the folder cannot be written.
    """
    path = run_folder / SERIES_FILE
    try:
        write_atomically(path, series.model_dump_json(by_alias=True) + "\n")
    except OSError as error:
        raise BadJournal(f"{path} cannot be written: {error.strerror}") from error


def read_series(run_folder: Path) -> SeriesKept | None:
    """The curves of the run in `run_folder`; None where none were kept.

    Raises:
        BadJournal: the file is damaged or of an unknown schema.
    """
    path = run_folder / SERIES_FILE
    try:
        return SeriesKept.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadJournal(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise BadJournal(f"{path}: {first_problem(error)}") from error
