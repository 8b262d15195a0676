"""Chaos Toolkit actions: how the company gets broken. An ordinary driver, usable by the stock `chaos`.

The sandbox is named by the environment variable `GAMEDAY_SANDBOX`, the folder that `push_commit` reads by
`GAMEDAY_PACK`. Each action writes down what it will do, does it, and verifies that it took effect; it
raises `ActivityFailed` if it did not. `take_back`, the one rollback that an experiment needs, undoes them
all, the newest first, and verifies that each is gone. What an action needs of the runtime stands in
`sandbox.faults.catalog`.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chaoslib.exceptions import ActivityFailed

from sandbox.errors import SandboxError
from sandbox.faults import record
from sandbox.faults.driver import activity, do, released, the_sandbox
from sandbox.faults.effects import Failed
from sandbox.faults.effects.bank import Provider, read_bank
from sandbox.faults.effects.cache import CacheMemory, ColdCache, in_bytes, max_memory
from sandbox.faults.effects.customers import Arrivals, Bots, scaled
from sandbox.faults.effects.database import Sessions
from sandbox.faults.effects.monitoring import Alert
from sandbox.faults.effects.parts import BrokenName, CutOff, Killed, Limited, Paused
from sandbox.faults.effects.repository import Pushed, head
from sandbox.runtime.base import Runtime
from sandbox.stack.model import load_stack
from sandbox.world.albums import missing_share
from sandbox.world.proposals import named

__all__ = [
    "add_alert", "break_name", "change_arrivals", "cut_link", "degrade_provider", "flush_cache", "hold",
    "kill", "limit_resources", "pause", "push_commit", "released", "restart_cache", "run_sql",
    "set_cache_memory", "start_bots", "start_job", "take_back", "take_back_newest",
]  # fmt: skip

_RAMP_STEP_S = 2.0
_WARM = 0.5
_BOT_JOURNEYS = {"uploads": "upload", "card-testing": "buy", "credential-stuffing": "login"}


# --- the repository ------------------------------------------------------------------------------


@activity
def push_commit(commit: str) -> str:
    """Push a commit of the pack to `main`, as the colleague who wrote it; returns once it is rolled out.

    Args:
        commit: name of a file under the pack's `commits/`, without its ending.
    """
    folder = os.environ.get("GAMEDAY_PACK")
    if not folder:
        raise ActivityFailed("set GAMEDAY_PACK to the pack's folder")
    commits = Path(folder).resolve() / "commits"
    named(commits, commit)
    return do(Pushed(str(commits), commit, head(the_sandbox())))


# --- the cache -----------------------------------------------------------------------------------


@activity
def set_cache_memory(maxmemory: str) -> str:
    """Set the cache's memory limit, as the platform's right-sizing job does.

    Args:
        maxmemory: as Redis writes it, `2mb`.
    """
    return do(CacheMemory(in_bytes(maxmemory), max_memory(the_sandbox())))


@activity
def flush_cache(keys: str = "*") -> str:
    """Delete what the cache holds.

    Args:
        keys: a glob of the keys, `vision:*`; all of them by default.
    """
    return do(ColdCache(keys, _is_warm(the_sandbox())))


@activity
def restart_cache() -> str:
    """Start the cache again, cold: it keeps nothing on disk."""
    return do(ColdCache("restart", _is_warm(the_sandbox())))


def _is_warm(runtime: Runtime) -> bool:
    return missing_share(runtime) < _WARM


# --- the database and its clients ----------------------------------------------------------------


@activity
def run_sql(statement: str | Sequence[str], name: str, role: str = "reports", service: str = "worker") -> str:
    """Run SQL in a session that stays: a long read, or a lock that is held, until it is taken back.

    Args:
        statement: one, or several in order; `["BEGIN", "LOCK TABLE orders"]` holds its lock.
        name: the session's application name, as the database shows it.
        role: who runs it: `reports`, `migrations` or `shop`.
        service: on whose machine.
    """
    statements = (statement,) if isinstance(statement, str) else tuple(statement)
    return do(Sessions(name, role, 1, statements, service))


@activity
def start_job(
    name: str, connections: int, statement: str | Sequence[str] = (), role: str = "reports",
    service: str = "worker",
) -> str:  # fmt: skip
    """Start a company's job that takes so many connections to the database, and keeps them.

    Args:
        name: the job's name, as the database shows it.
        connections: how many sessions it opens.
        statement: what each session runs first, one or several in order.
        role: who runs it.
        service: on whose machine; its connections come from there.
    """
    statements = (statement,) if isinstance(statement, str) else tuple(statement)
    return do(Sessions(name, role, int(connections), statements, service))


# --- who comes -----------------------------------------------------------------------------------


@activity
def change_arrivals(factor: float, ramp_s: float = 0.0) -> str:
    """Let customers come `factor` times as often.

    Args:
        factor: of today's people and uploads; 2 doubles them.
        ramp_s: time over which the change comes about, seconds; the action doesn't wait for its end.
    """
    runtime = the_sandbox()
    effect = scaled(runtime, float(factor))
    steps = int(float(ramp_s) // _RAMP_STEP_S)
    if steps < 2:
        return do(effect)
    first = _at(effect, 1 / steps)
    record.make(runtime, first)
    threading.Thread(target=_climb, args=(runtime, effect, steps), daemon=True).start()
    return effect.says


def _at(effect: Arrivals, share: float) -> Arrivals:
    """A part of the way; taking it back leads to the same place as taking back the whole."""
    wanted = {name: before + share * (effect.wanted[name] - before) for name, before in effect.before.items()}
    return Arrivals(wanted, effect.before)


def _climb(runtime: Runtime, effect: Arrivals, steps: int) -> None:
    """The rest of a ramp, step by step until released."""
    # A sandbox that goes away in the middle ends the climb.
    with contextlib.suppress(SandboxError):
        for step in range(2, steps + 1):
            if released.wait(_RAMP_STEP_S):
                return
            effect.step(runtime, step / steps)


@activity
def start_bots(
    kind: str, accounts: int, requests_each: int, first: int = 1, pause_s: float = 0.0, name: str = "visit",
    every_s: float = 0.0, together: bool = False,
) -> str:  # fmt: skip
    """Let a herd of bots in.

    Args:
        kind: `uploads` or `card-testing`, by dormant accounts that were made in one minute, or
            `credential-stuffing`, at the addresses of real customers.
        accounts: how many.
        requests_each: of each account.
        first: number of the first account.
        pause_s: between two requests of one account.
        name: tells one visit from another.
        every_s: between one account's coming and the next one's; 0 lets all come at once.
        together: whether an account sends its requests all at the same time.
    """
    if kind not in _BOT_JOURNEYS:
        raise Failed(f"there are no bots of the kind {kind!r}; there are: {', '.join(_BOT_JOURNEYS)}")
    entry: dict[str, Any] = {
        "name": name, "kind": kind, "accounts": int(accounts), "requests_each": int(requests_each),
        "first": int(first), "pause_s": float(pause_s), "every_s": float(every_s), "together": bool(together),
    }  # fmt: skip
    return do(Bots(entry, _BOT_JOURNEYS[kind]))


@activity
def degrade_provider(
    provider: str = "primary", latency_s: float | None = None, failure_rate: float | None = None,
    limit_rps: int | None = None,
) -> str:  # fmt: skip
    """Let one of the bank's providers be slow, fail, or take fewer requests.

    Args:
        provider: `primary` or `secondary`.
        latency_s: time that an answer takes.
        failure_rate: share of requests that get a 503.
        limit_rps: requests a second from which on they get a 429.
    """
    before = read_bank(the_sandbox()).get(provider)
    if not isinstance(before, dict):
        raise Failed(f"the bank has no provider {provider!r}")
    asked = {"latency_s": latency_s, "failure_rate": failure_rate, "limit_rps": limit_rps}
    wanted = before | {key: float(value) for key, value in asked.items() if value is not None}
    wanted["limit_rps"] = int(wanted["limit_rps"])
    return do(Provider(provider, wanted, before))


@activity
def add_alert(
    name: str, expr: str, summary: str, for_s: float = 3.0, severity: str = "page", service: str = ""
) -> str:
    """Add an alert rule to the company's monitoring.

    Args:
        name: the alert's.
        expr: PromQL.
        summary: what the pager says.
        for_s: how long it must hold, seconds.
        severity: `page` or `ticket`.
        service: whom it is about.
    """
    labels = {"severity": severity, **({"service": service} if service else {})}
    rule = {"alert": name, "expr": expr, "for": f"{float(for_s):g}s", "labels": labels}
    return do(Alert({**rule, "annotations": {"summary": summary}}))


# --- parts ---------------------------------------------------------------------------------------


@activity
def pause(service: str, replica: int = 0) -> str:
    """Let a part stand still.

    Args:
        service: its name.
        replica: its number; 0 for all.
    """
    return do(Paused(service, int(replica)))


@activity
def kill(service: str, replica: int = 0, signal: str = "KILL") -> str:
    """Kill a part; taken back, it runs again.

    Args:
        service: its name.
        replica: its number; 0 for all.
        signal: as `kill` names it.
    """
    meant = [e for e in the_sandbox().status() if e.service == service and int(replica) in (0, e.number)]
    started = max((each.started_at or 0.0 for each in meant), default=0.0)
    return do(Killed(service, int(replica), signal, started))


@activity
def limit_resources(service: str, cpus: float = 0.0, memory: str = "") -> str:
    """Give a part less processor or memory than it has.

    Args:
        service: its name; every replica.
        cpus: processors; 0 leaves them.
        memory: as `64mb`; empty leaves it.
    """
    return do(Limited(service, float(cpus), in_bytes(memory) if memory else 0))


@activity
def cut_link(service: str) -> str:
    """Take a part off the network.

    Args:
        service: its name; one that listens on a port.
    """
    part = load_stack().services.get(service)
    if part is None or not part.expose:
        raise Failed(f"there is no service {service!r} that listens on a port")
    return do(CutOff(service, int(part.expose[0])))


@activity
def break_name(service: str, name: str) -> str:
    """Let a name lead nowhere on one service's machines; connections that are open stay.

    Args:
        service: who looks the name up.
        name: the service that it no longer finds.
    """
    return do(BrokenName(service, name))


# --- the course of an experiment -----------------------------------------------------------------


@activity
def hold(hold_s: float = 60.0) -> bool:
    """Leave the world as it is until released, at most `hold_s` seconds; True if it was released."""
    return released.wait(float(hold_s))


@activity
def take_back_newest() -> str:
    """Undo the newest action in force and verify that it is gone, as what ends by itself; the others stay."""
    effect = record.take_back_newest(the_sandbox())
    if effect is None:
        raise Failed("nothing is in force")
    return f"gone: {effect.says}"


@activity
def take_back() -> str:
    """Undo every action that is in force, the newest first, and verify that each is gone."""
    released.set()
    left = record.take_back(the_sandbox())
    if left:
        raise Failed("; ".join(str(each) for each in left))
    return "the world is as it was"
