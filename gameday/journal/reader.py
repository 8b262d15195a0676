"""Reads a journal back, and refuses what it cannot vouch for.

Scores are folded from what is read here, so a line that is damaged, missing or of another schema
ends the reading with one sentence instead of a wrong figure. The one damage that is expected, a
last line cut off when the trainer died, is left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from gameday.errors import BadJournal
from gameday.journal.events import KINDS, SCHEMA, Entry, Event
from gameday.journal.writer import EVENTS_FILE


@dataclass(frozen=True)
class Recorded:
    """One line of a journal: the envelope, and the event in it with its type."""

    entry: Entry
    event: Event


def read(run_folder: Path) -> list[Recorded]:
    """All events of the run in `run_folder`, in order.

    Raises:
        BadJournal: there is no journal, or a line of it is torn, invalid, out of sequence, of an
            unknown schema or of an unknown kind.
    """
    path = run_folder / EVENTS_FILE
    recorded: list[Recorded] = []
    for number, line in enumerate(_whole_lines(path), start=1):
        item = parse(line, f"{path}, line {number}")
        if item.entry.seq != number - 1:
            raise BadJournal(
                f"{path}, line {number}: the entry is number {item.entry.seq} where {number - 1} was due; "
                "lines were lost or moved"
            )
        if recorded and item.entry.run != recorded[0].entry.run:
            raise BadJournal(
                f"{path}, line {number}: the entry belongs to run {item.entry.run!r}, "
                f"the journal to {recorded[0].entry.run!r}"
            )
        recorded.append(item)
    return recorded


def _whole_lines(path: Path) -> list[bytes]:
    try:
        *lines, rest = path.read_bytes().split(b"\n")
    except FileNotFoundError as error:
        raise BadJournal(f"{path} does not exist; is this the folder of a run?") from error
    except OSError as error:
        raise BadJournal(f"{path} cannot be read: {error.strerror}") from error
    if rest and _is_json(rest):
        lines.append(rest)
    return lines


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line.decode())
    except (ValueError, RecursionError):
        return False
    return True


def parse(line: bytes, where: str) -> Recorded:
    """One line of a journal; `where` it stands is named in what is raised.

    Raises:
        BadJournal: it is torn, invalid, of an unknown schema or of an unknown kind.
    """
    try:
        found: object = json.loads(line.decode())
    except (ValueError, RecursionError) as error:
        raise BadJournal(f"{where}: not a line of JSON; the journal is damaged") from error
    if not isinstance(found, dict):
        raise BadJournal(f"{where}: not an entry of a journal; the journal is damaged")
    schema = found.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        raise BadJournal(f"{where}: schema {schema!r} is not known here, only {SCHEMA}")
    try:
        entry = Entry.model_validate(found)
        event_type = KINDS.get(entry.kind)
        if event_type is None:
            raise BadJournal(f"{where}: kind {entry.kind!r} is not known in schema {SCHEMA}")
        return Recorded(entry, event_type.model_validate(entry.data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "data"
        raise BadJournal(f"{where}: {key}: {first['msg']}") from error
