"""The committed JSON Schema is the model's, and the documentation knows every key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from scenarios import LIBRARY
from scenarios.loader import pack_names
from scenarios.model import PARTS, Scenario
from scenarios.runbooks import FrontMatter
from scenarios.schema import SCHEMA_FILE, as_text, schema
from scenarios.terms import Part

DOCS = Path(__file__).parents[2] / "docs/packs.md"


def _parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for child in model.__subclasses__():
        yield from _parts(child)


def test_it_is_committed_as_generated() -> None:
    """`make schema` writes it."""
    assert SCHEMA_FILE.read_text(encoding="utf-8") == as_text()


def test_every_key_says_what_it_is() -> None:
    """A description on each field that an author writes."""
    made = {"Case", "Pack"}
    for model in _parts(Part):
        if model.__name__ not in made:
            for name, field in model.model_fields.items():
                assert field.description, f"{model.__name__}.{name}"


def test_every_key_is_in_the_documentation() -> None:
    """docs/packs.md names each."""
    spans = re.findall(r"`([^`\n]+)`", DOCS.read_text(encoding="utf-8"))
    words = {word for span in spans for word in re.findall(r"\w+", span)}
    made = {"Case", "Pack"}
    for model in _parts(Part):
        if model.__name__ not in made:
            for name, field in model.model_fields.items():
                assert (field.alias or name) in words, f"{model.__name__}.{name}"


def test_parts_may_differ_between_variants() -> None:
    """Each has a `per_variant` of its own keys, and needs none."""
    made = schema()
    for name, model in PARTS.items():
        part = made["$defs"][model.__name__]
        assert "required" not in part
        assert set(part["properties"]) == {*model.model_fields, "per_variant"}
        differing = part["properties"]["per_variant"]["additionalProperties"]
        assert set(differing["properties"]) == set(model.model_fields)
        assert name in made["properties"]
    assert set(made["properties"]) == {f.alias or n for n, f in Scenario.model_fields.items()}


@pytest.mark.parametrize("name", pack_names((LIBRARY,)))
def test_editors_find_it(name: str) -> None:
    """By the first line of every pack that we ship."""
    first = (LIBRARY / name / "scenario.yaml").read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=../../schema.json"
    assert (LIBRARY / name / "../../schema.json").resolve() == SCHEMA_FILE.resolve()


def test_a_runbook_says_what_it_is_worth() -> None:
    """Its front matter's keys are these."""
    assert set(FrontMatter.model_fields) == {"kind", "why"}
