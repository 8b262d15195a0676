"""An experiment of a pack may call our own actions and probes, and nothing else."""

# ruff: noqa: E501  (tables of cases, a row each)

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.faults.signatures import signatures
from scenarios.errors import ScenarioError
from scenarios.loader import load_pack
from tests.scenarios.packs import a_pack, changed

MODULE = "module: sandbox.faults.actions\n      func: hold"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("type: python", "type: process", r"provider.type: 'process' is not allowed"),
        ("type: python", "type: http", r"provider.type: 'http' is not allowed"),
        (MODULE, "module: os\n      func: system", r"method.1.provider.module: 'os' is not allowed"),
        (MODULE, "module: sandbox.faults.worker\n      func: main", r"module: 'sandbox.faults.worker' is not"),
        ("func: hold", "func: the_sandbox", r"func: there is no 'the_sandbox'"),
        ("func: hold", "func: attach", r"func: there is no 'attach'"),
        ("func: hold", "func: holt", r"func: there is no 'holt'; did you mean 'hold'\?"),
        ("func: hold", "func: _in_bytes", r"'_in_bytes' is not the name of a function"),
        ("func: hold", "func: os.system", r"'os.system' is not the name of a function"),
        ("arguments: {hold_s:", "arguments: {hold:", r"arguments.hold: hold takes no 'hold'; did you mean 'hold_s'\?"),
        ('arguments: {maxmemory: "${maxmemory}"}', "arguments: {}", r"set_cache_memory also needs maxmemory"),
        ("tags: [cache]", "secrets: {a: {b: c}}", r":4: secrets: is not allowed in a pack"),
        ("tags: [cache]", "controls: [{name: x}]", r"controls: is not allowed"),
        ("tags: [cache]", "extensions: [{name: x}]", r"extensions: is not allowed"),
        ("  hold_s: 60", "  hold_s: {type: env, key: HOME}", r":7: configuration.hold_s: has to be a plain value"),
        ("  hold_s: 60", "  hold_s: {type: probe, provider: {type: process}}", r"configuration.hold_s: has to be"),
        ("    name: let-it-be", "    name: let-it-be\n    controls: []", r"method.1.controls: is not allowed"),
        ("tolerance: true", "tolerance: {type: probe, name: x, provider: {type: process, path: ls}}", r"tolerance.provider.type: 'process'"),
        ("arguments: {window_s: 5}", "arguments: {window_s: 5}\n        secrets: [x]", r"provider.secrets: is not allowed"),
    ],
)  # fmt: skip
def test_what_would_run_other_code_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    """With a sentence that names file, line and key."""
    folder = a_pack(tmp_path)
    path = changed(folder, "experiment.yaml", old, new)
    with pytest.raises(ScenarioError, match=says) as caught:
        load_pack(str(folder), functions=signatures())
    assert str(caught.value).startswith(f"{path}:")


def test_the_driver_is_known_without_loading_it() -> None:
    """Names and arguments, from its source."""
    actions = signatures()["sandbox.faults.actions"]
    takes, needs = actions["set_cache_memory"]
    assert takes == needs == {"maxmemory"}
    assert actions["hold"] == (frozenset({"hold_s"}), frozenset())
    assert "customers_are_served" in signatures()["sandbox.faults.probes"]
