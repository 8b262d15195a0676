"""The skill score of a response."""

from __future__ import annotations

import pytest

from scoring.skill import Scale, response_skill

SCALE = Scale("customer-minutes", doing_nothing=12.0, expert=2.0, limit_s=1200.0)


@pytest.mark.parametrize(("lost", "skill"), [(2.0, 1.0), (12.0, 0.0), (4.5, 0.75), (17.0, -0.5), (0.0, 1.2)])
def test_the_formula(lost: float, skill: float) -> None:
    """1 − (L − 2) / (12 − 2), worked by hand."""
    assert response_skill(lost, SCALE) == pytest.approx(skill)


def test_a_scale_needs_two_ends() -> None:
    """An expert who loses as much as doing nothing is no end of a scale."""
    with pytest.raises(ValueError, match="loses less"):
        response_skill(1.0, Scale("money", 5.0, 5.0, 1200.0))
