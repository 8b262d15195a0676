"""The `ops` vocabulary: one line of text to one operation, with its tier and its blast radius.

A line is understood before anything happens, so that a front end can say what it would touch and ask
once. Reading and writing are two tiers with a hard line between them: an advisor only ever gets the
first.
"""

from __future__ import annotations

import shlex

from sandbox.errors import BadStack
from sandbox.operate.grammar import Operation, Tier, Verb
from sandbox.operate.reads import READS, unquoted
from sandbox.operate.writes import WRITES
from sandbox.stack.model import Stack

__all__ = ["VERBS", "Operation", "Tier", "Verb", "parse", "usage"]

VERBS: tuple[Verb, ...] = READS + WRITES

_TAKE_ALL = ("metrics", "sql")
"""Verbs that take the rest of the line as it is: what follows has a grammar of its own."""


def usage() -> str:
    """The whole vocabulary, a line each."""
    width = max(len(verb.usage) for verb in VERBS if len(verb.usage) < 40)
    return "\n".join(f"{verb.usage:<{width}}  {verb.help}" for verb in VERBS)


def parse(stack: Stack, line: str) -> Operation:
    """What a line asks for; a leading `ops` may be there.

    Raises:
        BadStack: it can't be understood, or the company's rules forbid it; with the usage.
    """
    head, _, rest = line.strip().removeprefix("ops ").strip().partition(" ")
    rest = unquoted(rest.strip()) if head in _TAKE_ALL else rest
    verb = next((each for each in VERBS if each.name == head), None)
    if verb is None:
        known = ", ".join(dict.fromkeys(each.name for each in VERBS))
        raise BadStack(f"{head or 'nothing'!r} is no operation; there are: {known}")
    if head in _TAKE_ALL:
        return verb.parse(stack, [rest] if rest else [])
    try:
        words = shlex.split(rest)
    except ValueError as error:
        raise BadStack(f"{line.strip()}: {error}") from error
    return verb.parse(stack, words)
