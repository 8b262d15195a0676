"""The command palette: every operation, every colleague and every key of the room, found by its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from gameday.drill.session import Vocabulary
from gameday.text import one_line
from gameday.tui.completion import words_of

if TYPE_CHECKING:
    from gameday.tui.screens.deeds import Deeds

_OF_ONE_SERVICE = "SERVICE"


@dataclass(frozen=True)
class Entry:
    """Something that can be found. An `ops` line with a gap is offered to be completed."""

    says: str
    help: str
    line: str = ""
    whole: bool = False
    """Nothing is missing in the line: it may be carried out, after its question."""


def entries(vocabulary: Vocabulary) -> Iterator[Entry]:
    """What the vocabulary makes possible; verbs that take just a service, with each service."""
    for verb in vocabulary.verbs:
        words = " ".join(words_of(verb))
        rest = verb.usage[len(words) :].split()
        yield Entry(verb.usage, f"{verb.tier}: {verb.help}", words + (" " if rest else ""), whole=not rest)
        takes_one = bool(rest) and rest[0].split("[")[0] == _OF_ONE_SERVICE
        if takes_one and all(word.startswith("[") for word in rest[1:]):
            for name in vocabulary.components:
                yield Entry(f"{words} {name}", f"{verb.tier}: {verb.help}", f"{words} {name}", whole=True)
    for key, says in vocabulary.people.items():
        yield Entry(f"page {key}", f"write: {says}", f"page {key} ")


class RoomCommands(Provider):
    """Asks the room's screen; whatever writes asks its question there, once."""

    @property
    def _room(self) -> Deeds:
        return cast("Deeds", self.screen)

    def _all(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        for binding in self._keys():
            key = binding.key_display or binding.key.split(",")[0]
            run = partial(self.app.run_action, binding.action, self.screen)
            yield binding.tooltip or binding.description, f"key {key}", run
        for entry in entries(self._room._session.vocabulary):
            do = self._room.operate if entry.whole else self._room.offer
            yield one_line(entry.says), one_line(entry.help), partial(do, entry.line)

    def _keys(self) -> Iterator[Binding]:
        """The room's own keys that do something now."""
        for binding in self._room.BINDINGS:
            if not isinstance(binding, Binding) or not binding.description:
                continue
            if self._room.check_action(binding.action, ()):
                yield binding

    async def discover(self) -> Hits:
        for says, help_, run in self._all():
            yield DiscoveryHit(says, run, help=help_)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for says, help_, run in self._all():
            score = max(matcher.match(says), 0.6 * matcher.match(help_))
            if score > 0:
                yield Hit(score, Content(says), run, text=says, help=help_)
