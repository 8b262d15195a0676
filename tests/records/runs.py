"""Run folders and rows for the tests of the store."""

from __future__ import annotations

import json
from pathlib import Path

from gameday.drill.projection import project
from gameday.drill.start import write_scorecard
from gameday.journal import Manifest, write_manifest
from gameday.records.run import HintKept, Run, Scores
from scoring.scorecard import score, to_json
from tests.builders import CODENAME, START, DrillBuilder, hint_rejected

DAY_S = 86_400.0
VECTOR = json.loads(to_json(score(project(hint_rejected().recorded()))))
"""The scorecard of a drill, as it lies in its folder."""


def write_run(
    folder: Path, builder: DrillBuilder | None = None, *, scored: bool = True, **changed: object
) -> Path:
    """A run folder as a drill leaves it; its name is the run's."""
    builder = builder or hint_rejected()
    builder.run_id = folder.name
    builder.write(folder)
    manifest = Manifest(
        run=folder.name, codename=CODENAME, pack="cache-loss", variant="memory-cut", mode="advise",
        seed=7, runtime="process", sandbox_id="sandbox-1", created=START, trainer_pid=1, family="cache",
        advisor="pattern", policy="wrong", style="verdict",
    )  # fmt: skip
    write_manifest(folder, manifest.model_copy(update=changed))
    if scored:
        write_scorecard(folder)
    return folder


def past_run(number: int, **changed: object) -> Run:
    """A drill like many others, `number` days after the first."""
    fields: dict[str, object] = {
        "run": f"run-{number}", "digest": f"{number:064x}", "engineer": "ada", "codename": CODENAME,
        "pack": "cache-loss", "variant": "maxmemory", "family": "cache", "mode": "manual",
        "advisor": "scripted", "policy": "natural", "style": "verdict", "runtime": "process", "seed": number,
        "started": START + number * DAY_S, "ended": START + number * DAY_S + 600, "outcome": "resolved",
        "limit_s": 1200.0, "par_s": 300.0, "spoiled": False, "scores": scores(200.0 + number),
        "hints": (hint(),),
    }  # fmt: skip
    return Run(**{**fields, **changed})  # type: ignore[arg-type]


def scores(time_to_mitigate_s: float = 200.0, *, mitigated: bool = True) -> Scores:
    return Scores(
        schema=1, time_to_acknowledge_s=30.0, time_to_hypothesis_s=None,
        time_to_mitigate_s=time_to_mitigate_s, mitigated=mitigated,
        diagnosis=0.7, correct=True, confidence=0.8, customer_minutes_lost=12.5,
        money_lost=321.0, response_skill=None, harmful=0, stabilised_first=True, beliefs=2, brier=0.1,
        overconfidence=-0.2, rair_k=0, rair_n=1, rsr_k=1, rsr_n=1, commission_k=0, commission_n=1,
        no_fault=None, stood_down_s=None,
        stated={"truth": {}, "answer": None, "beliefs": [], "hints": []},
        vector=VECTOR,
    )  # fmt: skip


def hint() -> HintKept:
    return HintKept(
        number=1, source="scripted", kind="diagnosis", at_s=45.0, confidence=0.9, right=False,
        fate="rejected", followed=False, right_before=True, right_after=True,
    )  # fmt: skip
