"""The JSON Schema of `scenario.yaml`, for editors: generated from the model, and kept beside it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from scenarios.model import PARTS, Scenario

SCHEMA_FILE = Path(__file__).with_name("schema.json")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema. What a part lacks may stand in its `per_variant`, so no key of a part is required."""
    whole = Scenario.model_json_schema(by_alias=True)
    known = whole.setdefault("$defs", {})
    for name, model in PARTS.items():
        part = model.model_json_schema()
        known.update(part.pop("$defs", {}))
        part.pop("required", None)
        differing = copy.deepcopy(part)
        differing["title"] = f"What {name} has instead"
        part["properties"]["per_variant"] = {
            "type": "object",
            "description": f"Variant → keys of {name} that take the place of the common ones.",
            "additionalProperties": differing,
        }
        known[model.__name__] = part
        there: dict[str, Any] = {"$ref": f"#/$defs/{model.__name__}"}
        described = whole["properties"][name].get("description", "")
        nullable = {"anyOf": [there, {"type": "null"}], "default": None}
        whole["properties"][name] = {**(nullable if name == "fraud" else there), "description": described}
    return {"$schema": _DIALECT, **whole}


def as_text() -> str:
    """As it is committed."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
