"""`ROSTER.yaml`: who practises, when, and what; typed, and refused with file, line and key.

The file is the lead's, and planning from it is for months: what is wrong with it is said before anything
is stored.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gameday.errors import BadRoster
from gameday.journal.events import AdvisorName, Style
from gameday.team.recurrence import Recurrence, recurrence
from scenarios.reading import document, find, read_text
from scenarios.terms import nearest, plain
from scoring.design import HINTS

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Steps = tuple[int | str, ...]
_LONGEST_WEEKS = 104


def _zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        known = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)
        close = nearest(name, known)
        hint = close if close.startswith("did") else "zones are called like Europe/Berlin"
        raise ValueError(f"there is no time zone {name!r}; {hint}")
    return name


def _clock(value: Any) -> Any:
    """YAML reads an unquoted 14:30 as 870, a number to the base of 60."""
    return dt.time(*divmod(value, 60)) if type(value) is int and 0 <= value < 24 * 60 else value


def _rule(text: str) -> str:
    recurrence(text)
    return text


Name = Annotated[str, AfterValidator(plain), Field(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")]
Zone = Annotated[str, AfterValidator(_zone)]
At = Annotated[dt.time, BeforeValidator(_clock)]
Rule = Annotated[str, AfterValidator(_rule)]
Kind = Literal["docker", "process"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(_Part):
    """One engineer on the roster; what isn't said here is the roster's."""

    name: Name
    team: Name = ""
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)] | None = None
    time_zone: Zone | None = None
    at: At | None = None
    recurrence: Rule | None = None
    runtime: Kind | None = None


class Roster(_Part):
    """Who practises, when, and what."""

    schema_: Literal[1] = Field(alias="schema")
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    """Of the plan; blocks are named after it."""
    start: dt.date
    weeks: Annotated[int, Field(ge=1, le=_LONGEST_WEEKS)] = 12
    time_zone: Zone = "UTC"
    at: At = dt.time(10)
    """When drills begin, by the clock of each engineer's own time zone."""
    recurrence: Rule
    """An RRULE (RFC 5545), such as FREQ=WEEKLY;BYDAY=TU."""
    budget: Annotated[int, Field(ge=1, le=31)] = 4
    """Drills a calendar month for each engineer, at most."""
    length_min: Annotated[int, Field(ge=5, le=480)] = 45
    """How long an event in the calendar lasts."""
    families: tuple[str, ...] | None = None
    packs: tuple[str, ...] | None = None
    """What is practised; everything that can be paired, if neither is given."""
    hints: Mapping[Literal["natural", "right", "wrong", "silent"], Share] = Field(default=HINTS)
    """The share of each hint policy among drills with the AI."""
    runtime: Kind | None = None
    """What they play on, where that is known; nobody is given a drill that can't run there."""
    advisor: AdvisorName = "scripted"
    style: Style = "verdict"
    people: Annotated[tuple[Member, ...], Field(min_length=1)]

    def rule_of(self, member: Member) -> Recurrence:
        return recurrence(member.recurrence or self.recurrence)

    def zone_of(self, member: Member) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(member.time_zone or self.time_zone)

    def at_of(self, member: Member) -> dt.time:
        return member.at or self.at

    def runtime_of(self, member: Member) -> Kind | None:
        return member.runtime or self.runtime


class Source:
    """The file that a roster was read from: says of a key in which line it stands."""

    def __init__(self, path: Path, tree: yaml.Node | None) -> None:
        self._path = path
        self.tree = tree

    def wrong(self, at: Steps, says: str) -> BadRoster:
        """The error, at the deepest part of those steps that is there."""
        line, _ = find(self.tree, at)
        key = ".".join(str(step) for step in at)
        return BadRoster(f"{self._path}:{line}: {key}: {says}")

    def at_of_member(self, number: int, key: str) -> Steps:
        """Where a member's value of `key` stands: with them, else with the roster."""
        own: Steps = ("people", number, key)
        return own if find(self.tree, own)[1] else (key,)


def read_roster(path: Path) -> tuple[Roster, Source]:
    """A roster, and where its keys stand.

    Raises:
        BadRoster: with file, line, key and what would be right.
        ScenarioError: it is no YAML, or can't be read.
    """
    content, tree = document(path, read_text(path))
    source = Source(path, tree)
    if not isinstance(content, dict):
        raise BadRoster(f"{path}:1: has to be a mapping of keys and values, as docs/schedule.md shows")
    try:
        roster = Roster.model_validate(content)
    except ValidationError as error:
        raise _said(source, error) from error
    _check(roster, source)
    return roster, source


def _check(roster: Roster, source: Source) -> None:
    """What only several keys together show."""
    first: dict[str, int] = {}
    for number, member in enumerate(roster.people):
        if member.name in first:
            was, _ = find(source.tree, ("people", first[member.name]))
            raise source.wrong(
                ("people", number, "name"),
                f"{member.name!r} is on the roster already, in line {was}; each engineer stands there once",
            )
        first[member.name] = number
    if roster.families is not None and roster.packs is not None:
        raise source.wrong(("packs",), "give families or packs, not both")
    for key in ("families", "packs"):
        given: tuple[str, ...] | None = getattr(roster, key)
        if given == ():
            raise source.wrong((key,), f"is empty; name some {key}, or leave the key out for all")
        listed = given or ()
        for at, each in enumerate(listed):
            if each in listed[:at]:
                raise source.wrong((key, at), f"{each!r} is there twice")
    total = sum(roster.hints.values())
    if not roster.hints or abs(total - 1) > 1e-6:
        raise source.wrong(("hints",), f"the shares come to {total:g}; they have to come to 1")


def _said(source: Source, error: ValidationError) -> BadRoster:
    errors: list[Mapping[str, Any]] = [*error.errors(include_url=False)]
    # A key that is misspelt is missing, too; the misspelling tells more.
    first = next((each for each in errors if each["type"] != "missing"), errors[0])
    at = tuple(step for step in first["loc"] if step != "[key]")
    return source.wrong(at, _reason(first, at))


def _reason(error: Mapping[str, Any], at: Steps) -> str:
    given = error["input"]
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            model = Member if at[0] == "people" else Roster
            keys = [field.alias or name for name, field in model.model_fields.items()]
            return f"there is no such key; {nearest(str(at[-1]), keys)}"
        case "literal_error":
            return f"{given!r} is not allowed; it has to be {error['ctx']['expected']}"
        case "string_pattern_mismatch" if at[-1] == "email":
            return f"{given!r} is no address, such as ada@example.com"
        case "string_pattern_mismatch" if at[-1] == "name" and len(at) == 1:
            return f"{given!r} has to be of small letters, digits and dashes, such as autumn-2026"
        case kind if str(at[-1]) == "start" and kind.startswith("date"):
            return f"{given!r} is no day, such as 2026-12-01"
        case kind if str(at[-1]) == "at" and kind.startswith("time"):
            return f'{given!r} is no time of day, such as "09:30"'
        case _:
            return str(error["msg"]).removeprefix("Value error, ")
