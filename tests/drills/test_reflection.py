"""How it felt: asked after the end, answered once or not at all."""

from __future__ import annotations

import asyncio

import pytest

from gameday.cli.felt import understood
from gameday.drill.commands import Reflect
from gameday.drill.reflection import Reflection
from gameday.drill.session import CommandRefused
from gameday.journal.events import Actor, Event, Reflected, ReflectionAsked


class Asked:
    """A reflection and what was said in it."""

    def __init__(self, within_s: float = 60.0, *, ai: bool = True) -> None:
        self.said: list[tuple[Actor, Event]] = []
        self.asking = asyncio.Event()
        self.reflection = Reflection(self._say, within_s, ai=ai)

    def _say(self, event: Event, actor: Actor) -> None:
        self.said.append((actor, event))
        self.asking.set()


@pytest.mark.parametrize(("ai", "ratio"), [(True, 1.5), (False, None)])
async def test_an_answer_ends_the_question(ai: bool, ratio: float | None) -> None:
    """Where there was no AI, nothing is kept of its help."""
    asked = Asked(ai=ai)
    waiting = asyncio.create_task(asked.reflection.ask())
    await asked.asking.wait()
    asked.reflection.take(Reflect(600.0, 1.5))
    with pytest.raises(CommandRefused):
        asked.reflection.take(Reflect(700.0))
    await waiting
    assert asked.said == [
        ("conductor", ReflectionAsked(ai=ai)),
        ("engineer", Reflected(felt_s=600.0, without_ai=ratio)),
    ]


async def test_no_answer_is_not_waited_for_for_ever() -> None:
    """And one that comes too late is refused, since the truth is out."""
    asked = Asked(within_s=0.01)
    await asked.reflection.ask()
    with pytest.raises(CommandRefused, match="before the truth is told"):
        asked.reflection.take(Reflect(600.0))
    assert asked.said == [("conductor", ReflectionAsked(ai=True))]


async def test_where_nobody_can_answer_nobody_is_asked() -> None:
    """As in a script that has no answer."""
    asked = Asked(within_s=0.0)
    await asked.reflection.ask()
    assert asked.said == []


@pytest.mark.parametrize(
    "answer", [Reflect(-1.0), Reflect(60.0, 0.0), Reflect(float("inf")), Reflect(float("nan"))]
)
async def test_what_makes_no_sense_is_refused(answer: Reflect) -> None:
    """And can be said again."""
    asked = Asked()
    waiting = asyncio.create_task(asked.reflection.ask())
    await asked.asking.wait()
    with pytest.raises(CommandRefused):
        asked.reflection.take(answer)
    asked.reflection.take(Reflect())
    await waiting
    assert asked.said[-1] == ("engineer", Reflected())


@pytest.mark.parametrize(
    ("line", "ai", "answer"),
    [
        ("14\n", False, Reflect(840.0)),
        ("14 1.5\n", True, Reflect(840.0, 1.5)),
        ("\n", True, Reflect()),
    ],
)
def test_a_line_is_minutes_and_a_ratio(line: str, ai: bool, answer: Reflect) -> None:
    """In a plain terminal; enter alone says nothing."""
    assert understood(line, ai=ai) == answer


@pytest.mark.parametrize(("line", "ai"), [("14 1.5", False), ("long", True), ("1 2 3", True)])
def test_a_line_that_is_no_figure_is_asked_again(line: str, ai: bool) -> None:
    """It is not taken for silence."""
    with pytest.raises(ValueError, match=r"figures|could not convert"):
        understood(line, ai=ai)
