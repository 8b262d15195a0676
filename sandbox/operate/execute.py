"""Carries out operations on a running sandbox, and says what each changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sandbox.errors import SandboxError
from sandbox.observe.metrics import Metrics
from sandbox.operate.accounts import AccountsDesk
from sandbox.operate.commits import Commits
from sandbox.operate.database import REPLICA, DatabaseDesk
from sandbox.operate.lines import Operation
from sandbox.operate.look import Lookout
from sandbox.operate.outcome import Outcome
from sandbox.runtime.base import Runtime
from sandbox.stack.model import Stack
from sandbox.world.deployer import Deployer

_EMPTY = "local n = redis.call('DBSIZE') redis.call('FLUSHDB') return n"
_REMOVE = """local n, at = 0, '0'
repeat
    local found = redis.call('SCAN', at, 'MATCH', ARGV[1], 'COUNT', 1000)
    at = found[1]
    for _, key in ipairs(found[2]) do n = n + redis.call('UNLINK', key) end
until at == '0'
return n"""


class Operator:
    """One sandbox, as the `ops` vocabulary acts on it."""

    def __init__(
        self, runtime: Runtime, stack: Stack, deployer: Deployer, clock: Callable[[], float] = time.time
    ) -> None:
        self._runtime = runtime
        self._metrics = Metrics(runtime)
        self.look = look = Lookout(runtime, stack, self._metrics, clock)
        self._commits = commits = Commits(runtime, deployer, clock)
        self._database = DatabaseDesk(runtime)
        self._accounts = AccountsDesk(runtime, self._database)
        self._clock = clock
        self._does: dict[str, Callable[[Sequence[str]], Outcome]] = {
            "status": lambda _: look.status(), "top": lambda _: look.top(), "alerts": lambda _: look.alerts(),
            "logs": look.logs, "traces": look.traces, "metrics": look.metrics,
            "topology": lambda _: look.topology(),
            "config get": self._config_get, "redis": self._redis, "restart": self._restart,
            "flush": self._flush,
            "sql": lambda words: self._database.sql(*words),
            "kill-query": lambda words: self._database.kill_query(*words),
            "failover db": lambda _: self._failover_db(),
            "blocked": lambda _: self._accounts.blocked(),
            "block": lambda words: self._accounts.set_blocked(words[0], words[1:], clock(), blocked=True),
            "unblock": lambda words: self._accounts.set_blocked(words[0], words[1:], clock(), blocked=False),
            "flags": lambda _: commits.flags(),
            "flag": lambda words: commits.flag(*words),
            "drain": lambda words: commits.drain(*words),
            "limit account": lambda words: commits.limit_account(*words),
            "failover payments": lambda words: commits.failover_payments(*words),
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

    def _config_get(self, words: Sequence[str]) -> Outcome:
        return Outcome(0, self._runtime.read_out(words[0], f"/etc/lumen/{words[0]}.yaml").decode())

    def _redis(self, words: Sequence[str]) -> Outcome:
        service, *command = words
        done = self._runtime.exec("bastion", ["redis-cli", "-h", service, *command])
        failed = done.exit_code or done.stdout.startswith(("ERR", "(error)", "WRONGTYPE"))
        changed = "" if failed else f"{service}: {' '.join(command)}"
        return Outcome(int(bool(failed)), done.stdout + done.stderr, changed=changed)

    def _flush(self, words: Sequence[str]) -> Outcome:
        """Empty a store, or remove the keys that fit a pattern; how many went."""
        service, pattern = words
        command = ["EVAL", _REMOVE, "0", pattern] if pattern else ["EVAL", _EMPTY, "0"]
        done = self._runtime.exec("bastion", ["redis-cli", "-h", service, *command])
        count = done.stdout.strip()
        if done.exit_code or not count.isdigit():
            return Outcome(1, f"{service} was not flushed: {count or done.stderr.strip()}")
        changed = f"{service}: {count} keys removed{f', those like {pattern}' if pattern else ''}"
        return Outcome(0, changed, changed=changed if count != "0" else "")

    def _failover_db(self) -> Outcome:
        went = self._database.promote()
        moved = self._commits.point_at(REPLICA)
        changed = f"{REPLICA} is the shop's database"
        return Outcome(
            moved.exit_code, f"{changed}; {went}\n{moved.text}", changed=f"{changed}; {moved.changed}"
        )

    def _restart(self, words: Sequence[str]) -> Outcome:
        """One replica after the other, each as soon as the one before is ready."""
        service, number = words
        everyone = sorted(each.number for each in self._runtime.status() if each.service == service)
        for each in [int(number)] if number else everyone:
            self._runtime.restart(service, each)
        return Outcome(0, "ok", changed=f"{service}{'-' + number if number else ''}: restarted")
