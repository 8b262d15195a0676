"""Packs that tests may break: a copy of the template, changed in one place."""

from __future__ import annotations

from pathlib import Path

from scenarios.template import write_pack


def a_pack(parent: Path, slug: str = "my-pack") -> Path:
    """A pack as `gameday scenarios new` writes it."""
    return write_pack(parent, slug)


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """One text of one file replaced; the file."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(path: Path, text: str) -> int:
    """The line, from 1, where a text begins."""
    whole = path.read_text(encoding="utf-8")
    return whole[: whole.index(text)].count("\n") + 1
