"""Who does which drill in which mode and order, so that a comparison can be believed.

A block is one engineer, one family and two variants that the engineer hasn't met, one with the AI and
one without. Chance decides the order; over engineers, each variant is met in each mode equally often.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from scoring.comparison.reps import Policy

HINTS: Mapping[Policy, float] = {"right": 0.75, "wrong": 0.25}
"""The published rates at which hints are right and wrong, unless others are given."""


@dataclass(frozen=True)
class Person:
    """One engineer on the roster."""

    name: str
    team: str


@dataclass(frozen=True)
class Assignment:
    """One drill to be done."""

    block: str
    engineer: str
    team: str
    family: str
    variant: str
    ai: bool
    order: int
    """1 or 2, in its block."""
    slot: int
    """Its place among all drills of its engineer, from 0."""
    policy: Policy | None
    """Hidden from the engineer; None without the AI."""


@dataclass(frozen=True)
class NoBlock:
    """A block that couldn't be made."""

    engineer: str
    family: str
    unseen: int
    """Variants that this engineer hasn't met, at most one."""


@dataclass(frozen=True)
class Plan:
    """A balanced assignment."""

    assignments: tuple[Assignment, ...]
    missing: tuple[NoBlock, ...]


@dataclass
class _Block:
    person: Person
    family: str
    variants: tuple[str, str]
    ai_variant: int = 0
    ai_first: bool = False


def plan(
    roster: Sequence[Person],
    families: Mapping[str, Sequence[str]],
    seed: int,
    *,
    name: str = "plan",
    blocks_per_family: int = 1,
    most: Mapping[str, int] | None = None,
    seen: Mapping[str, Collection[str]] | None = None,
    hints: Mapping[Policy, float] = HINTS,
) -> Plan:
    """A balanced assignment, the same for the same arguments.

    Per engineer, blocks with the AI first and blocks with it second differ by at most one, and so they
    do over all engineers; a pair of variants met by several engineers is met in either arrangement
    equally often, give or take one; hint policies are met at their rates, give or take one drill each.

    Args:
        roster: engineers, each once.
        families: the variants of each family.
        seed: of the only randomness.
        name: begins the blocks' names.
        blocks_per_family: for each engineer.
        most: blocks of one engineer, by name, where there is time for so many only; families come once
            each before any comes again.
        seen: variants that an engineer has met, by name; they are not assigned again.
        hints: share of each policy among drills with the AI; they sum to 1.

    Source: permuted blocks, Pocock, Clinical Trials, 1983, ch. 5; cross-over, Senn, Cross-over Trials in
    Clinical Research, 2002, ch. 3.

    Raises:
        ValueError: an engineer twice, a variant in two families or twice, rates that don't sum to 1, or
            a number of blocks below 1.
    """
    _check(roster, families, hints, blocks_per_family)
    rng = random.Random(seed)
    blocks, missing = _blocks(roster, families, blocks_per_family, most or {}, seen or {}, rng)
    _arrange_variants(blocks, rng)
    _arrange_orders(blocks, rng)
    return Plan(_assignments(blocks, _policies(len(blocks), hints, rng), name), tuple(missing))


def _check(
    roster: Sequence[Person], families: Mapping[str, Sequence[str]], hints: Mapping[Policy, float], count: int
) -> None:
    names = [person.name for person in roster]
    for kind, values in (
        ("engineer", names),
        ("variant", [variant for variants in families.values() for variant in variants]),
    ):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"{kind} listed twice: {', '.join(twice)}")
    if min(hints.values(), default=-1) < 0 or not math.isclose(math.fsum(hints.values()), 1.0):
        raise ValueError("the rates of hint policies are shares that sum to 1")
    if count < 1:
        raise ValueError(f"each family needs at least one block, not {count}")


def _blocks(
    roster: Sequence[Person],
    families: Mapping[str, Sequence[str]],
    count: int,
    most: Mapping[str, int],
    seen: Mapping[str, Collection[str]],
    rng: random.Random,
) -> tuple[list[_Block], list[NoBlock]]:
    """By engineer, families in random order; the same pairs of variants for all, as far as unseen allows."""
    blocks: list[_Block] = []
    missing: list[NoBlock] = []
    shuffled = {family: rng.sample(list(variants), len(variants)) for family, variants in families.items()}
    for person in roster:
        met = set(seen.get(person.name, ()))
        own: list[_Block] = []
        for at in range(count):
            turn: list[_Block] = []
            for family, variants in shuffled.items():
                pair = [variant for variant in variants if variant not in met][2 * at : 2 * at + 2]
                if len(pair) < 2:
                    missing.append(NoBlock(person.name, family, len(pair)))
                else:
                    turn.append(_Block(person, family, (pair[0], pair[1])))
            rng.shuffle(turn)
            own += turn
        blocks += own[: most.get(person.name)]
    return blocks, missing


def _arrange_variants(blocks: Sequence[_Block], rng: random.Random) -> None:
    """Which variant is met with the AI alternates over engineers, from a random start."""
    turn: dict[frozenset[str], int] = {}
    for block in blocks:
        pair = frozenset(block.variants)
        if pair not in turn:
            turn[pair] = rng.randrange(2)
        first = min(block.variants)
        with_ai = first if turn[pair] else max(block.variants)
        block.ai_variant = block.variants.index(with_ai)
        turn[pair] ^= 1


def _arrange_orders(blocks: Sequence[_Block], rng: random.Random) -> None:
    """Permuted blocks of two within each engineer; those left over, over engineers."""
    waiting: dict[str, _Block] = {}
    for block in blocks:
        partner = waiting.pop(block.person.name, None)
        if partner is None:
            waiting[block.person.name] = block
        else:
            _toss(partner, block, rng)
    left = list(waiting.values())
    rng.shuffle(left)
    for one, other in zip(left[::2], left[1::2], strict=False):
        _toss(one, other, rng)
    if len(left) % 2:
        left[-1].ai_first = rng.random() < 0.5


def _toss(one: _Block, other: _Block, rng: random.Random) -> None:
    one.ai_first = rng.random() < 0.5
    other.ai_first = not one.ai_first


def _policies(count: int, hints: Mapping[Policy, float], rng: random.Random) -> list[Policy]:
    """So many policies, each at its rate to within one drill, shuffled; chance takes the remainders."""
    drawn: list[Policy] = []
    remainders: list[tuple[Policy, float]] = []
    for policy, share in hints.items():
        whole = math.floor(share * count + 1e-9)
        drawn += [policy] * whole
        remainders.append((policy, share * count - whole))
    while len(drawn) < count:
        policies = [policy for policy, _ in remainders]
        chosen = rng.choices(policies, [max(rest, 1e-12) for _, rest in remainders])[0]
        remainders = [(policy, rest) for policy, rest in remainders if policy != chosen]
        drawn.append(chosen)
    rng.shuffle(drawn)
    return drawn


def _assignments(blocks: Sequence[_Block], policies: Sequence[Policy], name: str) -> tuple[Assignment, ...]:
    made: list[Assignment] = []
    slots: dict[str, int] = {}
    for number, (block, policy) in enumerate(zip(blocks, policies, strict=True), start=1):
        for order in (1, 2):
            ai = block.ai_first == (order == 1)
            slot = slots.get(block.person.name, 0)
            slots[block.person.name] = slot + 1
            made.append(
                Assignment(
                    block=f"{name}-{number:04d}",
                    engineer=block.person.name,
                    team=block.person.team,
                    family=block.family,
                    variant=block.variants[block.ai_variant if ai else 1 - block.ai_variant],
                    ai=ai,
                    order=order,
                    slot=slot,
                    policy=policy if ai else None,
                )
            )
    return tuple(made)
