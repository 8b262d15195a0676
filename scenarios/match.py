"""From what people write to the taxonomy's terms: fills pickers in before they are corrected.

It knows aliases and who is ruled out ("not the database, the cache"), and nothing of grammar. Pure.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scenarios.taxonomy import Term, taxonomy

_CLAUSE_ENDS = re.compile(
    r"[.;:,!?()\n]+(?:\s|$)|\s+[-–—]+\s+|\b(?:but|because|so|although|though|while|since|then)\b"
    r"|(?<!think )(?<!believe )(?<!that )(?<!say )\bit(?:'s| is| was)\b"
)
"""Where one statement ends and another begins."""

_RULES_OUT = re.compile(
    r"\b(?:not|no|never|neither|nor|without|isn'?t|wasn'?t|aren'?t|weren'?t|don'?t|doesn'?t|didn'?t|can'?t"
    r"|cannot|hardly|instead of|rather than|ruled out|ruling out|excluded|innocent|unlike)\b"
)
_NO_RULING_OUT = re.compile(
    r"\b(?:not|isn'?t|wasn'?t) (?:only|just|merely)\b|\bno (?:longer|doubt|more)\b|\bcan'?t rule out\b"
    r"|\bnot ruled out\b|\bnot sure\b"
)
"""Words that look as if they ruled out, and don't."""
_RULED_OUT_AFTER = re.compile(
    r"\s+(?:(?:is|was|are|were|has been|have been)\s+"
    r"(?:not\b(?!\s+(?:only|just|merely|ruled))|innocent|fine\b|ok\b|healthy"
    r"|ruled out|a red herring|red herrings)"
    r"|(?:isn|wasn|aren|weren)'?t\b(?!\s+(?:only|just|merely)))"
)
_CONTRAST = re.compile(r"\b(?:instead of|rather than|unlike)\b")


@dataclass(frozen=True)
class Found:
    """Terms in the order in which the text brings them up."""

    components: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    contributing: tuple[str, ...] = ()


def match(text: str, components: Iterable[str] = ()) -> Found:
    """The terms that a text speaks of, without those that it rules out.

    Args:
        components: names of what there is, such as `vision`.
    """
    plain = " ".join(text.lower().replace("’", "'").split(" "))
    terms = taxonomy()
    named = {name: (name, *_spoken(name)) for name in components}
    return Found(
        components=_found(plain, _pattern(tuple(named.items()))),
        mechanisms=_found(plain, _group("mechanisms", terms.mechanisms)),
        triggers=_found(plain, _group("triggers", terms.triggers)),
        contributing=_found(plain, _group("contributing", terms.contributing)),
    )


_SPOKEN = {
    "db": ("database", "postgres", "postgresql"),
    "db-replica": ("read replica", "database replica"),
    "edge": ("envoy", "front door", "gateway"),
    "cache": ("redis cache",),
    "customers": ("customer", "users"),
    "worker": ("workers",),
}
"""What people call components, besides their names."""


def _spoken(name: str) -> tuple[str, ...]:
    return _SPOKEN.get(name, ())


@dataclass(frozen=True)
class _Pattern:
    expression: re.Pattern[str]
    terms: Mapping[str, str]
    """A phrase as it is written in the expression → its term."""


def _words(phrase: str) -> str:
    return re.sub(r"[\s-]+", " ", phrase.lower())


@functools.lru_cache(maxsize=16)
def _pattern(named: tuple[tuple[str, tuple[str, ...]], ...]) -> _Pattern:
    terms = {_words(phrase): name for name, phrases in named for phrase in phrases}
    # The longest first, so that `retry storm` is one thing and not a retry.
    phrases = sorted(terms, key=lambda phrase: (-len(phrase), phrase))
    either = "|".join(re.escape(phrase).replace(r"\ ", r"[\s-]+") for phrase in phrases) or r"(?!)"
    return _Pattern(re.compile(rf"(?<![\w-])({either})(?:e?s)?(?![\w])"), terms)


def _group(_: str, terms: Mapping[str, Term]) -> _Pattern:
    named = tuple(
        # The word `none` is in too many sentences to mean anything.
        (name, term.aliases if name == "none" else (name, *term.aliases))
        for name, term in terms.items()
    )
    return _pattern(named)


def _found(text: str, pattern: _Pattern) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for clause in _clauses(text):
        for each in pattern.expression.finditer(clause):
            term = pattern.terms[_words(each.group(1))]
            if not _ruled_out(clause, each.start(), each.end()):
                found.setdefault(term)
    return tuple(found)


def _clauses(text: str) -> list[str]:
    ends = [0, *(each.start() for each in _CLAUSE_ENDS.finditer(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(ends)]


def _ruled_out(clause: str, start: int, end: int) -> bool:
    before = _NO_RULING_OUT.sub(" ", clause[:start])
    if _RULES_OUT.search(before):
        return True
    return bool(_RULED_OUT_AFTER.match(clause, end)) and not _CONTRAST.search(before)
