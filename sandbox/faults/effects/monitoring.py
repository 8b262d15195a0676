"""An alert rule that somebody added to the company's monitoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
import yaml

from sandbox.errors import SandboxError
from sandbox.faults.effects.base import Failed, until
from sandbox.runtime.base import Runtime

_FILE = "/etc/lumen/alerts.yml"
_RELOADED_WITHIN_S = 10.0
_GROUP = "added"


@dataclass(frozen=True)
class Alert:
    """One rule, as Prometheus writes it."""

    kind: ClassVar[str] = "alert"
    lasting: ClassVar[bool] = True
    rule: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.rule["alert"])

    @property
    def says(self) -> str:
        return f"the alert {self.name}"

    def _write(self, runtime: Runtime, rules: list[Mapping[str, Any]]) -> None:
        document = yaml.safe_load(runtime.read_out("metrics", _FILE))
        groups = [group for group in document["groups"] if group["name"] != _GROUP]
        if rules:
            groups.append({"name": _GROUP, "interval": "1s", "rules": [dict(rule) for rule in rules]})
        text = yaml.safe_dump({"groups": groups}, sort_keys=False, width=1000)
        runtime.copy_in("metrics", _FILE, text.encode())
        runtime.kill("metrics", signal="HUP")

    def _added(self, runtime: Runtime) -> list[Mapping[str, Any]]:
        """The other rules that were added and are still there."""
        document = yaml.safe_load(runtime.read_out("metrics", _FILE))
        rules = [rule for group in document["groups"] if group["name"] == _GROUP for rule in group["rules"]]
        return [rule for rule in rules if rule.get("alert") != self.name]

    def apply(self, runtime: Runtime) -> None:
        self._write(runtime, [*self._added(runtime), self.rule])
        if not until(lambda: self.present(runtime), _RELOADED_WITHIN_S):
            raise Failed(f"Prometheus did not take the rule {self.name}; is its expression right?")

    def undo(self, runtime: Runtime) -> None:
        self._write(runtime, self._added(runtime))

    def present(self, runtime: Runtime) -> bool:
        url = f"http://{runtime.address('metrics', 9090)}/api/v1/rules"
        try:
            groups = httpx.get(url, timeout=5.0).json()["data"]["groups"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise SandboxError(f"metrics does not answer: {error}") from error
        return any(rule["name"] == self.name for group in groups for rule in group["rules"])
