"""The bastion's own program, its shell and `ops`, without a sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest

from sandbox.services.bastion import BASHRC, LONGEST, Lines, understood
from sandbox.stack import PACKAGE_ROOT
from sandbox.world.keeper import is_ops
from tests.waiting import wait_until

ASK = {"ask": "ops", "id": "ab12", "line": "status", "sure": True}


@pytest.mark.parametrize(
    "message",
    [
        ASK,
        {"ran": "ls", "code": 0, "began": 1.5, "ended": 2},
        {"pushed": "a" * 40},
        {"follow": "logs -f", "id": "ab12", "after": 1.5},
    ],
    ids=["ask", "ran", "pushed", "follow"],
)
def test_a_message_is_understood(message: dict[str, object]) -> None:
    """Keys that nobody knows are left out."""
    assert understood(json.dumps({"ts": 1, **message, "more": [1]})) == message


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"7", b"\xff\xfe", b'{"ask": "ops"}', b'{"other": 1}',
        json.dumps({**ASK, "ask": "root"}), json.dumps({**ASK, "id": "../../etc/passwd"}),
        json.dumps({**ASK, "id": "²"}), json.dumps({**ASK, "id": ""}), json.dumps({**ASK, "line": 5}),
        json.dumps({**ASK, "line": "x" * 3000}),
        json.dumps({**ASK, "sure": 1}), json.dumps({**ASK, "sure": None}),
        json.dumps({"ran": "ls", "code": True, "began": 1, "ended": 2}),
        json.dumps({"ran": "ls", "code": "0", "began": 1, "ended": 2}),
        '{"ran": "ls", "code": 0, "began": NaN, "ended": 2}',
        '{"ran": "ls", "code": 1e400, "began": 1, "ended": 2}',
        json.dumps({"pushed": "main; rm"}), b"[" * 3000, b'{"pushed": "' + b"a" * LONGEST + b'"}',
    ],
)  # fmt: skip
def test_hostile_and_torn_lines_are_ignored(raw: bytes | str) -> None:
    """Whatever it is, it is no message, and no crash."""
    assert understood(raw) is None


def test_a_line_that_is_too_long_is_dropped_as_a_whole() -> None:
    """Its end isn't taken for a line of its own; what follows is heard."""
    lines = Lines()
    assert lines.feed(b"one\ntw") == [b"one"]
    assert lines.feed(b"o\n") == [b"two"]
    assert lines.feed(b"x" * (LONGEST + 1)) == []
    assert lines.feed(b"y" * LONGEST) == []
    assert lines.feed(b"end\nthree\n") == [b"three"]


@pytest.mark.parametrize(
    ("line", "alone"),
    [
        ("ops scale vision 3", True),
        ("  ops status", True),
        ("ops status | head", False),
        ("ops status && ls", False),
        ("opsx", False),
        ("echo ops", False),
        ("", False),
    ],
)
def test_ops_alone_is_told_of_once(line: str, alone: bool) -> None:
    """A line that does more than one `ops` is a shell line too."""
    assert is_ops(line) is alone


@dataclass
class Bastion:
    """The agent as a process in a folder of the test's own."""

    folder: Path
    process: subprocess.Popen[str]
    heard: list[dict[str, object]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return _environment(self.folder)

    def listen(self, count: int) -> list[dict[str, object]]:
        assert self.process.stdout is not None
        while len(self.heard) < count:
            self.heard.append(json.loads(self.process.stdout.readline()))
        return self.heard


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGE_ROOT), "OUTBOX": str(folder / "outbox"),
        "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


@pytest.fixture
def bastion(tmp_path: Path) -> Iterator[Bastion]:
    """An agent whose outbox is open."""
    with subprocess.Popen(
        [sys.executable, "-m", "services.bastion"],
        env=_environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            wait_until((tmp_path / "replies").is_dir, 10)
            yield Bastion(tmp_path, process)
        finally:
            process.terminate()


def _ops(folder: Path, *words: str, stdin: IO[str] | int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "services.ops", *words], env=_environment(folder), stdin=stdin,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    with process:
        out, err = process.communicate(timeout=20)
    return process.returncode, out, err


def test_ops_prints_the_reply_and_ends_with_its_code(bastion: Bastion) -> None:
    """The line arrives as it was meant, words with spaces included; the reply's file is gone."""
    asking = _ops(bastion.folder, "logs", "vision", "queue is full")
    (message,) = bastion.listen(1)
    assert (message["line"], message["sure"]) == ("logs vision 'queue is full'", True)
    reply = bastion.folder / "replies" / f"{message['id']}.json"
    fresh = reply.with_suffix(".new")
    fresh.write_text(json.dumps({"exit_code": 3, "text": "none"}), encoding="utf-8")
    fresh.rename(reply)
    assert _ended(asking) == (3, "none\n", "")
    assert not reply.exists()


def _reply(bastion: Bastion, message: dict[str, object], **said: object) -> None:
    """Put a reply where the client waits for it, as a whole."""
    reply = bastion.folder / "replies" / f"{message['id']}.json"
    fresh = reply.with_suffix(".new")
    fresh.write_text(json.dumps({"exit_code": 0, "would": "", "cursor": 0.0, **said}), encoding="utf-8")
    fresh.rename(reply)


def test_ops_follows_as_long_as_there_is_more(bastion: Bastion) -> None:
    """Each time from where it was; it ends when it is told that nothing more will come."""
    asking = _ops(bastion.folder, "logs", "-f")
    _reply(bastion, bastion.listen(1)[0], text="one\n", cursor=5.5)
    again = bastion.listen(2)[1]
    assert (again["follow"], again["after"]) == ("logs -f", 5.5)
    _reply(bastion, again, text="two", exit_code=1)
    assert _ended(asking) == (1, "one\ntwo\n", "")


def test_ops_for_programs_explains_before_it_acts(bastion: Bastion) -> None:
    """With --json a write is done only with --yes; the reply comes as it is."""
    for options, sure in ((("--json",), False), (("--json", "--yes"), True)):
        asking = _ops(bastion.folder, *options, "restart", "vision")
        message = bastion.listen(len(bastion.heard) + 1)[-1]
        assert message["sure"] is sure
        _reply(bastion, message, text="", would="restarts")
        code, out, _ = _ended(asking)
        assert (code, json.loads(out)["would"]) == (0, "restarts")


def test_ops_says_if_nobody_answers(bastion: Bastion) -> None:
    """One sentence, within the time that was given."""
    begun = time.monotonic()
    code, out, err = _ended(_ops(bastion.folder, "--wait", "0.2", "status"))
    assert (code, out) == (75, "")
    assert err == "ops: nobody answered within 0.2 s; whoever runs operations is away\n"
    assert time.monotonic() - begun < 10


def test_ops_says_if_nobody_hears(tmp_path: Path) -> None:
    """Without the agent it doesn't wait at all."""
    code, _, err = _ended(_ops(tmp_path, "status"))
    assert code == 75
    assert "nobody hears this" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", [(), ("--wait",), ("--wait", "soon", "status"), ("--loud", "status")])
def test_ops_without_an_operation_says_how(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Usage, and exit code 2."""
    code, _, err = _ended(_ops(tmp_path, *words))
    assert code == 2
    assert err.startswith("usage: ops ")


def test_the_agent_survives_what_is_thrown_at_it(bastion: Bastion) -> None:
    """Garbage, half lines and long lines; what is whole among them is printed."""
    with (bastion.folder / "outbox").open("wb", buffering=0) as outbox:
        for junk in (b"\x00\xff\n", b"{\n", b"x" * 9000 + b"\n", b'{"ask": "ops"}\n'):
            outbox.write(junk)
        outbox.write(json.dumps({"pushed": "abc"}).encode() + b"\n")
    (message,) = bastion.listen(1)
    assert message["pushed"] == "abc"
    assert bastion.process.poll() is None


def test_the_shell_tells_of_each_line(bastion: Bastion) -> None:
    """With its exit code and how long it took; an empty line is none, and the same one twice is two."""
    script = 'echo "a \\"b\\" \\\\ ü"\n\nfalse\nfalse\nfor n in 1 2; do\ntrue\ndone\nsleep 0.2\nexit\n'
    with subprocess.Popen(
        ["bash", "--noprofile", "--rcfile", str(bastion.folder / "bashrc"), "-i"],
        env=bastion.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    ) as shell:  # fmt: skip
        shell.communicate(script, timeout=20)
    told = [(each["ran"], each["code"]) for each in bastion.listen(5)]
    assert told[0] == ('echo "a \\"b\\" \\\\ ü"', 0)
    assert told[1:3] == [("false", 1), ("false", 1)]
    assert "for n in 1 2" in str(told[3][0])
    assert told[4] == ("sleep 0.2", 0)
    last = bastion.heard[4]
    assert 0.15 < float(str(last["ended"])) - float(str(last["began"])) < 5


def test_the_shell_works_without_the_agent(tmp_path: Path) -> None:
    """Nobody hears it, and nobody has to."""
    rc = tmp_path / "bashrc"
    rc.write_text(BASHRC, encoding="utf-8")
    done = subprocess.run(
        ["bash", "--noprofile", "--rcfile", str(rc), "-i"],
        env=_environment(tmp_path),
        input="echo yes\nexit\n",
        capture_output=True, text=True, timeout=20, start_new_session=True, check=False,
    )  # fmt: skip
    assert done.stdout == "yes\n"
    assert not (tmp_path / "outbox").exists()
