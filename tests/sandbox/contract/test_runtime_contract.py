"""What every runtime promises: the same tests on a real sandbox of each real one, and on the fake."""

from __future__ import annotations

import io
import shutil
import tarfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from sandbox.errors import BadStack, SandboxError, Unsupported
from sandbox.runtime import registry
from sandbox.runtime.base import Limits, LogLine, Progress, Replica, Runtime
from sandbox.runtime.choose import Found, all_sandboxes, attach, open_runtime, sweep
from sandbox.runtime.docker import Engine
from sandbox.runtime.docker_plan import OURS, project_label
from sandbox.runtime.fake import FakeRuntime
from sandbox.stack.model import load_stack
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)


def _replicas(runtime: Runtime, service: str) -> dict[int, Replica]:
    return {each.number: each for each in runtime.status() if each.service == service}


def _on_engine(runtime: Runtime) -> list[str]:
    label = project_label(runtime.sandbox_id)
    with Engine() as engine:
        containers = [each.name for each in engine.containers(label)]
        return containers + engine.networks(label) + engine.volumes(label)


def _processes(runtime: Runtime) -> list[int]:
    folder = registry.folder_of(runtime.sandbox_id).resolve()
    standing = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                standing.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return standing


def _talk(runtime: Runtime) -> None:
    """A real company's customers write a line every second by themselves."""
    if isinstance(runtime, FakeRuntime):
        runtime.say("customers", f"second {time.monotonic_ns()}")


def _customers_lines(runtime: Runtime) -> list[LogLine]:
    _talk(runtime)
    return list(runtime.logs("customers"))


# --- looking -------------------------------------------------------------------------------------


def test_status_lists_every_replica(runtime: Runtime) -> None:
    """After `up`, each copy that the stack asks for runs, and what had one thing to do has done it."""
    services = load_stack().services
    wanted = {(name, n) for name, plan in services.items() for n in range(1, plan.deploy.replicas + 1)}
    listed = runtime.status()
    assert {(each.service, each.number) for each in listed} == wanted
    for each in listed:
        one_shot = services[each.service].one_shot
        assert each.state == ("exited" if one_shot else "running"), each
        assert each.exit_code in (0, None) if one_shot else each.exit_code is None
        assert each.started_at is not None
        assert abs(each.started_at - time.time()) < 600


def test_logs_come_in_order_of_time(runtime: Runtime) -> None:
    """The lines of all copies of a service are one stream, with times near the clock's."""
    wait_until(lambda: {line.replica for line in runtime.logs("storefront")} == {1, 2}, 20)
    lines = [line for line in runtime.logs("storefront") if line.wall]
    assert [line.wall for line in lines] == sorted(line.wall for line in lines)
    assert {line.service for line in lines} == {"storefront"}
    assert all(abs(line.wall - time.time()) < 600 for line in lines)


def test_logs_can_begin_at_a_time(runtime: Runtime) -> None:
    """Lines from before `since` are left out."""
    wait_until(lambda: len(_customers_lines(runtime)) >= 3, 20)
    middle = [line.wall for line in runtime.logs("customers")][1]
    assert min(line.wall for line in runtime.logs("customers", since=middle)) >= middle


def test_a_follower_hears_what_comes_and_ends_when_told(runtime: Runtime) -> None:
    """New lines arrive while following, and setting the event ends the stream soon."""
    stop = threading.Event()
    heard: list[LogLine] = []

    def listen() -> None:
        for line in runtime.logs("customers", since=time.time(), follow=True, stop=stop):
            heard.append(line)

    follower = threading.Thread(target=listen)
    follower.start()

    def heard_two() -> bool:
        _talk(runtime)
        return len(heard) >= 2

    try:
        wait_until(heard_two, 20)
    finally:
        stop.set()
        follower.join(5)
    assert not follower.is_alive()
    assert len({line.text for line in heard}) == len(heard)


# --- running things inside -----------------------------------------------------------------------


def test_exec_gives_code_and_both_outputs(runtime: Runtime) -> None:
    """A command's exit code, standard output and standard error come back apart."""
    done = runtime.exec("bastion", ["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (done.exit_code, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_exec_feeds_standard_input(runtime: Runtime) -> None:
    """A command reads what it is given, whoever it runs as."""
    for service in ("bastion", "db"):
        assert runtime.exec(service, ["cat"], stdin=b"line\n" * 1000).stdout == "line\n" * 1000


def test_exec_that_takes_too_long_ends_with_124(runtime: Runtime) -> None:
    """As with `timeout(1)`, and without waiting for the command."""
    begun = time.monotonic()
    assert runtime.exec("bastion", ["sleep", "60"], timeout_s=0.5).exit_code == 124
    assert time.monotonic() - begun < 10


def test_exec_of_what_is_not_there_ends_with_127(runtime: Runtime) -> None:
    """As in a shell."""
    assert runtime.exec("bastion", ["no-such-program"]).exit_code == 127


def test_an_unknown_part_is_named(runtime: Runtime) -> None:
    """A service or copy that isn't there is bad input, with what there is."""
    with pytest.raises(BadStack, match=r"there is no warehouse(-1)?; there are: .*vision"):
        runtime.exec("warehouse", ["true"])
    with pytest.raises(BadStack, match="there is no vision-9"):
        runtime.restart("vision", replica=9)


def test_a_file_goes_in_and_comes_out(runtime: Runtime) -> None:
    """A file that is put in is what every copy of the service reads, also over an older one."""
    path = "/etc/lumen/notes/today.txt"
    for content in (b"first\n", bytes(range(256)) * 500):
        runtime.copy_in("vision", path, content)
        assert runtime.read_out("vision", path) == content
    length = str(256 * 500)
    if "names" in runtime.capabilities():
        for number in (1, 2):
            assert runtime.exec("vision", ["stat", "-c", "%s", path], replica=number).stdout.strip() == length


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def test_a_version_is_laid_into_one_service(runtime: Runtime) -> None:
    """Every copy of it has the files, another service hasn't."""
    runtime.unpack("vision", "/srv/lumen", _tar({"notes/a": b"b", "notes/deep/c": b"d"}))
    assert runtime.read_out("vision", "/srv/lumen/notes/deep/c") == b"d"
    read = [runtime.exec("vision", ["cat", "notes/a"], replica=number) for number in (1, 2)]
    assert [each.stdout for each in read] == ["b", "b"]
    with pytest.raises(SandboxError):
        runtime.read_out("storefront", "/srv/lumen/notes/a")


def test_an_archive_that_is_none_is_refused(runtime: Runtime) -> None:
    """One sentence, and nothing is written."""
    with pytest.raises(SandboxError, match="vision"):
        runtime.unpack("vision", "/srv/lumen", b"not a tar")


def test_code_can_be_laid_into_what_is_down(runtime: Runtime) -> None:
    """That is when a version has to be taken back most urgently."""
    runtime.kill("vision", replica=2)
    try:
        wait_until(lambda: _replicas(runtime, "vision")[2].state == "exited", 5)
        runtime.unpack("vision", "/srv/lumen", _tar({"notes/down": b"yes"}))
    finally:
        runtime.restart("vision", replica=2)
    assert runtime.exec("vision", ["cat", "notes/down"], replica=2).stdout == "yes"


def test_reading_what_is_not_there_is_an_error(runtime: Runtime) -> None:
    """The sentence names the service and the path."""
    with pytest.raises(SandboxError, match=r"vision.*/etc/lumen/nothing.yaml"):
        runtime.read_out("vision", "/etc/lumen/nothing.yaml")


# --- acting --------------------------------------------------------------------------------------


def test_scale_adds_and_takes_away(runtime: Runtime) -> None:
    """More copies get the next numbers and the deployed files; fewer means the highest go."""
    runtime.copy_in("vision", "/etc/lumen/deployed.txt", b"yes")
    runtime.scale("vision", 3)
    try:
        assert _replicas(runtime, "vision")[3].state == "running"
        assert runtime.exec("vision", ["true"], replica=3).exit_code == 0
        if "names" in runtime.capabilities():
            read = runtime.exec("vision", ["cat", "/etc/lumen/deployed.txt"], replica=3)
            assert read.stdout == "yes"
    finally:
        runtime.scale("vision", 2)
    assert sorted(_replicas(runtime, "vision")) == [1, 2]


def test_all_copies_can_go_and_come_back(runtime: Runtime) -> None:
    """A service without copies can still be scaled, and is where it was; a stranger can't."""
    before = _replicas(runtime, "worker")[1]
    runtime.scale("worker", 0)
    try:
        assert _replicas(runtime, "worker") == {}
    finally:
        runtime.scale("worker", 1)
    after = _replicas(runtime, "worker")[1]
    assert (after.state, after.address) == ("running", before.address)
    for service, replicas in (("warehouse", 1), ("worker", -1)):
        with pytest.raises(BadStack, match=f"{service} cannot be scaled to {replicas}; there are: .*vision"):
            runtime.scale(service, replicas)


def test_restart_starts_anew(runtime: Runtime) -> None:
    """One copy is started again and is ready; its sister isn't touched."""
    before = _replicas(runtime, "storefront")
    runtime.restart("storefront", replica=2)
    after = _replicas(runtime, "storefront")
    assert after[2].state == "running"
    assert (after[2].started_at or 0) > (before[2].started_at or 0)
    assert after[1].started_at == before[1].started_at


def test_pause_freezes_and_resumes(runtime: Runtime) -> None:
    """A paused copy says so; pausing twice is as good as once."""
    for _ in range(2):
        runtime.pause("vision", paused=True, replica=1)
    try:
        wait_until(lambda: _replicas(runtime, "vision")[1].state == "paused", 5)
        assert _replicas(runtime, "vision")[2].state == "running"
    finally:
        runtime.pause("vision", paused=False, replica=1)
    wait_until(lambda: _replicas(runtime, "vision")[1].state == "running", 5)


def test_a_killed_part_stays_down_until_restarted(runtime: Runtime) -> None:
    """Nothing revives it behind the participant's back."""
    runtime.kill("vision", replica=2)
    try:
        wait_until(lambda: _replicas(runtime, "vision")[2].state == "exited", 5)
    finally:
        runtime.restart("vision", replica=2)
    assert _replicas(runtime, "vision")[2].state == "running"


def test_a_part_that_ends_by_itself_comes_back(runtime: Runtime) -> None:
    """As its restart policy says; and that it did can be seen by since when it runs."""
    before = _replicas(runtime, "cache")[1]
    if isinstance(runtime, FakeRuntime):
        runtime.end("cache")
    else:
        runtime.exec("cache", ["redis-cli", "-h", before.address, "SHUTDOWN", "NOSAVE"])

    def is_back() -> bool:
        now = _replicas(runtime, "cache")[1]
        return now.state == "running" and (now.started_at or 0) > (before.started_at or 0)

    wait_until(is_back, 10)
    if isinstance(runtime, FakeRuntime):
        return
    ping = ["redis-cli", "-h", before.address, "PING"]
    wait_until(lambda: "PONG" in runtime.exec("cache", ping).stdout, 10)


def test_an_unknown_signal_is_refused(runtime: Runtime) -> None:
    """Bad input, not a crash."""
    with pytest.raises(BadStack, match="HELLO is not a signal"):
        runtime.kill("vision", signal="HELLO")


def test_an_address_that_is_not_published_is_refused(runtime: Runtime) -> None:
    """Bad input, with the service and the port."""
    with pytest.raises(BadStack, match=r"metrics .* port 1234"):
        runtime.address("metrics", 1234)


def test_limits_are_real_or_refused(runtime: Runtime) -> None:
    """A runtime that claims limits changes them while the part runs; another says that it can't."""
    limits = Limits(cpus=0.5, memory_bytes=128 << 20)
    if "limit" not in runtime.capabilities():
        with pytest.raises(Unsupported):
            runtime.limit("bastion", limits)
        return
    runtime.limit("bastion", limits)
    v1, v2 = "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max"
    read = runtime.exec("bastion", ["sh", "-c", f"cat {v1} {v2} 2>/dev/null"])
    assert read.stdout.strip() == str(128 << 20)
    runtime.limit("bastion", Limits(cpus=0.5, memory_bytes=256 << 20))


def test_a_partition_is_real_or_refused(runtime: Runtime) -> None:
    """A part that was cut off can't be reached, and can again under its name once it is put back."""
    if "partition" not in runtime.capabilities():
        with pytest.raises(Unsupported):
            runtime.partition("vision", cut=True)
        return
    ask = ["curl", "-fsS", "-m", "3", "http://vision:8000/healthz"]
    runtime.partition("vision", cut=True)
    try:
        assert runtime.exec("bastion", ask).exit_code != 0
    finally:
        runtime.partition("vision", cut=False)
    wait_until(lambda: runtime.exec("bastion", ask).exit_code == 0, 10)


# --- coming and going ----------------------------------------------------------------------------


def test_up_twice_is_refused(runtime: Runtime) -> None:
    """A second `up` of the same name says so, and harms nothing."""
    with pytest.raises(SandboxError, match="exists already"):
        open_runtime(runtime.kind, runtime.sandbox_id).up(lambda _: None)
    assert _replicas(runtime, "bastion")[1].state == "running"


def test_down_of_nothing_is_quiet(runtime: Runtime) -> None:
    """Removing what isn't there is no error."""
    open_runtime(runtime.kind, registry.new_id()).down()


def test_anyone_can_attach(runtime: Runtime) -> None:
    """Another process finds the sandbox by its name, and can use it."""
    attached = attach(runtime.sandbox_id)
    assert attached.kind == runtime.kind
    assert attached.exec("bastion", ["echo", "here"]).stdout == "here\n"
    listed = {each.sandbox_id: each for each in all_sandboxes()}
    assert listed[runtime.sandbox_id].trainer_alive


def test_the_shell_is_a_program_that_is_here(runtime: Runtime) -> None:
    """What opens the bastion's shell can be run, and whoever types there sees where they are."""
    shell = runtime.shell()
    assert shutil.which(shell.argv[0])
    assert "lumen bastion" in " ".join([*shell.argv, *shell.environment.values()])


def test_labels_alone_are_enough(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the state folder is lost, the engine still knows a sandbox and whose it is."""
    if runtime.kind != "docker":
        pytest.skip("only containers carry labels")
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path))
    assert attach(runtime.sandbox_id).exec("bastion", ["true"]).exit_code == 0
    assert runtime.sandbox_id not in sweep(lambda _: None).removed
    assert runtime.status()


def test_down_leaves_nothing_and_up_starts_anew(runtime: Runtime) -> None:
    """No container, network, volume, process, folder or follower remains; `up` tells of each step."""
    follower = threading.Thread(target=lambda: list(runtime.logs("customers", follow=True)))
    follower.start()
    runtime.down()
    follower.join(10)
    assert not follower.is_alive()
    assert not registry.folder_of(runtime.sandbox_id).exists()
    assert _processes(runtime) == []
    if runtime.kind == "docker":
        assert _on_engine(runtime) == []
    told: list[Progress] = []
    runtime.up(told.append, keep=True)
    (kept,) = (each for each in all_sandboxes() if each.sandbox_id == runtime.sandbox_id)
    assert kept.kept
    assert {each.service for each in told if each.step == "ready"} >= set(load_stack().services)


def test_an_interrupt_on_the_way_up_leaves_nothing(runtime: Runtime) -> None:
    """Ctrl-C while parts start removes what was started before it leaves; until then nobody keeps it."""
    found: list[Found] = []

    def interrupt(progress: Progress) -> None:
        if (progress.service, progress.step) == ("cache", "ready"):
            found.extend(each for each in all_sandboxes() if each.sandbox_id == other.sandbox_id)
            raise KeyboardInterrupt

    other = open_runtime(runtime.kind, registry.new_id())
    with pytest.raises(KeyboardInterrupt):
        other.up(interrupt, keep=True)
    assert [each.kept for each in found] == [False]
    assert not registry.folder_of(other.sandbox_id).exists()
    assert _processes(other) == []
    if other.kind == "docker":
        assert _on_engine(other) == []
        with Engine() as engine:
            assert {each.sandbox_id for each in engine.containers(OURS)} >= {runtime.sandbox_id}


def test_a_part_that_ends_while_starting_is_named(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the service and its last words, and what was started is gone."""
    other = open_runtime(runtime.kind, registry.new_id())
    if isinstance(other, FakeRuntime):
        other.fail_start("seed", 9, "out of paper")
    elif other.kind == "docker":
        stack = load_stack()
        ends = {"command": ("sh", "-c", "echo out of paper; exit 9")}
        seed = stack.services["seed"].model_copy(update=ends)
        changed = stack.model_copy(update={"services": {**stack.services, "seed": seed}})
        monkeypatch.setattr("sandbox.runtime.docker_runtime.load_stack", lambda: changed)
    else:
        pytest.skip("needs a stack of its own")
    with pytest.raises(SandboxError, match=r"seed failed with exit code 9: out of paper"):
        other.up(lambda _: None)
    assert not registry.folder_of(other.sandbox_id).exists()
    assert other.status() == ()
    if other.kind == "docker":
        assert _on_engine(other) == []
