"""What has been done to a sandbox and not yet taken back, written down before it is done.

So whoever comes after a crash (the trainer, a second worker, a person) can take it back. The record lies
beside the sandbox's folder, not in it: a participant may look around in there.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

from sandbox.errors import SandboxError
from sandbox.faults.effects import Effect, Failed, from_document, to_document, until
from sandbox.runtime import registry
from sandbox.runtime.base import Runtime

_SHOWS_WITHIN_S = 10.0
_GONE_WITHIN_S = 10.0


@dataclass(frozen=True)
class Left:
    """An effect that would not go."""

    effect: Effect
    why: str

    def __str__(self) -> str:
        return f"{self.effect.says}: {self.why}" if self.why else self.effect.says


class Record:
    """The record of one sandbox, as a small JSON file that is replaced by rename."""

    def __init__(self, sandbox_id: str) -> None:
        self._path = registry.record_of(sandbox_id)

    def effects(self) -> list[Effect]:
        """Oldest first."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        try:
            return [from_document(each) for each in json.loads(text)]
        except ValueError as error:
            raise Failed(f"{self._path} is damaged: {error}") from error

    def add(self, effect: Effect) -> None:
        self._write([*self.effects(), effect])

    def drop(self, effect: Effect) -> None:
        effects = self.effects()
        # What was read back is equal, not the same: compare as it is written.
        documents = [to_document(each) for each in effects]
        if (wanted := json.loads(json.dumps(to_document(effect)))) in (
            written := json.loads(json.dumps(documents))
        ):
            del effects[written.index(wanted)]
            self._write(effects)

    def _write(self, effects: list[Effect]) -> None:
        try:
            if not effects:
                self._path.unlink(missing_ok=True)
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            fresh.write_text(json.dumps([to_document(each) for each in effects]), encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            raise SandboxError(f"cannot write {self._path}: {error.strerror}") from error


def make(runtime: Runtime, effect: Effect) -> None:
    """Write it down, make it so, and see that it is.

    Raises:
        SandboxError: it can't be made, or has no effect; what was made of it is taken back.
    """
    record = Record(runtime.sandbox_id)
    record.add(effect)
    try:
        effect.apply(runtime)
        if effect.lasting and not until(lambda: effect.present(runtime), _SHOWS_WITHIN_S):
            raise Failed(f"it had no effect: {effect.says}, which can't be seen")
    except SandboxError:
        if _take_back_one(runtime, effect) is None:
            record.drop(effect)
        raise


def take_back(runtime: Runtime) -> list[Left]:
    """Take back everything, the newest first, and see that it is gone; what would not go."""
    record = Record(runtime.sandbox_id)
    left = []
    for effect in reversed(record.effects()):
        problem = _take_back_one(runtime, effect)
        if problem is None:
            record.drop(effect)
        else:
            left.append(problem)
    return left


def take_back_newest(runtime: Runtime) -> Effect | None:
    """Take back what was done last, and nothing else; what it was, or None if there is nothing.

    Raises:
        Failed: it would not go.
    """
    record = Record(runtime.sandbox_id)
    effects = record.effects()
    if not effects:
        return None
    problem = _take_back_one(runtime, effects[-1])
    if problem is not None:
        raise Failed(str(problem))
    record.drop(effects[-1])
    return effects[-1]


def _take_back_one(runtime: Runtime, effect: Effect) -> Left | None:
    try:
        effect.undo(runtime)
        if until(lambda: not effect.present(runtime), _GONE_WITHIN_S):
            return None
        return Left(effect, "it is still there")
    except SandboxError as error:
        return Left(effect, str(error))
