"""A moment of one real drill, recorded once, for pictures of the room's tabs as they really look.

    python -m tests.tui.recording

plays `cache-loss/maxmemory` with a company as plain processes until an advisor has spoken and somebody has
acted on it without success, writes down what the room heard and what its looks were answered, and leaves. It
takes about two minutes and rewrites `recorded/cache-loss.json`; then the snapshots are to be made anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gameday.drill.commands import Acknowledge, Begin, Believe, Command, Note, Operate, Shell
from gameday.drill.conductor import Conductor
from gameday.drill.session import Signal, SignalSample
from gameday.drill.start import Wish, open_drill, rules_for
from gameday.drill.views import Changed, Plotted
from gameday.journal.events import (
    KINDS,
    AssistantsSeen,
    BriefingGiven,
    Entry,
    Event,
    HintShown,
    Paged,
    PhaseChanged,
)
from gameday.tui.fake import FakeSession
from gameday.tui.history import WINDOW_S
from sandbox.observe.metrics import Series
from sandbox.observe.topology import Edge, Node, Topology
from sandbox.observe.traces import Span, Trace
from sandbox.runtime.base import LogLine
from sandbox.runtime.choose import open_runtime
from sandbox.runtime.registry import new_id

FILE = Path(__file__).with_name("recorded") / "cache-loss.json"
PROMQL = "sum by (job) (rate(http_requests_total[10s]))"
"""The expression whose answer was recorded."""
_COMPANY_DIR = "/srv/company"
"""Stands in the recording for the folder that the company had."""
_LINES, _TRACES, _COMMITS, _DIFFS = 160, 14, 24, 3


# Playing it


def play(session: FakeSession) -> None:
    """Let all that was recorded happen, and give the views what they answered."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    start = kept["start"]
    for at, actor, kind, data in kept["events"]:
        session.emit(KINDS[kind].model_validate(data), at=at, actor=actor)
    names = [tuple(each) for each in kept["signals"]["of"]]
    for at, *values in kept["signals"]["samples"]:
        session.emit_signals(
            [Signal(name[0], name[1], name[2], value) for name, value in zip(names, values, strict=True)],
            at=at,
        )
    session.wall = start + kept["until"]
    session.emit_logs(*(LogLine(*each) for each in kept["logs"]))
    views = session.views
    found = kept["topology"]
    views.map = Topology(
        tuple(Node(**each) for each in found["nodes"]), tuple(Edge(**each) for each in found["edges"])
    )
    views.seen_traces = tuple(
        Trace(each["trace_id"], tuple(Span(**span) for span in each["spans"])) for each in kept["traces"]
    )
    views.commits = tuple(
        Changed(**{**each, "files": tuple(each["files"]), "rollouts": tuple(each["rollouts"])})
        for each in kept["commits"]
    )
    views.diffs = kept["diffs"]
    plotted = kept["plotted"]
    series = tuple(Series(each["labels"], tuple(each["values"])) for each in plotted["series"])
    views.plots = {PROMQL: Plotted(PROMQL, plotted["begin"], plotted["end"], series)}


def started_at() -> float:
    """UNIX seconds at which the recorded drill began."""
    return float(json.loads(FILE.read_text(encoding="utf-8"))["start"])


# Recording it


class _Witness:
    """Keeps what a front end hears."""

    def __init__(self) -> None:
        self.events: list[tuple[Entry, Event]] = []
        self.lines: list[LogLine] = []
        self.samples: list[SignalSample] = []

    def on_event(self, entry: Entry, event: Event) -> None:
        self.events.append((entry, event))

    def on_logs(self, lines: Sequence[LogLine]) -> None:
        self.lines = [*self.lines, *lines][-_LINES:]

    def on_signals(self, sample: SignalSample) -> None:
        self.samples = [*self.samples, sample][-WINDOW_S:]

    def heard(self, kind: type[Event], holds: Callable[[Any], bool] = lambda _: True) -> bool:
        return any(isinstance(event, kind) and holds(event) for _, event in self.events)


async def _drill(session: Conductor) -> dict[str, Any]:
    witness = _Witness()
    session.listen(witness)
    played = asyncio.create_task(session.run())

    async def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 180
        while not condition():
            if played.done() or time.monotonic() > deadline:
                raise SystemExit("what is to be recorded did not come")
            await asyncio.sleep(0.2)

    async def send(*commands: Command) -> None:
        for command in commands:
            await session.send(command)

    try:
        await until(lambda: witness.heard(BriefingGiven))
        await send(Begin())
        await until(lambda: witness.heard(PhaseChanged, lambda event: event.phase == "armed"))
        await until(lambda: witness.heard(Paged))
        await send(Acknowledge(), Operate("status"), Operate("top"))
        await send(Shell("redis-cli -h cache info memory | grep -E 'used_memory_human|maxmemory_human'"))
        await send(Believe(("vision",), ("capacity-shortfall",), 0.4))
        await until(lambda: witness.heard(HintShown, lambda event: event.hint_kind == "diagnosis"))
        await send(Operate("scale vision 3"), Note("a third replica, since all slots are busy"))
        await asyncio.sleep(20)
        await send(Shell("git log --oneline -4"))
        return await _kept(session, witness)
    finally:
        played.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await played


async def _kept(session: Conductor, witness: _Witness) -> dict[str, Any]:
    start = witness.events[0][0].wall
    events = [(entry, event) for entry, event in witness.events if not isinstance(event, AssistantsSeen)]
    views = session.views
    commits = await views.changes(_COMMITS)
    plotted = await views.metrics(PROMQL, 300.0)
    names = [(each.service, each.name, each.unit) for each in witness.samples[-1].signals]
    samples = [
        [round(sample.wall - start, 2), *(_short(each.value) for each in sample.signals)]
        for sample in witness.samples
        if [(each.service, each.name, each.unit) for each in sample.signals] == names
    ]
    traces = [trace for trace in await views.traces(60.0) if len(trace.spans) > 1]
    return {
        "start": start,
        "until": round(time.time() - start, 2),
        "events": [
            [round(entry.wall - start, 3), entry.actor, entry.kind, entry.data] for entry, _ in events
        ],
        "signals": {"of": names, "samples": samples},
        "logs": [[line.service, line.replica, line.wall, line.text] for line in witness.lines],
        "topology": asdict(await views.topology()),
        "traces": [asdict(trace) for trace in traces[-_TRACES:]],
        "commits": [asdict(each) for each in commits],
        "diffs": {each.revision: await views.diff(each.revision) for each in commits[:_DIFFS]},
        "plotted": {
            "begin": plotted.begin,
            "end": plotted.end,
            "series": [
                {"labels": dict(each.labels), "values": [_short(value) for value in each.values]}
                for each in plotted.series
            ],
        },
    }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GAMEDAY_DATA"] = folder
        rules = rules_for(Wish(pack="cache-loss/maxmemory", mode="advise", engineer="ada", seed=11))
        runtime = open_runtime("process", new_id())
        kept = asyncio.run(_drill(open_drill(rules, runtime)))
    text = json.dumps(kept, separators=(",", ":"), ensure_ascii=False).replace('],["', '],\n["')
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text.replace(str(folder), _COMPANY_DIR) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
