"""Whom the engineer paged, and how soon."""

from __future__ import annotations

import dataclasses

import pytest

from scoring.paging import Paging, PersonPaged, paging
from scoring.timeline import PersonPaged as Paged
from tests.scoring.examples import ONSET, TRUTH, timeline

OWNED = dataclasses.replace(TRUTH, owners=frozenset({"marta", "yuki"}))


def paged(*people: tuple[float, str], owned: bool = True, page_s: float | None = 20.0) -> Paging:
    drill = timeline(
        truth=OWNED if owned else TRUTH,
        paged_at=None if page_s is None else ONSET + page_s,
        people_paged=tuple(Paged(ONSET + at, who) for at, who in people),
    )
    return paging(drill)


def test_the_first_right_page_is_timed_from_the_engineers_own() -> None:
    """Wrong ones before it and right ones after it are listed, and change nothing."""
    found = paged((50, "ines"), (80, "marta"), (90, "yuki"))
    assert found.people == (
        PersonPaged("ines", 30.0, False),
        PersonPaged("marta", 60.0, True),
        PersonPaged("yuki", 70.0, True),
    )
    assert (found.right_owner, found.right_owner_after_page_s) == (True, 60.0)


@pytest.mark.parametrize(("owned", "right"), [(True, False), (False, None)])
def test_asking_nobody_is_only_wrong_where_somebody_owns_it(owned: bool, right: bool | None) -> None:
    """What customers do is nobody's service."""
    assert paged(owned=owned) == Paging((), right, None)


def test_pages_before_the_onset_are_no_answer_to_it() -> None:
    """Whoever was rung while nothing was wrong was rung about something else."""
    assert paged((-5, "marta")).people == ()


def test_without_a_page_there_is_no_time_since_it() -> None:
    """Somebody may be rung although the alert never fired."""
    assert paged((50, "marta"), page_s=None) == Paging((PersonPaged("marta", None, True),), True, None)
