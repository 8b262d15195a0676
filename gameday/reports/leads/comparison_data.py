"""The page of AI-on against AI-off for programs: the whole as JSON, the pairs as CSV for people who use R."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import math
from collections.abc import Iterable, Mapping

from gameday.reports.leads.comparing import ComparisonPage
from scoring.comparison import Pair
from scoring.comparison.reps import REASONS

SCHEMA = 1


def comparison_json(page: ComparisonPage) -> str:
    """Everything on the page; durations in s, times as ISO 8601, remarks with their sentences."""
    found = page.comparison
    whole = plain(found)
    assert isinstance(whole, dict)
    document = {
        "schema": SCHEMA,
        "simulated": page.simulated,
        "by": page.by,
        "since": plain(page.since),
        "helped": page.helped,
        "sealed": page.sealed,
        **whole,
        "excluded": {reason: {"drills": n, "says": REASONS[reason]} for reason, n in found.excluded.items()},
        "remarks": [
            {
                "kind": type(remark).__name__,
                "refuses": remark.refuses,
                **as_dict(remark),
                "says": remark.sentence,
            }
            for remark in found.remarks
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def as_dict(item: object) -> dict[str, object]:
    """A dataclass's fields as JSON would have them."""
    found = plain(item)
    return found if isinstance(found, dict) else {}


def plain(value: object) -> object:
    """A value as JSON would have it; what is infinite or unknown is null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {str(key): plain(item) for key, item in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    return value


def comparison_csv(pairs: Iterable[Pair]) -> str:
    """One line for each pair, in the order in which they were completed; durations in s."""
    rows = [_row(pair) for pair in pairs]
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]) if rows else list(_COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _row(pair: Pair) -> dict[str, object]:
    shared: dict[str, object] = {
        "block": pair.block,
        "engineer": _cell(pair.engineer),
        "team": _cell(pair.on.team),
        "family": pair.on.family,
        "ai_first": int(pair.ai_first),
        "completed": pair.completed.isoformat(),
        "limit_s": pair.limit_s,
    }
    for arm, rep, time in (("on", pair.on, pair.on_time), ("off", pair.off, pair.off_time)):
        shared |= {
            f"{arm}_run": rep.run,
            f"{arm}_variant": rep.variant,
            f"{arm}_s": time.seconds,
            f"{arm}_mitigated": int(time.ended),
            f"{arm}_diagnosis": rep.diagnosis,
            f"{arm}_correct": int(rep.correct),
        }
    return shared


_COLUMNS = (
    "block", "engineer", "team", "family", "ai_first", "completed", "limit_s",
    *(f"{arm}_{name}" for arm in ("on", "off")
      for name in ("run", "variant", "s", "mitigated", "diagnosis", "correct")),
)  # fmt: skip


def _cell(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@") else name
