"""The advisor that speaks the pack's lines, for comparison under control."""

from __future__ import annotations

from collections.abc import Sequence

from gameday.journal.events import Claim, HintShown, Policy
from scenarios.parts import Advice, AdviceLines


def chosen_lines(lines: AdviceLines, policy: Policy) -> tuple[Advice, ...]:
    """The lines that a policy lets speak, in order of time."""
    spoken = {
        "natural": (*lines.wrong, *lines.right),
        "right": lines.right,
        "wrong": lines.wrong,
        "silent": (),
    }[policy]
    return tuple(sorted(spoken, key=lambda line: line.after))


class ScriptedAdvisor:
    """Speaks each line once it is due."""

    def __init__(self, lines: Sequence[Advice]) -> None:
        self._waiting = list(lines)
        self._spoken = 0

    def due(self, since_page_s: float) -> list[HintShown]:
        """The hints that are due so many seconds after the page, each once."""
        hints = []
        while self._waiting and self._waiting[0].after <= since_page_s:
            line = self._waiting.pop(0)
            self._spoken += 1
            said = line.claim
            claim = Claim(components=said.components, mechanisms=said.mechanisms) if said else None
            hints.append(
                HintShown(
                    hint=self._spoken, source="scripted", hint_kind=line.kind, claim=claim,
                    confidence=line.confidence, says=line.says, evidence=line.evidence,
                    alternatives=line.alternatives, suggests=line.suggests,
                )
            )  # fmt: skip
        return hints
