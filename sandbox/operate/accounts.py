"""Blocking accounts, one by one or as a cohort that was made at the same time, and letting them in again."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.operate.database import DatabaseDesk
from sandbox.operate.grammar import moment
from sandbox.operate.outcome import Outcome
from sandbox.runtime.base import Runtime

_SHOWN = 40

_WHO = {
    "accounts": """(id::text = ANY (string_to_array(:'names', chr(31)))
        OR lower(email) = ANY (string_to_array(lower(:'names'), chr(31)))
        OR name = ANY (string_to_array(:'names', chr(31))))""",
    "created": "created_at BETWEEN to_timestamp(:'begin'::float8) AND to_timestamp(:'end'::float8)",
    "all": "true",
}

_SET = """
WITH changed AS (
    UPDATE accounts SET blocked = :'blocked'::boolean
    WHERE blocked <> :'blocked'::boolean AND {who} RETURNING id)
SELECT count(*),
       count(*) FILTER (WHERE EXISTS (SELECT FROM orders WHERE account_id = changed.id)),
       coalesce((array_agg(id ORDER BY id))[1:5]::text, ''),
       coalesce((SELECT string_agg(digest, ' ') FROM sessions
                 WHERE expires_at > now() AND account_id IN (SELECT id FROM changed)), '')
FROM changed;
"""

_LIST = """
SELECT id, created_at::timestamptz(0), (SELECT count(*) FROM orders WHERE account_id = accounts.id),
       name, email, count(*) OVER ()
FROM accounts WHERE blocked ORDER BY created_at DESC LIMIT {shown};
"""


class AccountsDesk:
    """Who may not come in, in one sandbox."""

    def __init__(self, runtime: Runtime, database: DatabaseDesk) -> None:
        self._runtime = runtime
        self._database = database

    def set_blocked(self, who: str, words: Sequence[str], now: float, *, blocked: bool) -> Outcome:
        """Block accounts, or let them in again.

        Args:
            who: `accounts` with their ids, addresses or names; `created` with from and to; or `all`.
            now: UNIX seconds, for times that are relative.
        """
        given = {"blocked": "true" if blocked else "false"}
        if who == "created":
            given |= {"begin": repr(moment(words[0], now)), "end": repr(moment(words[1], now))}
        elif who == "accounts":
            given["names"] = "\x1f".join(words)
        ((count, buyers, first, sessions),) = self._database.values(_SET.format(who=_WHO[who]), **given)
        verb = "blocked" if blocked else "unblocked"
        if count == "0":
            return Outcome(
                int(who == "accounts"), f"no account was {verb}: none fits that isn't {verb} already"
            )
        self._forget(sessions.split())
        some = "account" if count == "1" else "accounts"
        changed = f"{verb} {count} {some}, {buyers} of which have ordered before"
        return Outcome(0, f"{changed}: {first.strip('{}')}{' …' if int(count) > 5 else ''}", changed=changed)

    def _forget(self, sessions: Sequence[str]) -> None:
        """Have the cache forget what it believes of these sessions; without it, it does so by itself soon."""
        if sessions:
            lines = "".join(f"DEL session:{digest}\n" for digest in sessions)
            self._runtime.exec("bastion", ["redis-cli", "-h", "cache"], stdin=lines.encode())

    def blocked(self) -> Outcome:
        """Who is blocked, those made last first."""
        rows = self._database.values(_LIST.format(shown=_SHOWN))
        if not rows:
            return Outcome(0, "nobody is blocked")
        lines = [f"{row[0]:>7}  {row[1]:<24} {row[2]:>3} orders  {row[3]}  {row[4]}" for row in rows]
        more = int(rows[0][5]) - len(rows)
        return Outcome(0, "\n".join(lines + ([f"… and {more} more"] if more > 0 else [])))
