"""Records what an advisor sees of the real company, before and after its cache lost its memory.

Run as `python -m tests.advisors.record`, where the process runtime's tools are; about two minutes. It writes
the JSON files beside it, which the tests of `pattern` read.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from gameday.advisors.look import Reader
from sandbox.faults.client import FaultRun
from sandbox.observe.metrics import Metrics
from sandbox.runtime import registry
from sandbox.runtime.base import Runtime
from sandbox.runtime.process import ProcessRuntime
from sandbox.stack.model import load_stack
from sandbox.world.keeper import Keeper, Reply
from scenarios.loader import load_pack
from tests.waiting import wait_until

HERE = Path(__file__).parent
PACK = "cache-loss"
SETTLED_S = 40.0
BETWEEN_S = 15.0


def record(runtime: Runtime, reader: Reader) -> None:
    """Twice while nothing is wrong, then twice once customers are let down."""
    begun = time.time()
    wait_until(lambda: time.time() > begun + SETTLED_S, SETTLED_S + 5)
    keep("baseline", reader)
    wait_until(lambda: time.time() > begun + SETTLED_S + BETWEEN_S, BETWEEN_S + 5)
    keep("still-baseline", reader)
    asyncio.run(_broken(runtime, reader))


async def _broken(runtime: Runtime, reader: Reader) -> None:
    pack = load_pack(PACK)
    variant = pack.scenario.variants[0]
    configuration = {**variant.configuration, "hold_s": 300}
    with tempfile.TemporaryDirectory() as folder:
        fault = await FaultRun.start(
            runtime.sandbox_id,
            pack.experiment(variant.id),
            configuration,
            Path(folder) / "chaos-journal.json",
        )
        await fault.onset()
        wait_until(lambda: any(each.severity == "page" for each in reader.look().alerts), 90, every_s=1.0)
        paged = time.time()
        wait_until(lambda: time.time() > paged + BETWEEN_S, BETWEEN_S + 5)
        keep(PACK, reader)
        await fault.release()


def keep(name: str, reader: Reader) -> None:
    (HERE / f"{name}.json").write_text(reader.look().model_dump_json(indent=1) + "\n", encoding="utf-8")


def main() -> None:
    runtime = ProcessRuntime(registry.new_id())
    runtime.up(lambda progress: None)
    try:
        keeper = Keeper(runtime, load_stack(), lambda line, sure: Reply(1, ""), lambda ran: None)
        keeper.start(load_pack(PACK).runbooks(), time.time())
        metrics = Metrics(runtime)
        record(runtime, Reader(runtime, metrics))
        metrics.close()
        keeper.stop()
    finally:
        runtime.down()


if __name__ == "__main__":
    main()
