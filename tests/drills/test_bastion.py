"""What is done on the bastion is part of the drill's record, and works without a drill too."""

from __future__ import annotations

import json
import signal

import pytest

from sandbox.runtime.choose import attach
from tests.drills.playing import Gameday
from tests.waiting import wait_until

pytestmark = [pytest.mark.timeout(200)]


def test_what_is_done_on_the_bastion_is_journaled(
    gameday: Gameday, runtime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ops` with its tier and what it changed, a shell line with its exit code."""
    monkeypatch.setenv("GAMEDAY_STATE", str(gameday.state))
    with gameday.start("drill", "cache-loss", "--headless", "--seed", "4", "--runtime", runtime) as program:
        assert program.stderr is not None
        assert any("phase: briefing" in line for line in program.stderr)
        (path,) = gameday.data.glob("runs/*/manifest.json")
        bastion = attach(json.loads(path.read_text(encoding="utf-8"))["sandbox_id"])
        done = bastion.exec("bastion", ["ops", "scale", "storefront", "3"], timeout_s=60)
        assert done.exit_code == 0, done.stdout + done.stderr
        shelf = bastion.exec("bastion", ["ops", "runbook"], timeout_s=60).stdout.split()
        read = bastion.exec("bastion", ["ops", "runbook", "vision-saturated"], timeout_s=60)
        assert (read.exit_code, "Add replicas" in read.stdout) == (0, True)
        shell = ["bash", "-c", 'exec bash --noprofile --rcfile "${OUTBOX%/*}/bashrc" -i']
        bastion.exec("bastion", shell, stdin=b"ls nothing-here\nexit\n")
        wait_until(lambda: any("nothing-here" in json.dumps(each) for each in gameday.journal()), 20)
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
    (briefing,) = (event["data"] for event in gameday.journal() if event["kind"] == "briefing_given")
    assert sorted(shelf) == sorted(f"{name}.md" for name in briefing["runbooks"])
    operated = {
        event["data"]["line"]: (event["actor"], event["data"])
        for event in gameday.journal()
        if event["kind"] == "operated"
    }
    actor, scaled = operated["scale storefront 3"]
    assert (actor, scaled["tier"], scaled["exit_code"]) == ("engineer", "write", 0)
    assert scaled["changed"] == "storefront: 2 → 3 replicas"
    _, listed = operated["ls nothing-here"]
    assert (listed["tier"], listed["exit_code"]) == ("shell", 2)
    gameday.assert_nothing_left()


def test_ops_is_answered_without_a_drill(
    gameday: Gameday, runtime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sandbox up` leaves a keeper behind, and `sandbox down` takes it along."""
    monkeypatch.setenv("GAMEDAY_STATE", str(gameday.state))
    started = gameday.run("sandbox", "up", "--json", "--runtime", runtime)
    assert started.code == 0, started.err
    document = json.loads(started.out)
    assert set(document) == {"name", "runtime", "why", "addresses", "seconds"}
    name = document["name"]
    try:
        done = attach(name).exec("bastion", ["ops", "limit", "/upload", "6"], timeout_s=60)
        assert done.exit_code == 0, done.stdout + done.stderr
        _operate_from_outside(gameday, name, document)
        assert any("sandbox.world.keeper" in command for command in gameday.processes())
    finally:
        assert gameday.run("sandbox", "down", name).code == 0
    assert gameday.processes() == []
    gameday.assert_nothing_left()


def _operate_from_outside(gameday: Gameday, name: str, started: dict[str, object]) -> None:
    """`gameday ops` asks before it changes something, and speaks JSON; `status` says where things are."""
    asked = gameday.run("ops", "--sandbox", name, "limit", "/upload", "7")
    assert asked.code == 2
    assert "refuses /upload above 7 requests/s" in asked.err
    told = json.loads(gameday.run("ops", "--sandbox", name, "--json", "limit", "/upload", "7").out)
    assert "refuses /upload" in told["would"]
    done = gameday.run("ops", "--sandbox", name, "--yes", "--json", "limit", "/upload", "7")
    assert json.loads(done.out)["changed"] == "edge: routes.upload.limit_rps 6 → 7"
    assert "routes.upload.limit_rps 6 → 7" in gameday.run("ops", "--sandbox", name, "changes", "1").out
    bad = gameday.run("ops", "--sandbox", name, "scale", "vision", "99")
    assert (bad.code, "quota" in bad.err) == (2, True)
    status = json.loads(gameday.run("sandbox", "status", "--json", name).out)
    assert status["addresses"] == started["addresses"]
    assert {"name", "service", "number", "state", "address"} <= set(status["parts"][0])
