"""The people of a drill: who speaks up by themselves, and who answers when paged.

What they say is the pack's; when they say it follows from the journal's own events, so nobody here can
know more than what happened. They speak of an incident, so none of them speaks before there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from gameday.drill.commands import PagePerson
from gameday.drill.facts import Facts, Say
from gameday.drill.session import CommandRefused, Verb
from gameday.journal import events as ev
from gameday.journal.clock import Clock
from gameday.text import one_line
from sandbox.stack.model import Stack
from sandbox.world.cast import CAST, Engineer
from scenarios.parts import Truth
from scenarios.people import Cast, ChannelLine, Happening, Line, Owner

EXECUTIVE = "the managing director"
SUPPORT = "customer support"
_RINGS_S = 30.0
"""So long a phone rings that nobody picks up."""
_QUESTION_KEPT = 300

VERBS = (
    Verb("page WHO [QUESTION]", "write", "Ring a colleague; they answer on the channel, from memory."),
    Verb("channel", "read", "What was said so far, by colleagues and others."),
)
"""`ops` lines that people carry out, not the sandbox."""

Key = tuple[str, str]
"""One kind of happening, such as `("write", "restart")`."""
_PAGER: Key = ("pager", "")


@dataclass
class _Due:
    """One line of the cast, and when it is to be said; None until what it waits for happens."""

    channel: ev.Channel
    who: str
    after: Key
    delay_s: float
    says: str
    at: float | None = None


@dataclass(frozen=True)
class _Ringing:
    at: float
    event: ev.PersonAnswered


class People:
    """One drill's cast."""

    def __init__(self, cast: Cast, facts: Facts, say: Say, clock: Clock) -> None:
        self._owners = {owner.who: owner for owner in cast.owners}
        self._facts = facts
        self._say = say
        self._clock = clock
        self._waiting = [*_lines(cast)]
        self._ringing: list[_Ringing] = []
        self._seen: set[Key] = set()
        self._spoken: list[str] = []

    # --- who is rung -----------------------------------------------------------------------------

    def page(self, who: str, question: str) -> Engineer:
        """Ring somebody; what comes of it is said later.

        Raises:
            CommandRefused: nobody of that name works here, or there is nothing yet to ring them about.
        """
        person = find(who)
        if self._facts.paged_at is None:
            # Their answers are about the incident: who asked before it would know of it.
            raise CommandRefused("the pager has not rung; there is nothing to ring anybody about")
        question = one_line(question)[:_QUESTION_KEPT]
        self._say(ev.PersonPaged(who=person.key, name=person.name, question=question), "engineer")
        self._ring(person, question, self._clock.wall())
        return person

    def _ring(self, person: Engineer, question: str, at: float) -> None:
        delay_s, reached, says = _answer(person, self._owners.get(person.key), question)
        answered = ev.PersonAnswered(who=person.key, name=person.name, reached=reached, says=says)
        self._ringing.append(_Ringing(at + delay_s, answered))

    def channel(self) -> str:
        """All that was said so far, as the on-call channel shows it."""
        return "\n".join(self._spoken) or "Nobody has said anything yet."

    # --- who speaks ------------------------------------------------------------------------------

    def on_event(self, event: ev.Event, at: float | None = None) -> None:
        """Notice what happens, for the lines that wait for it.

        Args:
            at: when it happened, by the drill's clock; None for now.
        """
        key = _key(event)
        if key is None or key in self._seen or self._facts.onset is None:
            return
        self._seen.add(key)
        for line in self._waiting:
            if line.after == key:
                line.at = (self._clock.wall() if at is None else at) + line.delay_s

    def remember(self, event: ev.Event, at: float) -> None:
        """Something of another trainer's time: what was said isn't said again, who rings goes on ringing.

        Args:
            at: when it happened, by the drill's clock.
        """
        self.on_event(event, at)
        match event:
            case ev.MessagePosted(who=who, says=says):
                self._spoken.append(f"{who}: {says}")
                said = next((each for each in self._waiting if (each.who, each.says) == (who, says)), None)
                if said is not None:
                    self._waiting.remove(said)
            case ev.PersonPaged(who=who, question=question):
                self._ring(find(who), question, at)
            case ev.PersonAnswered(who=who, name=name, says=says):
                self._spoken.append(f"{name}: {says}")
                self._ringing = [each for each in self._ringing if each.event.who != who]

    def speak(self) -> None:
        """Say what is due; called several times a second."""
        now = self._clock.wall()
        due = sorted(
            (line for line in self._waiting if line.at is not None and line.at <= now),
            key=lambda line: line.at or 0.0,
        )
        for line in due:
            self._waiting.remove(line)
            self._spoken.append(f"{line.who}: {line.says}")
            self._say(ev.MessagePosted(channel=line.channel, who=line.who, says=line.says), "colleague")
        for ringing in sorted((each for each in self._ringing if each.at <= now), key=lambda each: each.at):
            self._ringing.remove(ringing)
            self._spoken.append(f"{ringing.event.name}: {ringing.event.says}")
            self._say(ringing.event, "colleague")


def understood(line: str) -> PagePerson | Literal["channel"] | None:
    """What an `ops` line asks of people; None if it asks nothing of them.

    Raises:
        CommandRefused: it can't be understood.
    """
    words = line.strip().removeprefix("ops ").split(maxsplit=2)
    match words:
        case ["channel"]:
            return "channel"
        case ["channel", *_]:
            raise CommandRefused("usage: channel")
        case ["page"]:
            raise CommandRefused(f"usage: {VERBS[0].usage}")
        case ["page", who, *question]:
            return PagePerson(who, "".join(question))
    return None


def find(who: str) -> Engineer:
    """A person of the company, by key, name or first name.

    Raises:
        CommandRefused: there is none.
    """
    asked = who.strip().lower().removeprefix("@")
    for person in CAST.values():
        if asked in (person.key, person.name.lower(), person.name.lower().split()[0]):
            return person
    known = ", ".join(f"{person.key} ({person.does})" for person in CAST.values())
    raise CommandRefused(f"nobody called {one_line(who)!r} works here; there are: {known}")


def owners_of(truth: Truth, cast: Cast, stack: Stack) -> tuple[str, ...]:
    """Keys of the people whom to page about the truth: who owns a component of it or knows it best."""
    owning = {
        service.rules.owner
        for name, service in stack.services.items()
        if name in truth.components and service.rules is not None and service.rules.owner in CAST
    }
    return tuple(sorted(owning | {each.who for each in cast.owners if each.knows in truth.components}))


def _answer(person: Engineer, owner: Owner | None, question: str) -> tuple[float, bool, str]:
    """After how many seconds what comes of a page, and whether they were reached."""
    if owner is None:
        return _RINGS_S, False, f"{person.name} doesn't pick up."
    if owner.on_leave_until:
        return 1.0, False, f"Automatic reply: I am on leave until {owner.on_leave_until}."
    if not owner.available:
        return _RINGS_S, False, f"{person.name} doesn't pick up."
    return owner.delay_s, True, _from_memory(owner.answers, question)


def _from_memory(answers: Mapping[str, str], question: str) -> str:
    """The answer whose word comes first in the question, else the default one."""
    found = [
        (match.start(), says)
        for word, says in answers.items()
        if word != "default" and (match := re.search(rf"(?<!\w){re.escape(word)}(?!\w)", question, re.I))
    ]
    return min(found)[1] if found else answers["default"]


def _lines(cast: Cast) -> Iterator[_Due]:
    yield from (_due("on-call", _name(line), line) for line in cast.channel)
    yield from (_due("executive", EXECUTIVE, line) for line in cast.executive)
    yield from (_due("support", SUPPORT, line) for line in cast.support)


def _due(channel: ev.Channel, who: str, line: Line) -> _Due:
    after = _PAGER if line.when is None else _awaited(line.when)
    return _Due(channel, who, after, line.at or 0.0, line.says)


def _name(line: ChannelLine) -> str:
    return CAST[line.who].name if line.who in CAST else line.who


def _awaited(when: Happening) -> Key:
    if when.write is not None:
        return ("write", when.write)
    if when.paged is not None:
        return ("paged", when.paged)
    if when.mitigated is not None:
        return ("mitigated", "") if when.mitigated else ("relapsed", "")
    return ("acknowledged", "")


def _key(event: ev.Event) -> Key | None:
    """What an event is to those who wait for something."""
    match event:
        case ev.Operated(tier="write", exit_code=0, line=line):
            words = line.removeprefix("ops ").split()
            return ("write", words[0]) if words else None
        case ev.PersonPaged(who=who):
            return ("paged", who)
        case ev.Mitigated():
            return ("mitigated", "")
        case ev.Relapsed():
            return ("relapsed", "")
        case ev.Acknowledged():
            return ("acknowledged", "")
        case ev.Paged():
            return _PAGER
    return None
