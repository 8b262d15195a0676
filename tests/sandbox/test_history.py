"""The repository's history: written backwards, built forwards, and true to the files on disk."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.stack import CONFIG_FOLDER, PACKAGE_ROOT
from sandbox.stack.model import load_stack
from sandbox.world.cast import CAST
from sandbox.world.history import EDITS, LATEST, Edit, commits, moment, undo, unfit
from sandbox.world.repo import fast_import
from sandbox.world.tree import company_tree, deployed, with_value
from tests.sandbox.test_image import TELLTALE

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=UTC).timestamp()


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole history in a bare repository of the test's own."""
    folder = tmp_path_factory.mktemp("repository")
    _git(folder, "init", "--quiet", "--bare", "--initial-branch=main")
    stream = fast_import(commits(company_tree(load_stack()), EDITS, NOW))
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet", "--done"], input=stream, check=True)
    return folder


def test_every_edit_applies() -> None:
    """An edit that no longer fits today's files is to be mended, not lost."""
    assert unfit(company_tree(load_stack()), EDITS) == []


def test_the_newest_tree_is_what_is_on_disk(repository: Path) -> None:
    """Applied forwards, the edits end exactly at today's files."""
    names = _git(repository, "ls-tree", "-r", "--name-only", "main").splitlines()
    tree = company_tree(load_stack())
    assert sorted(names) == sorted(tree)
    for name in names:
        shown = subprocess.run(
            ["git", "-C", str(repository), "show", f"main:{name}"], capture_output=True, check=True
        )
        assert shown.stdout == tree[name], name
    for path in (PACKAGE_ROOT / "services").glob("*.py"):
        assert tree[f"services/{path.name}"] == path.read_bytes()
    for path in CONFIG_FOLDER.glob("*.yaml"):
        assert tree.get(f"config/{path.name}", path.read_bytes()) == path.read_bytes()


def test_it_is_weeks_long_and_by_people_we_know(repository: Path) -> None:
    """25 to 40 commits over more than a month, each by one of the cast, in the past and in order."""
    rows = [
        line.split("\t")
        for line in _git(
            repository, "log", "--reverse", "--format=%an <%ae>%x09%at%x09%ct", "main"
        ).splitlines()
    ]
    assert 25 <= len(rows) <= 40
    assert {ident for ident, _, _ in rows} <= {each.ident for each in CAST.values()}
    times = [int(at) for _, at, _ in rows]
    assert times == sorted(times)
    assert times == [int(at) for _, _, at in rows]
    assert times[-1] < NOW
    assert NOW - times[0] > 35 * 86_400


@pytest.mark.parametrize("hour", [0, 3, 9, 17, 23])
@pytest.mark.parametrize("day", range(1, 8))
def test_whenever_it_is_made_it_lies_in_the_past_and_in_order(day: int, hour: int) -> None:
    """Also on a Monday just after midnight; and nobody commits at a weekend."""
    now = datetime(2026, 6, day, hour, 4, tzinfo=UTC).timestamp()
    times = [moment(edit.when, now) for edit in EDITS]
    assert times == sorted(times)
    assert times[-1] < now
    for edit, at in zip(EDITS, times, strict=True):
        if not edit.when.endswith("h"):
            assert datetime.fromtimestamp(at, UTC).weekday() < 5, edit


def test_the_same_moment_gives_the_same_repository() -> None:
    """Byte for byte; another moment gives other dates."""
    tree = company_tree(load_stack())
    once, again = (fast_import(commits(company_tree(load_stack()), EDITS, NOW)) for _ in range(2))
    assert once == again
    assert once != fast_import(commits(tree, EDITS, NOW + 86_400))


def test_what_runs_is_what_the_manifests_say(repository: Path) -> None:
    """The code at the tag that is deployed is today's code, and the tags before it exist."""
    assert _git(repository, "diff", "--stat", LATEST, "main", "--", "services") == ""
    tags = _git(repository, "tag").split()
    assert tags == ["r52", "r53", "r54", "r55", "r56", "r57"]
    assert "version: r56" in _git(repository, "show", "r56:deploy/vision.yaml")


def test_older_code_is_code(repository: Path) -> None:
    """A version that can be rolled back to compiles."""
    for tag in _git(repository, "tag").split():
        for name in _git(repository, "ls-tree", "-r", "--name-only", f"{tag}:services").splitlines():
            source = _git(repository, "show", f"{tag}:services/{name}")
            compile(source, f"{tag}:{name}", "exec")


def test_everyone_who_owns_something_is_in_the_cast() -> None:
    """The Compose file's owners, apart from what is nobody's."""
    owners = {service.rules.owner for service in load_stack().services.values() if service.rules}
    assert owners - {"nobody"} <= set(CAST)


def test_what_the_customers_do_is_not_in_the_repository() -> None:
    """It is the company's; whoever loads it has no file there, and the bastion deploys others."""
    tree = company_tree(load_stack())
    assert "config/load.yaml" not in tree
    assert not {"deploy/customers.yaml", "deploy/bastion.yaml", "deploy/seed.yaml"} & set(tree)
    assert {f"deploy/{name}.yaml" for name in deployed(load_stack())} <= set(tree)


def test_a_runbook_that_is_brought_takes_the_place_of_ours() -> None:
    """And the history still ends with it, whatever the edits of ours said."""
    tree = company_tree(load_stack(), {"deploys": "Ask Lea.\n", "queue": "Wait.\n"})
    assert tree["runbooks/deploys.md"] == b"Ask Lea.\n"
    state: dict[str, bytes | None] = {}
    for commit in commits(tree, EDITS, NOW):
        state |= commit.changed
    assert {path: content for path, content in state.items() if content is not None} == tree


def test_nothing_in_it_tells_what_it_is_for() -> None:
    """Neither contents nor messages speak of exercises."""
    for commit in commits(company_tree(load_stack()), EDITS, NOW):
        assert not TELLTALE.search(commit.message), commit.message
        for path, content in commit.changed.items():
            assert content is None or not TELLTALE.search(content.decode()), path


def test_an_edit_is_undone_only_where_it_fits() -> None:
    """Text that is absent, or there twice, is left alone."""
    edit = Edit("1 10:00", "sam", "x", "a*", "new", "old")
    assert undo({"a1": b"new", "a2": b"new new", "b": b"new"}, edit) == {"a1": b"old"}
    assert undo({"b": b"new"}, edit) == {}


def test_one_value_of_a_manifest_changes_one_line() -> None:
    """Comments and the other values stay."""
    text = "# by hand\nversion: r57\nreplicas: 2\n"
    assert with_value(text, "replicas", "3") == "# by hand\nversion: r57\nreplicas: 3\n"
