"""The types that a pack's keys are made of: names, seconds, texts and terms of the taxonomy."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from scenarios.taxonomy import taxonomy

LARGEST_TEXT = 4000
"""Characters of a single text."""

_DIRECTS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows, so that it reads as something else."""


class Part(BaseModel):
    """A frozen piece of a pack that knows all of its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean X?` if there is something like it, else what there is."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(names)}"


def seconds(value: Any) -> Any:
    """`45`, `45s` and `2m` as seconds."""
    if isinstance(value, str) and value[-1:] in ("s", "m"):
        try:
            return float(value[:-1]) * (60 if value.endswith("m") else 1)
        except ValueError:
            return value
    return value


def plain(text: str) -> str:
    """The text, if a terminal can show it without obeying it.

    Raises:
        ValueError: it holds control characters.
    """
    bad = next(
        (c for c in text if c in _DIRECTS or (c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs"))),
        None,
    )
    if bad is not None:
        raise ValueError(f"holds the control character U+{ord(bad):04X}; take it out")
    return text


def _known(group: Literal["triggers", "mechanisms", "contributing"]) -> AfterValidator:
    def check(name: str) -> str:
        terms = getattr(taxonomy(), group)
        if name in terms:
            return name
        by_alias = next((term.name for term in terms.values() if name.lower() in term.aliases), None)
        hint = f"did you mean {by_alias!r}?" if by_alias else nearest(name, terms)
        raise ValueError(f"{name!r} is not one of the {group} in taxonomy.yaml; {hint}")

    return AfterValidator(check)


def _one_of(group: Literal["triggers", "mechanisms", "contributing"]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": sorted(getattr(taxonomy(), group))})


Seconds = Annotated[
    float,
    BeforeValidator(seconds),
    Field(ge=0, le=86_400, allow_inf_nan=False),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?[sm]$"},
            ]
        }
    ),
]
"""`45`, `45s` or `2m`."""
Text = Annotated[str, AfterValidator(plain), Field(min_length=1, max_length=LARGEST_TEXT)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Component = Annotated[str, Field(pattern=r"^[a-z][a-z-]*$", max_length=40)]
"""A service of the company, or `customers` or `bank` for a cause outside."""
Mechanism = Annotated[str, _known("mechanisms"), _one_of("mechanisms")]
Trigger = Annotated[str, _known("triggers"), _one_of("triggers")]
Factor = Annotated[str, _known("contributing"), _one_of("contributing")]
