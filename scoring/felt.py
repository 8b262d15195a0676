"""How long the incident felt, against how long it took, and what the AI's help felt like.

People who worked with an AI have felt faster while they were slower (METR 2025), so both are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from scoring.timeline import Timeline


@dataclass(frozen=True)
class Felt:
    """What the engineer felt, asked before anything was revealed; None where they didn't say."""

    duration_s: float | None = None
    """From the page to the end."""
    real_s: float | None = None
    """The same by the clock; None if there was no page."""
    without_ai: float | None = None
    """How many times as long it would have taken without the AI; 1 is no difference, less is in the way."""


def felt(timeline: Timeline) -> Felt:
    """What was felt, beside what was measured."""
    said, page = timeline.felt, timeline.paged_at
    real_s = None if page is None else max(0.0, timeline.ended_at - page)
    if said is None:
        return Felt(real_s=real_s)
    return Felt(said.duration_s, real_s, said.without_ai)
