"""What a scorecard doesn't hold and a comparison needs, graded from what was stated in a drill.

It is graded once, when the drill is taken in, and kept in columns: a comparison of many drills has no time
to read the JSON of each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from scoring.comparison.reps import Rep, Stated
from scoring.comparison.trace import Traced, traced
from scoring.timeline import Answer, Belief, Claim, Fate, Hint, Mode, Timeline, Truth


@dataclass(frozen=True)
class Course:
    """When things happened in a drill; times are UNIX seconds."""

    mode: Mode
    onset: float
    ended: float
    limit_s: float
    mitigated_at: float | None


@dataclass(frozen=True)
class Graded:
    """The columns of a scorecard that are graded here; see `gameday.records.tables`."""

    answer_components: str
    wrong_components: str
    confidences: str
    missed_k: int
    missed_n: int
    right_taken: int
    right_left: int
    wrong_taken: int
    wrong_left: int
    waiting_s: float | None
    reading_s: float | None
    astray_s: float | None


def grade(stated: Mapping[str, Any], disposed: Mapping[int, tuple[float, Fate]], course: Course) -> Graded:
    """Grade what was stated in one drill.

    Args:
        stated: `truth`, `answer`, `beliefs` and `hints`, as `gameday.records.run.Scores.stated`.
        disposed: when and how the engineer dealt with each hint, by its number.
    """
    return columns(traced(_timeline(stated, disposed, course)))


def columns(found: Traced | Rep) -> Graded:
    """What was graded, as the columns hold it; of a drill that a model wrote, too."""
    trace, table, latency = found.trace, found.trace.table, found.trace.latency
    return Graded(
        answer_components=to_lines(found.answer_components),
        wrong_components=to_lines(trace.wrong_components),
        confidences=to_words(found.beliefs),
        missed_k=found.unnamed_missed.k,
        missed_n=found.unnamed_missed.n,
        right_taken=table.right_taken,
        right_left=table.right_left,
        wrong_taken=table.wrong_taken,
        wrong_left=table.wrong_left,
        waiting_s=latency.waiting_s if latency else None,
        reading_s=latency.reading_s if latency else None,
        astray_s=latency.astray_s if latency else None,
    )


def to_lines(names: Collection[str]) -> str:
    """A set of names as a column holds it."""
    return "\n".join(sorted(names))


def from_lines(column: str | None) -> frozenset[str]:
    return frozenset(column.split("\n")) if column else frozenset()


def to_words(beliefs: Collection[Stated]) -> str:
    """Confidences and whether each was right, as a column holds them."""
    return " ".join(f"{belief.confidence!r}{'+' if belief.right else '-'}" for belief in beliefs)


def from_words(column: str | None) -> tuple[Stated, ...]:
    return tuple(Stated(float(word[:-1]), word[-1] == "+") for word in (column or "").split())


def _timeline(
    stated: Mapping[str, Any], disposed: Mapping[int, tuple[float, Fate]], course: Course
) -> Timeline:
    """So much of a drill's timeline as what was stated makes up."""
    truth, answer = stated["truth"], stated["answer"]
    return Timeline(
        onset=course.onset,
        ended_at=course.ended,
        limit_s=course.limit_s,
        hold_s=0.0,
        mode=course.mode,
        truth=Truth(_claim(truth), truth["trigger"], frozenset(truth["contributing"])),
        mitigated_at=course.mitigated_at,
        beliefs=tuple(
            Belief(belief["at"], _claim(belief), belief["confidence"]) for belief in stated["beliefs"]
        ),
        hints=tuple(_hint(hint, disposed.get(hint["hint"])) for hint in stated["hints"]),
        answer=None
        if answer is None
        else Answer(
            answer["at"],
            _claim(answer),
            answer["trigger"],
            frozenset(answer["contributing"]),
            answer["confidence"],
        ),
    )


def _claim(said: Mapping[str, Any]) -> Claim:
    return Claim(frozenset(said["components"]), frozenset(said["mechanisms"]))


def _hint(hint: Mapping[str, Any], disposed: tuple[float, Fate] | None) -> Hint:
    at, fate = disposed or (None, "ignored")
    return Hint(
        number=hint["hint"],
        at=hint["at"],
        claim=None if hint["claim"] is None else _claim(hint["claim"]),
        confidence=hint["confidence"],
        fate=fate,
        took_s=hint["took_s"],
        disposed_at=at,
    )
