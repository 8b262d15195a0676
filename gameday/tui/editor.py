"""The engineer's own editor: which it is, and how the terminal is lent to it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from textual.app import App, SuspendNotSupported

_OTHERWISE = ("editor", "nano", "vim", "vi")
"""What is tried where no editor is set."""


def editor_words(environment: Mapping[str, str]) -> list[str]:
    """The command that edits a file, from VISUAL or EDITOR, else one that is there; empty if none is."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(variable, ""))
        except ValueError:
            continue
        if words:
            return words
    found = next((name for name in _OTHERWISE if shutil.which(name)), "")
    return [found] if found else []


def edit(app: App[None], path: Path) -> str:
    """Lend the terminal to the editor until it is closed.

    Returns:
        Empty, or one sentence that says why it could not be edited.
    """
    words = editor_words(os.environ)
    if not words:
        return f"Set EDITOR to your editor, or open {path} yourself."
    try:
        with app.suspend():
            code = subprocess.run([*words, str(path)], check=False).returncode
    except SuspendNotSupported:
        return f"The terminal can't be lent to an editor here; open {path} yourself."
    except OSError as error:
        return f"{words[0]} cannot be started: {error.strerror}; set EDITOR to your editor."
    return f"{words[0]} ended with {code}." if code else ""
