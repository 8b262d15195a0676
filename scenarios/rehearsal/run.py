"""Rehearses one variant on one runtime and keeps what was seen."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from sandbox.runtime import registry
from scenarios.model import Pack
from scenarios.rehearsal.company import Company
from scenarios.rehearsal.course import Course, Tell
from scenarios.rehearsal.ground import Ground
from scenarios.rehearsal.record import RECORD_FILE, Machine, Rehearsal, digest_of


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
    course = Course(ground, pack.scenario.of(variant), tell)
    course.run()
    return Rehearsal(
        pack=pack.scenario.id,
        variant=variant,
        runtime=ground.runtime,
        machine=this_machine(),
        digest=digest_of(pack.folder),
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


def this_machine() -> Machine:
    """What it is like, without its name."""
    return Machine(
        system=platform.system(),
        architecture=platform.machine(),
        cpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
    )


def record_path(data: Path, rehearsal: Rehearsal) -> Path:
    """Where the record of a rehearsal lies in the data folder."""
    return data / "rehearsals" / rehearsal.pack / rehearsal.variant / f"{rehearsal.runtime}.json"


def committed_path(pack: Pack) -> Path:
    """Where the scale that comes with a pack lies."""
    return pack.folder / RECORD_FILE
