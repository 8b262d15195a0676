"""The room in a real terminal: what bytes it is sent, and in which state it is left."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h")
"""The other screen is left, and the cursor is back."""

_PROGRAM = """
import asyncio, sys
from gameday.journal.events import EvidencePinned, MessagePosted, Operated
from gameday.tui.app import GamedayApp
from gameday.tui.fake import FakeSession
from sandbox.runtime.base import LogLine
from tests.tui import scenes

EVIL = "\\x1b]0;pwned\\x07\\x1b]52;c;cHduZWQ=\\x07\\x1b[2J\\x1b[13;37H\\x9b31m" + scenes.HOSTILE
HOW = sys.argv[1]

def broken():
    raise RuntimeError("broken on purpose")

class Session(FakeSession):
    async def run(self):
        scenes.fighting(self)
        scenes.seen(self)
        self.views.diffs = {change.revision: EVIL for change in self.views.commits}
        self.emit(
            EvidencePinned(source=EVIL, text=EVIL), MessagePosted(channel="support", who=EVIL, says=EVIL),
            Operated(line=EVIL, tier="shell", exit_code=0, duration_s=0, output=EVIL + "\\n" + EVIL),
        )
        self.emit_logs(LogLine(EVIL, 1, 0.0, EVIL), LogLine("edge", 1, 0.0, EVIL))
        await asyncio.sleep(1.0)
        if HOW == "crash":
            app.call_later(broken)
        for key in ("2", "3", "enter", "escape", "escape", "4", "5", "enter", "escape", "6", "7"):
            app.simulate_key(key)
            await asyncio.sleep(0.4)
        app.exit()
        await super().run()

session = Session()
app = GamedayApp(session, now=session.now)
app.run()
"""


def in_terminal(how: str, within_s: float = 100.0) -> bytes:
    """Everything that the program sends to a terminal of 120 by 36 until it ends."""
    master, slave = pty.openpty()
    size = {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "36"}
    environment = {**os.environ, **size, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", _PROGRAM, how]
    child = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=ROOT)
    os.close(slave)
    sent, deadline = b"", time.monotonic() + within_s
    try:
        while time.monotonic() < deadline:
            if not select.select([master], [], [], 0.2)[0]:
                if child.poll() is not None:
                    break
                continue
            try:
                sent += os.read(master, 65_536)
            except OSError:
                break
    finally:
        child.kill()
        child.wait()
        os.close(master)
    return sent


@pytest.mark.parametrize("how", ["crash", "tour"])
def test_the_terminal_is_given_back(how: str) -> None:
    """After a tour through the tabs as after an error in the middle of the room."""
    sent = in_terminal(how)
    assert b"KESTREL-7" in sent
    for sequence in RESTORED:
        assert sequence in sent.rpartition(b"\x1b[?1049h")[2]
    assert (b"broken on purpose" in sent) is (how == "crash")


def test_text_from_the_sandbox_sends_no_sequence() -> None:
    """In no tab is the title set, the clipboard filled, the cursor moved or the screen cleared by it."""
    sent = in_terminal("tour")
    assert b"[bold]x[/]" in sent
    for sequence in (b"pwned", b"cHduZWQ", b"\x1b]0;", b"\x1b]52", b"\x1b[2J", b"\x1b[13;37H", b"\x9b31m"):
        assert sequence not in sent
