"""A company that is played from a script, with a clock of its own: nothing sleeps, nothing is started."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.faults.client import Unsteady
from scenarios.rehearsal.ground import Cheat, Done
from scoring.sli import Requests, SecondSli

_DEMAND = {"browse": 12, "upload": 8, "buy": 3}
_PAGE_AFTER_S = 8.0
HEALTHY = 0.99
BROKEN = 0.3


@dataclass
class Scripted:
    """Customers are served well unless the fault is there and nothing that helps was done."""

    helps: frozenset[str] = frozenset({"restore", "shed"})
    """Lines that end the incident."""
    helps_after_s: float = 0.0
    """How long after such a line."""
    bites: bool = True
    rollout_s: float = 0.0
    """How long the action goes on after customers feel it."""
    heals_after_s: float | None = None
    signal_moves: bool = True
    traces: tuple[str, ...] = ()
    residue: tuple[str, ...] = ()
    noisy: bool = False
    shaky: tuple[float, float] = (0.0, 0.0)
    """Seconds after the beginning between which customers are let down although nothing was done."""
    refused: frozenset[str] = frozenset()
    fooled_by: frozenset[str] = frozenset()
    """Cheats after which the figures look well, as a careless measurement would have it."""
    cured_by: frozenset[str] = frozenset()
    """What ends the incident once it is taken back, as with one that only keeps itself going."""
    cured_after_s: float = 0.0
    """How long after that."""
    false_page: bool = False
    """A page rings for as long as the fault is there, however customers are."""
    silenced_by: frozenset[str] = frozenset()
    """Lines after which that page rings no more."""
    harms: frozenset[str] = frozenset()
    """Lines after which customers are let down for a while, or until it is undone."""
    harm_s: float = 15.0
    lasting: frozenset[str] = frozenset()
    """Lines that committed nothing, so that taking a fix back does not undo them."""
    step_s: float = 0.0
    """How long a line takes; customers happen to be served from its beginning on."""
    stuck: bool = False
    """Taking the fault back fails."""
    restless: frozenset[int] = frozenset()
    """Which injections, from 1 on, find customers let down again."""
    injections: int = 0
    ups: int = 0
    runtime: str = "scripted"
    clock: float = 1_750_000_000.0
    onset: float | None = None
    cured_at: float | None = None
    done: dict[str, float] = field(default_factory=dict)
    """Line → when it was done."""
    cheats: set[str] = field(default_factory=set)
    line: list[SecondSli] = field(default_factory=list)
    rung: list[float] = field(default_factory=list)
    rings: list[tuple[float, str]] = field(default_factory=list)
    """Each second in which a page rang, and which."""

    def __post_init__(self) -> None:
        self._dice = random.Random(1)

    def now(self) -> float:
        return self.clock

    def wait(self, seconds: float) -> None:
        end = self.clock + seconds
        while int(self.clock) < int(end):
            self._second(int(self.clock))
            self.clock = float(int(self.clock) + 1)
        self.clock = end

    def _ill(self, at: float) -> bool:
        if self.shaky[0] <= at - 1_750_000_000.0 < self.shaky[1]:
            return True
        if any(line in self.done and at < self.done[line] + self.harm_s for line in self.harms):
            return True
        if self.onset is None or not self.bites:
            return False
        if self.cured_at is not None and at >= self.cured_at:
            return False
        if any(at >= self.done[line] + self.helps_after_s for line in self.helps & self.done.keys()):
            return False
        return self.heals_after_s is None or at < self.onset + self.heals_after_s

    def _second(self, at: int) -> None:
        ill = self._ill(at)
        share = BROKEN if ill else HEALTHY
        if self.cheats & self.fooled_by:
            share = HEALTHY
        elif self.cheats & {"stop-everything", "block-everybody"}:
            share = 0.0
        elif "stop-the-customers" in self.cheats:
            return
        journeys = {
            name: Requests(count, sum(self._dice.random() < share for _ in range(count)))
            for name, count in _DEMAND.items()
        }
        self.line.append(SecondSli(at, journeys, money_lost=sum(c - g for c, g in journeys.values())))
        started = self.onset is not None and at >= self.onset + _PAGE_AFTER_S
        false = self.false_page and not self.silenced_by & self.done.keys()
        if started and (ill or false):
            self.rings += [(float(at), name) for name, rings in (("Thin", ill), ("False", false)) if rings]
            if not any(rang >= (self.onset or 0) for rang in self.rung):
                self.rung.append(float(at))

    def up(self) -> None:
        self.ups += 1
        self.onset = None
        self.done.clear()

    def inject(self) -> float:
        self.injections += 1
        if self.injections in self.restless:
            raise Unsteady("the experiment's steady state did not hold before the fault")
        self.onset, self.cured_at = self.clock, None
        self.done.clear()
        self.wait(self.rollout_s)
        return self.clock

    def take_back(self) -> Sequence[str]:
        if self.stuck:
            return ["the cache's maxmemory is 2097152: it is still there"]
        self.onset = None
        return []

    def restore(self) -> None:
        self.done.clear()

    def undo_fix(self) -> None:
        if self.cured_by & self.done.keys():
            self.cured_at = self.clock + self.cured_after_s
        self.done = {line: at for line, at in self.done.items() if line in self.lasting}

    def operate(self, line: str) -> Done:
        if line in self.refused:
            return Done(1, "the company's rules forbid it")
        self.done[line] = self.clock
        self.wait(self.step_s)
        return Done(0, "ok")

    def seconds(self) -> Sequence[SecondSli]:
        return tuple(self.line)

    def pages(self) -> Sequence[float]:
        return tuple(self.rung)

    def ringing(self, since: float) -> Sequence[str]:
        return tuple(dict.fromkeys(name for at, name in self.rings if at >= since))

    def errors_logged(self, since: float) -> Sequence[str]:
        return ["cache: error out of memory"] if self.noisy else []

    def metric(self, promql: str, at: float) -> float | None:
        broken = self.onset is not None and at > self.onset
        return 0.1 if broken and self.signal_moves else 0.9

    def cheat(self, how: Cheat, *, on: bool) -> str:
        if how in self.cured_by and not on:
            self.cured_at = self.clock + self.cured_after_s
        (self.cheats.add if on else self.cheats.discard)(how)
        return ""

    def leaks(self) -> Sequence[str]:
        return self.traces

    def down(self) -> Sequence[str]:
        return self.residue
