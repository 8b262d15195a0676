"""The write tier of the `ops` vocabulary: what changes something, each with what it would touch.

`redis`, `sql`, `flag` and `block` are in both tiers: which one is decided by what the line asks for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sandbox.errors import BadStack
from sandbox.operate.grammar import Operation, Verb, checked, moment, need, options, replica, service
from sandbox.operate.reads import config
from sandbox.stack.model import Stack

STORES = ("cache", "queue")
PROVIDERS = ("primary", "secondary")

_REDIS_READS = frozenset(
    {
        "get", "mget", "exists", "ttl", "pttl", "type", "strlen", "dbsize", "info", "scan", "keys",
        "memory", "object", "slowlog", "latency", "lastsave", "time", "ping",
        "xinfo", "xlen", "xpending", "xrange", "xrevrange",
    }
)  # fmt: skip
_REDIS_READ_PAIRS = frozenset({("config", "get"), ("client", "list"), ("client", "info")})
_SQL_READS = ("select", "show", "explain", "with", "table")
_SQL_ACTS = ("pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_promote", "set_config")
"""Functions that change something although they are only selected."""

_BLOCK = "{0} account ID|EMAIL|NAME …, {0} accounts --created FROM..TO"
_PER_MINUTE = re.compile(r"(\d+)/m(?:in)?")
_WHOLE = {"block": "block list", "unblock": "unblock all"}


def _restart(stack: Stack, words: Sequence[str]) -> Operation:
    need(words, 1, "restart SERVICE or SERVICE-N", 1)
    name, number = replica(stack, words[0])
    which = f"{name}-{number}" if number else f"every replica of {name}, one after the other"
    return Operation("restart", (name, number), "write", f"restarts {which}; what it is doing now is lost")


def _scale(stack: Stack, words: Sequence[str]) -> Operation:
    need(words, 2, "scale SERVICE N", 2)
    name = service(stack, words[0])
    rules = stack.services[name].rules
    most = rules.max_replicas if rules else 1
    if not words[1].isdigit() or int(words[1]) < 1:
        raise BadStack(f"{words[1]!r} is not a number of replicas; at least one must run")
    if int(words[1]) > most:
        raise BadStack(f"the quota allows {name} at most {most} replicas")
    says = f"commits it to main and makes {name} {words[1]} replicas"
    return Operation("scale", (name, words[1]), "write", says)


def _drain(stack: Stack, words: Sequence[str]) -> Operation:
    usage = "drain SERVICE-N [off]"
    need(words, 1, usage, 2)
    name, number = replica(stack, words[0])
    behind = sorted(stack.services["edge"].depends_on)
    if name not in behind:
        raise BadStack(f"nothing is balanced over {name}; drained can be: {', '.join(behind)}")
    if not number or words[1:] not in ([], ["off"]):
        raise BadStack(f"usage: {usage}, as in drain {name}-1")
    off = bool(words[1:])
    says = (
        f"commits it to the edge's config; {name}-{number} gets its share of requests again"
        if off
        else f"commits it to the edge's config; {name}-{number} gets no new requests and ends those it has,"
        f" the others of {name} carry its share; `drain {name}-{number} off` takes it back"
    )
    return Operation("drain", (name, number, "off" if off else "on"), "write", says)


def _rollback(stack: Stack, words: Sequence[str]) -> Operation:
    need(words, 1, "rollback SERVICE", 1)
    name = service(stack, words[0])
    says = f"commits {name}'s version before this one to main and restarts each replica with it"
    return Operation("rollback", (name,), "write", says)


def _revert(_: Stack, words: Sequence[str]) -> Operation:
    need(words, 1, "revert COMMIT", 1)
    says = f"commits the opposite of {words[0]} to main and rolls that out, whatever it touches"
    return Operation("revert", (words[0],), "write", says)


def _flag(_: Stack, words: Sequence[str]) -> Operation:
    need(words, 0, "flag [NAME on|off]", 2)
    if not words:
        return Operation("flags", (), "read")
    if len(words) != 2 or words[1] not in ("on", "off"):
        raise BadStack("usage: flag [NAME on|off]")
    says = f"commits it to main; every customer has the shop {'with' if words[1] == 'on' else 'without'}"
    return Operation("flag", tuple(words), "write", f"{says} {words[0]}, until it is set back")


def _limit(_: Stack, words: Sequence[str]) -> Operation:
    if words[:1] == ["account"]:
        return _limit_account(words[1:])
    need(words, 2, "limit /PREFIX N, or limit /PREFIX off", 2)
    prefix, rate = words
    if rate != "off" and not (rate.isdigit() and int(rate) >= 1):
        raise BadStack(f"{rate!r} is not a rate; give requests a second, at least 1, or off")
    says = (
        f"lets {prefix} through without a limit"
        if rate == "off"
        else f"refuses {prefix} above {rate} requests/s"
    )
    return Operation("limit", (prefix, rate), "write", f"{says}, for every customer")


def _limit_account(words: Sequence[str]) -> Operation:
    usage = "limit account /upload N/m, or limit account /upload off"
    need(words, 2, usage, 2)
    found = _PER_MINUTE.fullmatch(words[1])
    if words[0] != "/upload" or (words[1] != "off" and not (found and int(found[1]) >= 1)):
        raise BadStack(f"usage: {usage}")
    most = found[1] if found else "0"
    says = (
        f"refuses an account's uploads above {most} a minute, whoever it is"
        if found
        else "lets every account upload as often as it wants"
    )
    return Operation("limit account", (most,), "write", f"commits it to the storefront's config: {says}")


def _block(verb: str, words: Sequence[str]) -> Operation:
    """Words: who is meant (`accounts` or `created`), then the names, or from and to."""
    usage = f"{_BLOCK.format(verb)}, {_WHOLE[verb]}"
    need(words, 1, usage)
    plain, given = options(words[1:], ("--created",), usage)
    does = "are refused at login, upload and checkout" if verb == "block" else "may come again"
    back = "good customers among them too; `unblock` takes it back"
    tail = f", {back}" if verb == "block" else ""
    if words[0] == "account" and plain and not given:
        says = f"{verb}s {len(plain)} account{'s'[: len(plain) > 1]} in the database: they {does}{tail}"
        return Operation(verb, ("accounts", *plain), "write", says)
    if words[0] == "accounts" and not plain and ".." in given.get("--created", ""):
        begin, _, end = given["--created"].partition("..")
        checked(moment, begin)
        checked(moment, end or "now")
        says = f"{verb}s every account that was made between {begin} and {end or 'now'}: they {does}{tail}"
        return Operation(verb, ("created", begin, end or "now"), "write", says)
    if verb == "unblock" and list(words) == ["all"]:
        return Operation(verb, ("all",), "write", f"unblocks every account that is blocked: they {does}")
    raise BadStack(f"usage: {usage}")


def _block_or_list(_: Stack, words: Sequence[str]) -> Operation:
    return Operation("blocked", (), "read") if list(words) == ["list"] else _block("block", words)


def _unblock(_: Stack, words: Sequence[str]) -> Operation:
    return _block("unblock", words)


def _failover(_: Stack, words: Sequence[str]) -> Operation:
    usage = "failover db, or failover payments [primary|secondary]"
    need(words, 1, usage, 2)
    if list(words) == ["db"]:
        says = (
            "shuts the database out, makes db-replica the one that takes writes and commits every service's"
            " config to point there; it can't be taken back, and there is no replica any more"
        )
        return Operation("failover db", (), "write", says)
    if words[0] != "payments" or words[1:] not in ([], ["primary"], ["secondary"]):
        raise BadStack(f"usage: {usage}")
    target = f"the {words[1]}" if words[1:] else "the other"
    says = f"commits it to main: new charges go to {target} provider, for every customer; it can be set back"
    return Operation("failover payments", tuple(words[1:]) or ("",), "write", says)


def _flush(stack: Stack, words: Sequence[str]) -> Operation:
    need(words, 1, "flush SERVICE [PATTERN]", 2)
    name = service(stack, words[0])
    if name not in STORES:
        raise BadStack(f"{name} has nothing to flush; there are: {', '.join(STORES)}")
    pattern = words[1] if words[1:] else ""
    what = f"every key like {pattern}" if pattern else "everything"
    warning = {
        "cache": "what it saved is asked for anew, all at once, of vision and the database",
        "queue": "orders that wait there are paid for and will never be printed",
    }[name]
    says = f"removes {what} from {name}, for good: {warning}"
    return Operation("flush", (name, pattern), "write", says)


def _kill_query(_: Stack, words: Sequence[str]) -> Operation:
    usage = "kill-query PID, or kill-query --longest"
    need(words, 1, usage, 1)
    if words[0] != "--longest" and not (words[0].isdigit() and len(words[0]) < 10):
        raise BadStack(f"usage: {usage}")
    which = "the oldest transaction's connection" if words[0] == "--longest" else f"connection {words[0]}"
    says = f"ends {which} to the database; what it had begun is undone, and whoever asked gets an error"
    return Operation("kill-query", (words[0],), "write", says)


def _redis(stack: Stack, words: Sequence[str]) -> Operation:
    need(words, 2, "redis SERVICE COMMAND …")
    name = service(stack, words[0])
    command = tuple(word.lower() for word in words[1:3])
    reads = command[0] in _REDIS_READS or command in _REDIS_READ_PAIRS
    says = "" if reads else f"runs {' '.join(words[1:])} on {name}, at once, for all who use it"
    return Operation("redis", (name, *words[1:]), "read" if reads else "write", says)


def _sql(_: Stack, words: Sequence[str]) -> Operation:
    need(words, 1, "sql STATEMENT")
    statement = " ".join(words)
    plain = statement.lower()
    reads = plain.startswith(_SQL_READS) and ";" not in plain.rstrip("; ")
    if reads and not any(name in plain for name in _SQL_ACTS):
        return Operation("sql", (statement, "read only"), "read")
    says = "runs a statement that may change the shop's database, or who is connected to it"
    return Operation("sql", (statement, ""), "write", says)


WRITES: tuple[Verb, ...] = (
    Verb("config", "config set SERVICE KEY VALUE", "write", "change one value of it", config),
    Verb("redis", "redis SERVICE COMMAND …", "read", "a Redis command; writes ask first", _redis),
    Verb("sql", "sql STATEMENT", "read", "a statement on the shop's database; writes ask first", _sql),
    Verb("restart", "restart SERVICE or SERVICE-N", "write", "stop and start each replica in turn", _restart),
    Verb("scale", "scale SERVICE N", "write", "how many replicas", _scale),
    Verb("drain", "drain SERVICE-N [off]", "write", "give a replica no new requests", _drain),
    Verb("rollback", "rollback SERVICE", "write", "deploy the version before", _rollback),
    Verb("revert", "revert COMMIT", "write", "take a commit back", _revert),
    Verb("flag", "flag [NAME on|off]", "write", "do without a feature for a while", _flag),
    Verb("limit", "limit /PREFIX N|off", "write", "let N requests a second through at the edge", _limit),
    Verb("limit", "limit account /upload N/m|off", "write", "of one account", _limit),
    Verb("block", "block account ID|EMAIL|NAME …", "write", "refuse accounts", _block_or_list),
    Verb("block", "block accounts --created FROM..TO", "write", "refuse those made then", _block_or_list),
    Verb("block", "block list", "read", "who is refused", _block_or_list),
    Verb("unblock", "unblock account ID|EMAIL|NAME …", "write", "let them in again", _unblock),
    Verb("unblock", "unblock accounts --created FROM..TO", "write", "let those in again", _unblock),
    Verb("unblock", "unblock all", "write", "let everybody in again", _unblock),
    Verb("failover", "failover db", "write", "make the replica the database, for good", _failover),
    Verb("failover", "failover payments [primary|secondary]", "write", "charge elsewhere", _failover),
    Verb("flush", "flush cache|queue [PATTERN]", "write", "empty it, or remove some keys", _flush),
    Verb("kill-query", "kill-query PID|--longest", "write", "end a connection to the database", _kill_query),
)  # fmt: skip
