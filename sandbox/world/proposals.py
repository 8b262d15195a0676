"""Commits that are brought to the company's repository from outside: a YAML file each.

    author: noor                  # one of the cast
    when: 50m                     # so long before; as in the history also 3h, at most 5, or "1 16:14"
    message: |
      checkout: smaller pool
    edits:
      - {path: config/checkout.yaml, before: "database_pool: 8", after: "database_pool: 6"}

One with a time belongs to the history, and has taken place when the company starts: what it left is what
is there today, and what stood there before is told by it. One with `when: injection` is pushed later, on
top of main, by whoever calls `push`; with `authored: 40m` its author made it so long before.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.errors import BadStack, SandboxError
from sandbox.runtime.base import Runtime
from sandbox.world import repo
from sandbox.world.cast import CAST, Engineer
from sandbox.world.history import EDITS, Edit, Tree, moment, unfit
from sandbox.world.plan import read_yaml

LATER = "injection"
_KEYS = frozenset({"author", "when", "authored", "message", "tag", "variants", "edits"})
_EDIT_KEYS = (frozenset({"path", "before", "after"}), frozenset({"path", "content"}))
_WHEN = re.compile(r"(\d{1,3}m|[1-5]h|\d{1,2} ([01]\d|2[0-3]):[0-5]\d)")
_AUTHORED = re.compile(r"(\d{1,4})(m|h)")
_PATH = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*")
_TAG = re.compile(r"[a-z0-9][\w.-]{0,30}")
_STEM = re.compile(r"[A-Za-z0-9][\w-]{0,60}")
_RUNS = ("config/", "deploy/", "services/")
"""What is there runs; a file that is brought would not."""


@dataclass(frozen=True)
class Swap:
    """One text of one file that is replaced, or a file that is made."""

    path: str
    before: str = ""
    after: str = ""
    content: str | None = None
    """Of a file that is made."""


@dataclass(frozen=True)
class Proposal:
    """One commit that somebody brings."""

    name: str
    """Of its file, without the ending."""
    author: Engineer
    when: str
    """As in `history.Edit`, or `injection`."""
    message: str
    swaps: tuple[Swap, ...]
    tag: str = ""
    authored_s: float = 0.0
    """So long before it is pushed its author made it, s."""
    variants: tuple[str, ...] = ()
    """It is for these only; for all if there are none."""

    @property
    def is_history(self) -> bool:
        return self.when != LATER

    def edit(self) -> Edit:
        """As an edit of the history."""
        first, *more = [
            Edit(self.when, self.author.key, self.message, swap.path, swap.after, swap.before, self.tag)
            for swap in self.swaps
        ]
        return Edit(
            first.when, first.author, first.message, first.path, first.after, first.before, self.tag,
            also=tuple(more),
        )  # fmt: skip


# --- reading -------------------------------------------------------------------------------------


def read_proposal(path: Path) -> Proposal:
    """Read one file.

    Raises:
        BadStack: it is no such commit; with file, key and what would be right.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadStack(f"{path}: cannot be read: {error.strerror}") from error
    return parse_proposal(path, content)


def parse_proposal(path: Path, content: bytes) -> Proposal:
    """What a file of that name says.

    Raises:
        BadStack: it is no such commit; with file, key and what would be right.
    """
    document = read_yaml(str(path), content)
    if not isinstance(document, dict):
        raise BadStack(f"{path}:1: has to be a mapping of {', '.join(sorted(_KEYS))}")
    try:
        return _parse(path.stem, document)
    except _Wrong as wrong:
        line = _line(content, wrong.key)
        raise BadStack(f"{path}:{line}: {wrong.key}: {wrong}") from wrong


def named(folder: Path, name: str) -> Proposal:
    """The commit of that name in a folder.

    Raises:
        BadStack: there is none, or it is not valid.
    """
    path = folder / f"{name}.yaml"
    if not _STEM.fullmatch(name) or not path.is_file():
        known = ", ".join(each.stem for each in sorted(folder.glob("*.yaml"))) or "none"
        raise BadStack(f"{folder}: there is no commit {name!r}; there are: {known}")
    return read_proposal(path)


def read_proposals(folder: Path, variant: str = "") -> tuple[Proposal, ...]:
    """All commits of a folder, which may not be there; those for a variant, if one is given."""
    found = [read_proposal(path) for path in sorted(folder.glob("*.yaml"))]
    return tuple(p for p in found if not variant or not p.variants or variant in p.variants)


class _Wrong(ValueError):
    def __init__(self, key: str, says: str) -> None:
        super().__init__(says)
        self.key = key


def _line(content: bytes, key: str) -> int:
    """The line of a key, by what its last word is."""
    word = key.rpartition(".")[2]
    rows = content.decode("utf-8", errors="replace").splitlines()
    return next((n for n, row in enumerate(rows, 1) if re.search(rf"\b{re.escape(word)}:", row)), 1)


def _text(document: Mapping[str, Any], key: str, *, at: str = "", needed: bool = True) -> str:
    value = document.get(key, None if needed else "")
    if not isinstance(value, str) or (needed and not value.strip()):
        raise _Wrong(f"{at}{key}", "is missing, or no text")
    return value


def _parse(name: str, document: Mapping[str, Any]) -> Proposal:
    for key in document:
        if key not in _KEYS:
            raise _Wrong(str(key), f"there is no such key; there are: {', '.join(sorted(_KEYS))}")
    author = _text(document, "author")
    if author not in CAST:
        raise _Wrong("author", f"{author!r} doesn't work here; there are: {', '.join(CAST)}")
    when = _text(document, "when")
    if when != LATER and not _WHEN.fullmatch(when):
        raise _Wrong("when", f'{when!r} is no time; it is as 50m, 3h (at most 5), "1 16:14", or {LATER}')
    tag = _text(document, "tag", needed=False)
    if tag and not _TAG.fullmatch(tag):
        raise _Wrong("tag", f"{tag!r} is no tag; it is as r58")
    variants = document.get("variants", [])
    if not isinstance(variants, list) or not all(isinstance(each, str) for each in variants):
        raise _Wrong("variants", "has to be a list of names")
    edits = document.get("edits")
    if not isinstance(edits, list) or not edits:
        raise _Wrong("edits", "is missing or empty; a commit changes something")
    swaps = tuple(_swap(each, later=when == LATER) for each in edits)
    authored_s = _authored_s(document, when)
    message = _text(document, "message").strip()
    return Proposal(name, CAST[author], when, message, swaps, tag, authored_s, tuple(variants))


def _authored_s(document: Mapping[str, Any], when: str) -> float:
    if "authored" not in document:
        return 0.0
    found = _AUTHORED.fullmatch(str(document["authored"]))
    if when != LATER or not found:
        raise _Wrong("authored", f"goes with `when: {LATER}`, and is as 40m or 3h")
    return float(found[1]) * (60 if found[2] == "m" else 3600)


def _swap(document: Any, *, later: bool) -> Swap:
    if not isinstance(document, dict) or frozenset(document) not in _EDIT_KEYS:
        raise _Wrong("edits", "each has path, before and after, or path and content")
    path = _text(document, "path", at="edits.")
    if not _PATH.fullmatch(path):
        raise _Wrong("edits.path", f"{path!r} is no path within the repository")
    if "content" in document:
        if not later and path.startswith(_RUNS):
            raise _Wrong("edits.content", f"{path} would not be what runs; use before and after")
        return Swap(path, content=_text(document, "content", at="edits."))
    if not later and path.startswith("services/"):
        raise _Wrong(
            "edits.path", f"{path} is code, and what runs was released before; use a config or a page"
        )
    before, after = (_text(document, key, at="edits.", needed=False) for key in ("before", "after"))
    if before == after or not (before if later else after):
        raise _Wrong("edits", f"{path}: before and after are the same, or what is looked for is empty")
    return Swap(path, before, after)


# --- their place in the history ------------------------------------------------------------------


def with_files(tree: Tree, proposals: Sequence[Proposal]) -> dict[str, bytes]:
    """Today's files with those that commits of the history have made."""
    made = {
        swap.path: swap.content.encode()
        for proposal in proposals
        if proposal.is_history
        for swap in proposal.swaps
        if swap.content is not None
    }
    return {**tree, **made}


def merged(proposals: Sequence[Proposal], now: float) -> list[Edit]:
    """The company's own history with what is brought to it, oldest first."""
    brought = [proposal.edit() for proposal in proposals if proposal.is_history]
    return sorted((*EDITS, *brought), key=lambda edit: moment(edit.when, now))


def brought_by(proposals: Sequence[Proposal]) -> repo.Brought:
    """What makes a repository whose history has these commits too."""
    return lambda tree, now: (with_files(tree, proposals), merged(proposals, now))


def misfits(tree: Tree, proposals: Sequence[Proposal], now: float) -> list[str]:
    """Why commits don't apply to today's files, a sentence each; nothing if all do."""
    whole = with_files(tree, proposals)
    own = unfit(tree, EDITS)
    missing = [edit for edit in unfit(whole, merged(proposals, now)) if edit not in own]
    names = {proposal.edit(): proposal.name for proposal in proposals if proposal.is_history}
    said = [
        f"{names[edit]}: what it left is not in {edit.path} exactly once"
        if edit in names
        else f"a commit stands in the way of the company's own {edit.message.splitlines()[0]!r}"
        for edit in missing
    ]
    for proposal in proposals:
        said += (
            _older_files_are_sound(whole, proposal) if proposal.is_history else _fits_on_top(tree, proposal)
        )
    return said


def _fits_on_top(tree: Tree, proposal: Proposal) -> list[str]:
    return [
        f"{proposal.name}: what it replaces is not in {swap.path} exactly once"
        for swap in proposal.swaps
        if swap.content is None and tree.get(swap.path, b"").count(swap.before.encode()) != 1
    ]


def _older_files_are_sound(tree: Tree, proposal: Proposal) -> list[str]:
    """What can be reverted to has to be YAML where it was."""
    said = []
    for swap in proposal.swaps:
        if swap.content is not None or swap.path not in tree:
            continue
        older = tree[swap.path].decode().replace(swap.after, swap.before)
        try:
            if swap.path.endswith((".yaml", ".yml")):
                yaml.safe_load(older)
        except (ValueError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())[:120]
            said.append(f"{proposal.name}: before it, {swap.path} was not YAML: {reason}")
    return said


# --- pushing -------------------------------------------------------------------------------------


def push(runtime: Runtime, proposal: Proposal, now: float | None = None) -> str:
    """Commit it onto main as its author and push; the commit. The deployer hears of it by itself.

    Raises:
        BadStack: it no longer applies to what is on main.
        SandboxError: git refused.
    """
    files: dict[str, str] = {}
    for swap in proposal.swaps:
        if swap.content is not None:
            files[swap.path] = swap.content
            continue
        text = files.get(swap.path)
        text = repo.read(runtime, swap.path) if text is None else text
        if text is None or text.count(swap.before) != 1:
            raise BadStack(f"{proposal.name}: what it replaces is not in main's {swap.path} exactly once")
        files[swap.path] = text.replace(swap.before, swap.after)
    authored = (time.time() if now is None else now) - proposal.authored_s
    made = repo.commit(
        runtime, {path: text.encode() for path, text in files.items()}, proposal.message, proposal.author,
        authored=int(authored), tag=proposal.tag,
    )  # fmt: skip
    if made is None:
        raise SandboxError(f"{proposal.name}: main says so already")
    return made
