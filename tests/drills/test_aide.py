"""Which hints reach the engineer: by mode, policy and style."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gameday.advisors.snapshot import Snapshot
from gameday.drill.aide import Aide, Filter
from gameday.drill.assistants import KNOWN, assistants
from gameday.drill.facts import Facts
from gameday.drill.rules import Rules
from gameday.journal import ManualClock
from gameday.journal.events import Actor, AdvisorName, Claim, Event, HintShown, Mode, Policy, Style
from scenarios.loader import load_pack
from scoring.diagnosis import right
from scoring.timeline import Claim as Graded
from scoring.timeline import Truth
from tests.advisors.looks import recorded
from tests.builders import START

PACK = load_pack("cache-loss")
CASE = PACK.scenario.of(PACK.scenario.variants[0].id)
TRUTH = CASE.truth
RIGHT = Claim(components=TRUTH.components, mechanisms=TRUTH.mechanisms)


def rules(mode: Mode = "advise", advisor: AdvisorName = "pattern", policy: Policy = "natural",
          style: Style = "verdict") -> Rules:  # fmt: skip
    return Rules(
        pack=PACK, variant=PACK.scenario.variants[0], mode=mode, engineer="ada", seed=1, advisor=advisor,
        policy=policy, style=style,
    )  # fmt: skip


class Drill:
    """A drill's facts and clock, with looks at the recorded company."""

    def __init__(self, played: Rules) -> None:
        self.clock = ManualClock(START)
        self.facts = Facts()
        self.said: list[tuple[Actor, Event]] = []
        self.looks = 0
        self.aide = Aide(played, self.facts, self._say, self._look, self.clock)

    def _say(self, event: Event, actor: Actor) -> None:
        self.said.append((actor, event))

    def _look(self) -> Snapshot:
        self.looks += 1
        broken = self.facts.onset is not None
        seen = recorded("cache-loss" if broken else "baseline")
        return seen.model_copy(update={"at": self.clock.wall()})

    async def play(self) -> list[HintShown]:
        """From the proven baseline to two minutes after the page; the hints that were shown."""
        self.aide.look_before()
        await self._settle()
        self.clock.advance(20)
        self.facts.onset = self.clock.wall()
        self.clock.advance(20)
        self.facts.paged_at = self.clock.wall()
        for _ in range(120):
            self.aide.speak()
            await self._settle()
            self.clock.advance(1)
        await self.aide.close()
        assert all(actor == "advisor" for actor, _ in self.said)
        return [event for _, event in self.said if isinstance(event, HintShown)]

    async def _settle(self) -> None:
        """Until a look that was begun has ended."""
        looking = self.aide._looking
        if looking is not None:
            await asyncio.wait({looking})


def is_right(hint: HintShown) -> bool | None:
    if hint.claim is None:
        return None
    claim = Graded(frozenset(hint.claim.components), frozenset(hint.claim.mechanisms))
    truth = Graded(frozenset(TRUTH.components), frozenset(TRUTH.mechanisms))
    return right(claim, Truth(truth, TRUTH.trigger, frozenset()))


@pytest.mark.parametrize(
    ("advisor", "policy", "graded"),
    [
        ("pattern", "natural", [None, False]),
        ("pattern", "wrong", [None, False]),
        ("pattern", "right", [None, True]),
        ("pattern", "silent", []),
        ("scripted", "natural", [False, True]),
        ("scripted", "wrong", [False]),
        ("scripted", "right", [True]),
        ("scripted", "silent", []),
    ],
)
async def test_a_policy_decides_what_is_claimed(
    advisor: AdvisorName, policy: Policy, graded: list[bool | None]
) -> None:
    """Facts pass under each but `silent`; what is claimed is right or wrong as the policy says."""
    hints = await Drill(rules(advisor=advisor, policy=policy)).play()
    assert [is_right(hint) for hint in hints] == graded
    assert [hint.hint for hint in hints] == list(range(1, len(hints) + 1))
    assert {hint.source for hint in hints} <= {advisor}


async def test_a_hint_in_anothers_place_looks_like_any_other() -> None:
    """It comes when the advisor's own would have come, in its name, after as long a look."""

    async def shown(policy: Policy) -> HintShown:
        drill = Drill(rules(policy=policy))
        await drill.play()
        return next(e for _, e in drill.said if isinstance(e, HintShown) and e.claim is not None)

    own, instead = await shown("natural"), await shown("right")
    assert own.claim != instead.claim
    assert (own.source, own.hint, own.hint_kind, own.took_s) == (
        instead.source, instead.hint, instead.hint_kind, instead.took_s,
    )  # fmt: skip


@pytest.mark.parametrize("advisor", ["pattern", "scripted"])
async def test_the_style_evidence_claims_nothing(advisor: AdvisorName) -> None:
    """Both advisors: facts, no verdict."""
    hints = await Drill(rules(advisor=advisor, style="evidence")).play()
    assert hints
    assert all(hint.claim is None and hint.evidence and not hint.suggests for hint in hints)


@pytest.mark.parametrize("advisor", ["pattern", "scripted"])
@pytest.mark.parametrize("policy", ["natural", "right", "wrong"])
async def test_in_manual_nobody_speaks_and_nobody_looks(advisor: AdvisorName, policy: Policy) -> None:
    """Whatever else the rules say."""
    drill = Drill(rules("manual", advisor, policy))
    assert await drill.play() == []
    assert (drill.looks, drill.said, drill.facts.hints) == (0, [], {})


def test_a_right_diagnosis_of_its_own_is_kept_under_right() -> None:
    """And replaced under `wrong`."""
    own = HintShown(
        hint=1, source="pattern", hint_kind="diagnosis", claim=RIGHT, confidence=0.8, says="It is."
    )
    lines = CASE.advice
    assert Filter(rules(policy="right"), lines).let_through(own) == [own]
    (instead,) = Filter(rules(policy="wrong"), lines).let_through(own)
    assert instead.says == lines.wrong[0].says
    without = lines.model_copy(update={"wrong": ()})
    assert Filter(rules(policy="wrong"), without).let_through(own) == []


@pytest.mark.parametrize(
    ("name", "command", "seen"),
    [
        ("claude", ["claude"], ("Claude",)),
        ("node", ["node", "/usr/lib/bin/codex.js", "--x"], ("Codex",)),
        ("python3.11", ["python3.11", "-u", "/home/a/.local/bin/aider"], ("Aider",)),
        ("Cursor.exe", [], ("Cursor",)),
        ("node", ["node"], ()),
        ("vim", ["vim", "claude"], ()),
        ("bash", ["bash", "-c", "ollama"], ()),
    ],
)
def test_known_assistants_are_seen_by_what_runs(name: str, command: list[str], seen: tuple[str, ...]) -> None:
    """By the program's name, or by what an interpreter runs; not by what a file is called."""
    assert assistants([(name, command)]) == seen


def test_each_assistant_is_named_once() -> None:
    """However many processes it has."""
    assert assistants([("ollama", []), ("claude", []), ("ollama", ["ollama", "serve"])]) == (
        "Claude",
        "Ollama",
    )


def test_the_list_of_assistants_is_documented() -> None:
    """Whoever wonders what is looked for finds all of it."""
    page = Path(__file__).parents[2] / "docs" / "drill.md"
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert [name for name in set(KNOWN.values()) if name not in text] == []
