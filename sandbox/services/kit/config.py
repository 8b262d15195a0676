"""A service's YAML file as a typed value that follows the file.

A file that can't be read, isn't YAML or lacks a key leaves the last good one in force, and says so.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar, get_type_hints

import yaml

ConfigT = TypeVar("ConfigT")

BAD = (OSError, ValueError, TypeError, LookupError, AttributeError, yaml.YAMLError)
"""What reading a config may raise."""


def etc(name: str) -> Path:
    """Where the config file of that name lies."""
    return Path(os.environ.get("ETC", "/etc/lumen")) / name


def typed(settings: type[ConfigT], document: Mapping[str, Any]) -> ConfigT:
    """A dataclass from a mapping: each field's value in the field's type, dataclasses within included.

    Raises:
        ValueError: a key is missing or has a value of another type; the text names it.
    """
    kinds, values = get_type_hints(settings), dict[str, Any]()
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]
        kind = kinds[field.name]
        if field.name not in document:
            if field.default is dataclasses.MISSING:
                raise ValueError(f"it lacks {field.name}")
            continue
        given = document[field.name]
        try:
            if dataclasses.is_dataclass(kind) and isinstance(kind, type):
                if not isinstance(given, Mapping):
                    raise ValueError("expected a mapping")
                values[field.name] = typed(kind, given)
            elif kind is bool and not isinstance(given, bool):
                raise ValueError(f"expected true or false, not {given!r}")
            elif given is None:
                raise ValueError("it has no value")
            else:
                values[field.name] = kind(given)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{field.name}: {error}") from error
    return settings(**values)


class Config(Generic[ConfigT]):
    """The file and the value that is in force.

    `parse` turns the mapping into the value and raises one of `BAD` on a bad one.
    """

    def __init__(
        self, path: Path, parse: Callable[[Mapping[str, Any]], ConfigT], log: logging.Logger
    ) -> None:
        self.path = path
        self._parse = parse
        self._log = log
        try:
            self._stamp = self._look()
            self.value = self._read()
        except BAD as error:
            self._reject(error, "config rejected, and there is no earlier one")
            raise SystemExit(1) from error

    @classmethod
    def of(cls, settings: type[ConfigT], path: Path, log: logging.Logger) -> Config[ConfigT]:
        """A config whose keys are the fields of a dataclass."""
        return cls(path, functools.partial(typed, settings), log)

    def _look(self) -> tuple[int, int]:
        status = self.path.stat()
        return status.st_mtime_ns, status.st_ino

    def _read(self) -> ConfigT:
        document = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise ValueError("expected a mapping")
        return self._parse(document)

    def _reject(self, error: Exception, words: str) -> None:
        text = " ".join(str(error).split()) or type(error).__name__
        self._log.error(words, extra={"fields": {"path": self.path.name, "error": text}})

    def refresh(self) -> bool:
        """Read the file again if it changed; True if a new value came into force."""
        try:
            stamp = self._look()
            if stamp == self._stamp:
                return False
            self._stamp = stamp
            self.value = self._read()
        except BAD as error:
            self._reject(error, "config rejected, last good one stays")
            return False
        self._log.info("config loaded", extra={"fields": {"path": self.path.name}})
        return True


@dataclasses.dataclass(frozen=True)
class Telemetry:
    """`config/telemetry.yaml`: how much of what happens is written down, for every service alike."""

    trace_sampling: float
    """Share of the traces that is kept; a caller that asks for its own with the sampled flag gets it."""
    log_sampling: float
    """Share of the lines about requests that went well."""
