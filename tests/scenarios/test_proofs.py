"""The records that come with the packs are proofs of what is played."""

from __future__ import annotations

import json

import pytest

from scenarios.loader import LIBRARY, load_pack, pack_names
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
