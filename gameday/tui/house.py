"""What the home screen knows of the world around a drill, read from disk, database and machine.

Everything here may block, so the app calls it in threads. Each reading is one frozen value that the screen
draws, trouble included: a database that cannot be used is a sentence, not an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gameday.errors import BadRecords
from gameday.tui.leads import Leads, currency_rules, monthly_budget, read_leads

if TYPE_CHECKING:
    from gameday.drill.session import Session
    from gameday.journal.events import Mode
    from gameday.records.database import Database
    from gameday.records.store import PastDrill, Records

RECENT = 30
"""Past drills that are listed."""


@dataclass(frozen=True)
class Choice:
    """What somebody at home wants to play."""

    mode: Mode = "manual"
    pack: str | None = None
    """None leaves it to chance, which is what counts."""


@dataclass(frozen=True)
class Standing:
    """Whether somebody's skill by hand is current, and what they had best practise next, in words."""

    status: str = "not yet"
    """`current`, `lapsing`, `lapsed` or `not yet`."""
    until: str = ""
    """The last day on which it is or was current."""
    missing: str = ""
    """What it takes to be current, in words; empty if nothing."""
    next_family: str = ""
    next_why: str = ""
    """Why that family is next; or why it cannot be told."""
    done_this_month: int = 0
    sealed: int = 0
    """Drills by hand that don't count yet, because the other drill of their pair is to come."""
    trouble: str = ""
    """Why none of it can be told."""


@dataclass(frozen=True)
class Past:
    """The drills that this engineer has played, newest first."""

    drills: tuple[PastDrill, ...] = ()
    trouble: str = ""
    """Why they cannot be told, or not all of them, in one sentence."""


@dataclass(frozen=True)
class Ground:
    """Where a company would run on this machine."""

    kind: str
    """`docker`, `process`, or empty where none can."""
    why: str
    """What speaks for it, or what is missing and what mends it."""
    can: frozenset[str] = frozenset()
    """Capabilities, in the words of packs' `needs`."""


@dataclass(frozen=True)
class Shelved:
    """One pack of the library, without anything that spoils it."""

    name: str
    family: str
    difficulty: int
    """From 1 to 5."""
    variants: int
    drafts: int
    """Of the variants, how many no rehearsal has proven; those are never drawn blind."""
    needs: tuple[str, ...] = ()
    trouble: str = ""
    """Why it cannot be read."""


class House(Protocol):
    """What the app asks for when it plays more than one drill. Every method may block."""

    def past(self) -> Past:
        """The records, with the drills that ended since somebody last looked."""
        ...

    def standing(self) -> Standing:
        """Currency, and what to practise next."""
        ...

    def ground(self) -> Ground: ...

    def library(self) -> tuple[Shelved, ...]: ...

    def leads(self, *, pseudonyms: bool) -> Leads:
        """The report for leads; a planned look that is due is taken and kept."""
        ...

    def open(self, choice: Choice) -> Session:
        """A drill that waits to be run; its run folder is there.

        Raises:
            GamedayError, SandboxError, ScenarioError: with one sentence that says what is in the way.
        """
        ...

    def keep(self, run_folder: Path) -> Iterable[str]:
        """Keep a drill that has ended; a sentence for each thing that could not be done."""
        ...


class OwnHouse:
    """The house on this machine. Implements `House`."""

    def __init__(self, engineer: str, runtime: str = "auto", *, reflect_within_s: float = 180.0) -> None:
        self._engineer = engineer
        self._runtime = runtime
        self._reflect_within_s = reflect_within_s

    def past(self) -> Past:
        from gameday.drill.recording import catch_up

        try:
            with _opened() as (_, records):
                trouble = ""
                try:
                    catch_up(records)
                except BadRecords as reason:
                    # What was taken in before can be told all the same.
                    trouble = f"not up to date: {reason}"
                return Past(tuple(records.history(RECENT, engineer=self._engineer)), trouble)
        except BadRecords as reason:
            return Past(trouble=str(reason))

    def standing(self) -> Standing:
        from scenarios.errors import ScenarioError

        try:
            with _opened() as (database, records):
                return standing_of(database, records, self._engineer)
        except BadRecords as reason:
            return Standing(trouble=str(reason))
        except ScenarioError as reason:
            return Standing(next_why=str(reason))

    def ground(self) -> Ground:
        from sandbox.errors import SandboxError
        from sandbox.runtime.choose import choose, open_runtime
        from sandbox.runtime.registry import new_id

        try:
            choice = choose(self._runtime, lambda _: None)
        except SandboxError as reason:
            return Ground("", str(reason))
        return Ground(choice.kind, choice.why, open_runtime(choice.kind, new_id()).capabilities())

    def library(self) -> tuple[Shelved, ...]:
        from scenarios.loader import pack_names

        return tuple(_shelved(name) for name in pack_names())

    def leads(self, *, pseudonyms: bool) -> Leads:
        import datetime as dt

        return read_leads(dt.datetime.now(dt.UTC), pseudonyms=pseudonyms)

    def open(self, choice: Choice) -> Session:
        from gameday.drill.start import Wish, open_drill, rules_for
        from sandbox.runtime.choose import choose, open_runtime
        from sandbox.runtime.registry import new_id

        rules = rules_for(Wish(pack=choice.pack, mode=choice.mode, engineer=self._engineer))
        chosen = choose(self._runtime, lambda _: None)
        runtime = open_runtime(chosen.kind, new_id())
        return open_drill(rules, runtime, reflect_within_s=self._reflect_within_s)

    def keep(self, run_folder: Path) -> Iterable[str]:
        from gameday.reports.keeping import keep

        return keep(run_folder)


def _shelved(name: str) -> Shelved:
    from scenarios.errors import ScenarioError
    from scenarios.loader import load_pack

    try:
        scenario = load_pack(name).scenario
    except ScenarioError as reason:
        return Shelved(name, "", 1, 0, 0, trouble=str(reason))
    drafts = sum(variant.draft for variant in scenario.variants)
    return Shelved(
        scenario.id, scenario.family, scenario.difficulty, len(scenario.variants), drafts, scenario.needs
    )


@contextmanager
def _opened() -> Iterator[tuple[Database, Records]]:
    """The store, for as long as it is read.

    Raises:
        BadRecords: it cannot be used.
    """
    from gameday.records.database import Database
    from gameday.records.store import Records

    database = Database()
    try:
        yield database, Records(database)
    finally:
        database.close()


def standing_of(database: Database, records: Records, engineer: str) -> Standing:
    """How somebody stands today, as `gameday currency` and `gameday next` tell it.

    Raises:
        BadRecords: the store cannot be used.
    """
    import datetime as dt

    from gameday.errors import NoRecords
    from gameday.records.training import Person, Training
    from gameday.reports.leads.library import families
    from gameday.reports.leads.practising import currency_page, next_page
    from gameday.reports.leads.practising_text import WHY, missing

    training, library, now = Training(database), families(records, ()), dt.datetime.now(dt.UTC)
    key = training.known_as(engineer)
    people = tuple(each for each in training.people() if each.key == key)
    # Whoever has never played has everything to practise.
    people = people or (Person(0, engineer, engineer, ()),)
    training.rate()
    page = currency_page(
        people, training.practice(), library, now.date(), currency_rules(), sealed=training.sealed()
    )
    line = page.engineers[0]
    found = Standing(
        line.currency.status, str(line.currency.expires or ""), missing(line), sealed=page.sealed
    )
    try:
        training.settle()
    except NoRecords as reason:
        return replace(found, next_why=str(reason))
    following = next_page(people, training, library, now, monthly_budget()).engineers[0]
    found = replace(found, done_this_month=following.done_this_month)
    if not following.drills:
        return replace(found, next_why="nothing more is due this month")
    first = following.drills[0].suggestion
    return replace(found, next_family=first.family, next_why=WHY[first.reason])
