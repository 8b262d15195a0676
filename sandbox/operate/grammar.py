"""What the verbs of the `ops` vocabulary have in common: how a line is taken apart and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sandbox.errors import BadStack
from sandbox.stack.model import Stack

Tier = Literal["read", "write"]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d)")
_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


@dataclass(frozen=True)
class Operation:
    """What one line asks for."""

    verb: str
    words: tuple[str, ...]
    """What follows the verb, in an order of the verb's own."""
    tier: Tier
    blast_radius: str = ""
    """What a write would touch, in one sentence."""
    follow: bool = False
    """It goes on until whoever asked has had enough."""


@dataclass(frozen=True)
class Verb:
    """One way to use a word of the vocabulary."""

    name: str
    usage: str
    tier: Tier
    help: str
    parse: Callable[[Stack, Sequence[str]], Operation]


def services(stack: Stack) -> list[str]:
    """The parts that operations may name: the company's own, apart from its bastion."""
    return [
        each
        for each, service in stack.services.items()
        if service.rules and service.rules.owner != "nobody" and each != "bastion"
    ]


def service(stack: Stack, name: str) -> str:
    known = services(stack)
    if name not in known:
        raise BadStack(f"there is no service {name!r}; there are: {', '.join(known)}")
    return name


def replica(stack: Stack, name: str) -> tuple[str, str]:
    """`vision-2` is its second replica, `vision` all of them."""
    base, _, number = name.rpartition("-")
    if base and number.isdigit():
        return service(stack, base), number
    return service(stack, name), ""


def need(words: Sequence[str], least: int, usage: str, most: int | None = None) -> None:
    if len(words) < least or (most is not None and len(words) > most):
        raise BadStack(f"usage: {usage}")


def options(
    words: Sequence[str], known: Collection[str], usage: str, switches: Collection[str] = ()
) -> tuple[list[str], dict[str, str]]:
    """Plain words, and what follows each `--option`; a switch stands alone and is given as `on`.

    Raises:
        BadStack: an option is unknown or lacks its value.
    """
    plain: list[str] = []
    found: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, given, value = word.partition("=")
        if word in switches:
            found[word] = "on"
        elif name in known and (given or rest):
            found[name] = value if given else rest.pop(0)
        elif word.startswith("--"):
            raise BadStack(f"{word} is unknown, or lacks its value; usage: {usage}")
        else:
            plain.append(word)
    return plain, found


def duration_s(text: str) -> float:
    """`90s`, `2m`, `1.5h` or `3d` in seconds.

    Raises:
        BadStack: it is none of them.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise BadStack(f"{text!r} is no duration such as 30s, 5m, 2h or 1d")
    return float(found[1]) * _UNITS_S[found[2]]


def moment(text: str, now: float) -> float:
    """A time in UNIX seconds: `2m` ago, `14:05` or `14:05:30` (UTC, the last one), an ISO time, or `now`.

    Raises:
        BadStack: it is none of them.
    """
    if text == "now":
        return now
    if _DURATION.fullmatch(text):
        return now - duration_s(text)
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hour, minute, second = (int(each or 0) for each in clock.groups())
        today = datetime.fromtimestamp(now, UTC)
        at = today.replace(hour=hour, minute=minute, second=second, microsecond=0)
        return (at if at <= today else at - timedelta(days=1)).timestamp()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadStack(f"{text!r} is no time; give 2m, 14:05 (UTC), 2026-03-11T14:05 or now") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def checked(check: Callable[[str, float], float], text: str) -> str:
    """The text of a time, once it is known to be one."""
    check(text, 86_400.0 * 366)
    return text
