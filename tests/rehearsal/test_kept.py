"""The records beside a pack: none is lost, and each is about what was played."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from gameday.cli.rehearse import commit_scale
from scenarios.loader import read_scenario
from scenarios.model import Pack
from scenarios.rehearsal.record import Rehearsal, digest_of
from tests.rehearsal.scripted import Scripted
from tests.rehearsal.test_course import rehearsed


def test_none_is_lost_when_several_rehearsals_end_at_once(tmp_path: Path) -> None:
    """`make rehearse-all`, and two terminals, write the same file."""
    record = rehearsed(tmp_path, Scripted())
    records = [
        record.model_copy(update={"variant": f"variant-{number}", "runtime": runtime})
        for number in range(6)
        for runtime in ("process", "docker")
    ]
    beside = tmp_path / "rehearsal.json"
    with ThreadPoolExecutor(len(records)) as pool:
        list(pool.map(lambda each: commit_scale(beside, each), records))
    kept = json.loads(beside.read_text(encoding="utf-8"))
    read = [Rehearsal.model_validate(each) for of in kept.values() for each in of.values()]
    assert sorted(read, key=lambda each: (each.variant, each.runtime)) == sorted(
        records, key=lambda each: (each.variant, each.runtime)
    )


@dataclass
class _Edited(Scripted):
    """Somebody changes the pack while it is rehearsed."""

    commits: Path = field(default_factory=Path)

    def up(self) -> None:
        super().up()
        commit = "author: noor\nwhen: 50m\nmessage: m\nedits: [{path: a, before: b, after: c}]\n"
        self.commits.mkdir()
        (self.commits / "late.yaml").write_text(commit, encoding="utf-8")


def test_a_pack_that_is_changed_meanwhile_is_not_what_was_proven(tmp_path: Path) -> None:
    """The digest is of what lay there when the rehearsal began."""
    ground = _Edited(commits=tmp_path / "commits")
    record = rehearsed(tmp_path, ground)
    pack = Pack(folder=tmp_path, scenario=read_scenario(tmp_path / "scenario.yaml"))
    assert record.passed
    assert record.digest != digest_of(pack, "north")
    (ground.commits / "late.yaml").unlink()
    assert record.digest == digest_of(pack, "north")
