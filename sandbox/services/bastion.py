"""The bastion's own program: what the on-call engineer does there becomes lines of its log.

Whatever writes a JSON line into the outbox, a FIFO, has it printed: `ops` asks for something, the shell
tells of each command that it ran, the repository's hook announces a push. Nobody inside needs a way out,
since who looks after the company reads its logs anyway. What is torn, too long or of no known kind is
left out.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import stat
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

LONGEST = 4096
"""Bytes of one line, its end included; a FIFO takes so much in one piece."""

_TEXT_KEPT = 2_000
"""Characters of one command line."""

Message = dict[str, Any]

BASHRC = r"""# The bastion's shell. It tells its outbox of each command line, as the company's rules ask.
unset HISTCONTROL HISTTIMEFORMAT
shopt -s histappend cmdhist
HISTSIZE=2000
__entry='^ *([0-9]+)\*? +(.*)$'
__number=
[[ $(history 1) =~ $__entry ]] && __number=${BASH_REMATCH[1]}
__began=
__told() {
    local code=$? ended=${EPOCHREALTIME:-$SECONDS} number= line
    [[ $(history 1) =~ $__entry ]] && number=${BASH_REMATCH[1]} line=${BASH_REMATCH[2]:0:900}
    if [ "$number" != "$__number" ] && [ -p "$OUTBOX" ]; then
        line=${line//\\/\\\\}
        line=${line//\"/\\\"}
        line=${line//[[:cntrl:]]/ }
        printf '{"ran": "%s", "code": %d, "began": %s, "ended": %s}\n' \
            "$line" "$code" "${__began:-$ended}" "$ended" 1<>"$OUTBOX"
    fi
    __number=$number
    __began=
}
trap '[ -n "$__began" ] || __began=${EPOCHREALTIME:-$SECONDS}' DEBUG
PROMPT_COMMAND=__told
"""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e12


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _TEXT_KEPT


def _is_name(value: object) -> bool:
    """Letters and digits only: it becomes the name of a file."""
    return isinstance(value, str) and 0 < len(value) <= 64 and value.isascii() and value.isalnum()


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


_KINDS: Mapping[str, Mapping[str, Callable[[object], bool]]] = {
    "ask": {"ask": lambda value: value == "ops", "id": _is_name, "line": _is_text, "sure": _is_flag},
    "follow": {"follow": _is_text, "id": _is_name, "after": _is_number},
    "ran": {"ran": _is_text, "code": _is_number, "began": _is_number, "ended": _is_number},
    "pushed": {"pushed": _is_name},
}
"""What a line may be: its keys, each with the check of its value."""


def understood(raw: bytes | str) -> Message | None:
    """A line as a message, or None if it is none; keys that nobody knows are left out."""
    if len(raw) > LONGEST:
        return None
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    for kind, keys in _KINDS.items():
        if kind in document:
            fits = all(key in document and check(document[key]) for key, check in keys.items())
            return {key: document[key] for key in keys} if fits else None
    return None


class Lines:
    """Cuts what comes out of the FIFO into lines; one that is too long is dropped as a whole."""

    def __init__(self) -> None:
        self._rest = b""
        self._dropping = False

    def feed(self, data: bytes) -> list[bytes]:
        *whole, self._rest = (self._rest + data).split(b"\n")
        if self._dropping and whole:
            whole, self._dropping = whole[1:], False
        if len(self._rest) > LONGEST:
            self._rest, self._dropping = b"", True
        return whole


def open_outbox(path: Path) -> int:
    """Make the FIFO unless it is there; a file descriptor to read it, which never sees its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISFIFO(path.lstat().st_mode):
            path.unlink()
    with contextlib.suppress(FileExistsError):
        os.mkfifo(path, 0o622)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    # As long as somebody may still write, reading waits instead of ending; we are that somebody.
    os.open(path, os.O_WRONLY)
    return reading


def main() -> int:
    outbox = Path(os.environ.get("OUTBOX", "/run/lumen/outbox"))
    reading = open_outbox(outbox)
    (outbox.parent / "bashrc").write_text(BASHRC, encoding="utf-8")
    (outbox.parent / "replies").mkdir(exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    lines = Lines()
    while True:
        select.select([reading], [], [])
        with contextlib.suppress(BlockingIOError):
            for raw in lines.feed(os.read(reading, 65_536)):
                message = understood(raw)
                if message is not None:
                    sys.stdout.write(json.dumps({"ts": round(time.time(), 3), **message}) + "\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
