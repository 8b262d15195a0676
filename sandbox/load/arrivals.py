"""`load.yaml`: who comes and how often, read again when it changes."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

BotKind = Literal["uploads", "card-testing", "credential-stuffing"]


@dataclass(frozen=True)
class BotRun:
    """One visit of a herd of bots."""

    name: str
    """A run begins when its name is new, and ends early when it is taken out of the file."""
    kind: BotKind
    accounts: int
    """How many accounts take part."""
    requests_each: int
    first: int
    """Number of the first account."""
    pause_s: float
    """Between two requests of one account."""
    every_s: float
    """Between one account's coming and the next one's; 0 is all accounts at once."""
    together: bool
    """Whether an account sends all its requests at the same time."""

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> BotRun:
        kind = document["kind"]
        if kind not in get_args(BotKind):
            raise ValueError(f"bots: {kind!r} is no kind; there are: {', '.join(get_args(BotKind))}")
        return cls(
            name=str(document["name"]),
            kind=kind,
            accounts=int(document["accounts"]),
            requests_each=int(document["requests_each"]),
            first=int(document.get("first", 1)),
            pause_s=float(document.get("pause_s", 0)),
            every_s=float(document.get("every_s", 0)),
            together=bool(document.get("together", False)),
        )


@dataclass(frozen=True)
class LoadConfig:
    """`config/load.yaml`."""

    people: int
    uploads_per_s: float
    new_photo_share: float
    album: int
    """Photos that each customer uploads again and again."""
    buy_share: float
    signup_share: float
    seed: int
    bots: tuple[BotRun, ...]
    revision: int
    """Said in the log once this was taken, so that whoever changed the file knows."""

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> LoadConfig:
        return cls(
            people=int(document["people"]),
            uploads_per_s=float(document["uploads_per_s"]),
            new_photo_share=float(document["new_photo_share"]),
            album=int(document["album"]),
            buy_share=float(document["buy_share"]),
            signup_share=float(document["signup_share"]),
            seed=int(document["seed"]),
            bots=tuple(BotRun.parse(each) for each in document.get("bots") or ()),
            revision=int(document.get("revision", 0)),
        )


class Arrivals:
    """The file and what it said last."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or Path(os.environ.get("ETC", "/etc/lumen")) / "load.yaml"
        self._stamp = self._path.stat().st_mtime_ns
        self.value = self._read()

    def _read(self) -> LoadConfig:
        return LoadConfig.parse(yaml.safe_load(self._path.read_text(encoding="utf-8")))

    def refresh(self) -> None:
        """Follow the file; a bad one changes nothing."""
        try:
            stamp = self._path.stat().st_mtime_ns
            if stamp == self._stamp:
                return
            self._stamp = stamp
            self.value = self._read()
            say({"load": self.value.revision})
        except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError) as error:
            say({"level": "error", "msg": f"load.yaml: {error!r}"})


def say(what: Mapping[str, object]) -> None:
    """One line in the log."""
    sys.stdout.write(json.dumps({**what, "ts": round(time.time(), 3)}) + "\n")
    sys.stdout.flush()
