"""Whether the terminal's memory stays flat over an hour of incident, live and replayed.

    python benchmarks/soak.py [--minutes 60] [--lines 200]

Live: a room on a session without a sandbox hears an hour of drill as fast as it can be drawn: a second of
customers and of golden signals, and so many log lines, for each second. Replay: the same hour's journal is
gone through at 60 times its speed, frame by frame. What is measured is this process's resident memory; what
an hour of journal itself takes is part of it, and is told beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from gameday.drill.session import Signal, SignalSample
from gameday.journal.events import DrillEnded, JourneySli, Operated, SliMeasured
from gameday.journal.reader import Recorded
from gameday.journal.series import GoldenCurve, SeriesKept
from gameday.tui.app import GamedayApp
from gameday.tui.fake import START, FakeHouse, FakeSession
from gameday.tui.replay import Replay
from gameday.tui.screens.replay import ReplayScreen
from sandbox.runtime.base import LogLine
from tests.tui import scenes

SERVICES = ("edge", "storefront", "accounts", "catalog", "checkout", "payments", "vision")
SIGNALS = (("rate", "/s"), ("errors", "%"), ("p95", "ms"))
FROM_S = scenes.PAGE_S + 80
FRAME_S = 0.1
SPEED = 60


def resident_mib() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 2**20


def second_of_signals(wall: float, at: int) -> SignalSample:
    signals = (
        Signal(service, name, unit, float((at * 7 + len(service)) % 90))
        for service in SERVICES
        for name, unit in SIGNALS
    )
    return SignalSample(wall, tuple(signals))


def second_of_customers(second: int) -> SliMeasured:
    journeys = {
        name: JourneySli(count=count, good=count - second % 2, p50_ms=40.0, p95_ms=140.0)
        for name, count in (("browse", 12), ("upload", 20), ("buy", 2))
    }
    return SliMeasured(second=second, journeys=journeys, money_lost=1.5)


def operation(at: int) -> Operated:
    return Operated(
        line=f"logs vision {at}",
        tier="read",
        exit_code=0,
        duration_s=0.2,
        output="a line of what was found\n" * 10,
    )


def told(name: str, minutes: int, held: list[float], took_s: float) -> None:
    half = held[len(held) // 2 :]
    growth = half[-1] - half[0]
    print(
        f"{name:7} {minutes} min of drill in {took_s:.0f} s: {held[0]:.0f} MiB at the start, "
        f"{statistics.median(half):.0f} MiB in the second half, {growth:+.1f} MiB from half time to the end"
    )


async def live(minutes: int, lines: int) -> FakeSession:
    """An hour as it comes; the session, with all that it has said."""
    session = FakeSession()
    app = GamedayApp(session, now=session.now)
    app.animation_level = "none"
    held: list[float] = []
    begun = time.monotonic()
    async with app.run_test(size=(120, 36)) as pilot:
        scenes.fighting(session)
        await pilot.pause()
        for at in range(FROM_S, FROM_S + minutes * 60):
            if at % (minutes * 6) == FROM_S % (minutes * 6):
                held.append(resident_mib())
            wall = START + at
            session.emit(second_of_customers(int(wall)), at=at, actor="sandbox")
            if at % 20 == 0:
                session.emit(operation(at), at=at, actor="engineer")
            session.emit_signals(second_of_signals(wall, at).signals, at=at)
            session.emit_logs(
                *(
                    LogLine(
                        SERVICES[n % len(SERVICES)], 1, wall, f'{{"level": "info", "msg": "request {n}"}}'
                    )
                    for n in range(lines)
                )
            )
            await pilot.pause()
        held.append(resident_mib())
        session.emit(DrillEnded(reason="time_limit"))
        told("live", minutes, held, time.monotonic() - begun)
    return session


class Frames:
    """The clock of a replay, one frame after the other."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def replayed(recorded: list[Recorded], minutes: int) -> None:
    seconds = minutes * 60
    golden = tuple(
        GoldenCurve(
            service=service, name=name, unit=unit, values=tuple(float(at % 90) for at in range(seconds))
        )
        for service in SERVICES
        for name, unit in SIGNALS
    )
    series = SeriesKept(begin=START + FROM_S, step_s=1.0, golden=golden)
    app = GamedayApp(house=FakeHouse())
    app.animation_level = "none"
    frames, held = Frames(), list[float]()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = ReplayScreen(Replay(recorded, series), Path("soak"), "SOAK-1", frames)
        app.push_screen(screen)
        await pilot.pause()
        screen.speed = SPEED
        screen.playing = True
        count = int(seconds / (FRAME_S * SPEED)) + 1
        begun = time.monotonic()
        for frame in range(count):
            if frame % max(1, count // 10) == 0:
                held.append(resident_mib())
            frames.now += FRAME_S
            screen.advance()
            await pilot.pause()
        held.append(resident_mib())
        told("replay", minutes, held, time.monotonic() - begun)


def heard_by(session: FakeSession) -> list[Recorded]:
    """The journal of what a session has said."""
    heard: list[Recorded] = []

    class Ear:
        on_logs: Callable[[object], None] = staticmethod(lambda lines: None)
        on_signals: Callable[[object], None] = staticmethod(lambda sample: None)

        def on_event(self, entry: object, event: object) -> None:
            heard.append(Recorded(entry, event))  # type: ignore[arg-type]

    session.listen(Ear())  # type: ignore[arg-type]
    return heard


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=int, default=60)
    asked.add_argument("--lines", type=int, default=200, help="log lines for each second")
    words = asked.parse_args()
    session = asyncio.run(live(words.minutes, words.lines))
    recorded = heard_by(session)
    print(f"the journal holds {len(recorded)} events")
    asyncio.run(replayed(recorded, words.minutes))


if __name__ == "__main__":
    main()
