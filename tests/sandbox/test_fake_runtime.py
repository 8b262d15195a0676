"""What only the fake runtime has: whoever holds it scripts what a real company would do by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.errors import BadStack, SandboxError, Unsupported
from sandbox.runtime import registry
from sandbox.runtime.base import Address, Capability, Limits
from sandbox.runtime.choose import attach
from sandbox.runtime.fake import FakeRuntime
from sandbox.runtime.fake_company import EVERYTHING
from sandbox.runtime.fake_programs import Answer


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRuntime]:
    """A fake sandbox that is up."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path))
    made = FakeRuntime(registry.new_id())
    made.up(lambda _: None)
    yield made
    made.down()


def test_an_answer_can_be_given(fake: FakeRuntime) -> None:
    """For one service or for all; the one for the service counts; and what was asked is remembered."""
    fake.answer("psql", Answer(stdout="all\n"))
    fake.answer("psql", lambda call: Answer(3, stderr=call.argv[1]), service="bastion")
    assert fake.exec("db", ["psql", "-c", "select 1"]).stdout == "all\n"
    done = fake.exec("bastion", ["psql", "why"])
    assert (done.exit_code, done.stderr) == (3, "why")
    assert [(each.service, each.argv[0]) for each in fake.executed] == [("db", "psql"), ("bastion", "psql")]


def test_a_command_s_time_is_told_and_not_spent(fake: FakeRuntime) -> None:
    """Its duration is what it was said to take, and the caller's timeout counts."""
    fake.answer("backup", Answer(takes_s=40))
    assert fake.exec("db", ["backup"], timeout_s=60).duration_s == 40
    late = fake.exec("db", ["backup"])
    assert (late.exit_code, late.duration_s) == (124, 30)


def test_a_service_says_what_it_is_told_to(fake: FakeRuntime) -> None:
    """Lines are ordered by their times, and a text of two lines is two."""
    fake.say("vision", "late\nlater", replica=2, wall=20.0)
    fake.say("vision", "early", wall=10.0)
    told = [(line.replica, line.text) for line in fake.logs("vision") if line.wall < 100]
    assert told == [(1, "early"), (2, "late"), (2, "later")]
    with pytest.raises(BadStack, match="no vision-7"):
        fake.say("vision", "x", replica=7)


def test_somebody_can_listen_behind_an_address(fake: FakeRuntime) -> None:
    """Otherwise a published port has an address with nobody behind it, the same for everybody."""
    before = fake.address("metrics", 9090)
    assert attach(fake.sandbox_id).address("metrics", 9090) == before
    fake.serve("metrics", 9090, Address("127.0.0.1", 1))
    assert attach(fake.sandbox_id).address("metrics", 9090).port == 1


def test_asking_over_the_network_depends_on_who_is_there(fake: FakeRuntime) -> None:
    """No such name, refused, no answer and served are as different as they are for curl."""

    def ask(host: str) -> int:
        return fake.exec("bastion", ["curl", "-fsS", f"http://{host}:8000/healthz"]).exit_code

    assert (ask("warehouse"), ask("vision"), ask("vision-2")) == (6, 0, 0)
    fake.kill("vision", replica=2)
    assert (ask("vision"), ask("vision-2")) == (0, 7)
    fake.pause("vision", paused=True, replica=1)
    assert ask("vision") == 28
    fake.restart("vision")
    fake.partition("bastion", cut=True)
    assert ask("vision") == 28


def test_all_copies_can_go_and_come(fake: FakeRuntime) -> None:
    """A service without copies is still one that can be scaled."""
    fake.scale("vision", 0)
    assert "vision" not in {each.service for each in fake.status()}
    fake.scale("vision", 1)
    assert [each.state for each in fake.status() if each.service == "vision"] == ["running"]
    with pytest.raises(BadStack, match="warehouse cannot be scaled"):
        fake.scale("warehouse", 1)


@pytest.mark.parametrize(
    ("signal", "state", "code"),
    [
        ("KILL", "exited", 137),
        ("SIGTERM", "exited", 143),
        ("STOP", "paused", None),
        ("CHLD", "running", None),
    ],
)
def test_a_signal_does_what_it_does(fake: FakeRuntime, signal: str, state: str, code: int | None) -> None:
    """Exit codes are a shell's."""
    fake.kill("worker", signal=signal)
    (worker,) = (each for each in fake.status() if each.service == "worker")
    assert (worker.state, worker.exit_code) == (state, code)


def test_nothing_runs_in_what_does_not_run(fake: FakeRuntime) -> None:
    """The sentence says which copy, and in what state it is."""
    fake.kill("worker")
    with pytest.raises(SandboxError, match=r"worker-1.*exited"):
        fake.exec("worker", ["true"])


@pytest.mark.parametrize("lacking", sorted(EVERYTHING - {"names"}))
def test_what_it_may_not_do_it_refuses(
    lacking: Capability, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fake that lacks a capability is like a runtime that lacks it, also for whoever attaches."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path))
    fake = FakeRuntime(registry.new_id(), capabilities=EVERYTHING - {lacking})
    fake.up(lambda _: None)
    seen = attach(fake.sandbox_id)
    acts: dict[str, Callable[[], object]] = {
        "exec": lambda: seen.exec("vision", ["true"]),
        "copy_in": lambda: seen.copy_in("vision", "/etc/lumen/x", b""),
        "restart": lambda: seen.restart("vision"),
        "scale": lambda: seen.scale("vision", 3),
        "pause": lambda: seen.pause("vision", paused=True),
        "kill": lambda: seen.kill("vision"),
        "limit": lambda: seen.limit("vision", Limits(cpus=1.0)),
        "partition": lambda: seen.partition("vision", cut=True),
    }
    before = seen.status()
    with pytest.raises(Unsupported, match=lacking):
        acts[lacking]()
    assert seen.status() == before
    fake.down()


@pytest.mark.parametrize(
    ("script", "code", "out", "err"),
    [
        ("echo a; false; echo b", 0, "a\nb\n", ""),
        ("false && echo a || echo b", 0, "b\n", ""),
        ("echo a >/dev/null; cat nothing 2>/dev/null", 1, "", ""),
        ("echo 'a; b' >&2; exit 4; echo c", 4, "", "a; b\n"),
        ("missing || exit 5", 5, "", "missing: not found\n"),
        ("env | sort", 2, "", "sh: this one doesn't know '|'\n"),
    ],
)
def test_the_shell_knows_little_and_says_so(
    fake: FakeRuntime, script: str, code: int, out: str, err: str
) -> None:
    """Short scripts run as in a real one; what it doesn't know is refused, not guessed."""
    done = fake.exec("bastion", ["sh", "-c", script])
    assert (done.exit_code, done.stdout, done.stderr) == (code, out, err)


def test_a_path_stays_inside(fake: FakeRuntime) -> None:
    """Dots lead nowhere but to the root."""
    fake.copy_in("vision", "../../etc/lumen/./x/../note", b"here")
    assert fake.read_out("vision", "/etc/lumen/note") == b"here"
    assert "note" in fake.exec("vision", ["ls", "/etc/lumen"]).stdout.split()
