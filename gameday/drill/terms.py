"""The words that pickers and completion offer, from the stack, the operations and the taxonomy."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.drill import people
from gameday.drill.session import Verb, Vocabulary
from sandbox.operate.lines import VERBS
from sandbox.stack.model import Stack
from sandbox.world.cast import CAST
from scenarios.taxonomy import Term, taxonomy

_OUTSIDE = {
    "customers": "What customers do, or those who pose as customers.",
    "bank": "The bank that authorises payments.",
}


def vocabulary(stack: Stack) -> Vocabulary:
    """What can be typed and picked in a drill of this company."""
    terms = taxonomy()
    parts = {
        name: f"{name}, owned by {service.rules.owner}"
        for name, service in stack.services.items()
        if service.rules and name not in ("customers", "bastion")
    }

    def says(group: Mapping[str, Term]) -> dict[str, str]:
        return {name: term.says for name, term in group.items()}

    return Vocabulary(
        verbs=(*(Verb(verb.usage, verb.tier, verb.help) for verb in VERBS), *people.VERBS),
        components=parts | _OUTSIDE,
        mechanisms=says(terms.mechanisms),
        triggers=says(terms.triggers),
        contributing=says(terms.contributing),
        people={key: f"{person.name}: {person.does}" for key, person in CAST.items()},
    )
