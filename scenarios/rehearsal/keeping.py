"""Where the records of rehearsals are kept, and which of them is about a variant as it is now."""

from __future__ import annotations

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path

import psutil
from pydantic import ValidationError

from scenarios.model import Pack
from scenarios.rehearsal.record import RECORD_FILE, Machine, Rehearsal, digest_of


def known(pack: Pack, variant: str, runtime: str, data: Path) -> Rehearsal | None:
    """The proof of this very variant on a runtime: this machine's own first, then the one beside the pack.

    A record of what the variant was before it was changed is none, and neither is one that failed.
    """
    wanted = digest_of(pack, variant)
    for text in _texts(pack, variant, runtime, data):
        try:
            record = Rehearsal.model_validate_json(text)
        except ValidationError:
            continue
        if record.digest == wanted and record.passed:
            return record
    return None


def _texts(pack: Pack, variant: str, runtime: str, data: Path) -> Iterator[str]:
    with contextlib.suppress(OSError):
        yield place(data, pack.scenario.id, variant, runtime).read_text(encoding="utf-8")
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        beside = json.loads(committed_path(pack).read_text(encoding="utf-8"))
        yield json.dumps(beside[variant][runtime])


def place(data: Path, pack: str, variant: str, runtime: str) -> Path:
    """Where the record of a variant lies in the data folder."""
    return data / "rehearsals" / pack / variant / f"{runtime}.json"


def record_path(data: Path, rehearsal: Rehearsal) -> Path:
    """Where the record of a rehearsal lies in the data folder."""
    return place(data, rehearsal.pack, rehearsal.variant, rehearsal.runtime)


def committed_path(pack: Pack) -> Path:
    """Where the scale that comes with a pack lies."""
    return pack.folder / RECORD_FILE


def this_machine() -> Machine:
    """What it is like, without its name."""
    return Machine(
        system=platform.system(),
        architecture=platform.machine(),
        cpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
    )
