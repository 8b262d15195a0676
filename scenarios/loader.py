"""Finds and reads packs; what is wrong is said with file, line, key and reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from scenarios.errors import ScenarioError
from scenarios.model import Pack, Scenario

LIBRARY = Path(__file__).with_name("library")


def _line_of(node: yaml.Node | None, steps: Sequence[int | str]) -> int:
    """Line (from 1) of the deepest part of the document that the steps lead to."""
    line = 1
    for step in steps:
        if node is None:
            break
        line = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def read_scenario(path: Path) -> Scenario:
    """Read one `scenario.yaml`.

    Raises:
        ScenarioError: with file, line, key and what would be right.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        document = yaml.safe_load(text)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(f"{path}:{line}: not valid YAML: {error.problem}") from error
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"]) or "the file"
        raise ScenarioError(f"{path}:{_line_of(tree, first['loc'])}: {key}: {first['msg']}") from error


def load_pack(name: str, folders: Sequence[Path] = (LIBRARY,)) -> Pack:
    """A pack by its name in the library, or by the path of its folder.

    Raises:
        ScenarioError: there is none of that name, or it is not valid.
    """
    given = Path(name)
    candidates = (
        [given] if given.is_dir() and (given / "scenario.yaml").exists() else [f / name for f in folders]
    )
    for folder in candidates:
        if (folder / "scenario.yaml").is_file():
            return Pack(folder=folder, scenario=read_scenario(folder / "scenario.yaml"))
    known = ", ".join(pack_names(folders)) or "none"
    raise ScenarioError(f"there is no scenario {name!r}; there are: {known}")


def pack_names(folders: Sequence[Path] = (LIBRARY,)) -> list[str]:
    """Names of all packs, sorted."""
    return sorted({path.parent.name for folder in folders for path in folder.glob("*/scenario.yaml")})
