"""Lint: a pack is whole, in the company's words, and gives nothing away."""

# ruff: noqa: E501  (tables of cases, a row each)

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gameday.cli.company import the_company
from scenarios import LIBRARY
from scenarios.lint import lint
from scenarios.loader import pack_names
from tests.scenarios.packs import a_pack, changed


@pytest.mark.parametrize("name", pack_names((LIBRARY,)))
def test_the_library_has_no_errors(name: str) -> None:
    """Every pack that we ship."""
    assert [each for each in lint(LIBRARY / name, the_company()) if each.level == "error"] == []


def test_a_new_pack_has_nothing_to_be_said_about(tmp_path: Path) -> None:
    """Neither an error nor a warning."""
    assert lint(a_pack(tmp_path), the_company()) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("scenario.yaml", "id: my-pack", "id: your-pack", "but the folder is 'my-pack'"),
        ("scenario.yaml", "components: [cache]\n", "components: [cach]\n", "no component 'cach'; did you mean 'cache'?"),
        ("scenario.yaml", "who: noor", "who: nora", "'nora' doesn't work here; did you mean 'noor'?"),
        ("scenario.yaml", "[flag captions off]", "[limit /uploads]", "without-captions: 'limit /uploads': usage"),
        ("scenario.yaml", "[flag captions off]", "[wait long]", "wait takes a number of seconds"),
        ("scenario.yaml", "suggests: scale vision 3", "suggests: scale vision 30", "the quota allows"),
        ("scenario.yaml", "configuration: {maxmemory: 3mb}", "configuration: {memory: 3mb}", "no configuration 'memory'; did you mean 'maxmemory'?"),
        ("scenario.yaml", "Uploads are slow.", "Is this a drill?", "'drill' gives it away"),
        ("runbooks/vision.md", "Look at", "In this scenario look at", "'scenario' gives it away"),
        ("runbooks/vision.md", "Look at", "my-pack: look at", "'my-pack' gives it away"),
        ("commits/vision-base-time.yaml", "spring", "chaos", "'chaos' gives it away"),
        ("commits/vision-base-time.yaml", "base_s: 1.2\\n", "base_s: 1.21\\n", "not in config/vision.yaml exactly once"),
        ("commits/vision-base-time.yaml", "author: ines", "author: inez", "doesn't work here"),
        ("commits/vision-base-time.yaml", "author: ines", "variants: [z]\nauthor: ines", "there is no variant 'z'"),
        ("experiment.yaml", "func: hold", "func: held", "there is no 'held'"),
        ("experiment.yaml", "    name: let-it-be\n", "", "let-it-be|name|Activity"),
    ],
)  # fmt: skip
def test_errors(tmp_path: Path, name: str, old: str, new: str, says: str) -> None:
    """Each is said, with where it is."""
    folder = a_pack(tmp_path)
    changed(folder, name, old, new)
    errors = [f"{each.where} {each.says}" for each in lint(folder, the_company()) if each.level == "error"]
    assert any(word in each for each in errors for word in says.split("|")), errors
    assert all(str(folder) in each for each in errors)


def test_warnings(tmp_path: Path) -> None:
    """What a pack can do without, and shouldn't."""
    folder = a_pack(tmp_path)
    changed(folder, "scenario.yaml", "  - {id: b, configuration: {maxmemory: 3mb}}\n", "")
    changed(folder, "scenario.yaml", "      stabilising: true\n", "")
    changed(folder, "runbooks/vision.md", "kind: outdated", "kind: right")
    shutil.rmtree(folder / "commits")
    (folder / "README.md").unlink()
    shutil.copy(LIBRARY / "false-alarm/runbooks/pages.md", folder / "runbooks/promotions.md")
    found = lint(folder, the_company())
    assert {each.level for each in found} == {"warning"}
    said = "\n".join(each.says for each in found)
    for words in ("has 2 variant(s)", "no accepted fix is stabilising", "no runbook misleads", "has 0 innocent", "no README", "another pack has one of that name"):  # fmt: skip
        assert words in said
