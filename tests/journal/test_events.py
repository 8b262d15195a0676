"""The event contract."""

from __future__ import annotations

from gameday.journal.events import KINDS, Event


def test_every_event_is_known_by_its_kind() -> None:
    """No event class can be written that could not be read back."""
    assert set(KINDS.values()) == set(Event.__subclasses__())
    assert all(KINDS[cls.kind] is cls for cls in Event.__subclasses__())
