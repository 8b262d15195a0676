"""Rehearses one variant on one runtime and keeps what was seen."""

from __future__ import annotations

import time
from collections.abc import Callable

from sandbox.runtime import registry
from scenarios.model import Pack
from scenarios.rehearsal.company import Company
from scenarios.rehearsal.course import Course
from scenarios.rehearsal.ground import Ground
from scenarios.rehearsal.keeping import this_machine
from scenarios.rehearsal.record import Rehearsal, digest_of
from scenarios.rehearsal.stage import Tell


def rehearse(pack: Pack, variant: str, kind: registry.Kind, tell: Tell) -> Rehearsal:
    """On a fresh real company.

    Raises:
        SandboxError: it did not come up, or broke in a way that no point is about.
    """
    company = Company(kind, pack, pack.scenario.of(variant))
    try:
        return rehearse_on(company, pack, variant, tell)
    finally:
        company.close()


def rehearse_on(
    ground: Ground, pack: Pack, variant: str, tell: Tell, clock: Callable[[], float] = time.time
) -> Rehearsal:
    """On a given company."""
    began = clock()
    digest = digest_of(pack, variant)
    course = Course(ground, pack.scenario.of(variant), tell)
    course.run()
    return Rehearsal(
        pack=pack.scenario.id,
        variant=variant,
        runtime=ground.runtime,
        machine=this_machine(),
        digest=digest,
        began=round(began, 3),
        took_s=round(clock() - began, 1),
        points=tuple(course.points),
        onset_to_violation_s=course.onset_to_violation_s,
        onset_to_page_s=course.onset_to_page_s,
        worst_sli=course.worst_sli,
        doing_nothing=course.doing_nothing,
        best_fix=course.best_fix,
        fixes=tuple(course.fixes),
    )
