"""What the driver offers is what its catalogue says and what the docs tell."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast, get_args

import pytest

from sandbox.faults import actions, probes
from sandbox.faults.catalog import ACTIONS, PROBES
from sandbox.faults.effects import KINDS, Failed, from_document, to_document
from sandbox.faults.effects.cache import CacheMemory, in_bytes
from sandbox.faults.record import Record, take_back_newest
from sandbox.runtime import registry
from sandbox.runtime.base import Capability, Runtime

DOCS = Path(__file__).parents[2] / "docs/faults.md"


def functions(module: ModuleType) -> set[str]:
    return {name for name in module.__all__ if inspect.isfunction(getattr(module, name))}


def test_every_function_is_in_the_catalogue() -> None:
    """No action and no probe without a word on what it needs, and none that isn't there."""
    assert functions(actions) == set(ACTIONS)
    assert functions(probes) == set(PROBES)


def test_needs_are_capabilities_of_a_runtime() -> None:
    """As the runtimes name them."""
    needed = frozenset().union(*ACTIONS.values(), *PROBES.values())
    assert needed <= set(get_args(Capability))


@pytest.mark.parametrize("name", sorted({*ACTIONS, *PROBES}))
def test_each_is_documented_with_its_arguments(name: str) -> None:
    """`docs/faults.md` has a row that names the function and each of its arguments."""
    rows = [row for row in DOCS.read_text(encoding="utf-8").splitlines() if row.startswith(f"| `{name}`")]
    assert len(rows) == 1
    module = actions if name in ACTIONS else probes
    for argument in inspect.signature(getattr(module, name)).parameters:
        assert f"`{argument}`" in rows[0], argument
    for need in {**ACTIONS, **PROBES}[name]:
        assert need in rows[0], need


def test_every_kind_of_effect_can_be_written_down() -> None:
    """What is read back is what was written, under a kind of its own."""
    effect = CacheMemory(2 * 1024**2, 256 * 1024**2)
    assert from_document(to_document(effect)) == effect
    assert all(each.kind == kind for kind, each in KINDS.items())
    with pytest.raises(Failed):
        from_document({"kind": "cache-memory", "fields": {"unknown": 1}})


def test_the_record_keeps_what_is_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It outlives the process, lies outside the sandbox's folder, and is gone with its last entry."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path))
    first, second = CacheMemory(1, 2), CacheMemory(3, 4)
    record = Record("lumen-000001")
    record.add(first)
    record.add(second)
    assert Record("lumen-000001").effects() == [first, second]
    path = registry.record_of("lumen-000001")
    assert registry.folder_of("lumen-000001") not in path.parents
    record.drop(first)
    assert record.effects() == [second]
    record.drop(second)
    assert not path.exists()


def test_the_newest_is_taken_back_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends by itself goes, and what was there before it stays."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path))
    in_force = [CacheMemory(1, 2), CacheMemory(3, 4)]
    monkeypatch.setattr(CacheMemory, "undo", lambda self, _: in_force.remove(self))
    monkeypatch.setattr(CacheMemory, "present", lambda self, _: self in in_force)
    runtime = cast(Runtime, SimpleNamespace(sandbox_id="lumen-000001"))
    record = Record("lumen-000001")
    assert take_back_newest(runtime) is None
    for each in tuple(in_force):
        record.add(each)
    assert take_back_newest(runtime) == CacheMemory(3, 4)
    assert record.effects() == in_force == [CacheMemory(1, 2)]


@pytest.mark.parametrize(("size", "wanted"), [("2mb", 2 * 1024**2), ("64KB", 65536), ("100", 100)])
def test_sizes(size: str, wanted: int) -> None:
    """As Redis writes them."""
    assert in_bytes(size) == wanted


def test_what_is_no_size_is_refused() -> None:
    """With what would be right."""
    with pytest.raises(Failed, match="2mb"):
        in_bytes("two megabytes")
