"""What `pattern` takes for the cause: surface shapes, each with the cause that past incidents of it had.

The first shape that fits is the verdict, the next two its alternatives. The order is that of how often a
shape was the whole story in the incidents that people write about: an error that names its cause, then a
change that was just made, then who is knocking at the door, then what is full, then who is slow.

It is naive on purpose, and the same for every company: it takes what is full for what is too small, the last
who changed something for the one who broke it, and has never met a cache that stopped helping.

| shape | looks like | is taken for |
| --- | --- | --- |
| named | a new error in the logs has the words of a known cause | that cause |
| changed | a service that deviates was changed in the last half hour | that service, by what was changed |
| logins | many more logins are refused | customers, account-abuse |
| cards | many more cards are declined | customers, card-testing |
| full | a service's slots are taken, or it is asked more and slower | that service, capacity-shortfall |
| connections | connections to the database run out | db, connection-pool-exhaustion |
| backlog | orders wait in the queue | worker, queue-backlog |
| restarts | replicas were started anew | that service, memory-leak |
| outside | somebody else's service is slow or fails | bank, third-party-degraded |
| refusals | the edge refuses more | edge, rate-limit-too-tight |
| slow | the slowest requests spend their time in one service that got slower | that service, cpu-hot-path |
| failing | a service fails more than before, and nobody whom it asks does | that service, schema-mismatch |
| nothing | nothing deviates, and still something fires | what the alert names, none |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gameday.advisors.findings import Deviation, Louder
from gameday.advisors.snapshot import Changed, Snapshot
from gameday.text import one_line

RECENT_S = 1800.0
"""A change this young is a suspect."""
_FULL = 0.9
_THEIRS = ("config", "deploy", "services")


@dataclass(frozen=True)
class Findings:
    """Everything that stands out, as the shapes look at it."""

    now: Snapshot
    deviations: tuple[Deviation, ...]
    louder: tuple[Louder, ...]
    restarted: tuple[str, ...]

    def of(self, *signals: str) -> list[Deviation]:
        """Deviations of these signals, the farthest first."""
        return [each for each in self.deviations if each.signal.name in signals]

    @property
    def deviating(self) -> frozenset[str]:
        """The services that deviate in anything."""
        by_service = {"job", "peer"}
        return frozenset(each.subject for each in self.deviations if each.signal.by in by_service)


@dataclass(frozen=True)
class Verdict:
    """What it takes for the cause, and on what that rests."""

    component: str
    mechanism: str
    confidence: float
    says: str
    suggests: str = ""
    facts: tuple[str, ...] = ()
    """Beyond the deviations, such as a commit or a line of a log."""
    rests_on: tuple[Deviation, ...] = field(default=())


Shape = Callable[[Findings], Iterator[Verdict]]

_NAMED: tuple[tuple[str, str, str], ...] = (
    (r"too many (clients|connections)|connection slots|pool.{0,20}(exhausted|timed? ?out)", "db",
     "connection-pool-exhaustion"),
    (r"deadlock detected|lock timeout|due to lock", "db", "lock-contention"),
    (r"password authentication failed|NOAUTH|WRONGPASS", "", "credential-rotated"),
    (r"certificate.{0,20}expired", "", "certificate-expired"),
    (r"no space left", "", "disk-full"),
    (r"out of range for type|integer out of range", "", "id-overflow"),
    (r"(column|relation) .{0,60}does not exist", "", "schema-mismatch"),
    (r"name or service not known|could not resolve|no address associated", "", "name-resolution"),
    (r"out of memory|MemoryError|OOM", "", "memory-leak"),
)  # fmt: skip
"""Words of an error, whom they accuse (empty: who wrote it), and of what."""


def _named(found: Findings) -> Iterator[Verdict]:
    for each in found.louder:
        for words, accused, mechanism in _NAMED:
            if re.search(words, each.group.sample, re.IGNORECASE):
                component = accused or each.group.service
                says = f"{each.group.service}'s own errors name the cause: {mechanism} at {component}."
                yield Verdict(component, mechanism, 0.85, says, f"logs {each.group.service}")


_CHANGED: tuple[tuple[str, str], ...] = (
    (r"pool|connection", "connection-pool-exhaustion"),
    (r"timeout|retr", "retry-storm"),
    (r"limit|quota", "rate-limit-too-tight"),
    (r"evict|maxmemory|ttl", "cache-eviction"),
    (r"replicas|slots|scale|right-?siz", "capacity-shortfall"),
)
"""Words of a change's subject, and what past changes of that kind did."""


def _changed(found: Findings) -> Iterator[Verdict]:
    for change in found.now.changes:
        if found.now.at - change.at > RECENT_S:
            continue
        for service in sorted(changed_services(change) & found.deviating):
            mechanism = next(
                (what for words, what in _CHANGED if re.search(words, change.subject, re.IGNORECASE)),
                "cpu-hot-path",
            )
            minutes = max(1, round((found.now.at - change.at) / 60))
            fact = f"{change.revision} by {change.author}, {minutes} min ago: {one_line(change.subject)}"
            says = f"{service} was changed {minutes} min ago and misbehaves since. Roll it back."
            yield Verdict(service, mechanism, 0.8, says, f"revert {change.revision}", (fact,))


def changed_services(change: Changed) -> frozenset[str]:
    """The services that a commit touches, by the company's own folders."""
    parts = (path.split("/") for path in change.paths)
    return frozenset(part[1].split(".")[0] for part in parts if len(part) == 2 and part[0] in _THEIRS)


def _logins(found: Findings) -> Iterator[Verdict]:
    for each in found.of("logins_refused"):
        says = "Many logins are refused. Somebody tries passwords; hold them back."
        yield Verdict("customers", "account-abuse", 0.8, says, "limit /login 5", rests_on=(each,))


def _cards(found: Findings) -> Iterator[Verdict]:
    for each in found.of("declined"):
        says = "Many cards are declined. Somebody tries stolen cards; hold them back."
        yield Verdict("customers", "card-testing", 0.75, says, "limit /orders 5", rests_on=(each,))


def _full(found: Findings) -> Iterator[Verdict]:
    rate = {each.subject: each for each in found.of("rate") if each.rose}
    slow = {each.subject: each for each in found.of("p90")}
    slots = {each.subject: each for each in found.of("slots_busy") if each.now >= _FULL}
    for service in [*slots, *(name for name in rate if name in slow and name not in slots)]:
        rests_on = tuple(each[service] for each in (rate, slots, slow) if service in each)
        more = "Request volume increase. " if service in rate else ""
        says = f"{more}{service} has more to do than it can. This is a capacity problem. Add servers."
        replicas = int(found.now.values.get("up", {}).get(service, 1))
        yield Verdict(
            service, "capacity-shortfall", 0.9, says, f"scale {service} {replicas + 2}", rests_on=rests_on
        )


def _connections(found: Findings) -> Iterator[Verdict]:
    rests_on = tuple(found.of("db_connections", "pool_waiting"))
    if rests_on:
        says = "Connections to the database run out. Restart who holds them."
        yield Verdict("db", "connection-pool-exhaustion", 0.75, says, "", rests_on=rests_on)


def _backlog(found: Findings) -> Iterator[Verdict]:
    for each in found.of("orders_waiting"):
        says = "Orders come faster than they are taken. Add workers."
        yield Verdict("worker", "queue-backlog", 0.75, says, "scale worker 2", rests_on=(each,))


def _restarts(found: Findings) -> Iterator[Verdict]:
    for service in dict.fromkeys(name.rpartition("-")[0] for name in found.restarted):
        which = ", ".join(name for name in found.restarted if name.rpartition("-")[0] == service)
        says = f"{service} was restarted, as happens when it runs out of memory."
        yield Verdict(service, "memory-leak", 0.6, says, f"rollback {service}", (f"started anew: {which}",))


def _outside(found: Findings) -> Iterator[Verdict]:
    rests_on = tuple(each for each in found.of("peer_p90", "peer_errors") if each.subject.startswith("bank"))
    if rests_on:
        yield Verdict("bank", "third-party-degraded", 0.7, "The bank is in trouble.", "", rests_on=rests_on)


def _refusals(found: Findings) -> Iterator[Verdict]:
    for each in found.of("refused"):
        says = f"The edge refuses {each.subject}. Its limit is too tight; lift it."
        yield Verdict("edge", "rate-limit-too-tight", 0.6, says, rests_on=(each,))


def _slow(found: Findings) -> Iterator[Verdict]:
    slower = {each.subject: each for each in found.of("p90")}
    for spent in found.now.slow:
        if spent.service in slower:
            fact = (
                f"{100 * spent.share:.0f}% of the slowest requests' time is {spent.service}'s own,"
                f" as in trace {spent.example[:8]}"
            )
            says = f"{spent.service} became slow. Restart it, or roll back its last release."
            restart = f"restart {spent.service}"
            yield Verdict(
                spent.service, "cpu-hot-path", 0.55, says, restart, (fact,), (slower[spent.service],)
            )


def _failing(found: Findings) -> Iterator[Verdict]:
    failing = {each.subject: each for each in found.of("errors")}
    for each in failing.values():
        if failing.keys() & set(found.now.calls.get(each.subject, ())):
            continue  # It fails because somebody whom it asks does.
        says = f"{each.subject} fails. Roll back its last release."
        yield Verdict(
            each.subject, "schema-mismatch", 0.5, says, f"rollback {each.subject}", rests_on=(each,)
        )


def _nothing(found: Findings) -> Iterator[Verdict]:
    for alert in found.now.alerts:
        if not found.deviations and alert.service:
            fact = f"{alert.name} fires: {one_line(alert.summary)}"
            says = f"{alert.name} fires, and nothing else is out of the ordinary. It may be a false alarm."
            yield Verdict(alert.service, "none", 0.5, says, "", (fact,))


SHAPES: tuple[tuple[str, Shape], ...] = (
    ("named", _named),
    ("changed", _changed),
    ("logins", _logins),
    ("cards", _cards),
    ("full", _full),
    ("connections", _connections),
    ("backlog", _backlog),
    ("restarts", _restarts),
    ("outside", _outside),
    ("refusals", _refusals),
    ("slow", _slow),
    ("failing", _failing),
    ("nothing", _nothing),
)
"""Every shape by its name, the first that fits wins; a test holds the table above to it."""


def verdicts(found: Findings) -> list[Verdict]:
    """What every shape that fits takes for the cause, best first, each cause once."""
    causes: dict[tuple[str, str], Verdict] = {}
    for _, shape in SHAPES:
        for verdict in shape(found):
            causes.setdefault((verdict.component, verdict.mechanism), verdict)
    return list(causes.values())
