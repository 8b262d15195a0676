"""The few programs that a replica of the fake runtime has, as functions of what it holds.

They are what the callers of `exec` lean on most: a shell for short scripts, files, waiting that takes no
time, and asking another service over the network. What else a test needs it gives to the fake itself.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

HOME = "/srv/lumen"
"""Where a program starts, and what a path without a slash in front is below."""

_JOINTS = (";", "&&", "||")
_OUT_TO_ERR = (">&", "2")
_NOWHERE = "/dev/null"


@dataclass(frozen=True)
class Answer:
    """What a program gave back, and how long it would have taken."""

    exit_code: int = 0
    stdout: str = ""
    stderr: str = ""
    takes_s: float = 0.0
    """Told as the command's duration; nobody waits for it. At the caller's timeout or more, it is 124."""


@dataclass(frozen=True)
class Call:
    """A command as the program sees it, in the replica where it runs."""

    service: str
    replica: int
    argv: tuple[str, ...]
    stdin: bytes
    files: Mapping[str, bytes]
    """Absolute path → content, as they are now."""
    environment: Mapping[str, str]
    dial: Callable[[str], int]
    """Exit code that `curl` gives for a service's name: 0, 6 (no such name), 7 (refused), 28 (no answer)."""
    run: Callable[[Call], Answer]
    """Runs another command in the same replica."""


Program = Callable[[Call], Answer]


def absolute(path: str, folder: str = "/") -> str:
    """A path without dots, never above the root."""
    return posixpath.normpath("/" + posixpath.join(folder, path)).replace("//", "/")


def _cat(call: Call) -> Answer:
    if not call.argv[1:]:
        return Answer(stdout=call.stdin.decode("utf-8", "replace"))
    out, err = b"", ""
    for name in call.argv[1:]:
        content = call.files.get(absolute(name, HOME))
        if content is None:
            err += f"cat: {name}: No such file or directory\n"
        out += content or b""
    return Answer(1 if err else 0, out.decode("utf-8", "replace"), err)


def _curl(call: Call) -> Answer:
    urls = [word for word in call.argv[1:] if word.startswith("http://")]
    if not urls:
        return Answer(2, stderr="curl: no URL specified\n")
    host = urlsplit(urls[-1]).hostname or ""
    code = call.dial(host)
    return Answer(code, "" if code else "ok\n", f"curl: ({code}) {host}\n" if code else "")


def _env(call: Call) -> Answer:
    return Answer(stdout="".join(f"{key}={value}\n" for key, value in sorted(call.environment.items())))


def _ls(call: Call) -> Answer:
    words = [word for word in call.argv[1:] if not word.startswith("-")]
    folder = absolute(words[0] if words else "", HOME).rstrip("/") + "/"
    inside = {path.removeprefix(folder).split("/")[0] for path in call.files if path.startswith(folder)}
    if not inside:
        return Answer(2, stderr=f"ls: cannot access '{folder}': No such file or directory\n")
    return Answer(stdout="".join(f"{name}\n" for name in sorted(inside)))


def _sleep(call: Call) -> Answer:
    try:
        return Answer(takes_s=float(call.argv[1]))
    except (IndexError, ValueError):
        return Answer(1, stderr="sleep: expected a number of seconds\n")


def _stat(call: Call) -> Answer:
    if call.argv[1:3] != ("-c", "%s"):
        return Answer(1, stderr="stat: this one knows only -c %s\n")
    sizes = [call.files.get(absolute(name, HOME)) for name in call.argv[3:]]
    if None in sizes:
        return Answer(1, stderr="stat: No such file or directory\n")
    return Answer(stdout="".join(f"{len(content or b'')}\n" for content in sizes))


# --- a shell for short scripts -------------------------------------------------------------------


def _sh(call: Call) -> Answer:
    """`sh -c SCRIPT`: commands joined by `;`, `&&`, `||`, with `>&2`, `>/dev/null` and `2>/dev/null`."""
    if len(call.argv) < 3 or call.argv[1] != "-c":
        return Answer(2, stderr="sh: this one knows only -c SCRIPT\n")
    lexer = shlex.shlex(call.argv[2], posix=True, punctuation_chars=";<>&|")
    lexer.whitespace_split = True
    code, out, err, took = 0, "", "", 0.0
    try:
        for joint, words in _commands(list(lexer)):
            if (joint == "&&" and code) or (joint == "||" and not code):
                continue
            if words[0] == "exit":
                code = int(words[1]) if words[1:] else code
                break
            done = _redirected(call, words)
            code, out, err, took = done.exit_code, out + done.stdout, err + done.stderr, took + done.takes_s
    except ValueError as error:
        return Answer(2, out, f"{err}sh: {error}\n", took)
    return Answer(code, out, err, took)


def _commands(tokens: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """What joins a command to the one before, and its words."""
    joint, words = ";", list[str]()
    for token in [*tokens, ";"]:
        if token not in _JOINTS:
            words.append(token)
            continue
        if words:
            yield joint, words
        joint, words = token, []


def _redirected(call: Call, words: Sequence[str]) -> Answer:
    plain, rest = list[str](), list(words)
    to_err = no_out = no_err = False
    while rest:
        if tuple(rest[:2]) == _OUT_TO_ERR:
            to_err, rest = True, rest[2:]
        elif rest[:3] == ["2", ">", _NOWHERE]:
            no_err, rest = True, rest[3:]
        elif rest[:2] == [">", _NOWHERE]:
            no_out, rest = True, rest[2:]
        elif set(rest[0]) & set("<>&|"):
            raise ValueError(f"this one doesn't know {rest[0]!r}")
        else:
            plain.append(rest.pop(0))
    done = call.run(replace(call, argv=tuple(plain)))
    out, err = ("" if no_out else done.stdout), ("" if no_err else done.stderr)
    return replace(done, stdout="" if to_err else out, stderr=err + out if to_err else err)


PROGRAMS: Mapping[str, Program] = {
    "cat": _cat,
    "curl": _curl,
    "echo": lambda call: Answer(stdout=" ".join(call.argv[1:]) + "\n"),
    "env": _env,
    "false": lambda _: Answer(1),
    "ls": _ls,
    "sh": _sh,
    "sleep": _sleep,
    "stat": _stat,
    "true": lambda _: Answer(),
}
"""What every replica has."""
