"""Which families of incidents hurt, by hand: families are compared with one another, people are not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scoring.comparison.reps import Rep
from scoring.comparison.trust import Rate
from scoring.reliance import Proportion
from scoring.stats.survival import Duration, kaplan_meier, median


@dataclass(frozen=True)
class FamilyLine:
    """One family, over sound drills without the AI, each variant met for the first time."""

    family: str
    drills: int
    handled: Rate
    """Mitigated in time, and the cause was named."""
    mitigated: Rate
    named: Rate
    median_s: float | None
    """Kaplan-Meier median of the time to mitigate; None where more than half ran out."""
    diagnosis: float
    """Mean D."""


@dataclass(frozen=True)
class FamiliesPage:
    """Families, the one that hurts most first."""

    lines: tuple[FamilyLine, ...]
    drills: int
    stood_down: Rate
    """Of drills in which nothing was wrong: ended with that finding."""
    sealed: int
    """Drills without the AI that don't count yet."""


def families_page(reps: Iterable[Rep], sealed: int = 0) -> FamiliesPage:
    """The families of drills without the AI; void, spoiled and repeated ones are left out.

    In order of the share handled, lowest first: by what is known, whose intervals stand beside it.

    Args:
        sealed: how many drills without the AI aren't among them, because their pairs are not complete.
    """
    held: dict[str, list[Rep]] = {}
    quiet = rightly = 0
    for rep in reps:
        if rep.ai or rep.void or rep.spoiled or rep.repeated or rep.simulated:
            continue
        if rep.no_fault:
            quiet += 1
            rightly += rep.stood_down
        else:
            held.setdefault(rep.family, []).append(rep)
    lines = sorted(
        (_line(family, own) for family, own in held.items()),
        key=lambda line: (line.handled.value or 0.0, line.family),
    )
    counted = sum(line.drills for line in lines)
    return FamiliesPage(tuple(lines), counted, Rate.of(Proportion(rightly, quiet)), sealed)


def _line(family: str, reps: list[Rep]) -> FamilyLine:
    count = len(reps)
    times = [Duration(rep.time_to_mitigate_s, rep.mitigated) for rep in reps]
    return FamilyLine(
        family=family,
        drills=count,
        handled=Rate.of(Proportion(sum(rep.mitigated and rep.correct for rep in reps), count)),
        mitigated=Rate.of(Proportion(sum(rep.mitigated for rep in reps), count)),
        named=Rate.of(Proportion(sum(rep.correct for rep in reps), count)),
        median_s=median(kaplan_meier(times)),
        diagnosis=sum(rep.diagnosis for rep in reps) / count,
    )
