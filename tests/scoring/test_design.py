"""Balanced plans."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.comparison import pair_up
from scoring.design import NoBlock, Person, plan
from scoring.simulation import Model, Study, simulate


def roster(count: int) -> list[Person]:
    return [Person(f"e{number}", f"t{number % 2}") for number in range(count)]


def families(count: int, variants: int = 2) -> dict[str, list[str]]:
    return {f"f{at}": [f"f{at}v{number}" for number in range(variants)] for at in range(count)}


plans = st.tuples(st.integers(1, 9), st.integers(1, 5), st.integers(1, 2), st.integers(0, 2**32))


@given(plans)
def test_every_engineer_meets_every_family_and_no_variant_twice(made: tuple[int, int, int, int]) -> None:
    """One block each, of one drill with the AI and one without, one after the other."""
    people, kinds, blocks, seed = made
    found = plan(roster(people), families(kinds, 2 * blocks), seed, blocks_per_family=blocks)
    assert found.missing == ()
    met = Counter((each.engineer, each.variant) for each in found.assignments)
    assert set(met.values()) == {1}
    assert len(found.assignments) == people * kinds * blocks * 2
    by_block = defaultdict(list)
    for each in found.assignments:
        by_block[each.block].append(each)
    for one, other in by_block.values():
        assert {one.ai, other.ai} == {True, False}
        assert (one.order, other.order, other.slot - one.slot) == (1, 2, 1)
        assert (one.engineer, one.family) == (other.engineer, other.family)


@given(plans)
def test_orders_are_balanced_over_all_and_within_each(made: tuple[int, int, int, int]) -> None:
    """AI first and AI second differ by at most one."""
    people, kinds, blocks, seed = made
    found = plan(roster(people), families(kinds, 2 * blocks), seed, blocks_per_family=blocks)
    firsts = [each for each in found.assignments if each.order == 1]
    assert abs(sum(1 if each.ai else -1 for each in firsts)) <= 1
    for person in roster(people):
        assert abs(sum(1 if each.ai else -1 for each in firsts if each.engineer == person.name)) <= 1


@given(plans)
def test_each_variant_is_met_in_each_mode_equally_often(made: tuple[int, int, int, int]) -> None:
    """Give or take one, so that an easier variant favours neither arm."""
    people, kinds, blocks, seed = made
    found = plan(roster(people), families(kinds, 2 * blocks), seed, blocks_per_family=blocks)
    balance: Counter[str] = Counter()
    for each in found.assignments:
        balance[each.variant] += 1 if each.ai else -1
    assert all(abs(gap) <= 1 for gap in balance.values())


@given(plans, st.floats(0, 1))
def test_hints_are_wrong_at_the_stated_rate(made: tuple[int, int, int, int], wrong: float) -> None:
    """To within one drill, and only where there is an AI."""
    people, kinds, blocks, seed = made
    rates = {"right": 1 - wrong, "wrong": wrong}
    found = plan(roster(people), families(kinds, 2 * blocks), seed, blocks_per_family=blocks, hints=rates)  # type: ignore[arg-type]
    shown = [each.policy for each in found.assignments if each.ai]
    assert all(each.policy is None for each in found.assignments if not each.ai)
    assert abs(shown.count("wrong") - wrong * len(shown)) < 1 + 1e-6


@given(plans)
def test_the_same_seed_makes_the_same_plan(made: tuple[int, int, int, int]) -> None:
    """And nothing else goes into it."""
    people, kinds, _, seed = made
    assert plan(roster(people), families(kinds), seed) == plan(roster(people), families(kinds), seed)


def test_another_seed_makes_another_plan() -> None:
    """Twenty seeds give more than one order."""
    orders = {tuple(each.ai for each in plan(roster(4), families(4), seed).assignments) for seed in range(20)}
    assert len(orders) > 10


def test_order_and_hints_are_left_to_chance() -> None:
    """Over many seeds, an engineer's first drill has the AI half the time, and a wrong hint a quarter."""
    firsts = [plan(roster(3), families(3), seed).assignments for seed in range(600)]
    share = sum(each[0].ai for each in firsts) / 600
    with_ai = [each for made in firsts for each in made if each.ai and each.engineer == "e1"]
    wrong = sum(each.policy == "wrong" for each in with_ai) / len(with_ai)
    assert share == pytest.approx(0.5, abs=0.1)
    assert wrong == pytest.approx(0.25, abs=0.05)


@given(
    st.sets(st.sampled_from([f"f{at}v{number}" for at in range(3) for number in range(4)])),
    st.integers(0, 99),
)
def test_what_was_met_before_is_not_assigned(met: set[str], seed: int) -> None:
    """And where fewer than two are left, the block is named as missing."""
    kinds = families(3, 4)
    found = plan(roster(2), kinds, seed, seen={"e0": met})
    assert not {each.variant for each in found.assignments if each.engineer == "e0"} & met
    short = {family: [each for each in variants if each not in met] for family, variants in kinds.items()}
    assert set(found.missing) == {
        NoBlock("e0", family, len(left)) for family, left in short.items() if len(left) < 2
    }


@pytest.mark.parametrize(
    ("people", "kinds", "options", "said"),
    [
        ([Person("a", "t"), Person("a", "u")], families(1), {}, "engineer listed twice: a"),
        ([Person("a", "t")], {"f": ["v", "v"]}, {}, "variant listed twice: v"),
        ([Person("a", "t")], {"f": ["v", "w"], "g": ["w", "x"]}, {}, "variant listed twice: w"),
        ([Person("a", "t")], families(1), {"hints": {"right": 0.5}}, "sum to 1"),
        ([Person("a", "t")], families(1), {"hints": {}}, "sum to 1"),
        ([Person("a", "t")], families(1), {"blocks_per_family": 0}, "at least one block"),
    ],
)
def test_what_cannot_be_planned(
    people: list[Person], kinds: dict[str, list[str]], options: dict[str, object], said: str
) -> None:
    """One sentence that names what is wrong."""
    with pytest.raises(ValueError, match=said):
        plan(people, kinds, 1, **options)  # type: ignore[arg-type]


def test_nobody_on_the_roster() -> None:
    """An empty plan."""
    assert plan([], families(2), 1).assignments == ()


def test_what_is_planned_can_be_compared() -> None:
    """Every planned pair, done as planned, is a pair for the comparison."""
    found = pair_up(simulate(Model(), 5, Study(engineers=5, families=3)))
    assert (len(found.pairs), found.excluded) == (15, {})
