"""Which runtime a sandbox gets, which sandboxes there are, and what was left behind.

Docker's SDK is imported only once it is needed: that alone takes longer than most commands.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sandbox.errors import BadStack, MissingTool, SandboxError
from sandbox.runtime import registry, tools
from sandbox.runtime.base import Runtime
from sandbox.runtime.process import ProcessRuntime

WISHES = ("auto", "docker", "process")
Tell = Callable[[str], object]

_ANSWERS_WITHIN_S = 2
_MADE_WITHIN_S = 30.0
"""A sandbox's folder has its state file a moment after it was made; much later it is damaged."""


@dataclass(frozen=True)
class Choice:
    """A runtime, and the reason for it as one sentence."""

    kind: Literal["docker", "process"]
    why: str


@dataclass(frozen=True)
class Found:
    """A sandbox that is on this machine or on its Docker engine."""

    sandbox_id: str
    kind: registry.Kind
    created: float
    trainer_alive: bool
    """Whether the program that started it still runs."""
    kept: bool
    """It is to stay without that program, too."""

    @property
    def left_behind(self) -> bool:
        """Nobody uses it, and nobody wanted it to stay: `sweep` removes it."""
        return not self.trainer_alive and not self.kept


# --- choosing ------------------------------------------------------------------------------------


def choose(wish: str, tell: Tell) -> Choice:
    """Pick the runtime: Docker where it answers and has the image or can make it, else processes.

    Args:
        wish: one of `WISHES`.
        tell: hears why Docker was passed over.

    Raises:
        MissingTool: what was wished for can't run here, or nothing can; with what mends it.
        BadStack: there is no such runtime.
    """
    if wish not in WISHES:
        raise BadStack(f"there is no runtime called {wish}; there are: {', '.join(WISHES)}")
    against_docker = docker_problem() if wish != "process" else "it wasn't asked for"
    if against_docker is None:
        return Choice("docker", "Docker answers, and its image is there or can be made")
    if wish == "docker":
        raise MissingTool(against_docker)
    against_process = process_problem()
    if wish == "process":
        if against_process:
            raise MissingTool(against_process)
        return Choice("process", "it was asked for")
    if against_process:
        raise MissingTool(f"no runtime can start here: {against_docker}; and {against_process}")
    tell(f"not Docker: {against_docker}")
    return Choice("process", f"plain processes, because {against_docker}")


def docker_problem() -> str | None:
    """Why no sandbox can run on Docker here, with what mends it; None if one can."""
    from sandbox.runtime.docker import Engine
    from sandbox.runtime.docker_image import obstacle

    try:
        with Engine(timeout_s=_ANSWERS_WITHIN_S) as engine:
            return obstacle(engine)
    except SandboxError as error:
        return str(error)


def process_problem() -> str | None:
    """Why no sandbox can run as plain processes here, with what mends it; None if one can."""
    lacking = tools.missing()
    if not lacking:
        return None
    ways = "; ".join(dict.fromkeys(lacking.values()))
    return f"the process runtime lacks {', '.join(lacking)} ({ways})"


# --- opening -------------------------------------------------------------------------------------


def open_runtime(kind: registry.Kind, sandbox_id: str) -> Runtime:
    """A runtime for one sandbox, which need not exist yet.

    Raises:
        SandboxError: there is no such runtime.
    """
    if kind == "process":
        return ProcessRuntime(sandbox_id)
    if kind == "docker":
        from sandbox.runtime.docker_runtime import DockerRuntime

        return DockerRuntime(sandbox_id)
    if kind == "fake":
        from sandbox.runtime.fake import FakeRuntime

        return FakeRuntime(sandbox_id)
    raise SandboxError(f"there is no runtime called {kind} on this machine")


def attach(sandbox_id: str) -> Runtime:
    """The runtime of a sandbox that exists, whoever started it.

    Raises:
        SandboxError: there is none of that name.
    """
    try:
        return open_runtime(registry.load(sandbox_id).kind, sandbox_id)
    except SandboxError:
        if sandbox_id in _on_docker():
            return open_runtime("docker", sandbox_id)
        raise


# --- finding and sweeping ------------------------------------------------------------------------


def _on_docker() -> dict[str, Found]:
    """Sandboxes that the engine knows by their labels; none if it does not answer."""
    from sandbox.runtime.docker import Engine
    from sandbox.runtime.docker_plan import OURS, trainer_alive

    try:
        with Engine(timeout_s=_ANSWERS_WITHIN_S) as engine:
            containers = engine.containers(OURS)
    except SandboxError:
        return {}
    oldest_first = sorted(containers, key=lambda each: -each.created)
    return {
        each.sandbox_id: Found(
            each.sandbox_id, "docker", each.created, trainer_alive(each.trainer), each.kept
        )
        for each in oldest_first
    }


def all_sandboxes() -> list[Found]:
    """Every sandbox, by its state folder or by its labels, the oldest first."""
    found = _on_docker()
    for sandbox_id in registry.known_ids():
        # A damaged state is left to `sweep`.
        with contextlib.suppress(SandboxError):
            state = registry.load(sandbox_id)
            found[sandbox_id] = Found(
                sandbox_id, state.kind, state.created, state.trainer_alive(), state.kept
            )
    return sorted(found.values(), key=lambda each: each.created)


@dataclass(frozen=True)
class Swept:
    """Names of sandboxes that were left behind."""

    removed: tuple[str, ...]
    left: tuple[str, ...]
    """Those that would not go."""


def sweep(tell: Tell, *, also_kept: bool = False) -> Swept:
    """Remove every sandbox that was left behind. What would not go is told and left.

    Args:
        tell: hears of each.
        also_kept: those too that were started to stay, unless their starter still runs.
    """
    gone: dict[str, bool] = {}
    for each in all_sandboxes():
        if each.left_behind or (also_kept and not each.trainer_alive):
            remove = open_runtime(each.kind, each.sandbox_id).down
            gone[each.sandbox_id] = _removed(each.sandbox_id, remove, tell, kept=each.kept)
    for sandbox_id in _damaged():
        gone[sandbox_id] = _removed(sandbox_id, functools.partial(_remove_damaged, sandbox_id), tell)
    return Swept(
        removed=tuple(name for name, went in gone.items() if went),
        left=tuple(name for name, went in gone.items() if not went),
    )


def _damaged() -> list[str]:
    """Folders whose state can't be read, apart from those that somebody is only just making."""
    damaged = []
    for sandbox_id in registry.known_ids():
        try:
            registry.load(sandbox_id)
        except SandboxError:
            with contextlib.suppress(FileNotFoundError):
                changed = registry.folder_of(sandbox_id).stat().st_mtime
                if time.time() - changed > _MADE_WITHIN_S:
                    damaged.append(sandbox_id)
    return damaged


def _removed(sandbox_id: str, remove: Callable[[], None], tell: Tell, *, kept: bool = False) -> bool:
    tell(f"removing {sandbox_id}" + (", which was started to stay" if kept else ""))
    try:
        remove()
    except SandboxError as error:
        tell(f"{sandbox_id} is left: {error}")
        return False
    return True


def _remove_damaged(sandbox_id: str) -> None:
    """A sandbox whose state can't be read: its processes are those that stand in its folder."""
    registry.end_standing(sandbox_id)
    registry.forget(sandbox_id)
