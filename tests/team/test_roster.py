"""Reading a roster, and saying what is wrong with one: file, line, key and what would be right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gameday.errors import BadRoster
from gameday.team.roster import read_roster
from gameday.team.shelf import chosen
from scenarios.errors import ScenarioError
from tests.team.rosters import ITEMS, sound, write


def test_a_sound_roster_is_read(tmp_path: Path) -> None:
    """What a member doesn't say is the roster's; an unquoted time of day is one."""
    roster, _ = sound(tmp_path)
    ada, bob, _, dan = roster.people
    assert (roster.at_of(ada), roster.at_of(dan)) == (dt.time(10), dt.time(9, 30))
    assert (roster.zone_of(ada).key, roster.zone_of(bob).key) == ("Europe/Berlin", "America/New_York")
    assert (ada.email, bob.email) == ("ada@example.com", None)


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ("name: cyd", "name: ada", 16, "people.2.name", "'ada' is on the roster already, in line 12"),
        ("America/New_York", "America/NewYork", 15, "people.1.time_zone", "did you mean 'America/New_York'"),
        ("Europe/Berlin", "Berlin Time", 5, "time_zone", "zones are called like Europe/Berlin"),
        ("FREQ=WEEKLY;BYDAY=TU", "FREQ=HOURLY", 7, "recurrence", "a drill recurs DAILY"),
        ("FREQ=WEEKLY;BYDAY=FR", "weekly", 17, "people.3.recurrence", "a rule is like FREQ=WEEKLY"),
        ("2026-09-07", "soon", 3, "start", "'soon' is no day, such as 2026-12-01"),
        ("at: 10:00", "at: noon", 6, "at", "'noon' is no time of day"),
        ("budget: 4", "budget: 0", 8, "budget", "greater than or equal to 1"),
        ("weeks: 8", "wekks: 8", 4, "wekks", "did you mean 'weeks'"),
        ("team: search}", "taem: search}", 16, "people.2.taem", "did you mean 'team'"),
        ("right: 0.75", "right: 0.5", 10, "hints", "the shares come to 0.75; they have to come to 1"),
        ("right: 0.75", "rihgt: 0.75", 10, "hints.rihgt", "'rihgt' is not allowed"),
        ("ada@example.com", "ada", 14, "people.0.email", "is no address"),
        ("name: autumn", "name: Autumn 26", 2, "name", "small letters"),
        ("name: autumn\n", "", 1, "name", "is missing"),
        ("[cache, configuration]", "[]", 9, "families", "is empty"),
        ("[cache, configuration]", "[cache, cache]", 9, "families.1", "is there twice"),
        ("budget: 4", "packs: [lost-cache]", 8, "packs", "not both"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, key: str, says: str
) -> None:
    """One thing changed, one sentence."""
    path = write(tmp_path, (old, new))
    with pytest.raises(BadRoster) as caught:
        read_roster(path)
    assert str(caught.value).startswith(f"{path}:{line}: {key}: ")
    assert says in str(caught.value)


def test_what_is_no_yaml_is_said_with_its_line(tmp_path: Path) -> None:
    """A key twice, as for packs."""
    path = write(tmp_path, ("budget: 4", "weeks: 4"))
    with pytest.raises(ScenarioError, match=r"ROSTER.yaml:8: the key 'weeks' is there twice"):
        read_roster(path)
    path.write_text("- just\n- a list\n")
    with pytest.raises(BadRoster, match="has to be a mapping"):
        read_roster(path)


@pytest.mark.parametrize(
    ("new", "at", "says"),
    [
        ("families: [cache, configurations]", "families.1", "did you mean 'configuration'"),
        ("families: [storage]", "families.0", "'storage' has 1 variant that can be planned"),
        ("packs: [lost-cash]", "packs.0", "did you mean 'lost-cache'"),
    ],
)
def test_a_family_that_is_not_there_or_too_small_is_refused(
    tmp_path: Path, new: str, at: str, says: str
) -> None:
    """With the line, and what there is."""
    roster, source = sound(tmp_path, ("families: [cache, configuration]", new))
    with pytest.raises(BadRoster) as caught:
        chosen(roster, source, ITEMS)
    assert f"ROSTER.yaml:9: {at}: " in str(caught.value)
    assert says in str(caught.value)


def test_without_families_everything_that_can_be_paired_is_planned(tmp_path: Path) -> None:
    """Drafts are not, nor a family with one variant."""
    roster, source = sound(tmp_path, ("families: [cache, configuration]\n", ""))
    assert chosen(roster, source, ITEMS) == {
        "cache": tuple(f"lost-cache/v{number}" for number in range(4)),
        "configuration": tuple(f"bad-push/v{number}" for number in range(4)),
    }
