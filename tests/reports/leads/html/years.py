"""Years of simulated drills in a store, from the model of `scoring.simulation`; marked as simulated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gameday.journal.manifest import Assignment
from gameday.records.database import Database
from gameday.records.graded import Graded, to_lines, to_words
from gameday.records.run import Run, Scores
from gameday.records.store import Records
from scoring.comparison import Rep
from scoring.simulation import Model, Study, simulate
from tests.records.runs import past_run, scores

PEOPLE = ("Ada", "Bram", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hugo")
FAMILIES = ("abuse", "cache", "capacity", "configuration", "database", "overload")


def fill(database: Database, years: int = 1, model: Model | None = None, study: Study | None = None) -> int:
    """So many years of a team; how many drills."""
    return Records(database).add_many(runs(years, model or Model(ai_ratio=0.8), study or Study()))


def runs(years: int, model: Model, study: Study) -> Iterator[Run]:
    """The drills, each year's people and blocks with names of their own after the first."""
    for year in range(years):
        for number, rep in enumerate(simulate(model, year, study)):
            yield _run(year, number, rep)


def _run(year: int, number: int, rep: Rep) -> Run:
    person = int(rep.engineer.rpartition("-")[2]) - 1
    family = int(rep.family.rpartition("-")[2]) - 1
    name = PEOPLE[person] if person < len(PEOPLE) else f"Engineer {person}"
    kind = FAMILIES[family] if family < len(FAMILIES) else rep.family
    ended = rep.ended.timestamp()
    return past_run(
        number,
        run=f"simulated-{year}-{number:06d}",
        digest=f"{year:032x}{number:032x}",
        engineer=name if year == 0 else f"{name} {year + 1}",
        pack=rep.variant.partition("/")[0],
        variant=rep.variant.partition("/")[2],
        family=kind,
        mode="advise" if rep.ai else "manual",
        policy=rep.policy or "natural",
        started=ended - rep.time_to_mitigate_s,
        ended=ended,
        limit_s=rep.limit_s,
        par_s=300.0,
        simulated=True,
        assignment=Assignment(
            block=f"{year}-{rep.block}", order=1 if rep.order == 1 else 2,
            mode="advise" if rep.ai else "manual", policy=rep.policy,
        ),
        scores=_scores(rep),
        hints=(),
    )  # fmt: skip


def _scores(rep: Rep) -> Scores:
    trace, table, latency = rep.trace, rep.trace.table, rep.trace.latency
    return replace(
        scores(rep.time_to_mitigate_s, mitigated=rep.mitigated),
        diagnosis=rep.diagnosis, correct=rep.correct, felt_s=rep.felt_s, real_s=rep.real_s,
        rair_k=trace.rair.k, rair_n=trace.rair.n, rsr_k=trace.rsr.k, rsr_n=trace.rsr.n,
        commission_k=trace.commission.k, commission_n=trace.commission.n,
        vector={}, stated={},
        graded=Graded(
            answer_components=to_lines(rep.answer_components),
            wrong_components=to_lines(trace.wrong_components), confidences=to_words(rep.beliefs),
            missed_k=rep.unnamed_missed.k, missed_n=rep.unnamed_missed.n,
            right_taken=table.right_taken, right_left=table.right_left,
            wrong_taken=table.wrong_taken, wrong_left=table.wrong_left,
            waiting_s=latency.waiting_s if latency else None,
            reading_s=latency.reading_s if latency else None,
            astray_s=latency.astray_s if latency else None,
        ),
    )  # fmt: skip
