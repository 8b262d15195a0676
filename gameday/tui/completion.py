"""Helps to write an `ops` line: what may come next, how a verb is used, what was typed before."""

from __future__ import annotations

import re

from gameday.drill.session import Verb, Vocabulary

_PLACEHOLDER = re.compile(r"[^a-z0-9_/-]")


def words_of(verb: Verb) -> tuple[str, ...]:
    """The leading words of a verb that are typed as they stand: `config set` of `config set SERVICE …`."""
    words: list[str] = []
    for word in verb.usage.split():
        if _PLACEHOLDER.search(word):
            break
        words.append(word)
    return tuple(words)


def verb_of(line: str, vocabulary: Vocabulary) -> Verb | None:
    """The verb that a line uses, the longest that fits; None while there is none."""
    typed = tuple(_without_ops(line).split())
    fitting = [verb for verb in vocabulary.verbs if words_of(verb) == typed[: len(words_of(verb))]]
    return max(fitting, key=lambda verb: len(words_of(verb)), default=None)


def complete(line: str, vocabulary: Vocabulary) -> str | None:
    """The line with its last word completed, or None where nothing fits or nothing is left to do."""
    body = _without_ops(line)
    if not body or line.startswith("!"):
        return None
    ahead = line[: len(line) - len(body)]
    verbs = dict.fromkeys(" ".join(words_of(verb)) for verb in vocabulary.verbs)
    for verb in verbs:
        if verb.startswith(body) and verb != body:
            return ahead + verb
    if verb_of(body, vocabulary) is None or " " not in body:
        return None
    before, _, last = body.rpartition(" ")
    for component in vocabulary.components:
        if last and component.startswith(last) and component != last:
            return f"{ahead}{before} {component}"
    return None


def _without_ops(line: str) -> str:
    return line.removeprefix("ops ").lstrip()


class History:
    """The lines typed before; going up from the end keeps the line that is being typed."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._at = 0
        self._draft = ""

    def add(self, line: str) -> None:
        if line and self._lines[-1:] != [line]:
            self._lines.append(line)
        self._at = len(self._lines)

    def older(self, current: str) -> str:
        if self._at == len(self._lines):
            self._draft = current
        self._at = max(0, self._at - 1)
        return self._here()

    def newer(self, current: str) -> str:
        if self._at == len(self._lines):
            return current
        self._at += 1
        return self._here()

    def _here(self) -> str:
        return self._lines[self._at] if self._at < len(self._lines) else self._draft
