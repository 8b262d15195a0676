"""Asks in a plain terminal how a drill felt, where it is played without a screen and without a script."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from rich.console import Console

from gameday.drill.commands import Reflect
from gameday.drill.session import CommandRefused, Session, SignalSample
from gameday.journal.events import Entry, Event, Reflected, ReflectionAsked
from sandbox.runtime.base import LogLine

REFLECT_WITHIN_S = 120.0


def understood(line: str, *, ai: bool) -> Reflect:
    """`14` as so many minutes, `14 1.5` with how many times as long without the AI; empty says neither.

    Raises:
        ValueError: those are no figures, or too many.
    """
    figures = [float(word) for word in line.split()]
    if len(figures) > 1 + ai:
        raise ValueError("too many figures")
    minutes, without_ai = (*figures, None, None)[:2]
    return Reflect(None if minutes is None else minutes * 60, without_ai)


class Asking:
    """Listens to a session, and reads the answer from standard input without holding up the drill."""

    def __init__(self, session: Session, console: Console) -> None:
        self._session = session
        self._console = console
        self._ai = False
        self._sending: asyncio.Task[None] | None = None

    def on_event(self, entry: Entry, event: Event) -> None:
        if isinstance(event, ReflectionAsked):
            self._ai = event.ai
            more = (
                ", and after it how many times as long it would have taken without the AI" if event.ai else ""
            )
            self._console.print(f"In minutes{more}; enter alone says nothing:", highlight=False)
            asyncio.get_running_loop().add_reader(sys.stdin, self._read)
        elif isinstance(event, Reflected):
            asyncio.get_running_loop().remove_reader(sys.stdin)

    def on_logs(self, lines: Sequence[LogLine]) -> None:
        """Nothing to do with it."""

    def on_signals(self, sample: SignalSample) -> None:
        """Nothing to do with it."""

    def _read(self) -> None:
        line = sys.stdin.readline()
        if not line:
            asyncio.get_running_loop().remove_reader(sys.stdin)
        try:
            answer = understood(line, ai=self._ai)
        except ValueError as error:
            self._console.print(f"{error}; a figure like 14, please", highlight=False, markup=False)
            return
        self._sending = asyncio.create_task(self._send(answer))

    async def _send(self, answer: Reflect) -> None:
        try:
            await self._session.send(answer)
        except CommandRefused as refused:
            self._console.print(str(refused), highlight=False, markup=False)
