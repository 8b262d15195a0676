"""AI-on against AI-off, within pairs, by a test that learning can't fool.

Importing this is cheap; numpy and scipy come in when `compare` is called.
"""

from scoring.comparison.compare import Comparison, compare
from scoring.comparison.reps import AiTrace, Pair, Paired, Rep, Stated, pair_up
from scoring.comparison.verdict import Estimate, Look, Outcome, Primary, Verdict

__all__ = [
    "AiTrace",
    "Comparison",
    "Estimate",
    "Look",
    "Outcome",
    "Pair",
    "Paired",
    "Primary",
    "Rep",
    "Stated",
    "Verdict",
    "compare",
    "pair_up",
]
