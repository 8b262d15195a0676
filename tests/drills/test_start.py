"""What a drill is settled to be when the engineer leaves things open."""

from __future__ import annotations

from gameday.drill.start import Wish, rules_for


def test_a_blind_drill_is_one_that_was_proven() -> None:
    """Whatever the dice say; and the same seed draws the same drill."""
    drawn = [rules_for(Wish(seed=seed)) for seed in range(8)]
    assert len({rules.pack.scenario.id for rules in drawn}) > 1
    assert not [rules.variant.id for rules in drawn if rules.variant.draft]
    assert not any(rules.spoiled for rules in drawn)
    again = rules_for(Wish(seed=3))
    assert (again.pack.scenario.id, again.variant.id) == (drawn[3].pack.scenario.id, drawn[3].variant.id)


def test_a_draft_is_played_when_it_is_named() -> None:
    """An author has to be able to try it."""
    assert rules_for(Wish(pack="retry-storm/short-rush", seed=1)).variant.draft
