"""What a run folder is, readable without its journal: `gameday sweep` and lists need no more."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gameday.errors import BadJournal
from gameday.journal.atomic import write_atomically
from gameday.journal.events import AdvisorName, Mode, Policy, Style

MANIFEST_FILE = "manifest.json"


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


def write_manifest(run_folder: Path, manifest: Manifest) -> None:
    """Write `manifest.json` into `run_folder`, whole or not at all.

    Raises:
        BadJournal: the folder cannot be written.
    """
    path = run_folder / MANIFEST_FILE
    try:
        run_folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, manifest.model_dump_json(by_alias=True, indent=2) + "\n")
    except OSError as error:
        raise BadJournal(f"{path} cannot be written: {error.strerror}") from error


def read_manifest(run_folder: Path) -> Manifest:
    """The manifest of the run in `run_folder`.

    Raises:
        BadJournal: it is missing, damaged, of an unknown schema, or lacks a key.
    """
    path = run_folder / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise BadJournal(f"{path} does not exist; is this the folder of a run?") from error
    except OSError as error:
        raise BadJournal(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadJournal(f"{path}: {key + ': ' if key else ''}{first['msg']}") from error
