"""A pack to start from: whole, small, and playable as it is."""

from __future__ import annotations

import os
import re
from pathlib import Path

from scenarios.errors import ScenarioError
from scenarios.schema import SCHEMA_FILE

TEMPLATE = Path(__file__).with_name("template")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def write_pack(parent: Path, slug: str) -> Path:
    """Write a new pack's folder; the folder.

    Raises:
        ScenarioError: the name is none, or there is something of that name.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > 60:
        raise ScenarioError(
            f"{slug!r} is no name for a pack; use small letters, digits and hyphens, as cache-loss"
        )
    folder = parent / slug
    schema = os.path.relpath(SCHEMA_FILE, folder)
    if Path(schema).is_absolute() or schema.count("..") > 4:
        schema = str(SCHEMA_FILE)
    try:
        folder.mkdir(parents=True)
        for path in sorted(each for each in TEMPLATE.rglob("*") if each.is_file()):
            target = folder / path.relative_to(TEMPLATE)
            target.parent.mkdir(exist_ok=True)
            text = path.read_text(encoding="utf-8")
            target.write_text(text.replace("{slug}", slug).replace("{schema}", schema), encoding="utf-8")
    except FileExistsError as error:
        raise ScenarioError(f"{folder}: there is something of that name already") from error
    except OSError as error:
        raise ScenarioError(f"{folder}: cannot be written: {error.strerror}") from error
    return folder
