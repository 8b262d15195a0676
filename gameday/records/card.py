"""A scorecard's file, as far as drills are compared by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gameday.errors import BadJournal
from gameday.journal.problem import first_problem

SCORECARD_FILE = "scorecard.json"


class _Part(BaseModel):
    """What is needed of a scorecard's JSON; the rest of it is kept and not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Diagnosis(_Part):
    score: float
    correct: bool


class _Calibration(_Part):
    n: int
    brier: float | None
    overconfidence: float | None


class _Share(_Part):
    k: int
    n: int


class _Hint(_Part):
    number: int
    right: bool | None
    fate: str
    followed: bool
    right_before: bool | None
    right_after: bool | None


class _Reliance(_Part):
    hints: tuple[_Hint, ...]
    rair: _Share
    rsr: _Share
    commission: _Share


class _StandDown(_Part):
    at_s: float


class _NoFault(_Part):
    outcome: str
    bad_minutes: float = 0.0


class _Felt(_Part):
    duration_s: float | None = None
    real_s: float | None = None


class Card(_Part):
    schema_: int = Field(alias="schema")
    time_to_acknowledge_s: float | None
    time_to_hypothesis_s: float | None
    time_to_mitigate_s: float | None
    mitigated: bool | None
    diagnosis: _Diagnosis
    customer_minutes_lost: float
    money_lost: float
    response_skill: float | None = None
    harmful: tuple[Any, ...]
    stabilised_first: bool
    calibration: _Calibration
    reliance: _Reliance
    stand_down: _StandDown | None = None
    no_fault: _NoFault | None = None
    felt: _Felt = _Felt()


def read_card(folder: Path) -> tuple[Card, dict[str, Any]]:
    """The scorecard's entries that are compared, and the whole of it.

    Raises:
        BadJournal: the file is missing or damaged, or lacks a key.
    """
    path = folder / SCORECARD_FILE
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
        return Card.model_validate(document), document
    except OSError as error:
        raise BadJournal(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise BadJournal(f"{path}: {first_problem(error)}") from error
    except ValueError as error:
        raise BadJournal(f"{path} is damaged; `gameday score` prints it anew") from error
