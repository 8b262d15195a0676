"""Runs one experiment in a process of its own, whose main thread belongs to Chaos Toolkit.

Chaos Toolkit installs signal handlers, so it must own a main thread, and the trainer's is taken. The
worker writes one JSON object a line on standard output and reads standard input. The first line there
says what to play (not the command line, which anybody on the machine could read):

    {"experiment": "…/experiment.yaml", "configuration": {"maxmemory": "2mb"}, "journal": "…/journal.json",
     "grace_s": 600}

When standard input says `release`, the experiment's `hold` ends and its rollbacks run. If it closes without
that, the trainer was killed: the fault then goes on for the grace time, or as long as another trainer has
taken the sandbox over, who ends it with SIGTERM. Rollbacks run whatever happens; and what they leave, for
whatever reason, is taken back at the end.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from chaoslib.exceptions import ChaosException
from chaoslib.experiment import ensure_experiment_is_valid, run_experiment
from chaoslib.loader import load_experiment
from chaoslib.run import RunEventHandler
from chaoslib.types import Strategy

from sandbox.errors import SandboxError
from sandbox.faults import driver, record
from sandbox.runtime import registry

ONSET = "onset"
"""Key of the experiment's configuration that names the activity which is the onset, if not the first."""

_LOOKS_EVERY_S = 0.5

_out = sys.stdout


def say(event: str, **fields: object) -> None:
    """One line for the parent."""
    # A trainer that was killed hears nothing any more; that must not keep anything from being taken back.
    with contextlib.suppress(BrokenPipeError):
        _out.write(json.dumps({"event": event, "wall": time.time(), **fields}) + "\n")
        _out.flush()


class Reporter(RunEventHandler):  # type: ignore[misc]
    """Tells the parent about each activity as it begins and ends."""

    def started(self, experiment: Any, journal: Any) -> None:
        say("started")

    def hypothesis_before_completed(self, experiment: Any, state: Any, journal: Any) -> None:
        say("steady_state_checked", met=bool((state or {}).get("steady_state_met")))

    def start_method(self, experiment: Any) -> None:
        say("method_started")

    def start_activity(self, activity: Any) -> None:
        say("activity_started", name=activity["name"])

    def activity_completed(self, activity: Any, run: Any) -> None:
        say(
            "activity_ended",
            name=activity["name"],
            status=run.get("status"),
            error=_last_line(run.get("exception")),
        )

    def start_rollbacks(self, experiment: Any) -> None:
        say("rollbacks_started")

    def rollbacks_completed(self, experiment: Any, journal: Any) -> None:
        bad = [
            run["activity"]["name"] for run in journal.get("rollbacks", []) if run["status"] != "succeeded"
        ]
        say("rollbacks_ended", failed=bad)


def _last_line(trace: Any) -> str:
    lines = trace if isinstance(trace, list) else str(trace or "").splitlines()
    return str(lines[-1]).strip() if lines else ""


def _follow_parent(grace_s: float) -> None:
    if not any(line.strip() == "release" for line in sys.stdin):
        _outlive_trainer(os.environ["GAMEDAY_SANDBOX"], grace_s)
    driver.released.set()


def _outlive_trainer(sandbox_id: str, grace_s: float) -> None:
    """Wait while somebody has the sandbox, and for so long after nobody has."""
    alone_since = time.monotonic()
    while time.monotonic() - alone_since < grace_s:
        try:
            if registry.load(sandbox_id).trainer_alive():
                alone_since = time.monotonic()
        except SandboxError:
            return  # It was removed, and the fault with it.
        time.sleep(_LOOKS_EVERY_S)


def main() -> int:
    task = json.loads(sys.stdin.readline())
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    with contextlib.suppress(SandboxError, KeyError):
        registry.note_worker(os.environ["GAMEDAY_SANDBOX"])
    grace_s = float(task.get("grace_s", 0.0))
    threading.Thread(target=_follow_parent, args=(grace_s,), daemon=True).start()
    try:
        experiment = load_experiment(task["experiment"])
        experiment.setdefault("configuration", {}).update(task["configuration"])
        ensure_experiment_is_valid(experiment)
    except ChaosException as error:
        say("refused", error=" ".join(str(error).split()))
        return 2
    experiment.setdefault("runtime", {}).setdefault("rollbacks", {})["strategy"] = "always"
    say("accepted", onset=onset_of(experiment))
    try:
        journal = run_experiment(
            experiment, settings={}, strategy=Strategy.BEFORE_METHOD, event_handlers=[Reporter()]
        )
        Path(task["journal"]).write_text(json.dumps(journal, default=str, indent=1), encoding="utf-8")
    finally:
        _leave_nothing()
    say("ended", status=journal["status"], deviated=journal["deviated"])
    return 0


def onset_of(experiment: Any) -> str:
    """Name of the activity with whose end the incident begins: the first action, or what is configured."""
    actions = [each["name"] for each in experiment["method"] if each.get("type") == "action"]
    configured = (experiment.get("configuration") or {}).get(ONSET)
    return str(configured or (actions[0] if actions else ""))


def _leave_nothing() -> None:
    """Whatever the rollbacks did not reach, as when one of them was interrupted."""
    # From here on nobody interrupts: who wants to stop the worker now has to kill it.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    driver.released.set()
    try:
        left = [str(each) for each in record.take_back(driver.the_sandbox())]
    except (SandboxError, ChaosException) as error:
        left = [str(error)]
    say("taken_back", left=left)


if __name__ == "__main__":
    sys.exit(main())
