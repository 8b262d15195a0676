"""Reading packs: what is right, and where and why something is not."""

# ruff: noqa: E501  (tables of cases, a row each)

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scenarios.errors import ScenarioError
from scenarios.loader import load_pack, pack_folders, pack_names, read_pack, split_name
from tests.scenarios.packs import a_pack, changed, line_of


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("family: cache", "famly: cache", "famly:", "famly: there is no such key; did you mean 'family'?"),
        ("severity: sev2", "severity: sev9", "severity:", "severity: 'sev9' is not allowed; did you mean 'sev"),
        ("[cache-eviction]\n  trigger", "[evicted]\n  trigger", "mechanisms: [evicted]", "did you mean 'cache-eviction'?"),
        ("trigger: configuration-push", "trigger: config-push", "trigger:", "did you mean 'configuration-push'?"),
        ("difficulty: 2", "difficulty: 9", "difficulty:", "less than or equal to 5"),
        ("needs: [exec]", "needs: [exe]", "needs:", "needs.0: 'exe' is not allowed; did you mean 'exec'?"),
        ("par: {mitigate_s: 300}", "par: {mitigate_s: soon}", "par:", "par.mitigate_s"),
        ("    c: {contributing: [missing-alert, retry", "    c: {contributing: [missing-alert, rety", "    c: {c", "truth.per_variant.c.contributing.1"),
        ("    c: {contributing", "    d: {contributing", "per_variant:", "no variant 'd'"),
        ("{id: b, conf", "{id: a, conf", "schema: 1", "two variants have the same id"),
        ("at: 45s, who: noor", "who: noor", "- {who: noor", "says neither `at` nor `when`"),
        ("answers: {default:", "answers: {other:", "owners:", "has no answer `default`"),
        ("components: [cache]\n  mechanisms", "components: []\n  mechanisms", "truth:", "names no component"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_line_and_key(
    tmp_path: Path, old: str, new: str, line: str, says: str
) -> None:
    """And with what would be right, where it can be guessed."""
    path = changed(a_pack(tmp_path), "scenario.yaml", old, new)
    with pytest.raises(ScenarioError) as caught:
        read_pack(path.parent)
    said = str(caught.value)
    assert says in said
    number = int(said.removeprefix(f"{path}:").split(":")[0])
    assert abs(number - line_of(path, line)) <= 1


def test_a_variant_is_the_common_parts_and_what_it_says_instead(tmp_path: Path) -> None:
    """Mappings are merged, lists replaced, and other variants left alone."""
    path = changed(
        a_pack(tmp_path), "scenario.yaml", "par: {mitigate_s: 300}",
        "par: {mitigate_s: 300, per_variant: {b: {mitigate_s: 2m}}}\n"
        "expectations: {bites: {violated_s: 20, paged_s: 40}, per_variant: {a: {bites: {paged_s: 1m}}}}",
    )  # fmt: skip
    scenario = read_pack(path.parent).scenario
    a, b, c = (scenario.of(name) for name in "abc")
    assert (a.par.mitigate_s, b.par.mitigate_s) == (300, 120)
    assert (a.expectations.bites.violated_s, a.expectations.bites.paged_s) == (20, 60)
    assert b.expectations.bites.paged_s == 40
    assert a.truth.contributing == ("missing-alert",)
    assert c.truth.contributing == ("missing-alert", "retry-amplification")
    with pytest.raises(KeyError):
        scenario.of("d")


def test_a_drill_with_nothing_wrong_needs_no_component_and_no_fix(tmp_path: Path) -> None:
    """`none` is a truth, too."""
    folder = a_pack(tmp_path)
    path = changed(folder, "scenario.yaml", "components: [cache]\n  mechanisms: [cache-eviction]", "components: []\n  mechanisms: [none]")  # fmt: skip
    changed(folder, "scenario.yaml", "trigger: configuration-push", "trigger: none")
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  accepted:"), text.index("  tempting:")
    path.write_text(text[:start] + "  accepted: []\n" + text[end:], encoding="utf-8")
    case = read_pack(folder).scenario.of("a")
    assert case.truth.is_nothing
    assert case.truth.components == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a: &x [1]\nb: *x\n", r":1: anchors and aliases .* are not allowed"),
        (b"id: a\nid: b\n", r":2: the key 'id' is there twice"),
        (b"[" * 5000, r"nested deeper|not valid YAML"),
        (b"id: [1\n", r":2: not valid YAML"),
        (b"\xff\xfe\x00", r":1: is not UTF-8"),
        (b"a: 1\nid: \x1b[2J\n", r":2: the character U\+001B may not be in YAML"),
        (b'schema: 1\ntitle: "a\\u202Eb"\n', r"title: holds the control character U\+202E"),
        (b"", r":1: has to be a mapping"),
        (b"- 1\n", r":1: has to be a mapping"),
        (b"? [a]\n: 1\n", r":1: a key is a word"),
        (b"!!python/object/apply:os.system [ls]\n", r"not valid YAML"),
        (b"x" * 300_000, r"larger than 256 KiB"),
    ],
)
def test_a_hostile_file_gets_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    """Bombs, repeats, other encodings and control characters."""
    folder = a_pack(tmp_path)
    (folder / "scenario.yaml").write_bytes(content)
    with pytest.raises(ScenarioError, match=says) as caught:
        read_pack(folder)
    assert "\n" not in str(caught.value)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A runbook that is the host's own file would be shown to whoever plays."""
    secret = tmp_path / "secret.md"
    secret.write_text("mine", encoding="utf-8")
    folder = a_pack(tmp_path)
    (folder / "runbooks/secret.md").symlink_to(secret)
    with pytest.raises(ScenarioError, match="leads out of the pack's folder"):
        read_pack(folder)


def test_a_commit_that_would_write_to_the_terminal_is_refused(tmp_path: Path) -> None:
    """Also where it is only played."""
    folder = a_pack(tmp_path)
    changed(folder, "commits/vision-base-time.yaml", "spring", "spri\u202eng")
    with pytest.raises(ScenarioError, match=r"vision-base-time.yaml:1: the text holds the control character"):
        read_pack(folder)


def test_an_experiment_is_a_file_beside_it(tmp_path: Path) -> None:
    """No path leads elsewhere."""
    folder = a_pack(tmp_path)
    changed(folder, "scenario.yaml", "{id: a, ", "{id: a, experiment: ../experiment.yaml, ")
    with pytest.raises(ScenarioError, match=r"variants.0.experiment: '../experiment.yaml' doesn't fit"):
        read_pack(folder)


def test_packs_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By path, or by name from a folder of GAMEDAY_SCENARIOS."""
    folder = a_pack(tmp_path / "packs")
    assert load_pack(str(folder)).scenario.id == "my-pack"
    with pytest.raises(ScenarioError, match="there is no scenario 'my-pack'"):
        load_pack("my-pack")
    monkeypatch.setenv("GAMEDAY_SCENARIOS", os.pathsep.join([str(tmp_path / "gone"), str(folder.parent)]))
    assert "my-pack" in pack_names()
    assert "cache-loss" in pack_names()
    assert load_pack("my-pack").folder == folder
    assert len(pack_folders({"GAMEDAY_SCENARIOS": ""})) == 1
    with pytest.raises(ScenarioError, match=r"there is no scenario.yaml in that folder"):
        load_pack(str(tmp_path / "gone" / "my-pack"))
    with pytest.raises(ScenarioError, match=r"there is no scenario 'cache-los'; did you mean 'cache-loss'\?"):
        load_pack("cache-los")


def test_pack_and_variant_in_one_word(tmp_path: Path) -> None:
    """Also where the pack is a path."""
    folder = str(a_pack(tmp_path))
    assert split_name("cache-loss") == ("cache-loss", "")
    assert split_name("cache-loss/maxmemory") == ("cache-loss", "maxmemory")
    assert split_name(folder) == (folder, "")
    assert split_name(f"{folder}/a") == (folder, "a")
    assert split_name("") == ("", "")
