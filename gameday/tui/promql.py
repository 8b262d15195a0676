"""Helps to write PromQL: completes the word at the end from what there is to measure."""

from __future__ import annotations

import re
from collections.abc import Sequence

FUNCTIONS = (
    "rate(", "sum by (", "sum(", "avg(", "max(", "min(", "count(", "topk(5, ", "increase(", "delta(",
    "histogram_quantile(0.95, ", "max_over_time(", "avg_over_time(", "irate(", "absent(", "clamp_min(",
)  # fmt: skip
LABELS = ("job", "instance", "status", "le", "path", "method", "peer", "database", "envoy_cluster_name")

_WORD = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*$")
_IN_BRACES = re.compile(r"\{[^}]*$")
_IN_BY = re.compile(r"\b(?:by|without) ?\([^)]*$")
_IN_QUOTES = re.compile(r'job=~?"([^"]*)$')


def complete(text: str, names: Sequence[str], services: Sequence[str]) -> str | None:
    """The text with its last word completed; None where nothing fits.

    Inside braces and after `by` it is a label's name, inside the quotes of `job=` a service's, else a
    function's or a metric's.
    """
    quoted = _IN_QUOTES.search(text)
    if quoted:
        return _first(text, quoted[1], services)
    word = _WORD.search(text)
    if word is None or text.count('"') % 2:
        return None
    if _IN_BRACES.search(text) or _IN_BY.search(text):
        return _first(text, word[0], LABELS)
    return _first(text, word[0], (*FUNCTIONS, *names))


def _first(text: str, begun: str, terms: Sequence[str]) -> str | None:
    found = next((term for term in terms if term.startswith(begun) and term != begun), None)
    return None if found is None else text + found[len(begun) :]
