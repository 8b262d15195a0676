"""Runbooks: what the company wrote down about a symptom, right or not.

Each comes with a pack, and those of the whole library lie on the company's shelf in every drill: which of
them are there tells nothing, and which of them helps is for the engineer to judge.

A runbook begins with front matter that only authors and facilitators see:

    ---
    kind: outdated        # right, outdated or wrong
    why: it was written before results were cached
    ---
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from scenarios import LIBRARY
from scenarios.errors import ScenarioError
from scenarios.reading import document, read_text
from scenarios.terms import Part, plain

Kind = Literal["right", "outdated", "wrong"]


class FrontMatter(Part):
    """What a runbook is worth. The company's copy doesn't have it."""

    kind: Kind = Field(description="Whether following it helps.")
    why: str = Field(default="", max_length=1000, description="What is wrong with it.")


@dataclass(frozen=True)
class Runbook:
    """One of the company's runbooks."""

    name: str
    path: Path
    text: str
    """Markdown, without the front matter."""
    kind: Kind | None
    """None if the file doesn't say."""


def read_runbook(path: Path) -> Runbook:
    """Read one runbook.

    Raises:
        ScenarioError: with file, line and what would be right.
    """
    text = read_text(path)
    try:
        plain(text)
    except ValueError as error:
        raise ScenarioError(f"{path}:1: the text {error}") from error
    if not text.startswith("---\n"):
        return Runbook(path.stem, path, text, None)
    head, closed, body = text[4:].partition("\n---\n")
    if not closed:
        raise ScenarioError(f"{path}:1: the front matter has no closing line of ---")
    try:
        front = FrontMatter.model_validate(document(path, head)[0])
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "front matter"
        raise ScenarioError(f"{path}:2: {key}: {first['msg']}; kind is right, outdated or wrong") from error
    return Runbook(path.stem, path, body.lstrip("\n"), front.kind)


def read_runbooks(folder: Path) -> list[Runbook]:
    """Those that a pack brings, sorted by name."""
    return [read_runbook(path) for path in sorted((folder / "runbooks").glob("*.md"))]


def shelf(folder: Path) -> dict[str, str]:
    """Name → text of all that the company has while a pack is played: the library's, then the pack's own.

    Raises:
        ScenarioError: one of them can't be read.
    """
    packs = [*sorted(path.parent for path in LIBRARY.glob("*/runbooks")), folder]
    return {book.name: book.text for pack in packs for book in read_runbooks(pack)}
