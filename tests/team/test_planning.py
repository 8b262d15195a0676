"""From a roster to drills: balanced, within the budget, on days that exist."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from gameday.errors import BadRoster
from gameday.team.calendar import as_ics
from gameday.team.planning import Made, digest_of, make
from gameday.team.shelf import chosen
from tests.team.rosters import ITEMS, sound

NOW = 1_790_000_000.0


def made(folder: Path, *changes: tuple[str, str], seed: int = 7, weeks: int | None = None) -> Made:
    roster, source = sound(folder, *changes)
    families = chosen(roster, source, ITEMS)
    return make(roster, source, families, seed, weeks=weeks or roster.weeks, seen={}, now=NOW)


def test_a_plan_is_balanced(tmp_path: Path) -> None:
    """Eight weeks are eight drills: four blocks each, in either order as often, variants complementary."""
    drills = made(tmp_path, ("budget: 4", "budget: 5")).drills
    assert Counter(drill.engineer for drill in drills) == dict.fromkeys(("ada", "bob", "cyd", "dan"), 8)
    firsts = Counter(drill.mode for drill in drills if drill.order == 1)
    assert firsts["advise"] == firsts["manual"] == 8
    met = Counter((drill.pack, drill.variant, drill.mode) for drill in drills)
    assert set(met.values()) == {2}
    assert Counter(drill.policy for drill in drills) == {None: 16, "right": 12, "wrong": 4}


def test_the_same_roster_and_seed_give_the_same_plan(tmp_path: Path) -> None:
    """Another seed gives another; comments in the file change nothing."""
    one = made(tmp_path)
    assert made(tmp_path, ("schema: 1", "# for autumn\nschema: 1")) == one
    assert made(tmp_path, seed=8).drills != one.drills


def test_drills_fall_on_each_ones_days_in_order(tmp_path: Path) -> None:
    """By their own clock, within the month's budget; the second of a block after the first."""
    drills = made(tmp_path, ("budget: 4", "budget: 2")).drills
    clocks = {"ada": (1, 10, 0), "bob": (1, 10, 0), "cyd": (1, 10, 0), "dan": (4, 9, 30)}
    months: Counter[tuple[str, int]] = Counter()
    for drill in drills:
        local = dt.datetime.fromtimestamp(drill.at, ZoneInfo(drill.zone))
        assert (local.weekday(), local.hour, local.minute) == clocks[drill.engineer]
        months[drill.engineer, local.month] += 1
    assert max(months.values()) == 2
    starts = {(drill.block, drill.order): drill.at for drill in drills}
    assert all(starts[block, 1] < starts[block, 2] for block, order in starts if order == 1)


def test_fewer_days_give_fewer_blocks_and_each_family_once_first(tmp_path: Path) -> None:
    """Five weeks have room for two blocks: one of each family."""
    drills = made(tmp_path, weeks=5).drills
    for name in ("ada", "bob", "cyd", "dan"):
        own = Counter(drill.family for drill in drills if drill.engineer == name)
        assert own == {"cache": 2, "configuration": 2}


def test_variants_that_were_met_are_not_assigned(tmp_path: Path) -> None:
    """Who met three of four variants of a family gets no block of it, and that is said."""
    roster, source = sound(tmp_path)
    seen = {"ada": {f"lost-cache/v{number}" for number in range(3)}}
    found = make(roster, source, chosen(roster, source, ITEMS), 7, weeks=8, seen=seen, now=NOW)
    assert {drill.family for drill in found.drills if drill.engineer == "ada"} == {"configuration"}
    assert found.notes[:1] == (
        "ada has met, or has still to do, all but 1 of the variants of cache; a pair takes 2",
    )


NEEDS = {"lost-cache/v0": frozenset({"partition"}), "lost-cache/v1": frozenset({"limit", "exec"})}


def with_grounds(folder: Path, *changes: tuple[str, str], played_on: Mapping[str, str] | None = None) -> Made:
    roster, source = sound(folder, *changes)
    return make(
        roster, source, chosen(roster, source, ITEMS), 7, weeks=8, seen={}, now=NOW, needs=NEEDS,
        played_on=played_on,
    )  # fmt: skip


def met_by(found: Made, name: str) -> set[str]:
    return {f"{drill.pack}/{drill.variant}" for drill in found.drills if drill.engineer == name}


def test_nobody_is_given_what_cannot_run_where_they_play(tmp_path: Path) -> None:
    """As the roster says of everybody, or of one, else as they last played."""
    found = with_grounds(
        tmp_path,
        ("budget: 4", "budget: 5\nruntime: process"),
        ("name: cyd, team: search", "name: cyd, team: search, runtime: docker"),
        played_on={"dan": "docker"},
    )
    for name in ("ada", "bob", "dan"):
        assert not met_by(found, name) & NEEDS.keys()
        assert len(met_by(found, name)) == 6
    assert NEEDS.keys() <= met_by(found, "cyd")
    assert found.notes == ()
    found = with_grounds(tmp_path, played_on={"ada": "process", "bob": "docker", "cyd": "fake"})
    assert not met_by(found, "ada") & NEEDS.keys()
    assert found.notes[-1].startswith("What cyd, dan play on isn't known; ")


def test_too_few_variants_for_a_runtime_is_said(tmp_path: Path) -> None:
    """With the runtime; who plays on another gets a pair all the same."""
    roster, source = sound(tmp_path, ("name: cyd, team: search", "name: cyd, team: search, runtime: process"))
    needs = {**NEEDS, "lost-cache/v2": frozenset({"names"})}
    found = make(
        roster, source, chosen(roster, source, ITEMS), 7, weeks=8, seen={}, now=NOW, needs=needs,
        played_on=dict.fromkeys(("ada", "bob", "dan"), "docker"),
    )  # fmt: skip
    assert {drill.family for drill in found.drills if drill.engineer == "cyd"} == {"configuration"}
    assert {drill.family for drill in found.drills if drill.engineer == "ada"} == {"cache", "configuration"}
    (note,) = found.notes
    assert note == (
        "1 variant of cache left that cyd hasn't met and that can run as plain processes; a pair takes 2"
    )


def test_what_is_not_known_is_said_and_whether_it_matters(tmp_path: Path) -> None:
    """Nobody has played yet, and the roster says nothing."""
    (note,) = made(tmp_path).notes
    assert note == (
        "What ada, bob, cyd, dan play on isn't known; every drill of theirs runs on Docker and as plain "
        "processes alike."
    )
    (note,) = with_grounds(tmp_path, played_on=dict.fromkeys(("ada", "cyd", "dan"), "docker")).notes
    tied = len(met_by(with_grounds(tmp_path), "bob") & NEEDS.keys())
    assert tied
    assert note.startswith(f"What bob plays on isn't known; {tied} of their drills can't run everywhere")


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "7: recurrence", "falls never"),
        ("FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;UNTIL=20260910", "7: recurrence", "falls once"),
        ("FREQ=WEEKLY;BYDAY=FR", "FREQ=WEEKLY;COUNT=1", "17: people.3.recurrence", "for dan"),
        ("weeks: 8", "weeks: 1", "7: recurrence", "give more weeks"),
    ],
)
def test_a_recurrence_that_makes_no_pair_is_refused(
    tmp_path: Path, old: str, new: str, at: str, says: str
) -> None:
    """With its line, whose it is, and what would be right."""
    with pytest.raises(BadRoster) as caught:
        made(tmp_path, (old, new))
    assert f"ROSTER.yaml:{at}: " in str(caught.value)
    assert says in str(caught.value)


def test_a_budget_that_makes_no_pair_is_refused(tmp_path: Path) -> None:
    """One drill in September and none after."""
    with pytest.raises(BadRoster, match=r":8: budget: 1 drill a month leaves ada one drill"):
        made(tmp_path, ("budget: 4", "budget: 1"), weeks=3)


def test_a_time_that_clocks_skip_is_refused_with_the_line_of_the_time(tmp_path: Path) -> None:
    """Half past two on 28 March 2027."""
    changes = (("2026-09-07", "2027-03-01"), ("BYDAY=TU", "BYDAY=SU"), ("at: 10:00", "at: 2:30"))
    with pytest.raises(BadRoster, match=r":6: at: 02:30 does not exist in Europe/Berlin on 2027-03-28"):
        made(tmp_path, *changes)


def test_the_digest_is_of_what_a_plan_is_made_from(tmp_path: Path) -> None:
    """Not of its spaces and comments; of its weeks."""
    roster, _ = sound(tmp_path)
    commented, _ = sound(tmp_path, ("schema: 1", "schema: 1  # the first"))
    other, _ = sound(tmp_path, ("name: cyd", "name: eve"))
    assert digest_of(roster, 8) == digest_of(commented, 8)
    assert len({digest_of(roster, 8), digest_of(roster, 9), digest_of(other, 8)}) == 3


def test_the_calendar_says_who_and_when_and_nothing_else(tmp_path: Path) -> None:
    """No pack, variant, family, mode or policy is in the file; times are those of the plan."""
    found = made(tmp_path)
    text = as_ics(found.plan, found.drills, {"ada": "ada@example.com"}).decode()
    secrets = {word for drill in found.drills for word in (drill.pack, drill.family, drill.mode)}
    for word in (*secrets, "v0", "v1", "v2", "v3", "right", "wrong", "manual", "AI"):
        assert word not in text.replace("PRODID:-//Gameday//schedule//EN", ""), word
    events = Calendar.from_ical(text).walk("VEVENT")
    assert sorted(event.decoded("dtstart").timestamp() for event in events) == sorted(
        drill.at for drill in found.drills
    )
    assert len({event["uid"] for event in events}) == len(found.drills)
    attended = [str(event["attendee"]) for event in events if "attendee" in event]
    assert attended == ["mailto:ada@example.com"] * 8


def test_the_calendar_is_the_same_when_it_is_made_again(tmp_path: Path) -> None:
    """Byte for byte, so that importing it twice makes no second event."""
    found = made(tmp_path)
    assert as_ics(found.plan, found.drills) == as_ics(found.plan, found.drills)
