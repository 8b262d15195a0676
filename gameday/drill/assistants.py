"""Which AI assistants run on the engineer's machine, for drills that are played without one.

Only names of processes are looked at, once; nobody is blocked by what is found. The record carries it, so
that a comparison knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

import psutil

KNOWN = {
    "aider": "Aider",
    "chatgpt": "ChatGPT",
    "claude": "Claude",
    "claude-code": "Claude",
    "codex": "Codex",
    "copilot": "GitHub Copilot",
    "copilot-agent": "GitHub Copilot",
    "copilot-language-server": "GitHub Copilot",
    "cursor": "Cursor",
    "cursor-agent": "Cursor",
    "gemini": "Gemini",
    "gemini-cli": "Gemini",
    "goose": "Goose",
    "llama-server": "llama.cpp",
    "lm studio": "LM Studio",
    "ollama": "Ollama",
    "open-interpreter": "Open Interpreter",
    "opencode": "OpenCode",
    "qchat": "Amazon Q",
    "windsurf": "Windsurf",
}
"""Names of programs, in lower case and without an ending, and what they are called."""
_INTERPRETERS = ("node", "bun", "deno", "python", "pypy")
_ENDINGS = (".exe", ".js", ".mjs", ".cjs", ".py", ".app")


def assistants(processes: Iterable[tuple[str, Sequence[str]]]) -> tuple[str, ...]:
    """The known assistants among processes, each given as its name and its command line."""
    return tuple(sorted({KNOWN[name] for each in processes for name in _names(*each) if name in KNOWN}))


def _names(name: str, command: Sequence[str]) -> Iterable[str]:
    """What a process is called; for an interpreter, also what it runs."""
    called = _plain(name)
    yield called
    if called.startswith(_INTERPRETERS):
        script = next((word for word in command[1:] if not word.startswith("-")), "")
        yield _plain(PurePath(script).name)


def _plain(name: str) -> str:
    name = name.lower()
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name


def running() -> tuple[str, ...]:
    """The known assistants that run on this machine now."""
    found = psutil.process_iter(["name", "cmdline"], ad_value=None)
    return assistants((each.info["name"] or "", each.info["cmdline"] or ()) for each in found)
