"""The records that come with the packs are proofs of what is played."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios import LIBRARY
from scenarios.loader import load_pack, pack_names
from scenarios.model import Pack
from scenarios.rehearsal.keeping import committed_path
from scenarios.rehearsal.record import Rehearsal, digest_of


def _records(pack: Pack) -> dict[str, list[Rehearsal]]:
    path = committed_path(pack)
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {name: [Rehearsal.model_validate(each) for each in of.values()] for name, of in kept.items()}


@pytest.mark.parametrize("name", pack_names((LIBRARY,)))
def test_the_proofs_are_about_what_is_played(name: str) -> None:
    """A changed step, figure, query, commit or experiment asks for another rehearsal."""
    pack = load_pack(name, (LIBRARY,))
    for variant, records in _records(pack).items():
        for record in records:
            assert (record.pack, record.variant, record.passed) == (name, variant, True)
            assert record.digest == digest_of(pack, variant), f"{name}/{variant} was changed since"


def test_the_table_has_a_row_for_each_proof() -> None:
    """`benchmarks/proofs.py` prints what the records say, and which variants have none."""
    root = Path(__file__).parents[2]
    printed = subprocess.run(
        [sys.executable, "benchmarks/proofs.py"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(" | ") for line in printed.splitlines() if line.startswith("| ")][2:]
    seen = {(cells[0].removeprefix("| "), cells[1]): cells for cells in rows}
    packs = [load_pack(name, (LIBRARY,)) for name in pack_names((LIBRARY,))]
    records = [each for pack in packs for of in _records(pack).values() for each in of]
    assert set(seen) == {(f"{each.pack}/{each.variant}", each.runtime) for each in records}
    for each in records:
        cells = seen[f"{each.pack}/{each.variant}", each.runtime]
        paged = each.onset_to_page_s
        assert cells[3] == ("never" if paged is None else f"{paged:.1f} s")
        for fix in each.fixes:
            assert fix.id in cells[5 if fix.kind == "tempting" else 6]
