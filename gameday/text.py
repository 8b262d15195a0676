"""Makes text from the sandbox, from chat and from hints safe to print.

A log line in the sandbox is written by whoever attacks or breaks it. Unfiltered, it could move the
cursor, rename the window, fill the clipboard or turn its own words around.
"""

from __future__ import annotations

import re

_SEQUENCES = re.compile(
    r"""
    (?:\x1b\[|\x9b) [0-?]* [ -/]* [@-~]                        # CSI: colours, cursor, modes
    | (?:\x1b\]|\x9d) [^\x07\x1b\x9c\n]* (?:\x07|\x1b\\|\x9c)  # OSC: titles, links, clipboard
    | (?:\x1b[PX^_]|[\x90\x98\x9e\x9f]) [^\x1b\x9c\n]* (?:\x1b\\|\x9c)  # DCS, SOS, PM, APC
    | \x1b [ -/]+ [0-~]                                        # character sets and the like
    """,
    re.VERBOSE,
)
_TWO_CHARACTER_ESCAPES = re.compile(r"\x1b[0-OQ-WYZ\\`-~]")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 except tab and newline, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that reorder what is read
    "\u2028\u2029]"  # line ends of their own
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """`text` without control sequences, control characters and reordering marks.

    Newlines and tabs stay. A sequence that never ends loses its escape only, so that it cannot
    hide the words behind it. Code points that no file can hold become U+FFFD.
    """
    text = _SEQUENCES.sub("", text)
    text = _TWO_CHARACTER_ESCAPES.sub("", text)
    text = _CONTROLS.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


def one_line(text: str) -> str:
    """`plain(text)` with every run of white space as one blank."""
    return _SPACE.sub(" ", plain(text)).strip()
