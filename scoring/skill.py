"""The skill of a response: where its losses lie between those of doing nothing and of the rehearsed expert.

A forecaster's figure: a forecast is worth what it is better than the simplest one, on the scale up to the
perfect one (Murphy, Weather and Forecasting 8(2), 1993). Losses differ between scenarios by orders of
magnitude; on this scale they can be read together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LossUnit = Literal["customer-minutes", "money"]


@dataclass(frozen=True)
class Scale:
    """What a rehearsal of the same variant lost up to a limit; customer-minutes are per customer."""

    unit: LossUnit
    doing_nothing: float
    expert: float
    """Of somebody who begins the quickest accepted fix when the pager rings."""
    limit_s: float
    elsewhere: str = ""
    """The machine, if it was not the one that the drill ran on."""

    def why_not(self, limit_s: float) -> str:
        """Why a drill of that limit, s, can't be read on it; empty if it can."""
        if self.doing_nothing <= self.expert:
            return "has no scale: in its rehearsal doing nothing lost no more than the expert did"
        if limit_s != self.limit_s:
            return f"was rehearsed for {self.limit_s:g} s, and this drill was limited to {limit_s:g} s"
        return ""


def response_skill(lost: float, scale: Scale) -> float:
    """The skill score of a loss, in the scale's unit: 1 is the expert, 0 doing nothing.

    Formula: 1 − (L − L_expert) / (L_nothing − L_expert).
    Source: Wilks, Statistical Methods in the Atmospheric Sciences, 2011, eq. 8.4.

    Raises:
        ValueError: doing nothing lost no more than the expert.
    """
    width = scale.doing_nothing - scale.expert
    if width <= 0:
        raise ValueError("a scale needs an expert who loses less than doing nothing does")
    return 1 - (lost - scale.expert) / width
