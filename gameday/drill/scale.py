"""The scale that a response is measured by: what the variant's rehearsal lost, if there was one."""

from __future__ import annotations

from gameday.journal.events import Rehearsed
from gameday.journal.home import data_home
from scenarios.model import Pack
from scenarios.rehearsal.keeping import known, this_machine
from scenarios.rehearsal.record import Losses, Rehearsal


def scale_of(pack: Pack, variant: str, runtime: str) -> Rehearsed | None:
    """What the rehearsal of this variant on this runtime lost; None without one.

    Where bots get away with money, money is the measure: letting them in costs customers nothing.
    """
    record = known(pack, variant, runtime, data_home())
    if record is None or record.doing_nothing is None or record.best_fix is None:
        return None
    money = pack.scenario.of(variant).fraud is not None

    def lost(losses: Losses) -> float:
        return losses.money if money else losses.customer_minutes

    return Rehearsed(
        unit="money" if money else "customer-minutes",
        doing_nothing=lost(record.doing_nothing),
        expert=lost(record.best_fix),
        limit_s=record.doing_nothing.over_s,
        elsewhere=_elsewhere(record),
    )


def _elsewhere(record: Rehearsal) -> str:
    there = record.machine
    if there.is_like(this_machine()):
        return ""
    return f"{there.system} {there.architecture} with {there.cpus} cores and {there.memory_gib:g} GiB"
