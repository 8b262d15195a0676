"""The closed lists of terms, from `taxonomy.yaml`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

TAXONOMY_FILE = Path(__file__).with_name("taxonomy.yaml")


@dataclass(frozen=True)
class Term:
    """One word for one thing."""

    name: str
    says: str
    aliases: tuple[str, ...]
    """Lower-case words and phrases that people use for it."""
    share: float | None = None
    """Of a trigger: its share of real postmortems; None where none was published."""


@dataclass(frozen=True)
class Taxonomy:
    """Every term that a truth or a diagnosis may use."""

    triggers: Mapping[str, Term]
    mechanisms: Mapping[str, Term]
    contributing: Mapping[str, Term]


@functools.cache
def taxonomy() -> Taxonomy:
    """The terms; read once."""
    document = yaml.safe_load(TAXONOMY_FILE.read_text(encoding="utf-8"))

    def terms(group: str) -> dict[str, Term]:
        return {
            name: Term(name, entry["says"], tuple(entry["aliases"]), entry.get("share"))
            for name, entry in document[group].items()
        }

    return Taxonomy(terms("triggers"), terms("mechanisms"), terms("contributing"))
