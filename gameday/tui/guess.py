"""Which terms a sentence is about, so that the pickers need not be searched for what was just written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_WORD = re.compile(r"[a-z0-9]+")
_STEM = 5
"""Letters by which words of one family are told: `evict`, `evicts`, `eviction`."""
_SHORTEST = 4
"""Shorter words are akin to themselves only: `db` is no beginning."""


def terms_in(text: str, terms: Mapping[str, str], most: int) -> tuple[str, ...]:
    """The terms that a text names, in the order in which it first does.

    A term is named if every word of its name, or of its family, is in the text: `cache-eviction` by
    "the cache evicts".
    """
    said = _WORD.findall(text.lower())
    places: dict[str, int] = {}
    for term in terms:
        at = [_place(word, said) for word in _WORD.findall(term.lower())]
        if at and None not in at:
            places[term] = min(place for place in at if place is not None)
    return tuple(sorted(places, key=lambda term: places[term]))[:most]


def _place(word: str, said: Sequence[str]) -> int | None:
    """Where the first word of the same family stands."""
    return next((at for at, each in enumerate(said) if _akin(word, each)), None)


def _akin(one: str, other: str) -> bool:
    """One begins as the other does, for as long as the shorter one or a stem is."""
    length = min(len(one), len(other), _STEM)
    return one == other or (length >= _SHORTEST and one[:length] == other[:length])
