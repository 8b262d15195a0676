"""Changes one value in a YAML text and leaves all else as it was, comments included."""

from __future__ import annotations

from typing import Any

import yaml

from sandbox.errors import BadStack

ADDABLE = frozenset({"limit_rps"})
"""Keys that may be set where they aren't yet."""


def edit(text: str, key: str, value: str) -> tuple[str, str]:
    """The text with one value changed, and the value it had.

    Args:
        key: steps joined by dots; a step into a list is the `name` of the element.
        value: as YAML, on one line.

    Raises:
        BadStack: there is no such key, or that is not a value.
    """
    wanted = _value(value)
    *path, last = key.split(".")
    place = yaml.compose(text, Loader=yaml.SafeLoader)
    for step in path:
        place = _into(place, step)
        if place is None:
            raise BadStack(f"the config has no {key}: {step!r} is not there")
    if not isinstance(place, yaml.MappingNode):
        raise BadStack(f"the config has no {key}")
    found = _item(place, last)
    if found is not None:
        start, end = found.start_mark.index, found.end_mark.index
        before = text[start:end].strip() or "null"
        # A block ends only where the next begins: its line break isn't part of the value.
        tail = text[start:end][len(text[start:end].rstrip()) :]
        changed = text[:start] + (" " if start == end else "") + value + tail + text[end:]
        if isinstance(found, (yaml.MappingNode, yaml.SequenceNode)) and not found.flow_style:
            raise BadStack(f"{key} is more than one value; name one of those below it")
    elif last in ADDABLE and place.value and not place.flow_style:
        before = "none"
        first, final = place.value[0][0], place.value[-1][1]
        line_end = text.find("\n", final.end_mark.index)
        at = len(text) if line_end < 0 else line_end
        changed = f"{text[:at]}\n{' ' * first.start_mark.column}{last}: {value}{text[at:]}"
    else:
        raise BadStack(f"the config has no {key}")
    try:
        fits = _get(yaml.safe_load(changed), key) == wanted
    except (yaml.YAMLError, LookupError, TypeError, StopIteration):
        fits = False
    if not fits:
        raise BadStack(f"{key} cannot be set to {value!r}")
    return changed, before


def _value(value: str) -> Any:
    try:
        if "\n" in value or "#" in value:
            raise BadStack(f"{value!r} is not a value on one line")
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise BadStack(f"{value!r} is not YAML") from error


def _item(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _into(node: yaml.Node | None, step: str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode):
        for element in node.value:
            name = _item(element, "name") if isinstance(element, yaml.MappingNode) else None
            if name is not None and name.value == step:
                found: yaml.Node = element
                return found
        return None
    return _item(node, step) if isinstance(node, yaml.MappingNode) else None


def _get(document: Any, key: str) -> Any:
    for step in key.split("."):
        if isinstance(document, list):
            document = next(each for each in document if each.get("name") == step)
        else:
            document = document[step]
    return document
