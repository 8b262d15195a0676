"""Commits from outside: read with care, laid into the history, and pushed on top of main."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sandbox.errors import BadStack
from sandbox.stack.model import load_stack
from sandbox.world.history import EDITS, commits
from sandbox.world.proposals import (
    Proposal,
    Swap,
    merged,
    misfits,
    named,
    read_proposal,
    read_proposals,
    with_files,
)
from sandbox.world.repo import fast_import
from sandbox.world.tree import company_tree
from tests.sandbox.test_history import NOW

DECOY = """\
author: tomas
when: 50m
message: "checkout: a smaller pool"
edits:
  - {path: config/checkout.yaml, before: "database_pool: 8", after: "database_pool: 6"}
  - {path: docs/pools.md, content: "Six connections each.\\n"}
"""
LATER = """\
author: noor
when: injection
authored: 40m
message: "checkout: fewer"
edits:
  - {path: config/checkout.yaml, before: "database_pool: 6", after: "database_pool:"}
"""


def _written(folder: Path, **texts: str) -> tuple[Proposal, ...]:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read_proposals(folder)


def test_one_of_the_history_lies_in_it_and_leaves_what_is_there_today(tmp_path: Path) -> None:
    """Git shows who changed what and when, and main is today's files and the page that it made."""
    brought = _written(tmp_path, pool=DECOY)
    tree = company_tree(load_stack())
    assert misfits(tree, brought, NOW) == []
    repository = tmp_path / "git"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", str(repository)], check=True)
    whole = with_files(tree, brought)
    stream = fast_import(commits(whole, merged(brought, NOW), NOW))

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(repository), *words], capture_output=True, check=True)
        return done.stdout.decode()

    subprocess.run(
        ["git", "-C", str(repository), "fast-import", "--quiet", "--done"], input=stream, check=True
    )
    shown = git("log", "-1", "--format=%an %ct", "-p", "main", "--", "config/checkout.yaml")
    assert shown.startswith(f"Tomáš Novák {int(NOW - 3000)}")
    assert "-database_pool: 8\n+database_pool: 6\n" in shown
    assert git("show", "main:docs/pools.md") == "Six connections each.\n"
    assert git("show", "main:config/checkout.yaml").encode() == tree["config/checkout.yaml"]
    times = [int(each) for each in git("log", "--reverse", "--format=%ct", "main").split()]
    assert times == sorted(times)
    assert len(times) == len(EDITS) + 2


def test_one_for_later_is_not_in_the_history(tmp_path: Path) -> None:
    """It applies to today's files, on top."""
    brought = _written(tmp_path, bad=LATER)
    assert misfits(company_tree(load_stack()), brought, NOW) == []
    assert merged(brought, NOW) == list(EDITS)
    assert brought[0].authored_s == 2400


def test_what_no_longer_applies_is_told(tmp_path: Path) -> None:
    """A decoy by what it left, a later one by what it replaces, and one in the way of our own."""
    brought = _written(
        tmp_path,
        gone=DECOY.replace('after: "database_pool: 6"', 'after: "database_pool: 99"'),
        bad=LATER.replace('before: "database_pool: 6"', 'before: "database_pool: 77"'),
        blocks="""\
author: ines
when: 20m
message: model
edits: [{path: config/vision.yaml, before: "model: 7", after: "model_version: lumen-caption-7"}]
""",
    )
    said = "\n".join(misfits(company_tree(load_stack()), brought, NOW))
    assert "gone: what it left is not in config/checkout.yaml exactly once" in said
    assert "bad: what it replaces is not in config/checkout.yaml exactly once" in said
    assert "stands in the way of the company's own 'vision: model 7'" in said


def test_a_variant_sees_its_own_and_those_of_all(tmp_path: Path) -> None:
    """`variants` keeps a commit from the others."""
    _written(tmp_path, all=DECOY, some="variants: [a]\n" + LATER)
    assert {each.name for each in read_proposals(tmp_path, "a")} == {"all", "some"}
    assert {each.name for each in read_proposals(tmp_path, "b")} == {"all"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("author: tomas", "author: nobody", r":1: author: 'nobody' doesn't work here"),
        ("when: 50m", "when: yesterday", r":2: when: 'yesterday' is no time"),
        ("path: config/checkout.yaml", "path: ../config/checkout.yaml", r":5: edits.path: .* is no path"),
        ("path: config/checkout.yaml", "path: .git/hooks/pre-push", r"edits.path: .* is no path"),
        ("path: config/checkout.yaml", "path: config/*.yaml", r"edits.path: .* is no path"),
        ("path: config/checkout.yaml", "path: services/vision.py", r"is code"),
        ("path: docs/pools.md", "path: config/pools.yaml", r"would not be what runs"),
        ("edits:", "edit:", r"edit: there is no such key"),
        ('message: "checkout: a smaller pool"', 'message: ""', r":3: message: is missing"),
        ("when: 50m", "when: 50m\nauthored: 40m", r"authored: goes with `when: injection`"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    """And nothing but texts within the repository can be touched."""
    path = tmp_path / "pool.yaml"
    path.write_text(DECOY.replace(old, new), encoding="utf-8")
    with pytest.raises(BadStack, match=says):
        read_proposal(path)


@pytest.mark.parametrize("name", ["gone", "../pool", "", "a/b"])
def test_only_a_file_of_that_folder_can_be_named(tmp_path: Path, name: str) -> None:
    """A name is no path."""
    (tmp_path / "commits").mkdir()
    (tmp_path / "pool.yaml").write_text(DECOY, encoding="utf-8")
    with pytest.raises(BadStack, match="there is no commit"):
        named(tmp_path / "commits", name)


def test_one_edit_may_be_many_texts() -> None:
    """All are undone, or none is."""
    fitting = Swap("config/vision.yaml", "slots: 3", "slots: 4")
    missing = Swap("config/edge.yaml", "a", "no such text")
    tree = company_tree(load_stack())
    author = commits(tree, EDITS, NOW)[0].author
    both = Proposal("both", author, "20m", "x", (fitting, missing))
    assert misfits(tree, [both], NOW) == [
        "both: what it left is not in config/vision.yaml exactly once",
    ]
