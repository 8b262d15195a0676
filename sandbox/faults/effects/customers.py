"""Who comes to the shop: more or fewer customers, and those who are none.

`load.yaml` says it; the customers' program follows the file and says in its log what it took from it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import yaml

from sandbox.faults.effects.base import Failed, until
from sandbox.observe.customers import feed
from sandbox.runtime.base import Runtime

_FILE = "/etc/lumen/load.yaml"
_FOLLOWED_WITHIN_S = 15.0
_SEEN_WITHIN_S = 20.0
_RATES = ("people", "uploads_per_s")


def read_load(runtime: Runtime) -> dict[str, Any]:
    """`load.yaml` as it is."""
    document: dict[str, Any] = yaml.safe_load(runtime.read_out("customers", _FILE))
    return document


def change_load(runtime: Runtime, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the file, and wait until the customers' program says that it took it.

    Raises:
        Failed: it did not.
    """
    document = read_load(runtime)
    change(document)
    document["revision"] = int(document.get("revision", 0)) + 1
    since = time.time() - 1.0
    runtime.copy_in("customers", _FILE, yaml.safe_dump(document, sort_keys=False).encode())
    if not until(lambda: document["revision"] in _taken(runtime, since), _FOLLOWED_WITHIN_S):
        raise Failed("the customers did not follow load.yaml")


def _taken(runtime: Runtime, since: float) -> set[int]:
    """Revisions of the file that the customers' program has taken."""
    found = set()
    for line in runtime.logs("customers", since=since):
        if line.text.startswith('{"load"'):
            said: Mapping[str, Any] = json.loads(line.text)
            found.add(int(said["load"]))
    return found


@dataclass(frozen=True)
class Arrivals:
    """Customers come at other rates: absolute values of `people` and `uploads_per_s`."""

    kind: ClassVar[str] = "arrivals"
    lasting: ClassVar[bool] = True
    wanted: Mapping[str, float]
    before: Mapping[str, float]

    @property
    def says(self) -> str:
        return f"customers come at {self.wanted['uploads_per_s']:g} uploads/s"

    def apply(self, runtime: Runtime) -> None:
        self.step(runtime, 1.0)

    def step(self, runtime: Runtime, share: float) -> None:
        """Go a share of the way from before to wanted."""

        def change(document: dict[str, Any]) -> None:
            for name in _RATES:
                value = self.before[name] + share * (self.wanted[name] - self.before[name])
                document[name] = round(value) if name == "people" else round(value, 3)

        change_load(runtime, change)

    def undo(self, runtime: Runtime) -> None:
        self.step(runtime, 0.0)

    def present(self, runtime: Runtime) -> bool:
        now = read_load(runtime)
        return any(float(now[name]) != float(self.before[name]) for name in _RATES)


def scaled(runtime: Runtime, factor: float) -> Arrivals:
    """Arrivals at `factor` times what they are."""
    now = read_load(runtime)
    before = {name: float(now[name]) for name in _RATES}
    return Arrivals({name: value * factor for name, value in before.items()}, before)


@dataclass(frozen=True)
class Bots:
    """One visit of a herd of bots."""

    kind: ClassVar[str] = "bots"
    lasting: ClassVar[bool] = True
    entry: Mapping[str, Any]
    """As in `load.yaml`."""
    seen: str
    """The journey in which bots are counted, or empty where they have none."""

    @property
    def says(self) -> str:
        return f"{self.entry['accounts']} bots ({self.entry['kind']})"

    def apply(self, runtime: Runtime) -> None:
        since = int(time.time())

        def add(document: dict[str, Any]) -> None:
            document["bots"] = [*(document.get("bots") or ()), dict(self.entry)]

        change_load(runtime, add)
        if self.seen and not until(lambda: self._came(runtime, since), _SEEN_WITHIN_S):
            raise Failed(f"no bot was seen at the shop within {_SEEN_WITHIN_S:g} s")

    def _came(self, runtime: Runtime, since: int) -> bool:
        return any(each.bots.get(self.seen) for each in feed(runtime, since=since))

    def undo(self, runtime: Runtime) -> None:
        def remove(document: dict[str, Any]) -> None:
            document["bots"] = [
                each for each in document.get("bots") or () if each["name"] != self.entry["name"]
            ]

        change_load(runtime, remove)

    def present(self, runtime: Runtime) -> bool:
        named = {each["name"] for each in read_load(runtime).get("bots") or ()}
        return self.entry["name"] in named
