"""What a sandbox looks like to a container engine: names, labels, and what is read back from them.

Pure functions. Whoever attaches to a sandbox knows it by these labels alone, and Compose's own
labels are among them, so that `docker compose ls` and people's habits work.
"""

from __future__ import annotations

import hashlib
import platform
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psutil

from sandbox.errors import BadStack
from sandbox.runtime.base import Replica, State
from sandbox.runtime.registry import Owned
from sandbox.stack.model import COMPOSE_FILE, Service, Stack

NETWORK = "shop"
OURS = "shop.lumen.sandbox"
TRAINER = "shop.lumen.trainer"
KEPT = "shop.lumen.kept"
"""It is to stay when the program that started it has ended."""
_COMPOSE = "com.docker.compose."
PROJECT = f"{_COMPOSE}project"
_SPEAKS_LIKE = "2.20.0"
"""The version of Compose whose labels these are."""

_UNITS = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_STATES: Mapping[str, State] = {
    "created": "created", "running": "running", "paused": "paused", "restarting": "starting",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One container that is to be."""

    sandbox_id: str
    service: str
    number: int
    definition: Service

    @property
    def name(self) -> str:
        return f"{self.sandbox_id}-{self.service}-{self.number}"

    @property
    def host(self) -> str:
        """What the machine is called inside."""
        return f"{self.service}-{self.number}"

    @property
    def aliases(self) -> list[str]:
        """The names under which others find it: all copies by the first, this one by the second."""
        return [self.service, self.host]


@dataclass(frozen=True)
class Seen:
    """One container as the engine lists it."""

    id: str
    name: str
    sandbox_id: str
    service: str
    number: int
    state: State
    image: str
    created: float
    trainer: str
    kept: bool
    ports: Mapping[int, int]
    """Container port → port on 127.0.0.1."""
    connected: bool
    """Whether it is on the sandbox's network."""


def network_name(sandbox_id: str) -> str:
    return f"{sandbox_id}_{NETWORK}"


def project_label(sandbox_id: str) -> str:
    """What everything that belongs to a sandbox is found by."""
    return f"{PROJECT}={sandbox_id}"


def parts_of(sandbox_id: str, stack: Stack) -> list[Part]:
    """All containers of a stack, in start order."""
    return [
        Part(sandbox_id, name, number, stack.services[name])
        for name in stack.start_order()
        for number in range(1, stack.services[name].deploy.replicas + 1)
    ]


def trainer_label() -> str:
    """Who started it: process id, its start time, machine."""
    me = psutil.Process()
    return f"{me.pid} {me.create_time()} {platform.node()}"


def trainer_alive(label: str) -> bool:
    """Whether that process is still there; one of another machine counts as there, since we can't know."""
    pid, _, rest = label.partition(" ")
    born, _, machine = rest.partition(" ")
    if machine != platform.node():
        return bool(machine)
    try:
        return Owned("trainer", 1, int(pid), float(born), "", {}).alive()
    except ValueError:
        return False


def project_labels(sandbox_id: str, trainer: str, *, kept: bool) -> dict[str, str]:
    """The labels of everything that belongs to a sandbox."""
    labels = {PROJECT: sandbox_id, f"{_COMPOSE}version": _SPEAKS_LIKE, OURS: "1", TRAINER: trainer}
    return labels | ({KEPT: "1"} if kept else {})


def container_labels(part: Part, trainer: str, *, kept: bool) -> dict[str, str]:
    config = part.definition.model_dump_json(exclude={"deploy"})
    return project_labels(part.sandbox_id, trainer, kept=kept) | {
        f"{_COMPOSE}service": part.service,
        f"{_COMPOSE}container-number": str(part.number),
        f"{_COMPOSE}oneoff": "False",
        f"{_COMPOSE}config-hash": hashlib.sha256(config.encode()).hexdigest(),
        f"{_COMPOSE}project.config_files": str(COMPOSE_FILE),
        f"{_COMPOSE}project.working_dir": str(COMPOSE_FILE.parent),
    }


def network_labels(sandbox_id: str, trainer: str, *, kept: bool) -> dict[str, str]:
    return project_labels(sandbox_id, trainer, kept=kept) | {f"{_COMPOSE}network": NETWORK}


def bytes_of(size: str) -> int:
    """Compose's `256m` in bytes."""
    number, unit = (size[:-1], size[-1]) if size[-1:].lower() in _UNITS else (size, "b")
    return int(number) * _UNITS[unit.lower()]


def check_signal(name: str) -> None:
    """Raises BadStack for what is not a signal's name, with or without SIG."""
    if f"SIG{name.removeprefix('SIG')}" not in signal.Signals.__members__:
        raise BadStack(f"{name} is not a signal")


def state_of(status: str) -> State:
    """The engine's word for a container's state, in ours."""
    return _STATES.get(status, "exited")


def seen(row: Mapping[str, Any]) -> Seen:
    """One entry of the engine's list of containers."""
    labels = row["Labels"]
    sandbox_id = labels[PROJECT]
    networks = row.get("NetworkSettings", {}).get("Networks", {})
    return Seen(
        id=row["Id"],
        name=row["Names"][0].lstrip("/") if row["Names"] else row["Id"][:12],
        sandbox_id=sandbox_id,
        service=labels.get(f"{_COMPOSE}service", "?"),
        number=int(labels.get(f"{_COMPOSE}container-number", 1)),
        state=state_of(row["State"]),
        image=row["Image"],
        created=float(row["Created"]),
        trainer=labels.get(TRAINER, ""),
        kept=KEPT in labels,
        ports={
            port["PrivatePort"]: port["PublicPort"] for port in row.get("Ports", []) if "PublicPort" in port
        },
        connected=network_name(sandbox_id) in networks,
    )


def replica(each: Seen, state: Mapping[str, Any]) -> Replica:
    """A container as the runtime's callers see it, with the engine's `State` of it."""
    now = state_of(state["Status"])
    started = datetime.fromisoformat(state["StartedAt"])
    return Replica(
        service=each.service,
        number=each.number,
        state=now,
        address=f"{each.service}-{each.number}",
        # The engine writes the year 1 for what was never started.
        started_at=started.timestamp() if started.year > 1 else None,
        exit_code=int(state["ExitCode"]) if now == "exited" else None,
    )
