"""What a participant can read may not tell the drill; where things lie on the machine tells nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from sandbox.runtime.base import LogLine, Runtime
from sandbox.runtime.registry import folder_of
from sandbox.stack import PACKAGE_ROOT
from scenarios.rehearsal.traces import in_logs, words_of


class _Logs:
    """A company that wrote these lines."""

    sandbox_id = "lumen-abc123"

    def __init__(self, *texts: str) -> None:
        self._texts = texts

    def logs(self) -> Iterator[LogLine]:
        return (LogLine("edge", 1, 0.0, text) for text in self._texts)


def test_a_line_that_names_the_pack_tells_and_a_stack_trace_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As processes, a program that ends in an error says where its file lies: in our own state."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "gameday"))
    code = folder_of(_Logs.sandbox_id) / "root/code/edge/services/edge.py"
    logs = _Logs(
        f'  File "{code}", line 131, in <module>',
        "AttributeError: 'NoneType' object has no attribute 'encode'",
        "the thin-ice job began",
        f'  File "{code}", line 7, in thin_ice',
    )
    words = words_of("thin-ice", ["north-wind"])
    assert list(in_logs(cast(Runtime, logs), words)) == [
        "log of edge: the thin-ice job began",
        'log of edge:   File "/root/code/edge/services/edge.py", line 7, in thin_ice',
    ]


def test_only_the_folders_own_names_are_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout may be called like our trade; what is read out of it by name still tells."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "drills"))
    monkeypatch.setenv("GAMEDAY_CACHE", str(tmp_path / "gameday"))
    checkout = PACKAGE_ROOT.parent
    logs = _Logs(
        f"started {tmp_path}/gameday/prometheus/usr/bin/prometheus in {tmp_path}/drills",
        f"imported {checkout}/sandbox/services/kit.py with {sys.prefix}/bin/python",
        f"read {checkout}/scenarios/library/thin-ice/experiment.yaml",
        f"read {tmp_path}/drills-of-today",
        f"{Path(sys.base_prefix).parent}/chaos is not there",
    )
    words = words_of("thin-ice", ["north-wind"])
    assert list(in_logs(cast(Runtime, logs), words)) == [
        "log of edge: read /scenarios/library/thin-ice/experiment.yaml",
        f"log of edge: read {tmp_path}/drills-of-today",
        f"log of edge: {Path(sys.base_prefix).parent}/chaos is not there",
    ]
