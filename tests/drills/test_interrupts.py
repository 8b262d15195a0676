"""A drill that is stopped, at any moment and by any means, leaves nothing behind."""

from __future__ import annotations

import signal

import pytest

from tests.drills.playing import Gameday

pytestmark = [pytest.mark.process, pytest.mark.timeout(150)]

DRILL = ("drill", "cache-loss", "--headless", "--seed", "4", "--runtime", "process")


@pytest.mark.parametrize("moment", ["phase: starting", "phase: baseline", "paged:"])
def test_ctrl_c_leaves_nothing(gameday: Gameday, moment: str) -> None:
    """After Ctrl-C the sandbox is gone, the journal is closed, and the exit code says interrupted."""
    ended = gameday.interrupt_at(moment, signal.SIGINT, DRILL)
    assert ended.code == 130, ended.err
    assert "Traceback" not in ended.err
    gameday.assert_nothing_left()
    events = gameday.journal()
    assert [e["data"]["reason"] for e in events if e["kind"] == "drill_ended"] == ["aborted"]


def test_sigterm_is_as_good_as_ctrl_c(gameday: Gameday) -> None:
    """A drill that is told to end, ends the same way."""
    ended = gameday.interrupt_at("phase: briefing", signal.SIGTERM, DRILL)
    assert ended.code == 130, ended.err
    gameday.assert_nothing_left()


def test_a_killed_trainer_is_swept(gameday: Gameday) -> None:
    """After `kill -9` the company still runs; the sweep removes it, and a second one finds nothing."""
    gameday.interrupt_at("paged:", signal.SIGKILL, DRILL)
    assert gameday.processes() != []
    swept = gameday.run("sweep")
    assert swept.code == 0
    assert gameday.sandboxes() == set()
    gameday.assert_nothing_left()
    assert gameday.run("sweep").code == 0


def test_a_sweep_leaves_a_living_drill_alone(gameday: Gameday) -> None:
    """What somebody is playing is not swept."""
    with gameday.start(*DRILL) as program:
        assert program.stderr is not None
        for line in program.stderr:
            if "phase: baseline" in line:
                break
        assert gameday.run("sweep").code == 0
        assert len(gameday.sandboxes()) == 1
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
    gameday.assert_nothing_left()
