"""Small pieces of HTML; whatever comes from the store is stripped of control characters and escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from gameday.text import one_line

FEW = 3
"""Columns up to which a table is as wide as what is in it."""
LONG = 40
"""Rows from which on a table is folded away."""


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def said(text: object) -> Html:
    """A text for the page; markup stays what it is."""
    return text if isinstance(text, Html) else Html(escape(one_line(str(text))))


def tag(name: str, *parts: object, **attributes: str) -> Html:
    """An element; `class_` stands for class, and an underscore for a dash."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value, quote=True)}"'
        for key, value in attributes.items()
    )
    return Html(f"<{name}{told}>{''.join(said(part) for part in parts)}</{name}>")


def bullets(lines: Iterable[object]) -> Html:
    """A list; nothing for nothing."""
    items = [tag("li", line) for line in lines]
    return tag("ul", *items) if items else Html("")


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Sequence[int] = ()
) -> Html:
    """A table whose first column heads its rows; on a phone each row is a block of its own.

    Args:
        numbers: columns that are set to the right.
    """
    kind = "stack few" if len(heads) <= FEW else "stack"
    head = tag("tr", *(tag("th", name, scope="col", **_kind(at, numbers)) for at, name in enumerate(heads)))
    body = Html(
        "".join(
            tag(
                "tr",
                tag("th", row[0], scope="row"),
                *(
                    tag("td", cell, **_label(heads[at]), **_kind(at, numbers)) if said(cell) else tag("td")
                    for at, cell in enumerate(row[1:], start=1)
                ),
            )
            for row in rows
        )
    )
    made = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", body), class_=kind)
    boxed = tag("div", made, class_="scroll", role="region", aria_label=caption, tabindex="0")
    if len(rows) <= LONG:
        return boxed
    return tag("details", tag("summary", f"{caption} ({len(rows):,} lines)"), boxed)


def _label(head: str) -> dict[str, str]:
    """What stands before a cell on a phone, where the table's head is not to be seen."""
    return {"data_label": head} if head else {}


def _kind(at: int, numbers: Sequence[int]) -> dict[str, str]:
    return {"class_": "number"} if at in numbers else {}
