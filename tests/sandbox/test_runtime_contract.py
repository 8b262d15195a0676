"""What every runtime promises, on a real sandbox: one for each runtime, shared by all tests here.

Tests leave the sandbox as they found it, since their order is random.
"""

from __future__ import annotations

import io
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import psutil
import pytest

from sandbox.errors import BadStack, SandboxError, Unsupported
from sandbox.runtime import registry
from sandbox.runtime.base import Limits, LogLine, Progress, Replica, Runtime
from sandbox.runtime.choose import all_sandboxes, attach, open_runtime, sweep
from sandbox.runtime.docker import Engine
from sandbox.runtime.docker_plan import OURS, project_label
from sandbox.stack.model import load_stack
from sandbox.stack.prometheus import SCRAPED
from tests.sandbox.runtimes import Kind, require
from tests.sandbox.test_image import TELLTALE
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("process", marks=pytest.mark.process),
        pytest.param("docker", marks=pytest.mark.docker),
    ],
)
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A sandbox that is up."""
    kind = cast("Kind", request.param)
    require(kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAMEDAY_STATE", str(tmp_path_factory.mktemp("state")))
        made = open_runtime(kind, registry.new_id())
        try:
            made.up(lambda _: None)
            yield made
        finally:
            made.down()


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


def test_customers_are_served(runtime: Runtime) -> None:
    """Whole seconds of good uploads show in the customers' log."""

    def good_uploads() -> bool:
        return any('"upload"' in line.text and '"sli": 1' in line.text for line in runtime.logs("customers"))

    wait_until(good_uploads, 20, every_s=0.5)


def test_logs_come_in_order_of_time(runtime: Runtime) -> None:
    """The lines of all copies of a service are one stream, with times near the clock's."""
    wait_until(lambda: {line.replica for line in runtime.logs("storefront")} == {1, 2}, 20, every_s=0.5)
    lines = [line for line in runtime.logs("storefront") if line.wall]
    assert [line.wall for line in lines] == sorted(line.wall for line in lines)
    assert {line.service for line in lines} == {"storefront"}
    assert all(abs(line.wall - time.time()) < 600 for line in lines)


def test_logs_can_begin_at_a_time(runtime: Runtime) -> None:
    """Lines from before `since` are left out."""
    wait_until(lambda: len(list(runtime.logs("customers"))) >= 3, 20, every_s=0.5)
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
    try:
        wait_until(lambda: len(heard) >= 2, 20)
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


def test_every_service_has_code_of_its_own(runtime: Runtime) -> None:
    """A version that is laid into one service is not in another, and its programs find it."""
    runtime.unpack("vision", "/srv/lumen", _tar({"services/marked.py": b"print('here')", "notes/a": b"b"}))
    assert runtime.read_out("vision", "/srv/lumen/notes/a") == b"b"
    ask = ["python3", "-m", "services.marked"]
    assert [runtime.exec("vision", ask, replica=n).stdout for n in (1, 2)] == ["here\n", "here\n"]
    assert runtime.exec("storefront", ask).exit_code != 0
    with pytest.raises(SandboxError):
        runtime.read_out("storefront", "/srv/lumen/notes/a")


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
    runtime.exec("cache", ["redis-cli", "-h", before.address, "SHUTDOWN", "NOSAVE"])

    def is_back() -> bool:
        now = _replicas(runtime, "cache")[1]
        return now.state == "running" and (now.started_at or 0) > (before.started_at or 0)

    wait_until(is_back, 10)
    wait_until(
        lambda: "PONG" in runtime.exec("cache", ["redis-cli", "-h", before.address, "PING"]).stdout, 10
    )


def test_an_unknown_signal_is_refused(runtime: Runtime) -> None:
    """Bad input, not a crash."""
    with pytest.raises(BadStack, match="HELLO is not a signal"):
        runtime.kill("vision", signal="HELLO")


def test_address_reaches_prometheus(runtime: Runtime) -> None:
    """The trainer reads metrics of every copy at the published port."""
    url = f"http://{runtime.address('metrics', 9090)}/api/v1/query"

    def scraped() -> bool:
        found = httpx.get(url, params={"query": "up == 1"}, timeout=5).json()["data"]["result"]
        jobs = [series["metric"]["job"] for series in found]
        return sorted(jobs) == sorted(name for name in SCRAPED for _ in _replicas(runtime, name))

    wait_until(scraped, 20, every_s=0.5)


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


# --- walls ---------------------------------------------------------------------------------------


def test_nothing_inside_finds_a_way_out(runtime: Runtime) -> None:
    """Nothing is masqueraded, an outside address does not answer, outside names do not resolve."""
    if "names" not in runtime.capabilities():
        pytest.skip("plain processes share the host's network")
    for service in ("bastion", "vision"):
        outside = ["curl", "-sS", "-m", "3", "-o", "/dev/null", "http://192.0.2.1/"]
        assert runtime.exec(service, outside).exit_code in (7, 28)
        begun = time.monotonic()
        assert runtime.exec(service, ["getent", "hosts", "outside.example.org"]).exit_code == 2
        assert time.monotonic() - begun < 8
    with Engine() as engine:
        options = engine.network_options(f"{runtime.sandbox_id}_shop")
    assert options["com.docker.network.bridge.enable_ip_masquerade"] == "false"


def test_nothing_inside_tells_what_it_is_for(runtime: Runtime) -> None:
    """No file, host name or environment variable in a participant's reach speaks of exercises."""
    if "names" not in runtime.capabilities():
        pytest.skip("plain processes share the host's files")
    look = "find / -xdev -not -path '/proc/*' -not -path '/sys/*' 2>/dev/null; env; hostname"
    for service in ("bastion", "customers"):
        told = [
            line for line in runtime.exec(service, ["sh", "-c", look]).stdout.splitlines() if _tells(line)
        ]
        assert told == []


def _tells(line: str) -> bool:
    return bool(TELLTALE.search(line))


# --- coming and going ----------------------------------------------------------------------------


def test_the_bastion_does_not_know_who_comes(runtime: Runtime) -> None:
    """The customers' own program, and with it the kinds of bots that there are, can't be read there."""
    assert runtime.exec("customers", ["ls", "load"]).stdout
    assert runtime.exec("bastion", ["ls", "-A", "load"]).stdout == ""


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


def test_labels_alone_are_enough(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the state folder is lost, the engine still knows a sandbox and whose it is."""
    if runtime.kind != "docker":
        pytest.skip("processes carry no labels")
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path))
    assert attach(runtime.sandbox_id).exec("bastion", ["true"]).exit_code == 0
    assert runtime.sandbox_id not in sweep(lambda _: None)
    assert runtime.status()


def test_down_leaves_nothing_and_up_starts_anew(runtime: Runtime) -> None:
    """No container, network, volume, process or folder remains; each step of `up` is told."""
    runtime.down()
    assert not registry.folder_of(runtime.sandbox_id).exists()
    assert _processes(runtime) == []
    if runtime.kind == "docker":
        assert _on_engine(runtime) == []
    told: list[Progress] = []
    runtime.up(told.append)
    assert {each.service for each in told if each.step == "ready"} >= set(load_stack().services)


def test_an_interrupt_on_the_way_up_leaves_nothing(runtime: Runtime) -> None:
    """Ctrl-C while parts start removes what was started before it leaves."""

    def interrupt(progress: Progress) -> None:
        if (progress.service, progress.step) == ("cache", "ready"):
            raise KeyboardInterrupt

    other = open_runtime(runtime.kind, registry.new_id())
    with pytest.raises(KeyboardInterrupt):
        other.up(interrupt)
    assert not registry.folder_of(other.sandbox_id).exists()
    assert _processes(other) == []
    if other.kind == "docker":
        assert _on_engine(other) == []
        with Engine() as engine:
            assert {each.sandbox_id for each in engine.containers(OURS)} >= {runtime.sandbox_id}


def test_a_part_that_ends_while_starting_is_named(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the service and its last words, and what was started is gone."""
    if runtime.kind != "docker":
        pytest.skip("needs a stack of its own")
    stack = load_stack()
    broken = stack.services["seed"].model_copy(update={"command": ("sh", "-c", "echo out of paper; exit 9")})
    changed = stack.model_copy(update={"services": {**stack.services, "seed": broken}})
    monkeypatch.setattr("sandbox.runtime.docker_runtime.load_stack", lambda: changed)
    other = open_runtime("docker", registry.new_id())
    with pytest.raises(SandboxError, match=r"seed failed with exit code 9: out of paper"):
        other.up(lambda _: None)
    assert _on_engine(other) == []
