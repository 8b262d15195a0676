"""What a run folder is, readable without its journal: `gameday sweep` and lists need no more.

While a drill is played, what the engineer is to find out is veiled in the file: whoever looks into the folder
in passing isn't told the answer. It is a veil and no lock; the library of packs is on the same machine.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gameday.errors import BadJournal
from gameday.journal.atomic import write_atomically
from gameday.journal.events import AdvisorName, Mode, Policy, Style
from gameday.journal.problem import first_problem

MANIFEST_FILE = "manifest.json"
_VEIL = "veiled"
_VEILED = ("pack", "variant", "seed", "family", "advisor", "policy", "assignment")


class Assignment(BaseModel):
    """What a plan assigned before anybody knew how the drill would go; a comparison counts it as this."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    block: str = Field(min_length=1)
    """The pair that the drill belongs to; unique within a store."""
    order: Literal[1, 2]
    """Its place in the pair."""
    mode: Mode
    policy: Policy | None = None
    """Which hints it was to get, hidden from the engineer; None without the AI."""
    randomised: bool = True
    """False once a lead set aside what chance had chosen: the mode, the order or the variant."""


class Manifest(BaseModel):
    """One run, as it was set up."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_: Literal[1] = Field(default=1, alias="schema")
    run: str
    codename: str
    pack: str
    variant: str
    mode: Mode
    seed: int
    runtime: str
    sandbox_id: str
    created: float
    """UNIX seconds."""
    trainer_pid: int
    """The process that owns the sandbox; if it is gone, the sandbox may be swept."""
    family: str = ""
    """The skill that the pack trains."""
    advisor: AdvisorName = "scripted"
    policy: Policy = "natural"
    style: Style = "verdict"
    assignment: Assignment | None = None
    """None for a drill outside a plan."""
    observer: str = ""
    """Who watched the drill, such as an examiner; empty if nobody did."""
    simulated: bool = False
    """Nobody played it: a program wrote it by a stated model."""


def write_manifest(run_folder: Path, manifest: Manifest, *, veiled: bool = False) -> None:
    """Write `manifest.json` into `run_folder`, whole or not at all.

    Args:
        run_folder: made if it isn't there.
        manifest: what is in it.
        veiled: what the engineer is to find out can't be read in passing.

    Raises:
        BadJournal: the folder cannot be written.
    """
    path = run_folder / MANIFEST_FILE
    document = manifest.model_dump(mode="json", by_alias=True)
    if veiled:
        hidden = {key: document.pop(key) for key in _VEILED}
        document[_VEIL] = base64.b64encode(json.dumps(hidden).encode()).decode()
    try:
        run_folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(document, indent=2) + "\n")
    except OSError as error:
        raise BadJournal(f"{path} cannot be written: {error.strerror}") from error


def unveil_manifest(run_folder: Path) -> None:
    """The drill is over: its manifest may be read by anybody.

    Raises:
        BadJournal: it is missing or damaged, or the folder cannot be written.
    """
    write_manifest(run_folder, read_manifest(run_folder))


def read_manifest(run_folder: Path) -> Manifest:
    """The manifest of the run in `run_folder`.

    Raises:
        BadJournal: it is missing, damaged, of an unknown schema, or lacks a key.
    """
    path = run_folder / MANIFEST_FILE
    try:
        return Manifest.model_validate(_without_veil(path.read_bytes()))
    except FileNotFoundError as error:
        raise BadJournal(f"{path} does not exist; is this the folder of a run?") from error
    except OSError as error:
        raise BadJournal(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise BadJournal(f"{path}: {first_problem(error)}") from error
    except (ValueError, TypeError) as error:
        raise BadJournal(f"{path} is no JSON object, or a damaged one: {error}") from error


def _without_veil(content: bytes) -> Any:
    document = json.loads(content)
    if isinstance(document, dict) and _VEIL in document:
        document |= json.loads(base64.b64decode(document.pop(_VEIL), validate=True))
    return document
