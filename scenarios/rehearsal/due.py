"""Which rehearsals a change asks for, and playing them: a lane for each runtime, within a time.

What is touched is told by digests: a variant is touched if a proof of it is about something else than what is
played now, or if the change brought that proof. Besides, of each of the packs that have to be true at any
time one variant is played, in turn from change to change.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from sandbox.runtime import registry
from scenarios.model import Pack, Variant
from scenarios.rehearsal.keeping import committed_path
from scenarios.rehearsal.record import digest_of

ALWAYS = ("cache-loss", "bad-config-push", "fraud-spike")
"""Packs of which something is rehearsed whatever was changed."""

_UNKNOWN_S = 480.0
"""What a rehearsal takes of which there is no record."""
_SLOWER = 1.25
"""So many times as long as its record says a rehearsal may take here."""

Proofs = Mapping[tuple[str, str], "Proof"]
"""What lies beside a pack, by variant and runtime."""


@dataclass(frozen=True)
class Proof:
    """What matters of a record."""

    digest: str
    took_s: float


@dataclass(frozen=True)
class Due:
    """One variant on one runtime."""

    pack: str
    variant: str
    runtime: registry.Kind
    why: Literal["touched", "in turn"]
    expected_s: float
    """What it takes by its last record, s."""

    @property
    def name(self) -> str:
        return f"{self.pack}/{self.variant} on {self.runtime}"


@dataclass(frozen=True)
class Plan:
    """What is due, in the order in which it is played."""

    due: tuple[Due, ...]
    unproven: tuple[str, ...]
    """Variants of the packs above that aren't drafts and have no proof on a runtime: nothing is claimed."""


def proofs_in(text: str) -> Proofs:
    """Of the text of a `rehearsal.json`; none if it is not one."""
    try:
        return {
            (variant, runtime): Proof(str(record["digest"]), float(record["took_s"]))
            for variant, records in json.loads(text).items()
            for runtime, record in records.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def proofs_of(pack: Pack) -> Proofs:
    """Those beside a pack."""
    path = committed_path(pack)
    return proofs_in(path.read_text(encoding="utf-8")) if path.is_file() else {}


def plan(
    packs: Sequence[Pack],
    runtimes: Sequence[registry.Kind],
    turn: str,
    before: Mapping[str, Proofs] | None = None,
    always: Sequence[str] = ALWAYS,
) -> Plan:
    """What is due, what was touched first.

    Args:
        turn: whatever is another with each change, such as a commit's id.
        before: the proofs beside each pack before the change; None if that isn't known.
        always: packs of which one variant is played on each runtime, whatever was changed.
    """
    due: list[Due] = []
    unproven: list[str] = []
    for pack in packs:
        proofs = proofs_of(pack)
        earlier = None if before is None else before.get(pack.scenario.id, {})
        for variant in pack.scenario.variants:
            if not variant.draft:
                now = digest_of(pack, variant.id)
                due += [
                    _due(pack, variant, runtime, "touched", proofs)
                    for runtime in runtimes
                    if _touched(variant.id, runtime, now, proofs, earlier)
                ]
    for pack in (each for each in packs if each.scenario.id in always):
        proofs = proofs_of(pack)
        ready = [each for each in pack.scenario.variants if not each.draft]
        for runtime in runtimes:
            proven = [each for each in ready if (each.id, runtime) in proofs]
            unproven += [f"{pack.scenario.id}/{each.id} on {runtime}" for each in ready if each not in proven]
            if proven and (pack.scenario.id, runtime) not in {(each.pack, each.runtime) for each in due}:
                chosen = proven[_drawn(f"{turn} {pack.scenario.id} {runtime}", len(proven))]
                due.append(_due(pack, chosen, runtime, "in turn", proofs))
    named = {each.name for each in due}
    return Plan(tuple(due), tuple(each for each in unproven if each not in named))


def _touched(variant: str, runtime: str, now: str, proofs: Proofs, before: Proofs | None) -> bool:
    """Whether a variant has to be played on a runtime because of what it is now.

    One without any proof that is no draft either claims to be true everywhere; one with a proof on another
    runtime claims nothing about this one.
    """
    proof = proofs.get((variant, runtime))
    if proof is None:
        return not any(of == variant for of, _ in proofs)
    if proof.digest != now:
        return True
    if before is None:
        return False
    earlier = before.get((variant, runtime))
    return earlier is None or earlier.digest != now


def _due(
    pack: Pack, variant: Variant, runtime: registry.Kind, why: Literal["touched", "in turn"], proofs: Proofs
) -> Due:
    proof = proofs.get((variant.id, runtime))
    return Due(pack.scenario.id, variant.id, runtime, why, _UNKNOWN_S if proof is None else proof.took_s)


def _drawn(seed: str, of: int) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % of


# --- playing them --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What came of one attempt."""

    passed: bool
    says: str


@dataclass(frozen=True)
class Played:
    """What became of one that was due."""

    due: Due
    attempts: tuple[Verdict, ...]

    @property
    def outcome(self) -> Literal["proven", "flake", "refused", "no time"]:
        """A flake failed and was proven when it was played again; what is refused failed twice."""
        if not self.attempts:
            return "no time"
        if not self.attempts[-1].passed:
            return "refused"
        return "proven" if len(self.attempts) == 1 else "flake"

    @property
    def says(self) -> str:
        """In one sentence."""
        heard = "; then: ".join(each.says for each in self.attempts)
        match self.outcome:
            case "proven":
                return f"{self.due.name}: {heard}"
            case "flake":
                return f"{self.due.name}: a flake: {heard}"
            case "refused":
                return f"{self.due.name}: refused: {heard}"
            case "no time":
                return f"{self.due.name}: not rehearsed, there was no time left for it ({self.due.why})"


def play_all(
    due: Sequence[Due],
    play: Callable[[Due], Verdict],
    budget_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> list[Played]:
    """Play them, one at a time on each runtime, in the order in which they are given.

    One that would not end within the budget, by its last record, isn't begun. One that fails is played a
    second time, budget or not: a noisy neighbour must not look like a pack that isn't true.
    """
    began = clock()

    def lane(runtime: str) -> list[Played]:
        played = []
        for each in (each for each in due if each.runtime == runtime):
            attempts: list[Verdict] = []
            if clock() - began + each.expected_s * _SLOWER <= budget_s:
                attempts.append(play(each))
                if not attempts[0].passed:
                    attempts.append(play(each))
            played.append(Played(each, tuple(attempts)))
        return played

    runtimes = list(dict.fromkeys(each.runtime for each in due))
    with ThreadPoolExecutor(max(1, len(runtimes))) as pool:
        return [played for lane_played in pool.map(lane, runtimes) for played in lane_played]
