"""How much of a loop on the bastion is kept."""

from __future__ import annotations

from gameday.drill.quota import Quota

SECOND = 10**9


def test_a_loop_is_kept_as_its_beginning_and_a_count() -> None:
    """After the burst no more than the rate; those left out are counted once."""
    quota = Quota(burst=3, per_second=2.0)
    assert [quota.admit(at) for at in (0, 0, 0, 0, SECOND // 4)] == [True, True, True, False, False]
    assert quota.take_left_out() == 2
    assert quota.take_left_out() == 0
    assert [quota.admit(SECOND) for _ in range(3)] == [True, True, False]


def test_who_types_is_never_left_out() -> None:
    """A line a second, for an hour."""
    quota = Quota()
    assert all(quota.admit(second * SECOND) for second in range(3600))
    assert quota.take_left_out() == 0


def test_rest_fills_the_bucket_no_further_than_its_size() -> None:
    """A quiet night does not allow a flood."""
    quota = Quota(burst=2, per_second=1.0)
    assert [quota.admit(9999 * SECOND) for _ in range(3)] == [True, True, False]
