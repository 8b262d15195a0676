"""The parts of the Docker runtime that need no engine: starting in order, streams, labels."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence

import pytest

from sandbox.errors import BadStack, SandboxError
from sandbox.runtime import docker_plan
from sandbox.runtime.base import Progress
from sandbox.runtime.docker_plan import Part
from sandbox.runtime.docker_start import start_all
from sandbox.runtime.docker_streams import Merger, entries, split_outputs
from sandbox.stack.model import load_stack

ID = "lumen-abc123"


class RecordingMachine:
    """Takes no time, writes down what it was asked for, and can fail at one part."""

    def __init__(self, failing: str = "") -> None:
        self.done: list[tuple[str, str]] = []
        self.failing = failing
        self.abandoned = threading.Event()

    def create(self, part: Part) -> None:
        self.done.append(("create", part.host))

    def start(self, part: Part) -> None:
        self.done.append(("start", part.host))

    def await_ready(self, part: Part) -> None:
        if part.host == self.failing:
            raise SandboxError(f"{part.service} ended while starting")
        self.done.append(("ready", part.host))

    def abandon(self) -> None:
        self.abandoned.set()


def test_parts_start_as_soon_as_their_dependencies_allow() -> None:
    """Nothing starts before what it waits for is ready, and everything gets started once."""
    stack = load_stack()
    parts = docker_plan.parts_of(ID, stack)
    machine = RecordingMachine()
    told: list[Progress] = []
    start_all(parts, machine, told.append)
    assert sorted(host for step, host in machine.done if step == "start") == sorted(p.host for p in parts)
    for part in parts:
        begun = machine.done.index(("start", part.host))
        for needed, how in part.definition.depends_on.items():
            step = "start" if how.condition == "service_started" else "ready"
            for other in parts:
                if other.service == needed:
                    assert machine.done.index((step, other.host)) < begun
    assert sorted(each.service for each in told if each.step == "ready") == sorted(stack.services)


def test_the_first_failure_is_the_one_that_leaves() -> None:
    """What depends on the failed part doesn't start, and what waits is abandoned."""
    machine = RecordingMachine(failing="seed-1")
    with pytest.raises(SandboxError, match="seed ended while starting"):
        start_all(docker_plan.parts_of(ID, load_stack()), machine, lambda _: None)
    assert machine.abandoned.is_set()
    assert ("start", "customers-1") not in machine.done


def _frame(stream: int, content: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(content).to_bytes(4, "big") + content


def test_two_outputs_are_taken_apart() -> None:
    """Frames of both streams, also empty and torn ones."""
    raw = _frame(1, b"a") + _frame(2, b"x") + _frame(1, b"") + _frame(1, b"b") + b"\1\0"
    assert split_outputs(io.BytesIO(raw)) == (b"ab", b"x")


class Chunks:
    """A container's log that ends."""

    def __init__(self, chunks: Sequence[bytes]) -> None:
        self.chunks = chunks
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.chunks)

    def close(self) -> None:
        self.closed = True


def test_entries_have_the_engine_s_time_and_whole_lines() -> None:
    """A long line that the engine cut is one line again; a stamp is UNIX seconds."""
    log = Chunks(
        [
            b"2026-01-02T03:04:05.500000001Z first\n",
            b"2026-01-02T03:04:06.000000000Z long ",
            b"2026-01-02T03:04:06.000000001Z line\n",
            b"2026-01-02T03:04:07.000000000Z \n",
        ]
    )
    lines = [entry.line for entry in entries(("vision", 2), log)]
    assert [line.text for line in lines] == ["first", "long line", ""]
    assert lines[0].wall == pytest.approx(1767323045.5)
    assert {(line.service, line.replica) for line in lines} == {("vision", 2)}


def test_logs_of_many_are_merged_and_closed() -> None:
    """Lines come in order of time, whoever wrote them."""
    logs = {
        ("a", 1): Chunks([b"2026-01-01T00:00:01Z one\n", b"2026-01-01T00:00:03Z three\n"]),
        ("b", 1): Chunks([b"2026-01-01T00:00:02Z two\n"]),
    }

    def opener(source: tuple[str, int]) -> Chunks:
        return logs[source]

    look = {source: (lambda since, follow, source=source: opener(source)) for source in logs}
    merged = Merger(lambda: look, 0.0, threading.Event()).lines(follow=False)
    assert [line.text for line in merged] == ["one", "two", "three"]
    assert all(log.closed for log in logs.values())


def test_labels_are_compose_s_own_and_say_no_more() -> None:
    """A container is found by project and service, and a further copy differs by its number only."""
    first, second = (part for part in docker_plan.parts_of(ID, load_stack()) if part.service == "vision")
    labels = [docker_plan.container_labels(part, "1 2.0 here", kept=False) for part in (first, second)]
    assert labels[0]["com.docker.compose.project"] == ID
    assert labels[0]["com.docker.compose.service"] == "vision"
    different = {key for key in labels[0] if labels[0][key] != labels[1][key]}
    assert different == {"com.docker.compose.container-number"}


def test_that_a_sandbox_is_to_stay_is_on_its_labels() -> None:
    """A sweep from another account or another state folder knows it, too."""
    for kept in (True, False):
        labels = docker_plan.project_labels(ID, "1 2.0 here", kept=kept)
        row = {"Labels": labels, "Id": "0", "Names": [], "State": "running", "Image": "", "Created": 1}
        assert docker_plan.seen(row).kept is kept


def test_a_trainer_is_known_by_more_than_its_number() -> None:
    """Ourselves are alive; the same process id with another start time isn't; another machine's might be."""
    mine = docker_plan.trainer_label()
    pid, born, machine = mine.split(" ", 2)
    assert docker_plan.trainer_alive(mine)
    assert not docker_plan.trainer_alive(f"{pid} {float(born) - 100} {machine}")
    assert docker_plan.trainer_alive(f"{pid} {born} elsewhere.example")
    assert not docker_plan.trainer_alive("")


@pytest.mark.parametrize(("size", "expected"), [("256m", 256 << 20), ("1g", 1 << 30), ("4096", 4096)])
def test_sizes_are_compose_s(size: str, expected: int) -> None:
    """Units are binary, as in Compose."""
    assert docker_plan.bytes_of(size) == expected


def test_signals_go_by_both_names() -> None:
    """KILL and SIGKILL are the same; a stranger is refused."""
    docker_plan.check_signal("SIGKILL")
    docker_plan.check_signal("KILL")
    with pytest.raises(BadStack, match="STOPPED is not a signal"):
        docker_plan.check_signal("STOPPED")
