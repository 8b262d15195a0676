"""What stands out between two snapshots: tireless, complete, and without an opinion."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from gameday.advisors.signals import SIGNALS, Signal
from gameday.advisors.snapshot import LogGroup, Snapshot

_LEAST = 1e-3
_LOUDER = 3.0
_LEAST_LINES_PER_S = 0.2


@dataclass(frozen=True)
class Deviation:
    """One signal of one part that left its own baseline."""

    signal: Signal
    subject: str
    """What it is of; empty if the signal has one series."""
    before: float
    now: float

    @property
    def weight(self) -> float:
        """How far it went, in doublings of what would be a change at all."""
        return abs(math.log2(max(self.now, self.signal.least) / max(self.before, self.signal.least)))

    @property
    def rose(self) -> bool:
        return self.now > self.before

    @property
    def says(self) -> str:
        """`requests to vision rose from 6.1/s to 18.4/s`."""
        what = f"{self.signal.says} {self.subject}".strip()
        went = "rose" if self.rose else "fell"
        return f"{what} {went} from {_figure(self.before, self.signal)} to {_figure(self.now, self.signal)}"


@dataclass(frozen=True)
class Louder:
    """A kind of error or warning that is written more often than before."""

    group: LogGroup
    before_per_s: float

    @property
    def says(self) -> str:
        was = f"{self.before_per_s:.1f}/s before" if self.before_per_s else "new"
        return f"{self.group.service} writes {self.group.per_s:.1f}/s ({was}): {self.group.pattern}"


def deviations(before: Snapshot, now: Snapshot) -> list[Deviation]:
    """Every signal that deviates from its own baseline, the farthest first."""
    return sorted(_deviations(before, now), key=lambda each: (-each.weight, each.signal.name, each.subject))


def _deviations(before: Snapshot, now: Snapshot) -> Iterator[Deviation]:
    for signal in SIGNALS:
        old, new = before.values.get(signal.name, {}), now.values.get(signal.name, {})
        for subject in sorted(old.keys() | new.keys()):
            if subject not in new and signal.unit in ("%", "ms"):
                continue  # Nothing was asked of it, so there is neither a share nor a time.
            deviation = Deviation(signal, subject, old.get(subject, 0.0), new.get(subject, 0.0))
            if _deviates(deviation):
                yield deviation


def _deviates(deviation: Deviation) -> bool:
    signal = deviation.signal
    wrong_way = signal.worse != "either" and deviation.rose is (signal.worse == "down")
    if wrong_way or abs(deviation.now - deviation.before) < signal.least:
        return False
    low, high = sorted((deviation.before, deviation.now))
    return high >= signal.factor * max(low, _LEAST)


def louder(before: Snapshot, now: Snapshot) -> list[Louder]:
    """Errors and warnings that are written far more often than before, the most frequent first."""
    old = {(group.service, group.pattern): group.per_s for group in before.logs}
    found = [Louder(group, old.get((group.service, group.pattern), 0.0)) for group in now.logs]
    return [
        each for each in found if each.group.per_s >= max(_LEAST_LINES_PER_S, _LOUDER * each.before_per_s)
    ]


def restarted(before: Snapshot, now: Snapshot) -> list[str]:
    """Replicas that were started anew since then, or are gone."""
    return sorted(name for name, started in before.started.items() if now.started.get(name, 0.0) != started)


def _figure(value: float, signal: Signal) -> str:
    if signal.unit == "%":
        return f"{100 * value:.0f}%"
    space = " " if signal.unit in ("ms", "s") else ""
    digits = 0 if signal.unit in ("ms", "") and abs(value) >= 10 else 1
    return f"{value:.{digits}f}{space}{signal.unit}"
