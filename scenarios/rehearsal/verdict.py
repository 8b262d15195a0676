"""One incident under the drill's own oracle, and what it cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scenarios.parts import Fraud
from scenarios.rehearsal.ground import Ground
from scenarios.rehearsal.record import Losses
from scoring.losses import customer_minutes_lost, fraud_lost, money_lost
from scoring.sli import FEED_LAG_S, Baseline, Tally, covered_until, window
from scoring.slo import Oracle, Slo, violated_since

_LOOK_EVERY_S = 0.5
_WORST_OVER_S = 10


class Incident:
    """What the oracle says from an onset on, as the drill would say it."""

    def __init__(
        self, ground: Ground, onset: float, baseline: Baseline, hold_s: float, fraud: Fraud | None
    ) -> None:
        self.onset = onset
        self.hold_s = hold_s
        self._ground = ground
        self._baseline = baseline
        self._slo = Slo(fraud_cap_per_min=fraud.cap_per_min if fraud else None)
        self._oracle = Oracle(onset, self._slo, baseline, hold_s)
        self._seen = 0

    def _follow(self) -> None:
        seconds = self._ground.seconds()
        for second in seconds[self._seen :]:
            self._oracle.feed(second)
        self._seen = len(seconds)
        self._oracle.silent_until(int(self._ground.now()) - FEED_LAG_S)

    @property
    def mitigated_at(self) -> float | None:
        """Start of the mitigation that stands: customers are served, and bots don't get away with it."""
        self._follow()
        return self._oracle.mitigated_at

    def is_lost(self, since: float) -> bool:
        """Whether no mitigation can begin by this time any more: each second up to it has been broken."""
        self._follow()
        may_hold = self._oracle.may_hold_since
        return may_hold is not None and may_hold > since

    @property
    def violated_at(self) -> float | None:
        return self.violated_since(self.onset)

    def violated_since(self, since: float) -> float | None:
        """The first second from a time on, such as the onset, from which customers were let down."""
        return violated_since(self._ground.seconds(), since, self._slo, self._baseline)

    def paged_at(self) -> float | None:
        return next((at for at in self._ground.pages() if at >= self.onset), None)

    def until(self, condition: Callable[[], object], deadline: float) -> bool:
        """Look again and again until it holds, or until a time; whether it held."""
        while not condition():
            if self._ground.now() >= deadline:
                return False
            self._ground.wait(_LOOK_EVERY_S)
        return True

    def losses(self, since: float, until: float) -> Losses:
        """What it cost in these seconds; the last ones are left out if their lines have yet to come."""
        series = self._ground.seconds()
        end = min(int(until), covered_until(series, self._ground.now()))
        minutes = customer_minutes_lost(series, since, end, self._baseline)
        lost = money_lost(series, since, end) + fraud_lost(series, since, end)
        return Losses(
            over_s=round(until - since, 1), customer_minutes=round(minutes, 4), money=round(lost, 2)
        )

    def worst(self, since: float | None = None) -> float | None:
        """Smallest share of good requests of any journey over ten seconds, since the onset or a time."""
        by_second = {each.second: each for each in self._ground.seconds()}
        shares: list[float] = []
        for start in range(
            int(self.onset if since is None else since), max(by_second, default=0) - _WORST_OVER_S + 1
        ):
            tally = Tally(self._baseline, window(by_second, start, _WORST_OVER_S))
            shares += [tally.good[name] / count for name, count in tally.count.items() if count]
        return round(min(shares), 4) if shares else None


def carried_on(lost: Losses, recent: Losses, limit_s: float) -> Losses:
    """A loss up to a limit, if it goes on as it went lately."""
    more = max(0.0, limit_s - lost.over_s) / recent.over_s if recent.over_s else 0.0
    return Losses(
        over_s=limit_s,
        customer_minutes=round(lost.customer_minutes + more * recent.customer_minutes, 4),
        money=round(lost.money + more * recent.money, 2),
    )


def together(parts: Sequence[Losses]) -> Losses:
    """The sum of several stretches."""
    return Losses(
        over_s=round(sum(each.over_s for each in parts), 1),
        customer_minutes=round(sum(each.customer_minutes for each in parts), 4),
        money=round(sum(each.money for each in parts), 2),
    )
