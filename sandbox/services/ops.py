"""`ops`: the company's operations, from the bastion's shell. It asks by the outbox and waits for the reply.

`ops scale vision 3` says what it would touch and asks once, if there is a terminal to ask at.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .bastion import LONGEST

_WAIT_S = 60.0
_LOOK_EVERY_S = 0.02
_NO_ANSWER = 75
"""Exit code when nobody answered: a passing failure, as sysexits.h has it."""

USAGE = "usage: ops [--wait SECONDS] [--yes] [--json] OPERATION …; `ops help` lists the operations"


class Unanswered(Exception):
    """Nobody took the request, or nobody answered it; with one sentence."""


def send(outbox: Path, message: dict[str, Any]) -> None:
    """Put one line into the outbox, in one piece.

    Raises:
        Unanswered: nobody reads it, or the line is too long.
    """
    data = json.dumps(message).encode() + b"\n"
    if len(data) > LONGEST:
        raise Unanswered(f"that is too long: a request has at most {LONGEST} bytes")
    try:
        # Without waiting: where nobody reads, opening fails at once.
        handle = os.open(outbox, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        raise Unanswered("the bastion's own program does not run, so nobody hears this") from None
    try:
        os.write(handle, data)
    except BlockingIOError:
        raise Unanswered("the bastion's outbox is full; try again") from None
    finally:
        os.close(handle)


def await_reply(path: Path, wait_s: float) -> dict[str, Any]:
    """The reply, which comes as a whole file.

    Raises:
        Unanswered: not within the time.
    """
    deadline = time.monotonic() + wait_s
    while not path.is_file():
        if time.monotonic() > deadline:
            raise Unanswered(f"nobody answered within {wait_s:g} s; whoever runs operations is away")
        time.sleep(_LOOK_EVERY_S)
    reply: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    path.unlink(missing_ok=True)
    return reply


def ask(line: str, wait_s: float, *, sure: bool) -> dict[str, Any]:
    """Have a line carried out, or, unless sure, hear first what it would touch."""
    return _exchange({"ask": "ops", "line": line, "sure": sure}, wait_s)


def _exchange(message: dict[str, Any], wait_s: float) -> dict[str, Any]:
    outbox = Path(os.environ.get("OUTBOX", "/run/lumen/outbox"))
    name = secrets.token_hex(8)
    send(outbox, {**message, "id": name})
    return await_reply(outbox.parent / "replies" / f"{name}.json", wait_s)


def _options(words: list[str]) -> tuple[float, bool, bool]:
    wait_s, yes, as_json = _WAIT_S, False, False
    while words and words[0].startswith("--"):
        option = words.pop(0)
        if option == "--yes":
            yes = True
        elif option == "--json":
            as_json = True
        elif option == "--wait" and words:
            wait_s = float(words.pop(0))
        else:
            raise ValueError
    if not words:
        raise ValueError
    return wait_s, yes, as_json


def main(argv: Sequence[str]) -> int:
    words = list(argv)
    try:
        wait_s, yes, as_json = _options(words)
    except ValueError:
        sys.stderr.write(USAGE + "\n")
        return 2
    line = shlex.join(words)
    # A program gets what would be touched, and says --yes if that is what it wants.
    sure = yes or not (as_json or sys.stdin.isatty())
    try:
        reply = ask(line, wait_s, sure=sure)
        if as_json:
            sys.stdout.write(json.dumps(reply) + "\n")
            return int(reply.get("exit_code", 0))
        if reply.get("would"):
            sys.stderr.write(f"This {reply['would']}. Go on? [y/N] ")
            sys.stderr.flush()
            if sys.stdin.readline().strip().lower() not in ("y", "yes"):
                sys.stderr.write("left as it was\n")
                return 1
            reply = ask(line, wait_s, sure=True)
        while reply.get("cursor"):
            _show(reply)
            reply = _exchange({"follow": line, "after": reply["cursor"]}, wait_s)
    except Unanswered as nobody:
        sys.stderr.write(f"ops: {nobody}\n")
        return _NO_ANSWER
    except KeyboardInterrupt:
        return 130
    _show(reply)
    return int(reply.get("exit_code", 0))


def _show(reply: dict[str, Any]) -> None:
    text = str(reply.get("text", "")).rstrip("\n")
    if text:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
