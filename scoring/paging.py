"""Whether the right people were paged, and how soon: knowing whom to ask is part of the skill."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.timeline import Timeline


@dataclass(frozen=True)
class PersonPaged:
    """One page to a colleague."""

    who: str
    after_page_s: float | None
    """Seconds since the engineer's own pager rang; below 0 before that, None if it never did."""
    right: bool
    """They own a component of the truth, or know it best."""


@dataclass(frozen=True)
class Paging:
    """Whom the engineer paged since the onset, and when."""

    people: tuple[PersonPaged, ...] = ()
    right_owner: bool | None = None
    """Whether somebody right was paged; None where nobody at the company owns what failed."""
    right_owner_after_page_s: float | None = None
    """Seconds from the engineer's page to the first page to somebody right."""


def paging(timeline: Timeline) -> Paging:
    """Whom the engineer paged; whether they could be reached makes no difference to the choice."""
    origin, owners = timeline.paged_at, timeline.truth.owners
    people = tuple(
        PersonPaged(each.who, None if origin is None else each.at - origin, each.who in owners)
        for each in timeline.people_paged
        if each.at >= timeline.onset
    )
    right = [each for each in people if each.right]
    return Paging(
        people=people,
        right_owner=bool(right) if owners else None,
        right_owner_after_page_s=right[0].after_page_s if right else None,
    )
