"""The question after the end: how long did it feel, and what was the AI's help worth, as it felt?

It is asked before the truth is told and before any figure is shown, since both would be the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import math

from gameday.drill.commands import Reflect
from gameday.drill.facts import Say
from gameday.drill.session import CommandRefused
from gameday.journal import events as ev


class Reflection:
    """Asked once, answered once or not at all."""

    def __init__(self, say: Say, within_s: float, *, ai: bool) -> None:
        """A time of 0 asks nobody."""
        self._say = say
        self._within_s = within_s
        self._ai = ai
        self._asked = False
        self._answered = asyncio.Event()

    async def ask(self) -> None:
        """Ask, and wait for an answer, but not for ever."""
        if not self._within_s:
            return
        self._asked = True
        self._say(ev.ReflectionAsked(ai=self._ai), "conductor")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._within_s):
                await self._answered.wait()
        self._asked = False

    def take(self, answer: Reflect) -> None:
        """What the engineer felt.

        Raises:
            CommandRefused: it is not asked now, or makes no sense.
        """
        if not self._asked or self._answered.is_set():
            raise CommandRefused("how it felt is asked when the drill is over, before the truth is told")
        if answer.felt_s is not None and not 0 <= answer.felt_s < math.inf:
            raise CommandRefused(f"a duration is 0 or more, not {answer.felt_s:g}")
        if answer.without_ai is not None and not 0 < answer.without_ai < math.inf:
            raise CommandRefused(f"it takes so many times as long: more than 0, not {answer.without_ai:g}")
        without_ai = answer.without_ai if self._ai else None
        self._say(ev.Reflected(felt_s=answer.felt_s, without_ai=without_ai), "engineer")
        self._answered.set()
