"""Text from the sandbox is harmless when it is printed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.text import one_line, plain


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        pytest.param("\x1b[31mred\x1b[0m", "red", id="colour"),
        pytest.param("a\x1b[2J\x1b[Hb", "ab", id="clears the screen"),
        pytest.param("\x1b[?1049hx\x1b[?25l", "x", id="private modes"),
        pytest.param("\x1b[38:2::255:0:0mx", "x", id="colon parameters"),
        pytest.param("\x9b31mred", "red", id="8-bit CSI"),
        pytest.param("\x1b]0;owned\x07x", "x", id="window title"),
        pytest.param("\x1b]52;c;ZXZpbA==\x1b\\x", "x", id="clipboard"),
        pytest.param("\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "click", id="link"),
        pytest.param("\x9d0;owned\x9cx", "x", id="8-bit OSC"),
        pytest.param("\x1bP1$r0m\x1b\\x", "x", id="device control string"),
        pytest.param("\x1b_payload\x1b\\x", "x", id="application command"),
        pytest.param("\x1b(0x\x1bc\x1b7y\x1b=", "xy", id="character set, reset, save, keypad"),
        pytest.param("\x1b\x1b[0m[31mx", "[31mx", id="sequence within a sequence"),
        pytest.param("\x1b]0;never ends\nnext line", "]0;never ends\nnext line", id="unfinished title"),
        pytest.param("ok\rFAKE\x08\x08\x7f\x00", "okFAKE", id="overwriting"),
        pytest.param("user\u202etxt.exe\u202c", "usertxt.exe", id="bidi override"),
        pytest.param("\u2066a\u2069\u200f\u061cb", "ab", id="bidi isolates and marks"),
        pytest.param("a\x85b\u2028c", "abc", id="line ends that split logs"),
        pytest.param("half \ud83d pair", "half \ufffd pair", id="lone surrogate"),
    ],
)
def test_hostile_lines(hostile: str, harmless: str) -> None:
    """What a terminal would act on is gone; what a person can read stays."""
    assert plain(hostile) == harmless


def test_ordinary_text_is_untouched() -> None:
    """Newlines, tabs, other scripts and brackets are not control."""
    text = "col\tcol\nGrüße, 東京, שלום [bold]x[/bold] 🙂"
    assert plain(text) == text


@given(st.text(st.characters(), max_size=60) | st.text("\x1b\x9b\x9d]P[0;m\x07\\ax\n", max_size=40))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    """Of any text, no control but newline and tab is left, and doing it again changes nothing."""
    cleaned = plain(text)
    assert all(char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs") for char in cleaned)
    assert plain(cleaned) == cleaned


def test_one_line_is_one_line() -> None:
    """A message of several lines can be shown in one row."""
    assert one_line("  a\n\tb\r\n  c ") == "a b c"
