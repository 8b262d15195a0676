"""Curves kept beside a journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.errors import BadJournal
from gameday.journal.series import SERIES_FILE, Curve, GoldenCurve, SeriesKept, read_series, write_series

KEPT = SeriesKept(
    begin=1_000.0,
    step_s=1.0,
    told_apart=(Curve(promql="up", values=(1.0, None, 0.0)),),
    golden=(GoldenCurve(service="edge", name="rate", unit="/s", values=(4.5, None)),),
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Gaps stay gaps."""
    write_series(tmp_path, KEPT)
    assert read_series(tmp_path) == KEPT
    curve = KEPT.curve("up")
    assert curve is not None
    assert curve.values == (1.0, None, 0.0)
    assert KEPT.curve("down") is None


def test_a_run_without_curves_is_whole(tmp_path: Path) -> None:
    assert read_series(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "JSON"),
        ('{"schema": 2, "begin": 0, "step_s": 1}', "schema"),
        ('{"schema": 1, "begin": 0}', "step_s"),
    ],
)
def test_a_damaged_file_is_one_sentence_with_the_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / SERIES_FILE).write_text(text)
    with pytest.raises(BadJournal, match=said):
        read_series(tmp_path)
