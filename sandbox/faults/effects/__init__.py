"""The effects that faults have on the company: each can be made, seen and taken back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from sandbox.faults.effects.bank import Provider
from sandbox.faults.effects.base import Effect, Failed, until
from sandbox.faults.effects.cache import CacheMemory, ColdCache
from sandbox.faults.effects.customers import Arrivals, Bots
from sandbox.faults.effects.database import Sessions
from sandbox.faults.effects.monitoring import Alert
from sandbox.faults.effects.parts import BrokenName, CutOff, Killed, Limited, Paused
from sandbox.faults.effects.repository import Pushed

__all__ = ["KINDS", "Effect", "Failed", "from_document", "to_document", "until"]

KINDS: Mapping[str, type[Any]] = {
    each.kind: each
    for each in (
        Alert, Arrivals, Bots, BrokenName, CacheMemory, ColdCache, CutOff, Killed, Limited, Paused,
        Provider, Pushed, Sessions,
    )
}  # fmt: skip
"""Every kind of effect, by the name under which it is written down."""


def to_document(effect: Effect) -> dict[str, Any]:
    """An effect as JSON holds it."""
    assert dataclasses.is_dataclass(effect)
    return {"kind": effect.kind, "fields": dataclasses.asdict(effect)}


def from_document(document: Mapping[str, Any]) -> Effect:
    """The effect that was written down.

    Raises:
        Failed: there is no such kind, or its fields aren't those.
    """
    try:
        fields = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in document["fields"].items()
        }
        effect: Effect = KINDS[document["kind"]](**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise Failed(f"the record of what was done can't be read: {error!r}") from error
    return effect
