"""Carries out operations on a running sandbox, and says what each changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from sandbox.errors import BadStack, SandboxError
from sandbox.observe.metrics import Metrics
from sandbox.operate.lines import Operation
from sandbox.runtime.base import Runtime

_LOG_LINES = 40
SPAN = '{"span"'
"""How a line begins that is a part of a trace, not a message."""
RUNBOOKS = "/srv/runbooks"
"""Where the company keeps its runbooks, on the bastion."""


@dataclass(frozen=True)
class Outcome:
    """What an operation gave back. `text` is untrusted."""

    exit_code: int
    text: str
    changed: str = ""


def edit(document: Any, key: str, value: str) -> str:
    """Set one value of a config, in place; the value it had.

    Args:
        key: steps joined by dots; a step into a list is the `name` of the element.
        value: as YAML.

    Raises:
        BadStack: there is no such key.
    """
    *path, last = key.split(".")
    place = document
    for step in path:
        if isinstance(place, list):
            place = next(
                (each for each in place if isinstance(each, dict) and each.get("name") == step), None
            )
        else:
            place = place.get(step) if isinstance(place, dict) else None
        if place is None:
            raise BadStack(f"the config has no {key}: {step!r} is not there")
    if not isinstance(place, dict) or (last not in place and last != "limit_rps"):
        raise BadStack(f"the config has no {key}")
    before = place.get(last)
    place[last] = yaml.safe_load(value)
    return str(before)


class Operator:
    """One sandbox, as the `ops` vocabulary acts on it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._metrics = Metrics(runtime)
        self._does: dict[str, Callable[[Sequence[str]], Outcome]] = {
            "status": self._status, "alerts": self._alerts, "logs": self._logs, "metrics": self._query,
            "runbook": self._runbook, "config get": self._config_get, "config set": self._config_set,
            "redis": self._redis, "sql": self._sql, "restart": self._restart, "scale": self._scale,
            "limit": self._limit,
        }  # fmt: skip

    def close(self) -> None:
        self._metrics.close()

    def carry_out(self, operation: Operation) -> Outcome:
        """Do it. What the company's programs refuse is an outcome, not an exception."""
        try:
            return self._does[operation.verb](operation.words)
        except SandboxError as error:
            return Outcome(1, str(error))

    def _status(self, _: Sequence[str]) -> Outcome:
        now = time.time()
        lines = [
            f"{each.name:<14} {each.state:<8} {each.address:<16}"
            + (f" up {now - each.started_at:.0f} s" if each.started_at and each.state != "exited" else "")
            for each in self._runtime.status()
            if each.service not in ("seed", "customers", "bank")
        ]
        return Outcome(0, "\n".join(lines))

    def _alerts(self, _: Sequence[str]) -> Outcome:
        alerts = self._metrics.alerts()
        lines = [f"{each.state:<8} {each.severity:<7} {each.name}: {each.summary}" for each in alerts]
        return Outcome(0, "\n".join(lines) or "nothing fires")

    def _logs(self, words: Sequence[str]) -> Outcome:
        service, text = words
        messages = (line for line in self._runtime.logs(service) if not line.text.startswith(SPAN))
        lines = [line for line in messages if text in line.text][-_LOG_LINES:]
        return Outcome(
            0, "\n".join(f"{line.service}-{line.replica} {line.text}" for line in lines) or "no such lines"
        )

    def _query(self, words: Sequence[str]) -> Outcome:
        samples = self._metrics.query(words[0])
        lines = []
        for sample in samples[:_LOG_LINES]:
            labels = ", ".join(f"{k}={v}" for k, v in sorted(sample.labels.items()) if k != "__name__")
            lines.append(f"{sample.value:<12.6g} {{{labels}}}")
        return Outcome(0, "\n".join(lines) or "no series")

    def _runbook(self, words: Sequence[str]) -> Outcome:
        if not words:
            done = self._runtime.exec("bastion", ["sh", "-c", f"ls {self._shelf()}"])
            return Outcome(done.exit_code, done.stdout or done.stderr)
        return Outcome(
            0, self._runtime.read_out("bastion", f"{RUNBOOKS}/{words[0].removesuffix('.md')}.md").decode()
        )

    def _shelf(self) -> str:
        done = self._runtime.exec("bastion", ["sh", "-c", "echo ${ETC%/etc/lumen}"])
        return f"{done.stdout.strip()}{RUNBOOKS}"

    def _config_get(self, words: Sequence[str]) -> Outcome:
        return Outcome(0, self._runtime.read_out(words[0], f"/etc/lumen/{words[0]}.yaml").decode())

    def _config_set(self, words: Sequence[str]) -> Outcome:
        service, key, value = words
        path = f"/etc/lumen/{service}.yaml"
        document = yaml.safe_load(self._runtime.read_out(service, path))
        before = edit(document, key, value)
        self._runtime.copy_in(service, path, yaml.safe_dump(document, sort_keys=False).encode())
        return Outcome(0, "ok", changed=f"{service}: {key} {before} → {value}")

    def _limit(self, words: Sequence[str]) -> Outcome:
        prefix, rate = words
        document = yaml.safe_load(self._runtime.read_out("edge", "/etc/lumen/edge.yaml"))
        named = {route["prefix"]: route["name"] for route in document["routes"]}
        if prefix not in named:
            return Outcome(1, f"the edge has no route {prefix}; there are: {', '.join(named)}")
        value = "null" if rate == "off" else rate
        return self._config_set(("edge", f"routes.{named[prefix]}.limit_rps", value))

    def _redis(self, words: Sequence[str]) -> Outcome:
        service, *command = words
        done = self._runtime.exec("bastion", ["redis-cli", "-h", service, *command])
        failed = done.exit_code or done.stdout.startswith(("ERR", "(error)", "WRONGTYPE"))
        changed = "" if failed else f"{service}: {' '.join(command)}"
        return Outcome(int(bool(failed)), done.stdout + done.stderr, changed=changed)

    def _sql(self, words: Sequence[str]) -> Outcome:
        statement, read_only = words
        # What was taken for a read can't write, whatever it says: the database itself refuses it.
        options = ["PGOPTIONS=-c default_transaction_read_only=on"] if read_only else []
        psql = ["env", *options, "psql", "-X", "-v", "ON_ERROR_STOP=1", "-c", statement]
        done = self._runtime.exec("bastion", psql)
        return Outcome(done.exit_code, done.stdout + done.stderr, changed=f"db: {statement}")

    def _restart(self, words: Sequence[str]) -> Outcome:
        service, number = words
        self._runtime.restart(service, int(number) if number else None)
        return Outcome(0, "ok", changed=f"{service}{'-' + number if number else ''}: restarted")

    def _scale(self, words: Sequence[str]) -> Outcome:
        service, wanted = words
        before = sum(1 for each in self._runtime.status() if each.service == service)
        self._runtime.scale(service, int(wanted))
        return Outcome(0, "ok", changed=f"{service}: {before} → {wanted} replicas")
