"""Past drills as a table for a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from gameday.reports.words import clock
from gameday.text import one_line

if TYPE_CHECKING:
    from gameday.records.store import PastDrill

_ENDED = {
    "resolved": "resolved",
    "time_limit": "out of time",
    "stood_down": "stood down",
    "aborted": "aborted",
    "void": "broke",
}
_NO_FAULT = {
    "correct_stand_down": "stood down, rightly",
    "false_alarm": "false alarm",
    "wrong_stand_down": "stood down, wrongly",
    "undecided": "nothing wrong, undecided",
}


_SPACIOUS = 112
"""Columns from which on a drill is a line."""


def history_table(drills: Iterable[PastDrill], width: int) -> RenderableType:
    """A line for each drill, in the order given; two lines, and no advisor, where `width` is narrow."""
    narrow = width < _SPACIOUS
    gap = (0, 0) if narrow else (0, 1)
    table = Table(box=box.SIMPLE_HEAD, padding=gap, show_edge=False, pad_edge=False)
    for name in ("when", "drill", "engineer", "scenario", "mode", "mitigated", "D", "ended"):
        side: Literal["right", "left"] = "right" if name in ("mitigated", "D") else "left"
        whole = name not in ("engineer", "ended")
        table.add_column(name, justify=side, no_wrap=whole, overflow="fold")
    breaks = "\n" if narrow else " "
    for drill in drills:
        advised = drill.mode != "manual" and not narrow
        table.add_row(
            time.strftime(f"%Y-%m-%d{breaks}%H:%M", time.localtime(drill.started)),
            one_line(drill.codename),
            one_line(drill.engineer),
            "sealed" if drill.sealed else f"{drill.pack}/{breaks.strip(' ')}{drill.variant}",
            f"{drill.mode} ({drill.advisor})" if advised else drill.mode,
            mitigated(drill),
            "–" if drill.diagnosis is None else f"{drill.diagnosis:.2f}",
            Text(ended(drill)),
            style="dim" if drill.void else "",
        )
    return table


def mitigated(drill: PastDrill) -> str:
    """`3:20`, `> 20:00` where it was not within the limit, `–` for a void drill or one without a fault."""
    if drill.time_to_mitigate_s is None:
        return "–"
    return f"{'' if drill.mitigated else '> '}{clock(drill.time_to_mitigate_s)}"


def ended(drill: PastDrill) -> str:
    """How it ended, and what keeps it from counting."""
    how = _NO_FAULT.get(drill.no_fault or "", _ENDED.get(drill.outcome, drill.outcome))
    flags = (("spoiled", drill.spoiled), ("void", drill.void), ("simulated", drill.simulated))
    return ", ".join([how, *(name for name, so in flags if so)])
