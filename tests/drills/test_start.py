"""What a drill is settled to be when the engineer leaves things open."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from gameday.drill.start import Wish, open_drill, rules_for
from gameday.errors import GamedayError
from gameday.journal.home import runs_home
from sandbox.runtime.fake import FakeRuntime
from scenarios import LIBRARY


def test_a_blind_drill_is_one_that_was_proven() -> None:
    """Whatever the dice say; and the same seed draws the same drill."""
    drawn = [rules_for(Wish(seed=seed)) for seed in range(8)]
    assert len({rules.pack.scenario.id for rules in drawn}) > 1
    assert not [rules.variant.id for rules in drawn if rules.variant.draft]
    assert not any(rules.spoiled for rules in drawn)
    again = rules_for(Wish(seed=3))
    assert (again.pack.scenario.id, again.variant.id) == (drawn[3].pack.scenario.id, drawn[3].variant.id)


def test_a_draft_is_played_when_it_is_named(tmp_path: Path) -> None:
    """An author has to be able to try it."""
    folder = tmp_path / "retry-storm"
    shutil.copytree(LIBRARY / "retry-storm", folder)
    scenario = folder / "scenario.yaml"
    document = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    for variant in document["variants"]:
        variant["draft"] = variant["id"] == "short-rush"
    scenario.write_text(yaml.safe_dump(document), encoding="utf-8")
    assert rules_for(Wish(pack=f"{folder}/short-rush", seed=1)).variant.draft
    assert not rules_for(Wish(pack=f"{folder}/vision-hiccup", seed=1)).variant.draft


def test_a_drill_that_the_runtime_cannot_do_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What it lacks is said, the pack isn't, and no run is made; so a planned drill stays open."""
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path))
    rules = rules_for(Wish(pack="cache-loss/maxmemory", seed=1))
    with pytest.raises(GamedayError, match="needs restart, scale, which the fake runtime can't do") as caught:
        open_drill(rules, FakeRuntime("one", capabilities=frozenset({"exec", "copy_in"})))
    assert "cache" not in str(caught.value)
    assert not runs_home().exists()
