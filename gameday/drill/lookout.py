"""The lookout: turns what customers get and what fires into events, and holds the oracle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gameday.drill.facts import Facts, Say
from gameday.drill.projection import seconds_of
from gameday.journal import events as ev
from gameday.journal.clock import Clock
from gameday.journal.reader import Recorded
from sandbox.observe.customers import SliSecond, served_well
from sandbox.observe.metrics import Alert
from scenarios.parts import Fraud
from scoring.sli import Requests, SecondSli, baseline_demand
from scoring.slo import Oracle, Slo, Transition

BASELINE_S = 8
"""So many seconds in a row must be within the SLO before anything is broken."""
_BASELINE_REQUESTS = 60


_VERDICTS = (ev.SloViolated, ev.Mitigated, ev.Relapsed)


class Lookout:
    """Sees one drill's customers and alerts."""

    def __init__(self, facts: Facts, say: Say, clock: Clock, fraud: Fraud | None = None) -> None:
        self._facts = facts
        self._say = say
        self._clock = clock
        self._fraud = fraud
        self._slo = Slo(fraud_cap_per_min=fraud.cap_per_min if fraud else None)
        self._seconds: list[SliSecond] = []
        self._known: list[SecondSli] = []
        """What another trainer wrote down."""
        self._known_until = float("-inf")
        self._firing: dict[str, Alert] = {}
        self._oracle: Oracle | None = None
        self._announced = 0
        """So many verdicts to come are in the journal already."""

    @property
    def seen_until(self) -> float:
        """The end of the last second that was seen, UNIX seconds."""
        return float(self._seconds[-1].second + 1) if self._seconds else float("-inf")

    @property
    def steady(self) -> bool:
        """Whether customers have just been served within the SLO, and came in numbers."""
        recent = self._seconds[-BASELINE_S:]
        requests = sum(each.count for second in recent for each in second.customers.values())
        return len(recent) == BASELINE_S and requests >= _BASELINE_REQUESTS and served_well(recent)

    @property
    def mitigated(self) -> bool:
        """Whether a mitigation stands."""
        return self._oracle is not None and self._oracle.mitigated_at is not None

    def expect_trouble(self, onset: float, hold_s: float) -> None:
        """From the onset on (UNIX seconds), the oracle judges; demand before it is the measure."""
        fresh = (self._plain(second) for second in self._seconds if second.second > self._known_until)
        before = [*self._known, *fresh]
        self._oracle = Oracle(onset, self._slo, baseline_demand(before, onset), hold_s)
        self._facts.onset = onset
        for second in before:
            self._judge(second)
        for alert in self._firing.values():
            self._ring(alert)

    def take_up(self, recorded: Sequence[Recorded], hold_s: float) -> None:
        """Go on from another trainer's journal; what it had not announced is announced now.

        The company's own log has its customers' seconds from the first on: those in the journal are not
        told of again, and those of the time in which nobody watched are.
        """
        self._known = list(seconds_of(recorded))
        self._known_until = max((second.second for second in self._known), default=self._known_until)
        self._firing = _still_firing(recorded)
        verdicts = [item for item in recorded if isinstance(item.event, _VERDICTS)]
        self._announced = len(verdicts)
        if self._facts.onset is not None:
            self.expect_trouble(self._facts.onset, hold_s)

    def on_second(self, second: SliSecond) -> None:
        """One more second of the feed."""
        self._seconds.append(second)
        if self._facts.ended or second.second <= self._known_until:
            return
        journeys = {
            name: ev.JourneySli(
                count=served.count,
                good=served.good,
                p50_ms=served.percentile_ms(0.5),
                p95_ms=served.percentile_ms(0.95),
            )
            for name, served in second.customers.items()
        }
        measured = ev.SliMeasured(
            second=second.second,
            journeys=journeys,
            money_lost=round(second.money_lost, 2),
            stolen=round(self._stolen(second), 2),
        )
        self._say(measured, "sandbox")
        self._judge(self._plain(second))

    def _plain(self, second: SliSecond) -> SecondSli:
        journeys = {name: Requests(each.count, each.good) for name, each in second.customers.items()}
        return SecondSli(second.second, journeys, second.money_lost, self._stolen(second))

    def _stolen(self, second: SliSecond) -> float:
        return self._fraud.stolen(second.bot_successes) if self._fraud else 0.0

    def _judge(self, second: SecondSli) -> None:
        drill_second = self._facts.pauses.drill_second(second.second)
        if self._oracle is not None and drill_second is not None:
            for change in self._oracle.feed(replace(second, second=drill_second)):
                self._announce(change)

    def _announce(self, change: Transition) -> None:
        if self._announced:
            self._announced -= 1
            return
        since = self._facts.pauses.world_time(change.since)
        match change.kind:
            case "violated":
                self._say(ev.SloViolated(since=since), "oracle")
            case "mitigated":
                self._say(ev.Mitigated(since=since), "oracle")
                self._say(ev.PhaseChanged(phase="mitigated"), "conductor")
            case "relapsed":
                self._say(ev.Relapsed(since=since), "oracle")
                self._say(ev.PhaseChanged(phase="incident"), "conductor")

    def on_alerts(self, firing: Iterable[Alert]) -> None:
        """What fires now; the first page since the onset rings the pager.

        A busy machine may set off an alert before anything was broken. The company has such alerts; the drill
        waits for its own.
        """
        now = {alert.name: alert for alert in firing}
        for name in now.keys() - self._firing.keys():
            self._fire(now[name])
        for name in self._firing.keys() - now.keys():
            self._say(ev.AlertResolved(name=name), "monitoring")
        self._firing = now

    def _fire(self, alert: Alert) -> None:
        fired = ev.AlertFired(
            name=alert.name, severity=alert.severity, summary=alert.summary, service=alert.service
        )
        self._say(fired, "monitoring")
        self._ring(alert)

    def _ring(self, alert: Alert) -> None:
        facts = self._facts
        if alert.severity == "page" and facts.paged_at is None and facts.onset is not None:
            facts.paged_at = self._clock.wall()
            self._say(ev.Paged(alert=alert.name, summary=alert.summary), "monitoring")


def _still_firing(recorded: Sequence[Recorded]) -> dict[str, Alert]:
    firing: dict[str, Alert] = {}
    for item in recorded:
        match item.event:
            case ev.AlertFired(name=name, severity=severity, service=service, summary=summary):
                firing[name] = Alert(name, "firing", severity, service, summary)
            case ev.AlertResolved(name=name):
                firing.pop(name, None)
    return firing
