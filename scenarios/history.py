"""What lies in the company's history when a pack is played.

Its own commits, and the innocent ones of the library's other packs: in every drill the same changes were made
lately, so that which of them are there tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from sandbox.world.proposals import Proposal, Swap, read_proposals
from scenarios import LIBRARY
from scenarios.model import Pack

_MINUTES = re.compile(r"(\d+)m")
_AGED_MIN = 40
"""What other packs bring is at least so old: nothing that an advisor takes for the change that broke it."""


def commits(pack: Pack, variant: str) -> tuple[Proposal, ...]:
    """A variant's commits, its own first.

    Raises:
        SandboxError: one of them is not valid.
    """
    own = read_proposals(pack.commits, variant)
    taken = [swap for each in own for swap in each.swaps]
    brought: list[Proposal] = []
    for folder in sorted(LIBRARY.glob("*/commits")):
        for each in read_proposals(folder):
            if each.is_history and not each.variants and not _meet(each.swaps, taken):
                brought.append(_aged(each))
                taken += each.swaps
    return (*own, *brought)


def _meet(ones: Iterable[Swap], others: Iterable[Swap]) -> bool:
    """Whether two changes are of the same place of a file."""
    return any(
        one.path == other.path and (one.after in other.after or other.after in one.after)
        for one in ones
        for other in others
    )


def _aged(proposal: Proposal) -> Proposal:
    found = _MINUTES.fullmatch(proposal.when)
    if found is None or int(found[1]) >= _AGED_MIN:
        return proposal
    return replace(proposal, when=f"{_AGED_MIN + int(found[1])}m")
