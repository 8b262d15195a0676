"""What to practise next."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
from dataclasses import asdict

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rating import RATINGS, Rating
from scoring.recall import Card, card_of, closest, next_difficulty, next_up, priority, review

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_a_card_is_what_fsrs_makes_of_it() -> None:
    """The same reviews by the library itself, with the settings that are documented."""
    scheduler = fsrs.Scheduler(
        desired_retention=0.85,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=90,
        enable_fuzzing=False,
    )
    known = fsrs.Card(card_id=1, due=NOON)
    found = None
    for days, rating in ((0, "good"), (6, "hard"), (20, "again"), (21, "easy")):
        at = NOON + days * DAY
        known, _ = scheduler.review_card(known, fsrs.Rating[rating.capitalize()], at)
        found = review(found, rating, at)  # type: ignore[arg-type]
    assert found == Card(known.state.value, known.stability, known.difficulty, known.due, known.last_review)  # type: ignore[arg-type]
    later = NOON + 40 * DAY
    assert priority(found, later) == scheduler.get_card_retrievability(known, later)


def test_recall_is_85_percent_when_due() -> None:
    """By construction of the interval, to within its rounding to whole days."""
    card = card_of([(NOON, "good"), (NOON + 5 * DAY, "good")])
    assert card is not None
    assert priority(card, card.due) == pytest.approx(0.85, abs=0.01)


def test_no_interval_is_longer_than_ninety_days() -> None:
    """However easy it has become."""
    card = None
    at = NOON
    for _ in range(12):
        card = review(card, "easy", at)
        assert card.due - at <= 90 * DAY
        at = card.due


def test_a_card_is_plain_data() -> None:
    """It goes into the records and comes back the same."""
    card = card_of([(NOON, "hard")])
    assert card is not None
    stored = json.loads(json.dumps(asdict(card), default=str))
    moments = {name: dt.datetime.fromisoformat(stored[name]) for name in ("due", "last_review")}
    assert Card(**{**stored, **moments}) == card


def test_times_of_all_zones_are_one_time() -> None:
    """The same moment in Tokyo makes the same card."""
    tokyo = NOON.astimezone(dt.timezone(dt.timedelta(hours=9)))
    assert review(None, "good", tokyo) == review(None, "good", NOON)


def test_a_time_without_a_zone_is_refused() -> None:
    """And so is a drill before the last one."""
    with pytest.raises(ValueError, match="zone"):
        review(None, "good", dt.datetime(2026, 3, 1, 12))
    card = review(None, "good", NOON)
    with pytest.raises(ValueError, match="in order"):
        review(card, "good", NOON - DAY)


def test_what_was_never_practised_comes_first_then_the_most_forgotten() -> None:
    """Within the budget, by engineer in the order of their names."""
    cards = {
        ("bob", "caches"): card_of([(NOON - 60 * DAY, "good")]),
        ("bob", "queues"): card_of([(NOON - 1 * DAY, "good")]),
        ("bob", "locks"): None,
        ("ada", "caches"): card_of([(NOON - 2 * DAY, "good")]),
    }
    found = next_up(cards, NOON, budget=2, done_this_month={})
    assert [(each.engineer, each.family, each.reason) for each in found] == [
        ("ada", "caches", "soonest"),
        ("bob", "locks", "never practised"),
        ("bob", "caches", "due"),
    ]


def test_the_budget_is_the_months() -> None:
    """Who has done it all is left alone, and so is who has done more."""
    cards: dict[tuple[str, str], Card | None] = {("ada", "a"): None, ("ada", "b"): None, ("bob", "a"): None}
    found = next_up(cards, NOON, budget=2, done_this_month={"ada": 1, "bob": 5})
    assert [(each.engineer, each.family) for each in found] == [("ada", "a")]
    with pytest.raises(ValueError, match="budget"):
        next_up(cards, NOON, budget=-1, done_this_month={})


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(RATINGS)), min_size=1, max_size=8), st.randoms()
)
def test_the_order_of_the_records_does_not_matter(history: list[tuple[int, Rating]], rng) -> None:  # type: ignore[no-untyped-def]
    """A card is folded in the order of time."""
    dated = [
        (NOON + dt.timedelta(hours=9 * at, minutes=number), rating)
        for number, (at, rating) in enumerate(history)
    ]
    shuffled = list(dated)
    rng.shuffle(shuffled)
    assert card_of(shuffled) == card_of(dated)


def test_difficulty_settles_where_two_of_three_succeed() -> None:
    """A simulated engineer who succeeds less the harder it is ends near 65 %."""
    rng = random.Random(11)
    done: list[bool] = []
    for _ in range(3000):
        level = next_difficulty(done[-60:], start=3.0)
        done.append(rng.random() < 1.05 - 0.13 * level)
    assert sum(done) / len(done) == pytest.approx(0.65, abs=0.06)


def test_difficulty_stays_on_its_scale() -> None:
    """1 to 5, from 2."""
    assert next_difficulty([]) == 2
    assert next_difficulty([True] * 20) == 5
    assert next_difficulty([False] * 20) == 1


def test_the_closest_difficulty_there_is() -> None:
    """The easier of two as near; none of none."""
    assert closest(3, (1, 2, 4, 5)) == 2
    assert closest(5, (1, 2)) == 2
    assert closest(3, ()) is None


def test_nothing_reads_the_clock() -> None:
    """A review at a given time is the same on any day: fsrs asks no clock for an id or a due date."""
    code = (
        "import datetime, fsrs.card, fsrs.scheduler\n"
        "class Stopped(datetime.datetime):\n"
        "    @classmethod\n"
        "    def now(cls, tz=None): raise AssertionError('the clock was read')\n"
        "fsrs.card.datetime = fsrs.scheduler.datetime = Stopped\n"
        "from scoring.recall import priority, review\n"
        "at = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)\n"
        "card = review(review(None, 'good', at), 'hard', at + datetime.timedelta(9))\n"
        "print(round(priority(card, at + datetime.timedelta(30)), 3) < 1)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "True"
