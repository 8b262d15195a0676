"""How fast the war room is: first paint, key to paint under load, and what it costs meanwhile.

    python benchmarks/screen.py [--starts 7] [--keys 300] [--lines 2000] [--minutes 0] [--tab 2]

The first paint is that of `gameday` in a terminal of its own (a pty, 120 by 36), on an empty data folder:
from the command to the first frame of home that has its text. Beside it, in turn, stands what a Textual app
with one line of text needs on the same machine.

Then the room runs in such a terminal on a session without a sandbox, into which so many
log lines come in a second, in batches as in a drill, with one SLI line and one sample of signals beside them.
A key counts as painted when its character is in what the terminal was sent. With `--minutes` it goes on for
so long, and says what memory did. Budgets: first paint ≤ 0.6 s, key to paint p99 ≤ 50 ms.
"""

from __future__ import annotations

import argparse
import fcntl
import itertools
import json
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

HERE = Path(__file__).resolve()
SIZE = (36, 120)
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("bare")
Bare().run()
"""
_FIRST = 0x4E00
"""Characters that no log line has: from here on, one for each key."""
_AT_ONCE = 12
"""Keys between two clearings of the line."""
_BETWEEN_S = 0.1
_BATCH_S = 0.2
"""How often log lines come in, as from a drill."""


class Terminal:
    """A Python program in a pty of its own."""

    def __init__(self, *command: str, **settings: str) -> None:
        self.begun = time.perf_counter()
        self._unread = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **settings}
        self.child = psutil.Popen(
            [sys.executable, *command],
            stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=HERE.parents[1],
        )  # fmt: skip
        os.close(slave)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def until(self, text: str, within_s: float) -> float | None:
        """Seconds since the start at which it was painted; None if it wasn't in time."""
        wanted, deadline = text.encode(), time.perf_counter() + within_s
        while wanted not in self._unread:
            left = deadline - time.perf_counter()
            if left <= 0 or not select.select([self._master], [], [], left)[0]:
                return None
            self._unread = self._unread[-4096:] + os.read(self._master, 65_536)
        self._unread = self._unread.partition(wanted)[2]
        return time.perf_counter() - self.begun

    def drain(self, seconds: float) -> int:
        """Read for so long; how many bytes were painted."""
        count, deadline = 0, time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            if select.select([self._master], [], [], left)[0]:
                count += len(os.read(self._master, 65_536))
        return count

    def end(self) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self._master)


def key_times(terminal: Terminal, keys: int) -> Iterator[float]:
    """Milliseconds from each key to its paint."""
    terminal.press("i")
    terminal.drain(0.5)
    for number in range(keys):
        if number % _AT_ONCE == 0:
            terminal.press("\x15")
        terminal.drain(_BETWEEN_S + (number % 7) * 0.013)
        char = chr(_FIRST + number)
        begun = time.perf_counter() - terminal.begun
        terminal.press(char)
        painted = terminal.until(char, 5.0)
        yield (painted - begun) * 1000 if painted is not None else float("inf")


def painted_after(text: str, *command: str, **settings: str) -> float:
    """Seconds from a command to the frame with `text`."""
    terminal = Terminal(*command, **settings)
    try:
        took = terminal.until(text, 20.0)
    finally:
        terminal.end()
    if took is None:
        sys.exit(f"{text} was not painted within 20 s")
    return took


def first_paint(starts: int) -> None:
    """Home and the floor under it, in turn, so that both meet the same machine."""
    homes, floors = [], []
    with tempfile.TemporaryDirectory() as data:
        for _ in range(starts):
            homes.append(painted_after("GAMEDAY", "-m", "gameday", GAMEDAY_DATA=data))
            floors.append(painted_after("bare", "-c", BARE))
    for name, took in (("first paint of home", homes), ("a bare Textual app", floors)):
        print(f"{name:<20} {statistics.median(took):.2f} s  (best {min(took):.2f}, {starts} starts)")
    print(f"home is {statistics.median(homes) / statistics.median(floors):.1f} times the floor")


def measure(keys: int, lines: int, minutes: float, tab: str) -> None:
    terminal = Terminal(str(HERE), "--inside", "--lines", str(lines), "--tab", tab)
    try:
        if terminal.until("KESTREL-7", 20.0) is None:
            sys.exit("the room was not painted within 20 s")
        terminal.drain(2.0)
        process = psutil.Process(terminal.child.pid)
        process.cpu_percent()
        times = sorted(key_times(terminal, keys))
        cores, held = process.cpu_percent() / 100, process.memory_info().rss / 2**20
        p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
        print(f"{lines} log lines a second, {keys} keys, tab {tab}:")
        print(
            f"  key to paint p50 {statistics.median(times):.1f} ms, p99 {p99:.1f} ms, most {times[-1]:.1f} ms"
        )
        print(f"  {cores:.2f} core, {held:.0f} MiB")
        for minute in range(1, int(minutes) + 1):
            painted = terminal.drain(60.0)
            now, used = process.memory_info().rss / 2**20, process.cpu_percent() / 100
            print(f"  after {minute} min: {now:.0f} MiB, {used:.2f} core, {painted // 60} B/s painted")
    finally:
        terminal.end()


def inside(lines: int, tab: str) -> None:
    """The room itself, on a session that is full of things happening."""
    sys.path.insert(0, str(HERE.parents[1]))
    import asyncio

    from gameday.tui import collector
    from gameday.tui.app import GamedayApp
    from gameday.tui.fake import FakeSession
    from sandbox.runtime.base import LogLine
    from tests.tui import scenes

    class Busy(FakeSession):
        """Things happen in it from the start."""

        async def run(self) -> None:
            scenes.fighting(self)
            scenes.seen(self)
            await asyncio.sleep(0.5)
            app.simulate_key(tab)
            due = time.monotonic()
            for batch in itertools.count():
                self.happen(batch)
                due += _BATCH_S
                await asyncio.sleep(max(0.0, due - time.monotonic()))

        def happen(self, batch: int) -> None:
            now, each = time.time(), int(lines * _BATCH_S)
            self.emit_logs(*(LogLine(*log_line(batch * each + at, now)) for at in range(each)))
            if batch % int(1 / _BATCH_S) == 0:
                second = int(now)
                self.wall = now
                self.emit(scenes.sli(second, 0.2, 7.5), actor="sandbox")
                scenes.signals(self, [second - begun])
                self.wall = now

    begun = int(time.time()) - 300
    session = Busy(start=float(begun))
    app = GamedayApp(session)
    collector.hold()
    app.run()


def log_line(number: int, now: float) -> tuple[str, int, float, str]:
    """Service, replica, time and text of one line of a busy log."""
    service = ("edge", "storefront", "vision", "accounts")[number % 4]
    fields = {
        "ts": now, "level": "error" if number % 9 == 0 else "info", "service": service, "msg": "request",
        "method": "POST", "path": "/upload", "status": 200, "ms": number % 900, "trace_id": f"{number:032x}",
    }  # fmt: skip
    return service, 1 + number % 2, now, json.dumps(fields)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--starts", type=int, default=7, help="of home, for its first paint")
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--lines", type=int, default=2000, help="log lines a second")
    parser.add_argument("--minutes", type=float, default=0.0, help="then go on for so long")
    parser.add_argument("--tab", default="2", help="key of the tab that is looked at")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        inside(given.lines, given.tab)
        return
    if given.starts:
        first_paint(given.starts)
    if given.keys:
        measure(given.keys, given.lines, given.minutes, given.tab)


if __name__ == "__main__":
    main()
