"""Reads files that somebody else wrote: sizes, encodings, links and YAML that grows are refused first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from scenarios.errors import ScenarioError

LARGEST_FILE = 256 * 1024
"""Bytes of any file in a pack."""
_DEEPEST = 30
"""Levels that a document may be nested."""


def inside(folder: Path, path: Path) -> Path:
    """The path, if it is a plain file or folder within the pack.

    Raises:
        ScenarioError: it, or a folder on the way, is a link, or it leads out.
    """
    if ".." in path.relative_to(folder).parts or not path.resolve().is_relative_to(folder.resolve()):
        raise ScenarioError(f"{path}: leads out of the pack's folder; a pack holds its own files")
    return path


def read_text(path: Path) -> str:
    """A text file of a pack.

    Raises:
        ScenarioError: it can't be read, is too large, or isn't UTF-8.
    """
    try:
        if not path.is_file():
            raise ScenarioError(f"{path}: there is no such file")
        if path.stat().st_size > LARGEST_FILE:
            raise ScenarioError(
                f"{path}: is larger than {LARGEST_FILE // 1024} KiB; a pack's files are small"
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ScenarioError(f"{path}:{line}: is not UTF-8; save it as UTF-8") from error


def document(path: Path, text: str) -> tuple[Any, yaml.Node | None]:
    """A YAML document and its nodes, which know their lines.

    Raises:
        ScenarioError: it is none, has aliases or a key twice, or is nested too deeply.
    """
    try:
        _refuse_aliases(path, text)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_repeats(path, tree)
        return yaml.safe_load(text), tree
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(f"{path}:{line}: not valid YAML: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        code = error.character if isinstance(error.character, int) else ord(error.character[:1])
        raise ScenarioError(f"{path}:{line}: the character U+{code:04X} may not be in YAML") from error
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{path}: not valid YAML: {' '.join(str(error).split())[:200]}") from error


def _refuse_aliases(path: Path, text: str) -> None:
    """Anchors and aliases let a small file grow without end; no pack needs them."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            line = _line(event)
            raise ScenarioError(f"{path}:{line}: anchors and aliases (& and *) are not allowed; write it out")
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > _DEEPEST:
            raise ScenarioError(f"{path}:{_line(event)}: is nested deeper than {_DEEPEST} levels")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _refuse_repeats(path: Path, node: yaml.Node | None) -> None:
    """A key that is there twice would silently win over the first."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if not name:
                raise ScenarioError(f"{path}:{key.start_mark.line + 1}: a key is a word")
            if name in seen:
                raise ScenarioError(f"{path}:{key.start_mark.line + 1}: the key {name!r} is there twice")
            seen.add(name)
            _refuse_repeats(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _refuse_repeats(path, each)


def find(node: yaml.Node | None, steps: Sequence[int | str]) -> tuple[int, bool]:
    """The line (from 1) of the deepest part that the steps lead to, and whether they were all there."""
    line = 1 if node is None else node.start_mark.line + 1
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if pair is None:
                return line, False
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line, False
    return line, True
