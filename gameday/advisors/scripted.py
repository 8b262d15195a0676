"""The advisor that speaks the pack's lines, for comparison under control."""

from __future__ import annotations

from collections.abc import Sequence

from gameday.advisors.base import Moment
from gameday.journal.events import AdvisorName, Claim, HintShown, Policy
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


def spoken(line: Advice, source: AdvisorName = "scripted") -> HintShown:
    """A line of the pack as a hint, in somebody's name."""
    said = line.claim
    return HintShown(
        hint=1,
        source=source,
        hint_kind=line.kind,
        claim=Claim(components=said.components, mechanisms=said.mechanisms) if said else None,
        confidence=line.confidence,
        says=line.says,
        evidence=line.evidence,
        alternatives=line.alternatives,
        suggests=line.suggests,
    )


class ScriptedAdvisor:
    """Speaks each line once it is due."""

    looks = False

    def __init__(self, lines: Sequence[Advice]) -> None:
        self._waiting = list(lines)

    def hints(self, moment: Moment) -> list[HintShown]:
        """The lines that are due so many seconds after the page, each once."""
        due = [line for line in self._waiting if line.after <= moment.since_page_s]
        self._waiting = [line for line in self._waiting if line not in due]
        return [spoken(line) for line in due]
