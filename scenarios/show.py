"""A pack told with and without what would spoil a drill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from scenarios.model import Pack
from scenarios.reading import read_text


def unspoiled(pack: Pack) -> dict[str, Any]:
    """What somebody may know before they play it. The title tells, so it isn't there."""
    scenario = pack.scenario
    return {
        "id": scenario.id,
        "family": scenario.family,
        "severity": scenario.severity,
        "difficulty": scenario.difficulty,
        "variants": len(scenario.variants),
        "needs": list(scenario.needs),
        "limits": scenario.limits.model_dump(),
        "briefing": scenario.briefing.strip(),
    }


def spoiled(pack: Pack) -> dict[str, Any]:
    """All of it, each variant as it is played, and the facilitator's page."""
    scenario = pack.scenario
    shared = set(unspoiled(pack)) | {"schema_", "title", "references", "delay"}
    variants = {
        variant.id: scenario.of(variant.id).model_dump(mode="json", exclude=shared)
        for variant in scenario.variants
    }
    page = pack.folder / "README.md"
    return {
        **unspoiled(pack),
        "title": scenario.title,
        "references": [each.model_dump() for each in scenario.references],
        "variants": variants,
        "readme": read_text(page) if page.is_file() else "",
    }


def as_lines(told: dict[str, Any]) -> Iterator[str]:
    """For reading: YAML, with the long texts as they are."""
    texts = {key: told[key] for key in ("briefing", "readme") if told.get(key)}
    rest = {key: value for key, value in told.items() if key not in texts and key != "readme"}
    yield yaml.safe_dump(rest, sort_keys=False, allow_unicode=True, width=100).rstrip()
    for key, text in texts.items():
        yield f"\n--- {key} ---\n{text}"
