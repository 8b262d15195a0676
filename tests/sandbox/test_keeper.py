"""The keeper and its deployer, on a bastion that is only as real as they need it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest

from sandbox.errors import SandboxError
from sandbox.runtime.base import ExecResult, LogLine, Runtime
from sandbox.stack.model import load_stack
from sandbox.world.deployer import Deployer
from sandbox.world.keeper import Keeper, Reply
from tests.waiting import wait_until

STACK = load_stack()
SECONDS = 10.0


@dataclass
class Bastion:
    """Answers the repository's questions with one push, and keeps what is put into services."""

    log: list[LogLine] = field(default_factory=list)
    push: str = ""
    asked: int = 0
    put: dict[str, bytes] = field(default_factory=dict)
    held: threading.Event = field(default_factory=threading.Event)
    hung: threading.Event = field(default_factory=threading.Event)

    def exec(self, service: str, argv: Sequence[str], **_: object) -> ExecResult:
        self.asked += "compare" in argv
        said = self.push if "compare" in argv else "c0ffee\n"
        return ExecResult(tuple(argv), 0, said, "", 0.0)

    def copy_in(self, service: str, path: str, data: bytes) -> None:
        if service == "vision":
            self.hung.set()
            assert self.held.wait(SECONDS)
        self.put[path] = data

    def logs(self, service: str, **_: object) -> Iterator[LogLine]:
        yield from self.log


def _line(at: float, **message: object) -> LogLine:
    return LogLine("bastion", 1, at, json.dumps(message))


def _pushed(*services: str) -> str:
    """What the bastion prints of a push that changed the configs of these services."""
    rows = ["c0ffee", "c0ffee "]
    for name in services:
        old, new = (base64.b64encode(text).decode() for text in (b"a: 1\n", b"a: 2\n"))
        rows += [f"config/{name}.yaml +{old} +{new}", "c0ffee\x1fSam\x1f1\x1fchange"]
    return "\n".join(rows)


def test_a_rollout_that_hangs_holds_up_no_other() -> None:
    """The other service's config is written; the push is done once both are."""
    bastion = Bastion(push=_pushed("vision"))
    deployer = Deployer(cast(Runtime, bastion), STACK)
    deployer.start("before")
    try:
        deployer.pushed()
        assert bastion.hung.wait(SECONDS)
        bastion.push = _pushed("edge").replace("c0ffee", "decade")
        deployer.pushed()
        assert [each.service for each in deployer.wait_for("decade", SECONDS)] == ["edge"]
        assert list(bastion.put) == ["/etc/lumen/edge.yaml"]
        bastion.held.set()
        assert [each.service for each in deployer.wait_for("c0ffee", SECONDS)] == ["vision"]
    finally:
        bastion.held.set()
        deployer.stop()


def test_one_push_to_two_services_is_done_when_both_are() -> None:
    """And not before."""
    bastion = Bastion(push=_pushed("edge", "vision"))
    deployer = Deployer(cast(Runtime, bastion), STACK)
    deployer.start("before")
    try:
        deployer.pushed()
        wait_until(lambda: "/etc/lumen/edge.yaml" in bastion.put, SECONDS)
        bastion.push = "c0ffee\n\n"
        deployer.pushed()
        wait_until(lambda: bastion.asked == 2, SECONDS)
        with pytest.raises(SandboxError, match="hasn't carried it out"):
            deployer.wait_for("c0ffee", 0.2)
        assert deployer.rollouts == ()
        bastion.held.set()
        done = deployer.wait_for("c0ffee", SECONDS)
        assert {each.service for each in done} == {"edge", "vision"}
    finally:
        bastion.held.set()
        deployer.stop()


@pytest.mark.parametrize(("since", "answered"), [(0.0, ["old", "new"]), (10.0, ["new"])])
def test_a_keeper_that_comes_back_leaves_old_requests_alone(since: float, answered: list[str]) -> None:
    """What was asked before it came was somebody else's to answer."""
    bastion = Bastion(
        log=[
            _line(5.0, ask="ops", id="a1", line="old", sure=True),
            _line(15.0, ask="ops", id="a2", line="new", sure=True),
        ]
    )
    heard: list[str] = []

    def operate(line: str, sure: bool) -> Reply:
        heard.append(line)
        return Reply(0, line)

    keeper = Keeper(cast(Runtime, bastion), STACK, operate)
    keeper.resume(since)
    try:
        keeper.wait()
        wait_until(lambda: len(bastion.put) == len(answered), SECONDS)
        assert sorted(heard) == sorted(answered)
    finally:
        keeper.stop()


def test_who_asks_too_much_is_told_so() -> None:
    """Eight are carried out at a time; the ninth gets a reply, too."""
    bastion = Bastion(log=[_line(1.0, ask="ops", id=f"a{n}", line="top", sure=True) for n in range(9)])
    go = threading.Event()

    def operate(line: str, sure: bool) -> Reply:
        assert go.wait(SECONDS)
        return Reply(0, "done")

    keeper = Keeper(cast(Runtime, bastion), STACK, operate)
    keeper.resume(0.0)
    try:
        wait_until(lambda: len(bastion.put) == 1, SECONDS)
        (refused,) = (json.loads(data) for data in bastion.put.values())
        assert (refused["exit_code"], "too much" in refused["text"]) == (75, True)
        go.set()
        wait_until(lambda: len(bastion.put) == 9, SECONDS)
    finally:
        go.set()
        keeper.stop()


def test_a_line_that_is_followed_is_asked_for_again() -> None:
    """From the time on that the client was given."""
    bastion = Bastion(log=[_line(1.0, follow="logs -f", id="b1", after=7.5)])
    asked: list[tuple[str, float]] = []

    def more(line: str, after: float) -> Reply:
        asked.append((line, after))
        return Reply(0, "more", cursor=8.0)

    keeper = Keeper(cast(Runtime, bastion), STACK, lambda *_: Reply(0, ""), more=more)
    keeper.resume(0.0)
    try:
        wait_until(lambda: bool(bastion.put), SECONDS)
        assert asked == [("logs -f", 7.5)]
        (reply,) = (json.loads(data) for data in bastion.put.values())
        assert (reply["text"], reply["cursor"]) == ("more", 8.0)
    finally:
        keeper.stop()
