"""Which rehearsal a drill is measured by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from gameday.drill.scale import scale_of
from gameday.journal.atomic import write_atomically
from scenarios.loader import read_scenario
from scenarios.model import Pack
from scenarios.rehearsal.keeping import committed_path, record_path
from scenarios.rehearsal.record import Rehearsal
from tests.rehearsal.scripted import Scripted
from tests.rehearsal.test_course import PACK, rehearsed


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own."""
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def pack(folder: Path, **changes: Any) -> Pack:
    folder.mkdir(exist_ok=True)
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump({**PACK, **changes}), encoding="utf-8")
    return Pack(folder=folder, scenario=read_scenario(path))


def keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)


@pytest.fixture
def record(tmp_path: Path) -> Rehearsal:
    """What came of the rehearsal of the pack as it is."""
    folder = tmp_path / "played"
    folder.mkdir()
    return rehearsed(folder, Scripted())


def test_without_a_rehearsal_there_is_no_scale(tmp_path: Path, home: Path) -> None:
    """Nobody knows what doing nothing would have cost."""
    assert scale_of(pack(tmp_path / "pack"), "north", "scripted") is None


def test_the_ends_are_what_the_rehearsal_lost(tmp_path: Path, home: Path, record: Rehearsal) -> None:
    """Doing nothing up to the limit, and the quickest accepted fix from the page on."""
    keep(record_path(home, record), record.model_dump_json())
    scale = scale_of(pack(tmp_path / "pack"), "north", "scripted")
    assert scale is not None
    assert record.doing_nothing is not None
    assert record.best_fix is not None
    assert (scale.unit, scale.limit_s, scale.elsewhere) == ("customer-minutes", 1200.0, "")
    assert scale.doing_nothing == record.doing_nothing.customer_minutes
    assert scale.expert == record.best_fix.customer_minutes


def test_the_packs_own_record_is_from_another_machine(tmp_path: Path, home: Path, record: Rehearsal) -> None:
    """It is used where nobody has rehearsed here, and says so."""
    there = record.machine.model_copy(update={"cpus": 99})
    away = record.model_copy(update={"machine": there})
    played = pack(tmp_path / "pack")
    keep(committed_path(played), f'{{"north": {{"scripted": {away.model_dump_json()}}}}}')
    scale = scale_of(played, "north", "scripted")
    assert scale is not None
    assert "99 cores" in scale.elsewhere
    assert scale_of(played, "north", "docker") is None
    keep(record_path(home, record), record.model_dump_json())
    here = scale_of(played, "north", "scripted")
    assert here is not None
    assert here.elsewhere == ""


@pytest.mark.parametrize(("changed", "same"), [(1.01, True), (2.0, False)])
def test_a_machine_is_the_same_whatever_its_kernel_keeps_for_itself(
    tmp_path: Path, home: Path, record: Rehearsal, changed: float, same: bool
) -> None:
    """Between two boots a little memory more or less is told; twice as much is another machine."""
    there = record.machine.model_copy(update={"memory_gib": record.machine.memory_gib * changed})
    keep(record_path(home, record), record.model_copy(update={"machine": there}).model_dump_json())
    scale = scale_of(pack(tmp_path / "pack"), "north", "scripted")
    assert scale is not None
    assert (scale.elsewhere == "") is same


def test_a_changed_variant_has_no_scale(tmp_path: Path, home: Path, record: Rehearsal) -> None:
    """What was rehearsed is not what is played."""
    keep(record_path(home, record), record.model_dump_json())
    assert scale_of(pack(tmp_path / "pack", load={"customers": 50}), "north", "scripted") is None


def test_where_bots_steal_money_is_the_measure(tmp_path: Path, home: Path) -> None:
    """Letting them in costs customers nothing."""
    folder = tmp_path / "played"
    folder.mkdir()
    fraud = {"fraud": {"costs": {"upload": 0.4}, "cap_per_min": 100}}
    record = rehearsed(folder, Scripted(), **fraud)
    keep(record_path(home, record), record.model_dump_json())
    scale = scale_of(pack(tmp_path / "pack", **fraud), "north", "scripted")
    assert scale is not None
    assert record.doing_nothing is not None
    assert (scale.unit, scale.doing_nothing) == ("money", record.doing_nothing.money)
