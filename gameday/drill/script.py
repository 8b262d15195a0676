"""A drill played from a file: a YAML list of steps, carried out one after the other.

- wait: page                 # or hint, mitigated, a number of seconds; {for: page, within: 60}
- acknowledge
- ops: metrics sum(vision_slots_busy)
- page: {who: ines, question: "is the cache all right?"}
- shell: redis-cli -h cache info memory
- believe: {components: [cache], mechanisms: [cache-eviction], confidence: 0.6}
- reject: {hint: 1, reason: arrivals are flat}
- ops: redis cache CONFIG SET maxmemory 256mb
- diagnose: {components: [cache], mechanisms: [cache-eviction], trigger: configuration-push, confidence: 0.9}
- wait: mitigated
"""

from __future__ import annotations

import asyncio
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gameday.drill import commands as do
from gameday.drill.session import CommandRefused, Session, SignalSample
from gameday.errors import GamedayError
from gameday.journal.events import (
    BriefingGiven,
    CheckpointAsked,
    DrillEnded,
    Entry,
    Event,
    HintShown,
    Mitigated,
    Paged,
    PersonAnswered,
    ReflectionAsked,
    Relapsed,
)
from sandbox.runtime.base import LogLine

_WAITS = {"page": Paged, "hint": HintShown, "mitigated": Mitigated, "answer": PersonAnswered,
          "checkpoint": CheckpointAsked, "end": ReflectionAsked}  # fmt: skip
_PATIENCE_S = 300.0
_LONGEST_S = 86_400.0
_LARGEST = 1_000_000


class BadScript(GamedayError):
    """A script that cannot be read, or a step in it that came to nothing."""


@dataclass(frozen=True)
class Wait:
    """Wait for something to happen, or so many seconds."""

    what: str
    """`page`, `hint`, `mitigated`, `answer`, `checkpoint`, `end`, or empty for a time."""
    seconds: float
    """How long; for an event the longest, after which the script fails."""


Step = Wait | do.Command


def read_script(path: Path) -> list[Step]:
    """The steps of a script.

    Raises:
        BadScript: with the number of the step and what is wrong with it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise BadScript(f"{path}: a script is at most {_LARGEST:,} bytes long")
        document = yaml.safe_load(content.decode("utf-8"))
    except OSError as error:
        raise BadScript(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadScript(f"{path}: not text in UTF-8") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadScript(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, list):
        raise BadScript(f"{path}: a script is a list of steps")
    return [_step(path, number, item) for number, item in enumerate(document, 1)]


def _step(path: Path, number: int, item: Any) -> Step:
    name, value = next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else (item, None)
    maker = _MAKERS.get(name) if isinstance(name, str) else None
    if maker is None:
        said = reprlib.repr(name)
        raise BadScript(f"{path}: step {number}: {said} is no step; there are: {', '.join(_MAKERS)}")
    try:
        return maker(value)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise BadScript(f"{path}: step {number} ({name}): {what}") from error


def _wait(value: Any) -> Wait:
    within = _PATIENCE_S
    if isinstance(value, dict):
        value, within = value["for"], _seconds(value.get("within", within))
    if isinstance(value, int | float):
        return Wait("", _seconds(value))
    if not isinstance(value, str) or value not in _WAITS:
        said = reprlib.repr(value)
        raise ValueError(f"one can wait for {', '.join(_WAITS)} or a number of seconds, not for {said}")
    return Wait(value, within)


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not 0 <= seconds <= _LONGEST_S:
        raise ValueError(f"a wait is from 0 to {_LONGEST_S:g} seconds, not {seconds:g}")
    return seconds


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it takes a line of text")
    return value


def _words(value: Mapping[str, Any], key: str) -> tuple[str, ...]:
    words = value.get(key, [])
    if not isinstance(words, list):
        raise ValueError(f"{key} is a list")
    return tuple(str(word) for word in words)


def _page(value: Any) -> do.PagePerson:
    if isinstance(value, str):
        return do.PagePerson(value)
    return do.PagePerson(str(value["who"]), str(value.get("question", "")))


def _felt(value: Mapping[str, Any]) -> do.Reflect:
    return do.Reflect(
        *(None if value.get(key) is None else float(value[key]) for key in ("seconds", "without_ai"))
    )


def _belief(value: Mapping[str, Any]) -> do.Believe:
    return do.Believe(
        _words(value, "components"),
        _words(value, "mechanisms"),
        float(value["confidence"] if value.get("components") or value.get("mechanisms") else 0.0),
        str(value.get("text", "")),
    )


def _diagnosis(value: Mapping[str, Any]) -> do.SubmitDiagnosis:
    return do.SubmitDiagnosis(
        components=_words(value, "components"),
        mechanisms=_words(value, "mechanisms"),
        trigger=str(value["trigger"]),
        contributing=_words(value, "contributing"),
        confidence=float(value["confidence"]),
        text=str(value.get("text", "")),
    )


_MAKERS: Mapping[str, Callable[[Any], Step]] = {
    "wait": _wait,
    "acknowledge": lambda _: do.Acknowledge(),
    "ops": lambda value: do.Operate(_text(value)),
    "shell": lambda value: do.Shell(_text(value)),
    "page": _page,
    "note": lambda value: do.Note(_text(value)),
    "believe": _belief,
    "accept": lambda value: do.DisposeHint(int(value["hint"]), "accepted", str(value.get("reason", ""))),
    "modify": lambda value: do.DisposeHint(int(value["hint"]), "modified", str(value.get("reason", ""))),
    "reject": lambda value: do.DisposeHint(int(value["hint"]), "rejected", str(value.get("reason", ""))),
    "diagnose": _diagnosis,
    "pause": lambda value: do.Pause(str(value or "")),
    "resume": lambda _: do.Resume(),
    "felt": _felt,
    "stand_down": lambda value: do.StandDown(str(value or "")),
}


class Player:
    """Plays a script against a session; listens, so that it can wait for what happens."""

    def __init__(self, session: Session, steps: Sequence[Step]) -> None:
        self._session = session
        self._steps = steps
        self._counts = dict.fromkeys(_WAITS, 0)
        self._waited = dict.fromkeys(_WAITS, 0)
        self._changed = asyncio.Event()
        self._briefed = asyncio.Event()
        self._ended = False

    def on_event(self, entry: Entry, event: Event) -> None:
        if isinstance(event, BriefingGiven):
            self._briefed.set()
        self._ended = self._ended or isinstance(event, DrillEnded)
        for name, kind in _WAITS.items():
            if isinstance(event, kind):
                self._counts[name] += 1
        if isinstance(event, Relapsed):
            self._waited["mitigated"] = self._counts["mitigated"]
        self._changed.set()

    def on_logs(self, lines: Sequence[LogLine]) -> None:
        """A script reads logs by `ops logs`."""

    def on_signals(self, sample: SignalSample) -> None:
        """A script reads metrics by `ops metrics`."""

    async def play(self) -> None:
        """Read the briefing, begin, and carry out every step.

        Raises:
            BadScript: what a step waited for did not happen in time, or a command was refused.
        """
        await self._briefed.wait()
        if self._ended:
            return
        await self._session.send(do.Begin())
        for number, step in enumerate(self._steps, 1):
            try:
                if isinstance(step, Wait):
                    await self._wait(step)
                else:
                    await self._session.send(step)
            except CommandRefused as error:
                raise BadScript(f"step {number} was refused: {error}") from error
            except TimeoutError:
                raise BadScript(f"step {number}: no {step.what} within {step.seconds:g} s") from None  # type: ignore[union-attr]

    async def _wait(self, step: Wait) -> None:
        if not step.what:
            await asyncio.sleep(step.seconds)
            return
        async with asyncio.timeout(step.seconds):
            while self._counts[step.what] <= self._waited[step.what]:
                self._changed.clear()
                await self._changed.wait()
        self._waited[step.what] += 1
