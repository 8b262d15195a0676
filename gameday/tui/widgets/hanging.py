"""Lines of two columns, such as a key and what it does, of which the second is wrapped under itself."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from gameday.tui.words import column, row


class Hanging(Widget):
    """As high as it needs to be at its width."""

    DEFAULT_CSS = "Hanging { height: auto; }"

    def __init__(self, lines: Sequence[tuple[Content, str]]) -> None:
        """Args:
        lines: what stands in front, each as wide as the others, and a text.
        """
        super().__init__()
        self._rows = tuple(lines)

    def render(self) -> Content:
        return column(list(self._wrapped(self.size.width)))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return sum(1 for _ in self._wrapped(width))

    def _wrapped(self, width: int) -> Iterator[Content]:
        for front, text in self._rows:
            # Where hardly anything is left for it, the text is cut rather than broken at each letter.
            lines = textwrap.wrap(text, max(12, width - front.cell_length)) or [""]
            yield row(front, lines[0])
            for more in lines[1:]:
                yield row(" " * front.cell_length, more)
