"""A drill and its script side by side: whichever ends first."""

from __future__ import annotations

import asyncio

import pytest

from gameday.cli.play import conduct
from gameday.drill.commands import Begin, Command, Operate
from gameday.drill.script import BadScript, Step, Wait
from gameday.drill.session import CommandRefused
from gameday.errors import DrillAborted
from gameday.journal.events import BriefingGiven
from gameday.tui.fake import FakeSession


class Drill(FakeSession):
    """Runs until it has begun and its time is up, which is at once; or until it is cancelled."""

    def __init__(self, *, ends: bool) -> None:
        super().__init__()
        self.ends = ends
        self.cancelled = False
        self.begun = asyncio.Event()

    async def send(self, command: Command) -> None:
        await super().send(command)
        if isinstance(command, Operate):
            raise CommandRefused("that is no operation")
        if isinstance(command, Begin):
            self.begun.set()

    async def run(self) -> None:
        self.emit(BriefingGiven(text="a shop"))
        try:
            await self.begun.wait()
            if not self.ends:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


async def played(drill: Drill, *steps: Step) -> None:
    async with asyncio.timeout(60):
        await conduct(drill, steps)


async def test_a_script_that_never_ends_ends_with_its_drill() -> None:
    """The drill's limit is the script's, too."""
    drill = Drill(ends=True)
    await played(drill, Wait("", 86_400.0))
    assert not drill.cancelled


async def test_a_refused_step_ends_the_drill() -> None:
    """With the number of the step and why; the drill is cancelled, which cleans up."""
    drill = Drill(ends=False)
    with pytest.raises((BadScript, DrillAborted)) as ended:
        await played(drill, Wait("", 0.0), Operate("dance"))
    assert str(ended.value) == "step 2 was refused: that is no operation"
    assert drill.cancelled


async def test_a_wait_in_vain_ends_the_drill() -> None:
    """After its time."""
    drill = Drill(ends=False)
    with pytest.raises(BadScript, match=r"step 1: no page within 0\.01 s"):
        await played(drill, Wait("page", 0.01))
    assert drill.cancelled
