"""Past drills as a table, on a wide terminal and on a narrow one."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gameday.records.store import PastDrill
from gameday.reports.history import history_table

DRILLS = (
    PastDrill(
        run="run-1", codename="TURNSTONE-42", engineer="ada", pack="cache-loss", variant="key-namespace",
        family="cache", mode="advise", advisor="scripted", started=0.0, ended=600.0, outcome="resolved",
        void=False, spoiled=True, simulated=False, mitigated=True, time_to_mitigate_s=71.0, diagnosis=0.95,
        no_fault=None,
    ),
    PastDrill(
        run="run-2", codename="LINNET-4", engineer="ada", pack="", variant="", family="", mode="manual",
        advisor="pattern", started=0.0, ended=600.0, outcome="time_limit", void=False, spoiled=False,
        simulated=False, mitigated=False, time_to_mitigate_s=1200.0, diagnosis=None, no_fault=None,
        sealed=True,
    ),
)  # fmt: skip


def shown(width: int) -> str:
    console = Console(width=width, file=io.StringIO())
    console.print(history_table(DRILLS, width))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 140])
def test_no_word_is_broken_and_nothing_is_cut(width: int) -> None:
    """Each cell's words stand whole in some line, and no line is longer than the terminal."""
    text = shown(width)
    words = text.split()
    assert max(map(len, text.splitlines())) <= width
    for word in (
        "TURNSTONE-42",
        "advise",
        "01:11",
        "0.95",
        "resolved,",
        "spoiled",
        "sealed",
        "20:00",
        "time",
    ):
        assert word in words
    scenario = {"cache-loss/", "key-namespace"} if width == 80 else {"cache-loss/key-namespace"}
    assert scenario <= set(words)
