"""However a fault's worker ends, the world is clean afterwards: on a real company."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox.faults.client import AdoptedRun, FaultRun, Unsteady
from sandbox.faults.effects.cache import max_memory
from sandbox.faults.record import Record
from sandbox.observe.customers import feed, served_well
from sandbox.runtime import registry
from sandbox.runtime.base import Runtime
from sandbox.runtime.process import ProcessRuntime
from sandbox.world.albums import missing_share
from scenarios import LIBRARY
from tests.sandbox.runtimes import require
from tests.waiting import wait_until

pytestmark = [pytest.mark.process, pytest.mark.timeout(200)]

EXPERIMENT = LIBRARY / "cache-loss/experiment.yaml"
SMALL, WHOLE = 2 * 1024**2, 256 * 1024**2


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """One company for all of these tests: each leaves it as it was."""
    require("process")
    before = os.environ.get("GAMEDAY_STATE")
    os.environ["GAMEDAY_STATE"] = str(tmp_path_factory.mktemp("state"))
    runtime = ProcessRuntime(registry.new_id())
    try:
        runtime.up(lambda _: None)
        yield runtime
    finally:
        runtime.down()
        if before is None:
            del os.environ["GAMEDAY_STATE"]
        else:
            os.environ["GAMEDAY_STATE"] = before


@pytest.fixture
def steady(company: Runtime) -> Runtime:
    """The company with a warm cache and customers who have been served for a while."""
    missing_share(company, "fill")
    wait_until(lambda: _well(company), 90, every_s=0.5)
    return company


def _well(company: Runtime) -> bool:
    seconds = list(feed(company))[-8:]
    return len(seconds) == 8 and served_well(seconds)


UNSTEADY = "is not in the given tolerance"
"""What Chaos Toolkit says if customers aren't served when it begins."""


async def broken(company: Runtime, journal: Path) -> FaultRun:
    run = await FaultRun.start(company.sandbox_id, EXPERIMENT, {"hold_s": 300}, journal)
    try:
        await run.onset()
    except Unsteady:
        # A busy machine may let a customer wait; what is tested comes after.
        assert await run.release() == []
        wait_until(lambda: _well(company), 90, every_s=0.5)
        run = await FaultRun.start(company.sandbox_id, EXPERIMENT, {"hold_s": 300}, journal)
        await run.onset()
    assert max_memory(company) == SMALL
    return run


def assert_clean(company: Runtime) -> None:
    assert max_memory(company) == WHOLE
    assert Record(company.sandbox_id).effects() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_a_worker_that_is_ended_leaves_nothing(
    steady: Runtime, tmp_path: Path, number: signal.Signals
) -> None:
    """Interrupted it rolls back by itself; killed, the trainer does it from the record."""
    run = await broken(steady, tmp_path / "journal.json")
    assert [effect.says for effect in Record(steady.sandbox_id).effects()] == [
        f"the cache's maxmemory is {SMALL}"
    ]
    os.kill(run.pid, number)
    assert await run.release() == []
    assert_clean(steady)


async def test_a_released_worker_rolls_back(steady: Runtime, tmp_path: Path) -> None:
    """The ordinary end; the journal of Chaos Toolkit is kept."""
    run = await broken(steady, tmp_path / "journal.json")
    assert await run.release() == []
    assert_clean(steady)
    assert (tmp_path / "journal.json").exists()


TRAINER = """
import asyncio, os, signal, sys
from pathlib import Path
from sandbox.faults.client import FaultRun
from sandbox.runtime import registry

async def main():
    sandbox_id, experiment, journal, grace_s = sys.argv[1:]
    with registry.locked(sandbox_id) as state:
        state.trainer_pid = 0
    registry.take_over(sandbox_id)
    run = await FaultRun.start(
        sandbox_id, Path(experiment), {'hold_s': 300}, Path(journal), grace_s=float(grace_s)
    )
    await run.onset()
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def killed_trainer(company: Runtime, folder: Path, grace_s: float) -> None:
    """A trainer that broke the company, and was killed at once."""
    words = [sys.executable, "-c", TRAINER, company.sandbox_id, str(EXPERIMENT), str(folder / "journal")]
    for _ in range(3):
        done = subprocess.run([*words, str(grace_s)], timeout=60, check=False, capture_output=True, text=True)
        if "steady state did not hold" not in done.stderr:
            break
        # A busy machine may let a customer wait at just that moment.
        wait_until(lambda: _well(company), 90, every_s=0.5)
    assert done.returncode == -signal.SIGKILL, done.stderr


async def test_a_fault_outlives_its_trainer_for_who_takes_it_over(steady: Runtime, tmp_path: Path) -> None:
    """Another process has the sandbox: the fault stays beyond the grace time, until it is released."""
    killed_trainer(steady, tmp_path, 2.0)
    with registry.locked(steady.sandbox_id) as state:
        assert not state.trainer_alive()
    registry.take_over(steady.sandbox_id)
    adopted = AdoptedRun(steady.sandbox_id)
    assert adopted.holds
    begun = time.monotonic()
    wait_until(lambda: time.monotonic() - begun > 3.0, 10)
    assert max_memory(steady) == SMALL
    assert await adopted.release() == []
    assert not adopted.holds
    assert_clean(steady)


def test_a_fault_that_nobody_takes_over_goes(steady: Runtime, tmp_path: Path) -> None:
    """After the grace time the worker rolls back by itself, and ends."""
    killed_trainer(steady, tmp_path, 2.0)
    assert AdoptedRun(steady.sandbox_id).holds
    assert max_memory(steady) == SMALL
    wait_until(lambda: not AdoptedRun(steady.sandbox_id).holds, 30)
    assert_clean(steady)


def test_a_worker_whose_trainer_is_killed_rolls_back(steady: Runtime, tmp_path: Path) -> None:
    """Nobody is there to release it: without a grace time its standard input closes, and that is enough."""
    killed_trainer(steady, tmp_path, 0.0)
    wait_until(lambda: Record(steady.sandbox_id).effects() == [], 30)
    assert_clean(steady)


def test_the_stock_program_plays_it(steady: Runtime, tmp_path: Path) -> None:
    """`chaos run` needs nothing of ours but the driver and the sandbox's name."""
    experiment = yaml.safe_load(EXPERIMENT.read_text(encoding="utf-8"))
    experiment["configuration"]["hold_s"] = 1
    path = tmp_path / "experiment.yaml"
    path.write_text(yaml.safe_dump(experiment), encoding="utf-8")
    words = [sys.executable, "-m", "chaostoolkit", "--no-version-check", "run", "--rollback-strategy=always"]
    environment = {**os.environ, "GAMEDAY_SANDBOX": steady.sandbox_id}
    said = UNSTEADY
    for _ in range(3):
        if UNSTEADY not in said:
            break
        # A busy machine may let a customer wait at just that moment.
        wait_until(lambda: _well(steady), 60, every_s=0.5)
        done = subprocess.run(
            [*words, str(path)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
    assert "Action: platform-right-sizes-the-cache" in said, said
    assert "Rollback: platform-takes-it-back" in said, said
    assert_clean(steady)
