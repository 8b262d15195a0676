"""The `ops` vocabulary: one line of text to one operation, with its tier and its blast radius.

A line is understood before anything happens, so that a front end can say what it would touch and ask
once. Reading and writing are two tiers with a hard line between them: an advisor only ever gets the
first.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sandbox.errors import BadStack
from sandbox.stack.model import Stack

Tier = Literal["read", "write"]

CHANGES = 15
"""How many `changes` shows if nobody says."""


@dataclass(frozen=True)
class Operation:
    """What one line asks for."""

    verb: str
    words: tuple[str, ...]
    """What follows the verb."""
    tier: Tier
    blast_radius: str = ""
    """What a write would touch, in one sentence."""


@dataclass(frozen=True)
class Verb:
    """One word of the vocabulary."""

    name: str
    usage: str
    tier: Tier
    help: str
    parse: Callable[[Stack, Sequence[str]], Operation]


_REDIS_READS = frozenset(
    {
        "get", "mget", "exists", "ttl", "pttl", "type", "strlen", "dbsize", "info", "scan", "keys",
        "memory", "object", "slowlog", "latency", "lastsave", "time", "ping",
        "xinfo", "xlen", "xpending", "xrange", "xrevrange",
    }
)  # fmt: skip
_REDIS_READ_PAIRS = frozenset({("config", "get"), ("client", "list"), ("client", "info")})
_SQL_READS = ("select", "show", "explain", "with", "table")
_SQL_ACTS = ("pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_promote", "set_config")
"""Functions that change something although they are only selected."""


def _service(stack: Stack, name: str) -> str:
    known = [
        each
        for each, service in stack.services.items()
        if service.rules and service.rules.owner != "nobody" and each != "bastion"
    ]
    if name not in known:
        raise BadStack(f"there is no service {name!r}; there are: {', '.join(known)}")
    return name


def _replica(stack: Stack, name: str) -> tuple[str, str]:
    """`vision-2` is its second replica, `vision` all of them."""
    base, _, number = name.rpartition("-")
    if base and number.isdigit():
        return _service(stack, base), number
    return _service(stack, name), ""


def _need(words: Sequence[str], least: int, usage: str, most: int | None = None) -> None:
    if len(words) < least or (most is not None and len(words) > most):
        raise BadStack(f"usage: {usage}")


def _status(_: Stack, words: Sequence[str]) -> Operation:
    _need(words, 0, "status", 0)
    return Operation("status", (), "read")


def _alerts(_: Stack, words: Sequence[str]) -> Operation:
    _need(words, 0, "alerts", 0)
    return Operation("alerts", (), "read")


def _logs(stack: Stack, words: Sequence[str]) -> Operation:
    _need(words, 1, "logs SERVICE [TEXT]")
    return Operation("logs", (_service(stack, words[0]), " ".join(words[1:])), "read")


def _metrics(_: Stack, words: Sequence[str]) -> Operation:
    _need(words, 1, "metrics PROMQL")
    return Operation("metrics", (" ".join(words),), "read")


def _runbook(_: Stack, words: Sequence[str]) -> Operation:
    _need(words, 0, "runbook [NAME]", 1)
    return Operation("runbook", tuple(words) or ("",), "read")


def _changes(_: Stack, words: Sequence[str]) -> Operation:
    _need(words, 0, "changes [N]", 1)
    most = words[0] if words else str(CHANGES)
    if not most.isdigit() or not 1 <= int(most) <= 200:
        raise BadStack(f"{most!r} is not a number of changes between 1 and 200")
    return Operation("changes", (most,), "read")


def _diff(_: Stack, words: Sequence[str]) -> Operation:
    _need(words, 1, "diff COMMIT", 1)
    return Operation("diff", (words[0],), "read")


def _config(stack: Stack, words: Sequence[str]) -> Operation:
    usage = "config get SERVICE, config history SERVICE, or config set SERVICE KEY VALUE"
    _need(words, 2, usage, 4)
    service = _service(stack, words[1])
    if words[0] == "get" and len(words) == 2:
        return Operation("config get", (service,), "read")
    if words[0] == "history" and len(words) == 2:
        return Operation("config history", (service,), "read")
    if words[0] == "set" and len(words) == 4:
        key, value = words[2], words[3]
        says = f"commits {key} = {value} to {service}'s config on main; every replica takes it at once"
        return Operation("config set", (service, key, value), "write", says)
    raise BadStack(f"usage: {usage}")


def _restart(stack: Stack, words: Sequence[str]) -> Operation:
    _need(words, 1, "restart SERVICE or SERVICE-N", 1)
    service, number = _replica(stack, words[0])
    which = f"{service}-{number}" if number else f"every replica of {service}"
    return Operation("restart", (service, number), "write", f"restarts {which}; what it is doing now is lost")


def _scale(stack: Stack, words: Sequence[str]) -> Operation:
    _need(words, 2, "scale SERVICE N", 2)
    service = _service(stack, words[0])
    rules = stack.services[service].rules
    most = rules.max_replicas if rules else 1
    if not words[1].isdigit() or int(words[1]) < 1:
        raise BadStack(f"{words[1]!r} is not a number of replicas; at least one must run")
    if int(words[1]) > most:
        raise BadStack(f"the quota allows {service} at most {most} replicas")
    says = f"commits it to main and makes {service} {words[1]} replicas"
    return Operation("scale", (service, words[1]), "write", says)


def _rollback(stack: Stack, words: Sequence[str]) -> Operation:
    _need(words, 1, "rollback SERVICE", 1)
    service = _service(stack, words[0])
    says = f"commits {service}'s version before this one to main and restarts each replica with it"
    return Operation("rollback", (service,), "write", says)


def _revert(_: Stack, words: Sequence[str]) -> Operation:
    _need(words, 1, "revert COMMIT", 1)
    says = f"commits the opposite of {words[0]} to main and rolls that out, whatever it touches"
    return Operation("revert", (words[0],), "write", says)


def _limit(_: Stack, words: Sequence[str]) -> Operation:
    _need(words, 2, "limit /PREFIX N, or limit /PREFIX off", 2)
    prefix, rate = words
    if rate != "off" and not (rate.isdigit() and int(rate) >= 1):
        raise BadStack(f"{rate!r} is not a rate; give requests a second, at least 1, or off")
    says = (
        f"lets {prefix} through without a limit"
        if rate == "off"
        else f"refuses {prefix} above {rate} requests/s"
    )
    return Operation("limit", (prefix, rate), "write", f"{says}, for every customer")


def _redis(stack: Stack, words: Sequence[str]) -> Operation:
    _need(words, 2, "redis SERVICE COMMAND …")
    service = _service(stack, words[0])
    command = tuple(word.lower() for word in words[1:3])
    reads = command[0] in _REDIS_READS or command in _REDIS_READ_PAIRS
    says = "" if reads else f"runs {' '.join(words[1:])} on {service}, at once, for all who use it"
    return Operation("redis", (service, *words[1:]), "read" if reads else "write", says)


def _sql(_: Stack, words: Sequence[str]) -> Operation:
    _need(words, 1, "sql STATEMENT")
    statement = " ".join(words)
    plain = statement.lower()
    reads = plain.startswith(_SQL_READS) and ";" not in plain.rstrip("; ")
    if reads and not any(name in plain for name in _SQL_ACTS):
        return Operation("sql", (statement, "read only"), "read")
    says = "runs a statement that may change the shop's database, or who is connected to it"
    return Operation("sql", (statement, ""), "write", says)


VERBS: tuple[Verb, ...] = (
    Verb("status", "status", "read", "what runs, and since when", _status),
    Verb("alerts", "alerts", "read", "what fires", _alerts),
    Verb("logs", "logs SERVICE [TEXT]", "read", "a service's last lines, those with TEXT", _logs),
    Verb("metrics", "metrics PROMQL", "read", "ask Prometheus", _metrics),
    Verb("runbook", "runbook [NAME]", "read", "what the company wrote down", _runbook),
    Verb("changes", "changes [N]", "read", "what was pushed, and what became of it", _changes),
    Verb("diff", "diff COMMIT", "read", "what a commit changed", _diff),
    Verb("config", "config get SERVICE", "read", "a service's config", _config),
    Verb("config", "config history SERVICE", "read", "who changed it", _config),
    Verb("config", "config set SERVICE KEY VALUE", "write", "change one value of it", _config),
    Verb("redis", "redis SERVICE COMMAND …", "read", "a Redis command; writes ask first", _redis),
    Verb("sql", "sql STATEMENT", "read", "a statement on the shop's database; writes ask first", _sql),
    Verb("restart", "restart SERVICE or SERVICE-N", "write", "stop and start", _restart),
    Verb("scale", "scale SERVICE N", "write", "how many replicas", _scale),
    Verb("rollback", "rollback SERVICE", "write", "deploy the version before", _rollback),
    Verb("revert", "revert COMMIT", "write", "take a commit back", _revert),
    Verb("limit", "limit /PREFIX N|off", "write", "let N requests a second through at the edge", _limit),
)


_TAKE_ALL = ("metrics", "sql")
"""Verbs that take the rest of the line as it is: what follows has a grammar of its own."""


def _unquoted(rest: str) -> str:
    """What was put in quotes as a whole, as a shell's user does, without them."""
    if len(rest) > 1 and rest[0] == rest[-1] and rest[0] in "'\"":
        with contextlib.suppress(ValueError):
            words = shlex.split(rest)
            return words[0] if len(words) == 1 else rest
    return rest


def usage() -> str:
    """The whole vocabulary, a line each."""
    width = max(len(verb.usage) for verb in VERBS)
    return "\n".join(f"{verb.usage:<{width}}  {verb.help}" for verb in VERBS)


def parse(stack: Stack, line: str) -> Operation:
    """What a line asks for; a leading `ops` may be there.

    Raises:
        BadStack: it can't be understood, or the company's rules forbid it; with the usage.
    """
    head, _, rest = line.strip().removeprefix("ops ").strip().partition(" ")
    rest = _unquoted(rest.strip()) if head in _TAKE_ALL else rest
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
