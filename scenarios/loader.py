"""Finds and reads packs; what is wrong is said with file, line, key and what would be right."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from scenarios import LIBRARY
from scenarios.errors import ScenarioError
from scenarios.experiment import Functions, check_calls, read_experiment
from scenarios.model import PARTS, Case, Pack, Scenario
from scenarios.reading import document, find, inside, read_text
from scenarios.runbooks import read_runbooks
from scenarios.terms import nearest, plain

SCENARIO_FILE = "scenario.yaml"
FOLDERS_VARIABLE = "GAMEDAY_SCENARIOS"
"""Environment: further folders that hold packs, separated as in PATH."""
_MOST_FILES = 200


def pack_folders(environment: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """Where packs are looked for: the library, then the folders of GAMEDAY_SCENARIOS."""
    given = (os.environ if environment is None else environment).get(FOLDERS_VARIABLE, "")
    return (LIBRARY, *(Path(each).expanduser() for each in given.split(os.pathsep) if each))


def read_scenario(path: Path) -> Scenario:
    """Read one `scenario.yaml`, and see that each of its variants is whole.

    Raises:
        ScenarioError: with file, line, key and what would be right.
    """
    content, tree = document(path, read_text(path))
    if not isinstance(content, dict):
        raise ScenarioError(f"{path}:1: has to be a mapping of keys and values, as docs/packs.md shows")
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        raise _said(path, tree, error, Scenario, "") from error
    for variant in scenario.variants:
        try:
            scenario.of(variant.id)
        except ValidationError as error:
            raise _said(path, tree, error, Case, variant.id) from error
    return scenario


def read_pack(folder: Path) -> Pack:
    """Read a pack's folder; every file that is played is looked at.

    Raises:
        ScenarioError: with file, line, key and what would be right.
    """
    for path in _files(folder):
        inside(folder, path)
    pack = Pack(folder=folder, scenario=read_scenario(folder / SCENARIO_FILE))
    for path in sorted({pack.experiment(variant.id) for variant in pack.scenario.variants}):
        read_experiment(path)
    for path in sorted(pack.commits.glob("*.yaml")):
        text = read_text(path)
        document(path, text)
        try:
            plain(text)
        except ValueError as error:
            raise ScenarioError(f"{path}:1: the text {error}") from error
    read_runbooks(folder)
    return pack


def split_name(name: str) -> tuple[str, str]:
    """`PACK` or `PACK/VARIANT` as pack and variant; PACK may be the path of a folder."""
    if (Path(name) / SCENARIO_FILE).is_file():
        return name, ""
    pack, slash, variant = name.rpartition("/")
    return (pack, variant) if slash and pack else (name, "")


def _files(folder: Path) -> Iterator[Path]:
    seen = 0
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            seen += 1
            if seen > _MOST_FILES:
                raise ScenarioError(f"{folder}: holds more than {_MOST_FILES} files; is this a pack?")
            yield Path(parent) / name


def pack_folder(name: str, folders: Sequence[Path] | None = None) -> Path:
    """The folder of a pack, by its name or by its path.

    Raises:
        ScenarioError: there is none.
    """
    looked = pack_folders() if folders is None else folders
    if (Path(name) / SCENARIO_FILE).is_file():
        return Path(name)
    if os.path.sep in name or name.startswith("."):
        raise ScenarioError(f"{name}: there is no {SCENARIO_FILE} in that folder")
    for folder in looked:
        if (folder / name / SCENARIO_FILE).is_file():
            return folder / name
    known = pack_names(looked)
    raise ScenarioError(
        f"there is no scenario {name!r}; {nearest(name, known) if known else 'there are none'}"
    )


def load_pack(name: str, folders: Sequence[Path] | None = None, functions: Functions | None = None) -> Pack:
    """A pack by its name, or by the path of its folder.

    Args:
        folders: where to look; the library and GAMEDAY_SCENARIOS if not given.
        functions: what an experiment may call; without it only its modules are looked at.

    Raises:
        ScenarioError: there is none of that name, or it is not valid.
    """
    pack = read_pack(pack_folder(name, folders))
    if functions is not None:
        for variant in pack.scenario.variants:
            check_calls(pack.experiment(variant.id), functions)
    return pack


def pack_names(folders: Sequence[Path] | None = None) -> list[str]:
    """Names of all packs, sorted."""
    looked = pack_folders() if folders is None else folders
    return sorted({path.parent.name for folder in looked for path in folder.glob(f"*/{SCENARIO_FILE}")})


# --- saying what is wrong ------------------------------------------------------------------------


def _said(
    path: Path, tree: yaml.Node | None, error: ValidationError, model: type[BaseModel], variant: str
) -> ScenarioError:
    """The first of a model's errors as a sentence."""
    errors = error.errors()
    # A key that is misspelt is missing, too; the misspelling tells more.
    first = next((each for each in errors if each["type"] != "missing"), errors[0])
    at: tuple[int | str, ...] = tuple(first["loc"])
    if not at and ".per_variant:" in first["msg"]:
        part = first["msg"].removeprefix("Value error, ").partition(".")[0]
        at = (part, "per_variant")
    line, there = find(tree, at)
    if variant and at and at[0] in PARTS:
        differing = (at[0], "per_variant", variant, *at[1:])
        found, there = find(tree, differing)
        if there or (find(tree, at)[1] is False and find(tree, differing[:3])[1]):
            line, at = found, differing
    key = ".".join(str(step) for step in at) or "the file"
    return ScenarioError(f"{path}:{line}: {key}: {_reason(first, model).removeprefix(f'{key}: ')}")


def _reason(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"there is no such key; {nearest(str(error['loc'][-1]), _keys(model, error['loc'][:-1]))}"
        case "literal_error" if isinstance(error["input"], str):
            known = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            return f"{error['input']!r} is not allowed; {nearest(error['input'], known)}"
        case "string_pattern_mismatch":
            return f"{error['input']!r} doesn't fit the pattern {error['ctx']['pattern']}"
        case _:
            return str(error["msg"]).removeprefix("Value error, ")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models(each)


def _keys(model: type[BaseModel], steps: Sequence[int | str]) -> list[str]:
    """The keys of the part that the steps lead to."""
    for step in steps:
        if isinstance(step, str) and step in model.model_fields:
            model = next(_models(model.model_fields[step].annotation), model)
    return [field.alias or name for name, field in model.model_fields.items()]
