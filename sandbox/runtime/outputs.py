"""Takes what a command prints, but not more than fits: one that never stops must not fill our memory."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

KEPT = 16_000_000
"""Bytes of each output that are kept; the rest is read and left out."""

_CHUNK = 65_536
_DRAINED_WITHIN_S = 2.0


class Kept:
    """The beginning of an output."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._data = bytearray()

    def add(self, chunk: bytes) -> None:
        """One more piece, as far as there is room."""
        self._data += chunk[: self._most - len(self._data)]

    def __bytes__(self) -> bytes:
        return bytes(self._data)


def captured(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: bytes | None,
    timeout_s: float,
    most: int = KEPT,
) -> tuple[int, bytes, bytes]:
    """Run a command; its exit code, or 124 after the time, and both outputs.

    Raises:
        FileNotFoundError: there is no such program.
    """
    child = subprocess.Popen(
        list(argv), cwd=cwd, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stderr is not None
    kept = Kept(most), Kept(most)
    threads = [
        threading.Thread(target=_drain, args=(pipe, into), daemon=True)
        for pipe, into in zip((child.stdout, child.stderr), kept, strict=True)
    ]
    if child.stdin is not None:
        threads.append(threading.Thread(target=_feed, args=(child.stdin, stdin), daemon=True))
    for thread in threads:
        thread.start()
    try:
        code = child.wait(timeout_s)
    except subprocess.TimeoutExpired:
        code = 124
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        child.wait()
        # What it started may hold its outputs open; nobody waits for that.
        for thread in threads:
            thread.join(_DRAINED_WITHIN_S)
    return code, bytes(kept[0]), bytes(kept[1])


def _drain(pipe: IO[bytes], into: Kept) -> None:
    with pipe, contextlib.suppress(OSError):
        while chunk := os.read(pipe.fileno(), _CHUNK):
            into.add(chunk)


def _feed(pipe: IO[bytes], data: bytes | None) -> None:
    with contextlib.suppress(OSError), pipe:
        pipe.write(data or b"")
