"""Operations on the shop's database: statements, ending a connection, and making the replica the primary."""

from __future__ import annotations

import yaml

from sandbox.errors import BadStack, SandboxError
from sandbox.operate.outcome import Outcome
from sandbox.runtime.base import ExecResult, Runtime

PRIMARY, REPLICA = "db", "db-replica"

_ASKED = "storefront"
"""Whose config is asked where the data is."""
_ASK_WITHIN_S = 15.0
_PROMOTE_WITHIN_S = 40.0
_TEXT_SHOWN = 200

_READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"

_END_ONE = """
WITH chosen AS (
    SELECT pid, state, coalesce(extract(epoch FROM now() - xact_start), 0)::int AS age_s, query
    FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND {which}
    ORDER BY xact_start NULLS LAST LIMIT 1)
SELECT format('%s (%s, %s s in its transaction): %s',
              pid, state, age_s, left(regexp_replace(query, '\\s+', ' ', 'g'), {shown}))
FROM chosen WHERE pg_terminate_backend(pid)
"""

_SHUT_OUT = (
    "ALTER SYSTEM SET default_transaction_read_only = on",
    "SELECT pg_reload_conf()",
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    # What was written before is let over to the replica, if that takes no longer than a few seconds.
    "DO $$ BEGIN FOR i IN 1..60 LOOP EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_replication"
    " WHERE replay_lsn IS NULL OR replay_lsn < pg_current_wal_lsn()); PERFORM pg_sleep(0.05);"
    " PERFORM pg_stat_clear_snapshot(); END LOOP; END $$",
)


class DatabaseDesk:
    """The database of one sandbox, as the bastion's psql reaches it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def sql(self, statement: str, read_only: str) -> Outcome:
        # What was taken for a read can't write, whatever it says: the database itself refuses it.
        before = ["-q", "-c", _READ_ONLY] if read_only else []
        done = self._psql(*before, "-c", statement)
        return Outcome(done.exit_code, done.stdout + done.stderr, changed=f"db: {statement}")

    def values(self, script: str, **variables: str) -> list[list[str]]:
        """The rows of a script's last statement; `:'name'` in it is a variable.

        Raises:
            SandboxError: the database refused, or does not answer.
        """
        given = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
        done = self._psql("-q", "-A", "-t", "-F", "\x1f", *given, "-f", "-", stdin=script.encode())
        if done.exit_code:
            raise SandboxError(f"the database refused: {_last_line(done)}")
        return [line.split("\x1f") for line in done.stdout.splitlines() if line]

    def kill_query(self, which: str) -> Outcome:
        """End one connection, or the one whose transaction is the oldest; what it was running."""
        chosen = "xact_start IS NOT NULL" if which == "--longest" else f"pid = {int(which)}"
        rows = self.values(_END_ONE.format(which=chosen, shown=_TEXT_SHOWN))
        if not rows:
            none = "nothing runs" if which == "--longest" else f"no client has the connection {which}"
            return Outcome(1, f"{none}; nobody was ended")
        return Outcome(0, f"ended {rows[0][0]}", changed=f"db: ended {rows[0][0]}")

    def promote(self) -> str:
        """Make the replica a primary, and shut the old one out; how that went.

        Raises:
            SandboxError: there is no replica that could be promoted.
        """
        asked = self._at(REPLICA, "SELECT pg_is_in_recovery()")
        if asked.exit_code:
            raise SandboxError(f"{REPLICA} does not answer: {_last_line(asked)}")
        if asked.stdout.strip() != "t":
            raise BadStack(f"{REPLICA} is no replica any more; there is nothing to fail over to")
        shut = self._at(PRIMARY, *_SHUT_OUT)
        promoted = self._at(REPLICA, "SELECT pg_promote(true, 20)")
        if promoted.exit_code or promoted.stdout.strip() != "t":
            raise SandboxError(f"{REPLICA} could not be promoted: {_last_line(promoted)}")
        if shut.exit_code:
            return f"{PRIMARY} did not answer ({_last_line(shut)}), so what {REPLICA} lacked is lost"
        return f"{PRIMARY} takes no writes any more"

    def _serving(self) -> str:
        """The server that takes the writes now, as the services are told."""
        try:
            told = yaml.safe_load(self._runtime.read_out(_ASKED, f"/etc/lumen/{_ASKED}.yaml"))
            return str(told["database"])
        except (SandboxError, yaml.YAMLError, LookupError, TypeError):
            return PRIMARY

    def _at(self, server: str, *statements: str) -> ExecResult:
        words = [word for each in statements for word in ("-c", each)]
        return self._psql("-h", server, "-q", "-A", "-t", *words, timeout_s=_PROMOTE_WITHIN_S)

    def _psql(self, *words: str, stdin: bytes | None = None, timeout_s: float = _ASK_WITHIN_S) -> ExecResult:
        if "-h" not in words:
            words = ("-h", self._serving(), *words)
        psql = ["psql", "-X", "-v", "ON_ERROR_STOP=1", *words]
        return self._runtime.exec("bastion", psql, stdin=stdin, timeout_s=timeout_s)


def _last_line(done: ExecResult) -> str:
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return said[-1].strip() if said else f"exit code {done.exit_code}"
