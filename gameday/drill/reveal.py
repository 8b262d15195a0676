"""The truth of a drill, with this drill's own values of the signals that would have told it apart."""

from __future__ import annotations

from gameday.drill.facts import Facts
from gameday.drill.people import owners_of
from gameday.drill.rules import Rules
from gameday.drill.scale import scale_of
from gameday.journal import events as ev
from gameday.journal.clock import Clock
from sandbox.errors import SandboxError
from sandbox.observe.metrics import Metrics
from sandbox.stack.model import Stack

_TELLING_S = 5.0
"""So long after the page the signals are read: the trouble is there, and nobody has done much yet."""
_UNPAGED_S = 20.0


def reveal(
    rules: Rules, facts: Facts, metrics: Metrics | None, clock: Clock, stack: Stack, runtime: str
) -> ev.TruthRevealed:
    """Read the signals from the company's own metrics, if it is still there, and tell the truth. Blocks."""
    assert facts.onset is not None
    scenario, truth = rules.case, rules.case.truth
    during = facts.paged_at if facts.paged_at is not None else facts.onset + _UNPAGED_S
    telling = min(during + _TELLING_S, clock.wall())

    def value(promql: str, at: float) -> float | None:
        try:
            return None if metrics is None else metrics.value(promql, at)
        except SandboxError:
            return None  # The engineer may have broken the metrics; the report says "not read".

    signals = tuple(
        ev.Discriminator(
            say=each.say,
            promql=each.promql,
            before=each.before,
            after=each.after,
            observed_before=value(each.promql, facts.onset - 1.0),
            observed_after=value(each.promql, telling),
        )
        for each in truth.discriminators
    )
    return ev.TruthRevealed(
        pack=scenario.id,
        variant=rules.variant.id,
        title=scenario.title,
        components=truth.components,
        mechanisms=truth.mechanisms,
        trigger=truth.trigger,
        contributing=truth.contributing,
        chain=truth.chain,
        discriminators=signals,
        harmful=tuple(step for fix in scenario.fixes.harmful for step in fix.steps),
        par_s=scenario.par.mitigate_s,
        fraud_cap_per_min=scenario.fraud.cap_per_min if scenario.fraud else None,
        owners=owners_of(truth, scenario.cast, stack),
        rehearsed=scale_of(rules.pack, rules.variant.id, runtime),
        references=tuple(f"{each.title}: {each.url}" for each in scenario.references),
    )
