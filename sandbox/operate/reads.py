"""The read tier of the `ops` vocabulary: what looks and changes nothing."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Sequence

from sandbox.errors import BadStack
from sandbox.observe.logs import LEVELS
from sandbox.operate.grammar import (
    Operation,
    Verb,
    checked,
    duration_s,
    moment,
    need,
    options,
    replica,
    service,
)
from sandbox.stack.model import Stack

CHANGES = 15
"""How many `changes` shows if nobody says."""

POINTS = 60
"""Points of a range of metrics if nobody says the step."""
_MOST_POINTS = 1_000

_LOGS = "logs [SERVICE[-N]|all] [TEXT] [--level LEVEL] [--since TIME] [--until TIME] [-f]"
_TRACES = "traces [ID|slowest|failed] [--since TIME]"
_METRICS = "metrics PROMQL [--range 5m [--step 5s]]"
_TRACE_ID = re.compile(r"[0-9a-f]{4,32}")
_RANGE = re.compile(r"\s--(range|step)[ =](\S+)\s*$")


def _alone(verb: str) -> Verb:
    says = {
        "status": "what runs, and since when",
        "top": "load, errors and p95 of each service; processor, memory, threads of each replica",
        "alerts": "what fires",
        "topology": "who asks whom, and how that goes",
    }[verb]

    def parse(_: Stack, words: Sequence[str]) -> Operation:
        need(words, 0, verb, 0)
        return Operation(verb, (), "read")

    return Verb(verb, verb, "read", says, parse)


def _logs(stack: Stack, words: Sequence[str]) -> Operation:
    """Words: service, replica, text, level, since, until; each may be empty."""
    follow = {"-f", "--follow"}
    plain, given = options(words, ("--level", "--since", "--until"), _LOGS, follow)
    level = given.get("--level", "debug").lower()
    if level not in LEVELS:
        raise BadStack(f"{level!r} is no level; there are: {', '.join(LEVELS)}")
    for name in ("--since", "--until"):
        if name in given:
            checked(moment, given[name])
    where, number = ("", "") if not plain or plain[0] == "all" else replica(stack, plain[0])
    found = (where, number, " ".join(plain[1:]), level, given.get("--since", ""), given.get("--until", ""))
    return Operation("logs", found, "read", follow=bool(follow & set(given)))


def _traces(_: Stack, words: Sequence[str]) -> Operation:
    plain, given = options(words, ("--since",), _TRACES)
    need(plain, 0, _TRACES, 1)
    which = plain[0].lower() if plain else "slowest"
    if which not in ("slowest", "failed") and not _TRACE_ID.fullmatch(which):
        raise BadStack(f"{which!r} is neither slowest, failed nor the beginning of a trace's id")
    return Operation("traces", (which, checked(moment, given.get("--since", "5m"))), "read")


def _metrics(_: Stack, words: Sequence[str]) -> Operation:
    """Words: the expression, range in seconds, step in seconds; the last two are empty for now."""
    need(words, 1, _METRICS)
    promql, given = " ".join(words), dict[str, float]()
    while found := _RANGE.search(promql):
        given[found[1]] = duration_s(found[2].strip("'\""))
        promql = promql[: found.start()].rstrip()
    if "range" not in given:
        if "step" in given:
            raise BadStack(f"a step needs a range; usage: {_METRICS}")
        return Operation("metrics", (unquoted(promql), "", ""), "read")
    span, step = given["range"], given.get("step", max(1.0, given["range"] / POINTS))
    if step <= 0 or not 1 <= span / step <= _MOST_POINTS:
        raise BadStack(f"a range holds 1 to {_MOST_POINTS} steps, not {span:g} s in steps of {step:g} s")
    return Operation("metrics", (unquoted(promql), f"{span:g}", f"{step:g}"), "read")


def unquoted(text: str) -> str:
    """What was put in quotes as a whole, as a shell's user does, without them."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        with contextlib.suppress(ValueError):
            words = shlex.split(text)
            return words[0] if len(words) == 1 else text
    return text


def _runbook(_: Stack, words: Sequence[str]) -> Operation:
    need(words, 0, "runbook [NAME]", 1)
    return Operation("runbook", tuple(words) or ("",), "read")


def _changes(_: Stack, words: Sequence[str]) -> Operation:
    need(words, 0, "changes [N]", 1)
    most = words[0] if words else str(CHANGES)
    if not most.isdigit() or not 1 <= int(most) <= 200:
        raise BadStack(f"{most!r} is not a number of changes between 1 and 200")
    return Operation("changes", (most,), "read")


def _diff(_: Stack, words: Sequence[str]) -> Operation:
    need(words, 1, "diff COMMIT", 1)
    return Operation("diff", (words[0],), "read")


def config(stack: Stack, words: Sequence[str]) -> Operation:
    usage = "config get SERVICE, config history SERVICE, or config set SERVICE KEY VALUE"
    need(words, 2, usage, 4)
    name = service(stack, words[1])
    if words[0] in ("get", "history") and len(words) == 2:
        return Operation(f"config {words[0]}", (name,), "read")
    if words[0] == "set" and len(words) == 4:
        key, value = words[2], words[3]
        says = f"commits {key} = {value} to {name}'s config on main; every replica takes it at once"
        return Operation("config set", (name, key, value), "write", says)
    raise BadStack(f"usage: {usage}")


READS: tuple[Verb, ...] = (
    _alone("status"),
    _alone("top"),
    _alone("alerts"),
    Verb("logs", _LOGS, "read", "what was written, the newest lines last", _logs),
    Verb("traces", _TRACES, "read", "single requests' ways through the services", _traces),
    Verb("metrics", _METRICS, "read", "ask Prometheus", _metrics),
    _alone("topology"),
    Verb("runbook", "runbook [NAME]", "read", "what the company wrote down", _runbook),
    Verb("changes", "changes [N]", "read", "what was pushed, and what became of it", _changes),
    Verb("diff", "diff COMMIT", "read", "what a commit changed", _diff),
    Verb("config", "config get SERVICE", "read", "a service's config", config),
    Verb("config", "config history SERVICE", "read", "who changed it", config),
)
