"""One real sandbox for each runtime and module that wants one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import cast

import pytest

from sandbox.operate.answer import Answerer
from sandbox.runtime import registry
from sandbox.runtime.choose import open_runtime
from sandbox.stack.model import load_stack
from sandbox.world.keeper import Keeper, Reply, ShellLine
from tests.sandbox.runtimes import Kind, require
from tests.sandbox.world import SMALLER_POOL, World


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("process", marks=pytest.mark.process),
        pytest.param("docker", marks=pytest.mark.docker),
    ],
)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A sandbox that is up, with its keeper."""
    kind = cast("Kind", request.param)
    require(kind)
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as ends:
        patch.setenv("GAMEDAY_STATE", str(tmp_path_factory.mktemp("state")))
        made = open_runtime(kind, registry.new_id())
        ends.callback(made.down)
        made.up(lambda _: None)
        answerers: list[Answerer] = []

        def operate(line: str, sure: bool) -> Reply:
            return answerers[0].answer(line, sure=sure)

        def more(line: str, after: float) -> Reply:
            return answerers[0].more(line, after)

        told: list[ShellLine] = []
        keeper = Keeper(made, load_stack(), operate, told.append, more)
        answerers.append(Answerer(made, load_stack(), keeper.deployer))
        ends.callback(answerers[0].close)
        ends.callback(keeper.stop)
        keeper.start({"queue": "# Runbook: the queue\n\nWait.\n"}, proposals=[SMALLER_POOL])
        yield World(made, keeper, told)
