"""Carries out operations on a running sandbox, and says what each changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sandbox.errors import SandboxError
from sandbox.observe.logs import Query, search
from sandbox.observe.metrics import Metrics
from sandbox.operate.commits import Commits
from sandbox.operate.lines import Operation
from sandbox.operate.outcome import Outcome
from sandbox.runtime.base import Runtime
from sandbox.world.deployer import Deployer

_LOG_LINES = 40


class Operator:
    """One sandbox, as the `ops` vocabulary acts on it."""

    def __init__(self, runtime: Runtime, deployer: Deployer) -> None:
        self._runtime = runtime
        self._metrics = Metrics(runtime)
        commits = Commits(runtime, deployer)
        self._does: dict[str, Callable[[Sequence[str]], Outcome]] = {
            "status": self._status, "alerts": self._alerts, "logs": self._logs, "metrics": self._query,
            "config get": self._config_get, "redis": self._redis, "sql": self._sql, "restart": self._restart,
            "runbook": lambda words: commits.runbook(*words),
            "changes": lambda words: commits.changes(int(words[0])),
            "diff": lambda words: commits.diff(*words),
            "config history": lambda words: commits.config_history(*words),
            "config set": lambda words: commits.config_set(*words),
            "scale": lambda words: commits.scale(*words),
            "limit": lambda words: commits.limit(*words),
            "rollback": lambda words: commits.rollback(*words),
            "revert": lambda words: commits.revert(*words),
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
        found = search(self._runtime, Query(service=service, text=text), _LOG_LINES)
        lines = [f"{each.service}-{each.replica} {each.raw}" for each in found]
        return Outcome(0, "\n".join(lines) or "no such lines")

    def _query(self, words: Sequence[str]) -> Outcome:
        samples = self._metrics.query(words[0])
        lines = []
        for sample in samples[:_LOG_LINES]:
            labels = ", ".join(f"{k}={v}" for k, v in sorted(sample.labels.items()) if k != "__name__")
            lines.append(f"{sample.value:<12.6g} {{{labels}}}")
        return Outcome(0, "\n".join(lines) or "no series")

    def _config_get(self, words: Sequence[str]) -> Outcome:
        return Outcome(0, self._runtime.read_out(words[0], f"/etc/lumen/{words[0]}.yaml").decode())

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
