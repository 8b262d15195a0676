"""What a comparison says, and above all what it refuses to say."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from scoring.comparison import Comparison, Pair, Rep, compare, pair_up
from scoring.comparison.remarks import (
    FullMachines,
    LookCannotDecide,
    MorePairs,
    NextLook,
    NothingMitigated,
    OneEngineer,
    OneOrderOnly,
    OnePrimary,
    RanOut,
    RawMeanMisleads,
    Selected,
    TheseEngineers,
    TooFewPairs,
    chance_of_raw_gap,
    more_pairs,
)
from scoring.comparison.verdict import planned_looks
from tests.scoring.comparison.examples import block


def study(
    pairs: int,
    ratio: float = 1.0,
    practice: float = 1.0,
    engineers: int = 4,
    seed: int = 1,
    spread: float = 0.3,
) -> Iterator[Rep]:
    """Pairs in turn over engineers, orders alternating, with effects put in."""
    rng = random.Random(seed)
    for number in range(pairs):
        ai_first = (number // engineers) % 2 == 0
        on, off = (400.0 * pow(2.718281828, rng.gauss(0, spread)) for _ in range(2))
        on *= ratio * (1.0 if ai_first else practice)
        off *= practice if ai_first else 1.0
        yield from block(
            f"b{number:03}",
            on,
            off,
            ai_first,
            day=number,
            engineer=f"e{number % engineers}",
            family=f"f{number % 3}",
        )


def kinds(found: Comparison) -> set[type]:
    return {type(remark) for remark in found.remarks}


def test_an_empty_store_says_so() -> None:
    """Nothing to compare, nothing raised."""
    found = compare(())
    assert (found.pairs, found.verdict.finding, found.time, found.at_large) == (0, "refused", None, None)
    assert "No verdict possible yet" in found.verdict.sentence
    assert found.on.restricted_mean is None


def test_one_drill_alone() -> None:
    """It waits for its partner."""
    found = compare(tuple(study(1))[:1])
    assert (found.pairs, found.excluded) == (0, {"partner missing": 1})


def test_under_four_pairs_per_order_there_is_no_verdict() -> None:
    """Seven pairs, however clear."""
    found = compare(study(7, ratio=0.2))
    assert found.verdict.finding == "refused"
    assert TooFewPairs(ai_first=4, ai_second=3) in found.remarks
    assert "4 pairs with the AI first and 3 with it second" in found.verdict.sentence


def test_a_clear_effect_is_found_and_frozen_at_its_look() -> None:
    """Half the time: decided at 16, and what comes later doesn't change it."""
    early = compare(study(16, ratio=0.45))
    assert (early.verdict.finding, early.verdict.frozen_at and early.verdict.frozen_at.pairs) == (
        "better",
        16,
    )
    reps = [*study(16, ratio=0.45)]
    for later in study(60, ratio=3.0):
        if later.block is not None and later.block >= "b016":
            reps.append(later)
    late = compare(reps)
    assert late.pairs == 60
    assert late.verdict == early.verdict


def test_worse_is_said_as_plainly() -> None:
    """Twice the time."""
    found = compare(study(16, ratio=2.2))
    assert found.verdict.finding == "worse"
    assert "more slowly" in found.verdict.sentence


def test_no_effect_is_not_shown_even_after_all_looks() -> None:
    """64 pairs without effect: an interval, and no claim that there is none."""
    found = compare(study(64))
    assert found.verdict.finding == "not shown"
    assert found.time is not None
    assert found.time.estimate.low < 1 < found.time.estimate.high
    assert NextLook(64, None) in found.remarks


def test_between_looks_nothing_new_is_concluded() -> None:
    """Pairs 17 to 31 can't bring a verdict."""
    found = compare([*study(31, ratio=0.95)])
    assert [look.pairs for look in found.verdict.looks] == [8, 16]
    assert NextLook(31, 32) in found.remarks


def test_eight_pairs_can_never_decide() -> None:
    """Four against four reaches p = 2/70 at best, above 0.0158; the page says so."""
    found = compare(study(8, ratio=0.1, spread=0.01))
    assert found.verdict.finding == "not yet"
    assert [remark.least_p for remark in found.remarks if isinstance(remark, LookCannotDecide)] == [
        pytest.approx(2 / 70)
    ]


def test_ai_always_second_is_refused() -> None:
    """Practice alone would look like a gift of the AI."""
    reps = [
        each for number in range(20) for each in block(f"b{number}", 300, 600, ai_first=False, day=number)
    ]
    found = compare(reps)
    assert found.verdict.finding == "refused"
    assert OneOrderOnly(ai_always_second=True, pairs=20) in found.remarks
    assert found.time is None


def test_ai_always_first_is_refused() -> None:
    """The same, the other way round."""
    reps = [each for number in range(20) for each in block(f"b{number}", 300, 600, ai_first=True, day=number)]
    assert OneOrderOnly(ai_always_second=False, pairs=20) in compare(reps).remarks


def test_practice_does_not_pass_for_the_ai() -> None:
    """Second drills take half the time, whatever the arm: no effect is found, and practice is shown."""
    found = compare(study(64, practice=0.5))
    assert found.verdict.finding == "not shown"
    assert found.twin is not None
    assert found.twin.practice == pytest.approx(0.5, abs=0.06)


def test_one_engineer_gets_an_interval_and_no_verdict() -> None:
    """Nobody is judged alone."""
    found = compare(study(16, ratio=0.3, engineers=1))
    assert found.verdict.finding == "refused"
    assert kinds(found) >= {OneEngineer}
    assert found.time is not None


def test_a_chosen_part_gets_no_verdict() -> None:
    """Choosing until something shows always finds something."""
    assert kinds(compare(study(32, ratio=0.3), selected=True)) >= {Selected}


def test_all_ran_out() -> None:
    """Two columns of limits: the ratio of limits is 1, and that isn't a finding."""
    found = compare(study(32, ratio=100.0, spread=0.0))
    assert NothingMitigated(ai=True, both=False) in found.remarks
    reps = [each._replace(mitigated=False) for each in study(32)]
    both = compare(reps)
    assert both.verdict.finding == "refused"
    assert NothingMitigated(ai=True, both=True) in both.remarks
    assert (both.on.median_s, both.on.mitigated) == (None, 0)


def test_some_ran_out_and_it_is_said() -> None:
    """They rank as the slowest, and the page tells how many in each arm."""
    found = compare(study(16, ratio=2.9))
    said = [remark for remark in found.remarks if isinstance(remark, RanOut)]
    assert said == [RanOut(on=found.on.drills - found.on.mitigated, off=0, pairs=16)]
    assert said[0].on > 0


def test_full_machines_are_counted_and_stay_in() -> None:
    """A drill that wasn't measured is none; nothing is said where there is none."""
    reps = list(study(16))
    assert FullMachines not in kinds(compare(reps))
    busy = {0: 0.9, 1: 0.97, 2: 0.89}
    found = compare([each._replace(busy=busy.get(index)) for index, each in enumerate(reps)])
    said = [remark for remark in found.remarks if isinstance(remark, FullMachines)]
    assert said == [FullMachines(on=1, off=1, pairs=16)]
    assert (found.pairs, found.time) == (16, compare(reps).time)


def test_ties_everywhere() -> None:
    """All drills alike: p is 1, the ratio 1, nothing breaks."""
    found = compare(study(20, spread=0.0))
    assert found.time is not None
    assert (found.time.p, found.time.estimate.value) == (1.0, 1.0)
    assert found.verdict.finding == "not yet"


def test_the_claim_is_about_these_engineers_until_there_are_six() -> None:
    """Six engineers' means carry an interval about engineers at large; five don't."""
    five, six = compare(study(30, ratio=0.6, engineers=5)), compare(study(36, ratio=0.6, engineers=6))
    assert (five.at_large, TheseEngineers(5) in five.remarks) == (None, True)
    assert six.at_large is not None
    assert six.at_large.engineers == 6
    assert six.at_large.estimate.low < 0.6 < six.at_large.estimate.high


def test_secondary_outcomes_carry_holms_correction() -> None:
    """Two of them beside the declared one, so the smaller p is doubled."""
    found = compare(study(32, ratio=0.5), primary="diagnosis")
    by_name = {secondary.outcome: secondary for secondary in found.secondaries}
    assert set(by_name) == {"time_to_mitigate", "correct"}
    assert by_name["time_to_mitigate"].adjusted_p == pytest.approx(2 * by_name["time_to_mitigate"].p)
    assert OnePrimary("the diagnosis") in found.remarks


def test_better_diagnoses_are_better() -> None:
    """For D, more is better, and the effect is a difference."""
    reps = [
        each._replace(diagnosis=0.9 if each.ai else 0.4 + 0.001 * at) for at, each in enumerate(study(16))
    ]
    found = compare(reps, primary="diagnosis")
    assert found.verdict.finding == "better"
    assert found.diagnosis is not None
    assert found.diagnosis.estimate.value == pytest.approx(0.48, abs=0.03)
    assert not kinds(found) & {MorePairs, RawMeanMisleads}


def test_groups_stand_by_name_and_nobody_is_ranked() -> None:
    """Engineers get an interval, no p and no place; families carry Holm's correction."""
    found = compare(study(48, ratio=0.5), by="engineer")
    assert [group.name for group in found.groups] == ["e0", "e1", "e2", "e3"]
    assert all(group.adjusted_p is None and group.time is not None for group in found.groups)
    families = compare(study(48, ratio=0.5), by="family").groups
    assert [group.pairs for group in families] == [16, 16, 16]
    assert all(group.adjusted_p is not None for group in families)


def test_looks_see_the_first_pairs_only() -> None:
    """A look at 16 is the same whether 16 or 40 pairs are there."""
    pairs: Sequence[Pair] = pair_up(study(40)).pairs
    assert planned_looks(pairs[:16], "time_to_mitigate") == planned_looks(pairs, "time_to_mitigate")[:2]


@pytest.mark.parametrize(("effect", "needed"), [(0.2, 71), (0.4, 14)])
def test_pairs_that_are_needed(effect: float, needed: int) -> None:
    """By hand at s = 0.67: 7.85 · 0.4489/ln(0.8)² = 70.8 and 7.85 · 0.4489/ln(0.6)² = 13.5."""
    assert more_pairs(effect, 0, None) == needed
    assert more_pairs(effect, 10, 0.67) == needed - 10
    assert more_pairs(effect, 1000, 0.67) == 0


def test_a_lucky_start_does_not_promise_an_early_end() -> None:
    """Five equal pairs: s² = 10 · 0.4489/14, so 46 in all, not none."""
    assert more_pairs(0.2, 5, 0.0) == 51 - 5


def test_an_effect_is_a_share() -> None:
    """100 % less time can't be planned for."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        more_pairs(1.0, 5, 0.5)


def test_chance_of_a_raw_gap() -> None:
    """The simulated table at its own sizes, between them in between, and flat outside."""
    assert [chance_of_raw_gap(pairs) for pairs in (1, 4, 8, 16, 32, 64, 500)] == pytest.approx(
        [0.28, 0.28, 0.21, 0.13, 0.06, 0.015, 0.015]
    )
    assert 0.13 < chance_of_raw_gap(12) < 0.21


def test_every_remark_is_a_plain_sentence() -> None:
    """Each begins with a capital, ends with a full stop, and holds no markup."""
    said = [
        remark.sentence
        for found in (compare(()), compare(study(7)), compare(study(16, ratio=2.9)), compare(study(64)))
        for remark in found.remarks
    ]
    assert all(each[0].isupper() and each.endswith(".") and "{" not in each for each in said)


def test_the_parametric_twin_agrees_on_clean_data() -> None:
    """Hills and Armitage near Koch where nothing is odd."""
    found = compare(study(60, ratio=0.7))
    assert found.twin is not None
    assert found.time is not None
    assert found.twin.estimate.value == pytest.approx(found.time.estimate.value, rel=0.05)
