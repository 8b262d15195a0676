"""The people in the records as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.table import Table

from gameday.records.people import Known
from gameday.text import one_line


def people_table(known: Iterable[Known], *, pseudonyms: bool) -> Table:
    """A line for each, in the order given."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    if not pseudonyms:
        table.add_column("name", overflow="fold")
    for name in ("codename", "teams"):
        table.add_column(name, overflow="fold")
    table.add_column("drills", justify="right")
    for each in known:
        cells = (each.pseudonym, ", ".join(map(one_line, each.teams)) or "–", f"{each.drills:,}")
        table.add_row(*(() if pseudonyms else (one_line(each.name or "(forgotten)"),)), *cells)
    return table
