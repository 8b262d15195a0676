"""The AI at the engineer's side: asks the advisor, and shows what mode, policy and style let through.

The advisor sees frozen snapshots and knows nothing else. Here the truth is known, so here a hint is judged
and, where the policy wants the other kind, replaced by the pack's line for it, in the same advisor's name and
at the same moment, so that nothing about a hint tells whether it was meant to be right.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from gameday.advisors.base import Advisor, Moment, in_style
from gameday.advisors.pattern import PatternAdvisor
from gameday.advisors.scripted import ScriptedAdvisor, chosen_lines, spoken
from gameday.advisors.snapshot import Snapshot
from gameday.drill.facts import Facts, Say
from gameday.drill.rules import Rules
from gameday.drill.tasks import to_its_end
from gameday.journal.atomic import write_atomically
from gameday.journal.clock import Clock
from gameday.journal.events import HintShown
from sandbox.errors import SandboxError
from scenarios.parts import Advice, AdviceLines
from scenarios.parts import Truth as HiddenTruth
from scoring.diagnosis import right
from scoring.timeline import Claim, Truth

_LOOKS_EVERY_S = 8.0

Look = Callable[[], Snapshot]
"""Reads the company once; blocks."""


class Aide:
    """One drill's advisor. In `manual` mode and under `silent` there is none, and nothing is looked at."""

    def __init__(
        self, rules: Rules, facts: Facts, say: Say, look: Look, clock: Clock, memory: Path | None = None
    ) -> None:
        """`memory` is a file that keeps the look before anything was wrong, for who takes the drill up."""
        lines = rules.case.advice
        self._facts = facts
        self._say = say
        self._look = look
        self._clock = clock
        self._style = rules.style
        self._recalled = tuple(facts.hints.values())
        self._advisor = None if rules.mode == "manual" else advisor_for(rules, lines)
        self._filter = Filter(rules, lines)
        self._looking: asyncio.Task[Snapshot] | None = None
        self._begun_s = float("-inf")
        self._memory = memory
        self._before: Snapshot | None = None if self._advisor is None else _remembered(memory)
        self._now: Snapshot | None = None
        self._took_s = 0.0

    def look_before(self) -> None:
        """Begin to look at the company while nothing is wrong."""
        if self._advisor is not None and self._advisor.looks and self._before is None:
            self._start_looking()

    def speak(self) -> None:
        """Show what is new since the page; called several times a second."""
        if self._advisor is None or self._facts.paged_at is None:
            return
        self._gather()
        since_s = self._clock.wall() - self._facts.paged_at
        for hint in self._advisor.hints(Moment(since_s, self._before, self._now, self._took_s)):
            for allowed in self._filter.let_through(hint):
                self._show(allowed)

    async def close(self) -> None:
        """Wait for a look that is still going on; the sandbox must not go while somebody reads it."""
        if self._looking is not None:
            await to_its_end(_ended(self._looking))

    def _show(self, hint: HintShown) -> None:
        styled = in_style(hint, self._style)
        if styled is not None and not self._was_shown(styled):
            numbered = styled.model_copy(update={"hint": len(self._facts.hints) + 1})
            self._facts.hints[numbered.hint] = numbered
            self._say(numbered, "advisor")

    def _was_shown(self, hint: HintShown) -> bool:
        """Whether it was shown under another trainer, before this advisor was there."""
        return any(
            (shown.hint_kind, shown.claim) == (hint.hint_kind, hint.claim)
            and (hint.hint_kind == "observation" or shown.says == hint.says)
            for shown in self._recalled
        )

    def _gather(self) -> None:
        """Take up what was seen, and look again when it is time."""
        assert self._advisor is not None
        if not self._advisor.looks:
            return
        if self._looking is not None and self._looking.done():
            self._take_up(self._looking)
            self._looking = None
        if self._looking is None and self._time_s() - self._begun_s >= _LOOKS_EVERY_S:
            self._start_looking()

    def _start_looking(self) -> None:
        self._begun_s = self._time_s()
        self._looking = asyncio.create_task(asyncio.to_thread(self._look))

    def _take_up(self, looked: asyncio.Task[Snapshot]) -> None:
        # The engineer may have broken the metrics: then the advisor is as blind as everybody.
        with contextlib.suppress(SandboxError):
            seen = looked.result()
            self._took_s = round(self._time_s() - self._begun_s, 3)
            if self._facts.onset is None or seen.at < self._facts.onset:
                self._before = seen
                if self._memory is not None:
                    with contextlib.suppress(OSError):
                        write_atomically(self._memory, seen.model_dump_json())
            else:
                self._now = seen

    def _time_s(self) -> float:
        return self._clock.mono_ns() / 1e9


def advisor_for(rules: Rules, lines: AdviceLines) -> Advisor | None:
    """The advisor that the rules name; None if it is to be silent."""
    if rules.policy == "silent":
        return None
    if rules.advisor == "pattern":
        return PatternAdvisor()
    return ScriptedAdvisor(chosen_lines(lines, rules.policy))


class Filter:
    """What a policy lets through of the hints of an advisor that thinks for itself."""

    def __init__(self, rules: Rules, lines: AdviceLines) -> None:
        thinks = rules.advisor == "pattern"
        self._wanted = {"right": True, "wrong": False}.get(rules.policy) if thinks else None
        self._truth = _known(rules.case.truth)
        instead = lines.right if self._wanted else lines.wrong
        self._instead: list[Advice] = sorted(instead, key=lambda line: line.after)

    def let_through(self, hint: HintShown) -> list[HintShown]:
        """The hint, or what is said instead of it; facts pass under every policy."""
        if self._wanted is None or hint.claim is None:
            return [hint]
        claim = Claim(frozenset(hint.claim.components), frozenset(hint.claim.mechanisms))
        if right(claim, self._truth) is self._wanted:
            return [hint]
        if not self._instead:
            return []
        line = spoken(self._instead.pop(0), "pattern")
        return [line.model_copy(update={"took_s": hint.took_s})]


def _known(truth: HiddenTruth) -> Truth:
    claim = Claim(frozenset(truth.components), frozenset(truth.mechanisms))
    return Truth(claim, truth.trigger, frozenset(truth.contributing))


def _remembered(memory: Path | None) -> Snapshot | None:
    try:
        return None if memory is None else Snapshot.model_validate_json(memory.read_bytes())
    except (OSError, ValueError):
        return None  # Then it begins anew, and in an incident has nothing to compare with.


async def _ended(task: asyncio.Task[Snapshot]) -> None:
    await asyncio.wait({task})
    with contextlib.suppress(SandboxError):
        task.result()
