"""A whole drill without any ground: the company is the fake, the fault and the repository are stood in for.

What customers get and what fires is said by the test, so only the conductor's own work is tested here.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import time
from pathlib import Path

import pytest

from gameday.drill import commands as do
from gameday.drill import machine
from gameday.drill.conductor import Conductor
from gameday.drill.injection import Fault
from gameday.drill.projection import project, score_run
from gameday.drill.rules import Rules
from gameday.drill.session import CommandRefused, SignalSample
from gameday.drill.start import SCORECARD_FILE, write_scorecard
from gameday.journal import Journal, SystemClock, read
from gameday.journal.events import Entry, Event
from sandbox.errors import SandboxError
from sandbox.observe.metrics import Alert
from sandbox.runtime.fake import FakeRuntime
from scenarios.loader import load_pack
from scenarios.model import Delay
from scoring.scorecard import to_json
from tests.drills.test_injection import Experiment
from tests.drills.test_lookout_paused import second_of

FIRING = Alert("UploadSlow", "firing", "page", "storefront", "uploads are slow")


class Staged(Conductor):
    """A conductor whose company has no repository, and whose fault is only said to be there."""

    async def _hand_over_the_repository(self) -> None:
        """Nobody pushes, and nobody is on the bastion."""

    async def _start_fault(self) -> Fault:
        return Experiment(time.time())

    def serve_well(self, seconds: int) -> None:
        """Customers have been served for so long, up to now."""
        now = int(time.time())
        for second in range(now - seconds, now):
            self._lookout.on_second(second_of(second, good=True))

    def ring(self) -> None:
        self._lookout.on_alerts([FIRING])


class Heard:
    """What a front end hears, to wait for."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.changed = asyncio.Event()

    def on_event(self, entry: Entry, event: Event) -> None:
        self.kinds.append(event.kind)
        self.changed.set()

    def on_logs(self, lines: object) -> None:
        """Not looked at."""

    def on_signals(self, sample: SignalSample) -> None:
        """Not looked at."""

    async def until(self, kind: str) -> None:
        async with asyncio.timeout(60):
            while kind not in self.kinds:
                self.changed.clear()
                await self.changed.wait()


def rules_of(pack_name: str) -> Rules:
    """The pack's first variant, without the hidden delay."""
    pack = load_pack(pack_name)
    scenario = pack.scenario.model_copy(update={"delay": Delay(least_s=0, most_s=0)})
    return Rules(
        pack=pack.model_copy(update={"scenario": scenario}), variant=scenario.variants[0], mode="manual",
        engineer="ada", seed=1,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _processors_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel counts in ticks of 10 ms, and a drill of this file may be over within one."""
    seconds = itertools.count()
    monkeypatch.setattr(machine, "_times", lambda: (0.0, float(next(seconds))))


@pytest.fixture
def rules() -> Rules:
    return rules_of("cache-loss")


def staged(rules: Rules, folder: Path) -> Staged:
    clock = SystemClock()
    runtime = FakeRuntime("lumen-staged")
    return Staged(rules, "KNOT-1", runtime, Journal(folder, "run-1", clock), clock, reflect_within_s=30.0)


async def to_the_page(drill: Staged, heard: Heard) -> None:
    await heard.until("briefing_given")
    await drill.send(do.Begin())
    drill.serve_well(30)
    await heard.until("fault_injected")
    drill.ring()


async def test_a_drill_is_paused_ended_felt_and_revealed(
    rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this order, and its journal can be folded."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))
    drill, heard = staged(rules, tmp_path / "run"), Heard()
    drill.listen(heard)
    running = asyncio.create_task(drill.run())
    await heard.until("briefing_given")
    with pytest.raises(CommandRefused, match="once the pager has rung"):
        await drill.send(do.Pause())
    await to_the_page(drill, heard)
    await drill.send(do.PagePerson("ines", "is it full?"))
    await drill.send(do.Pause("coffee"))
    with pytest.raises(CommandRefused, match="paused"):
        await drill.send(do.Acknowledge())
    await drill.send(do.Resume())
    await drill.send(do.Acknowledge())
    await drill.send(do.StandDown())
    await heard.until("reflection_asked")
    assert "truth_revealed" not in heard.kinds
    await drill.send(do.Reflect(60.0))
    await running
    told = [
        kind for kind in heard.kinds if kind not in ("sandbox_progressed", "sli_measured", "phase_changed")
    ]
    assert told[-12:] == [
        "paged", "person_paged", "drill_paused", "drill_resumed", "acknowledged", "stood_down",
        "machine_measured", "drill_ended", "reflection_asked", "reflected", "truth_revealed",
        "fault_rolled_back",
    ]  # fmt: skip
    timeline = project(read(tmp_path / "run"))
    assert timeline.felt is not None
    assert timeline.felt.duration_s == 60.0
    assert [each.who for each in timeline.people_paged] == ["ines"]


async def test_who_leaves_the_question_has_played_the_drill(
    rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Ctrl-C there reveals the truth and counts."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))
    drill, heard = staged(dataclasses.replace(rules), tmp_path / "run"), Heard()
    drill.listen(heard)
    running = asyncio.create_task(drill.run())
    await to_the_page(drill, heard)
    await drill.send(do.StandDown())
    await heard.until("reflection_asked")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert heard.kinds[-3:] == ["truth_revealed", "fault_rolled_back", "phase_changed"]
    assert project(read(tmp_path / "run")).ended_at > 0


async def test_standing_down_from_a_page_that_meant_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A diagnosis alone ends nothing, standing down does; it is scored as right, and the same again."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))
    drill, heard = staged(rules_of("false-alarm"), tmp_path / "run"), Heard()
    drill.listen(heard)
    running = asyncio.create_task(drill.run())
    await heard.until("briefing_given")
    with pytest.raises(CommandRefused, match="pager has not rung"):
        await drill.send(do.StandDown())
    await to_the_page(drill, heard)
    drill.serve_well(1)
    await drill.send(do.SubmitDiagnosis((), ("none",), "none", ("misleading-alert",), 0.8))
    await drill.send(do.StandDown("customers are served as before"))
    await heard.until("reflection_asked")
    await drill.send(do.Reflect(60.0))
    await running
    card = write_scorecard(tmp_path / "run")
    assert card.no_fault is not None
    assert card.no_fault.outcome == "correct_stand_down"
    assert card.time_to_mitigate_s is None
    assert card.diagnosis.score == pytest.approx(1.0)
    assert to_json(score_run(tmp_path / "run")) == (tmp_path / "run" / SCORECARD_FILE).read_text("utf-8")


def will_not_go(self: FakeRuntime) -> None:
    raise SandboxError("these would not go: lumen-staged_shop: has active endpoints")


async def test_what_will_not_go_takes_nothing_from_a_drill_that_was_played(
    rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and the drill is scored; of a drill that was stopped, what is left is all that there is."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(FakeRuntime, "down", will_not_go)
    drill, heard = staged(rules, tmp_path / "played"), Heard()
    drill.listen(heard)
    running = asyncio.create_task(drill.run())
    await to_the_page(drill, heard)
    await drill.send(do.StandDown())
    await heard.until("reflection_asked")
    await drill.send(do.Reflect(60.0))
    await running
    assert heard.kinds[-3:] == ["fault_rolled_back", "sandbox_left", "phase_changed"]
    assert write_scorecard(tmp_path / "played").stand_down is not None

    stopped = staged(rules, tmp_path / "stopped")
    running = asyncio.create_task(stopped.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(SandboxError, match="would not go"):
        await running
