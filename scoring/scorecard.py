"""The scorecard of one drill: a vector, because a weighted sum lets speed buy off harm."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from scoring.calibration import Calibration, calibration
from scoring.diagnosis import DiagnosisScore, grade, right
from scoring.felt import Felt, felt
from scoring.losses import RECENT_S, carried_to_limit, customer_minutes_lost, fraud_lost, money_lost
from scoring.nofault import NoFault, StandDown, graded_answer, no_fault, stand_down
from scoring.paging import Paging, paging
from scoring.reliance import Reliance, reliance
from scoring.skill import response_skill
from scoring.sli import covered_until
from scoring.slo import violated_since
from scoring.timeline import Mode, Operation, Timeline, operation_words

SCHEMA = 1
DECIMALS = 6
"""Figures in the file are rounded to so many places, so that scoring again gives the same bytes."""

STABILISING = (
    "limit", "scale", "drain", "rollback", "revert", "flag", "block", "config set", "failover payments",
)  # fmt: skip
"""How operations begin that are taken back by one more of the same kind."""

_NEXT_COMMAND = re.compile(r"&&|\|\||[;\n]")

NO_REHEARSAL = "needs the losses of doing nothing and of the rehearsed expert, which this pack has not"
NOTHING_TO_DO = "has no scale where nothing is wrong: there the expert does nothing, too"


@dataclass(frozen=True)
class HarmfulAction:
    """A line that was carried out although it makes things worse."""

    at_s: float
    """Seconds since the onset."""
    line: str


@dataclass(frozen=True)
class Scorecard:
    """One drill; times are seconds since the onset, None where the thing never happened."""

    mode: Mode
    limit_s: float
    time_to_acknowledge_s: float | None
    time_to_hypothesis_s: float | None
    time_to_mitigate_s: float | None
    """The limit if `mitigated` is false: the drill is right-censored there. None if nothing was wrong."""
    mitigated: bool | None
    """None if nothing was wrong: there was nothing to mitigate."""
    diagnosis: DiagnosisScore
    customer_minutes_lost: float
    customers: float
    """Customers at a time that the minutes are summed over; 1 means minutes per customer."""
    money_lost: float
    losses_estimated_s: float
    """Seconds from giving up to the limit, over which the losses are carried on as they went last."""
    harmful: tuple[HarmfulAction, ...]
    stabilised_first: bool
    calibration: Calibration
    reliance: Reliance
    fraud_lost: float = 0.0
    """What bots got away with, apart from `money_lost`, which is what customers could not do."""
    felt: Felt = field(default_factory=Felt)
    paged: Paging = field(default_factory=Paging)
    stand_down: StandDown | None = None
    no_fault: NoFault | None = None
    """None for a drill with a fault."""
    response_skill: float | None = None
    response_skill_reason: str = NO_REHEARSAL
    """Why it is not known."""
    rehearsed_elsewhere: str = ""
    """The machine of the rehearsal that the skill is measured by, if it was another one."""
    schema: int = SCHEMA


def score(timeline: Timeline) -> Scorecard:
    """The scorecard of one drill.

    A mitigation counts if it stands at the end and began within the limit; giving up, running out
    and a relapse that was never mended count as the limit. A drill in which nothing was wrong has the
    outcome `no_fault` in its place, and its losses are not carried on while customers are served.

    Raises:
        ValueError: the diagnosis names too much (see `scoring.diagnosis.grade`).
    """
    mitigated_s = _since_onset(timeline, timeline.mitigated_at)
    mitigated = mitigated_s is not None and mitigated_s <= timeline.limit_s
    nothing_wrong = timeline.truth.nothing_wrong
    losses = _losses(timeline, over=not timeline.let_down if nothing_wrong else mitigated)
    censored_s = mitigated_s if mitigated_s is not None and mitigated else timeline.limit_s
    skill, why_not = _skill(timeline, losses)
    return Scorecard(
        mode=timeline.mode,
        limit_s=timeline.limit_s,
        time_to_acknowledge_s=_since_onset(timeline, timeline.acknowledged_at),
        time_to_hypothesis_s=_since_onset(timeline, first_right_hypothesis(timeline)),
        time_to_mitigate_s=None if nothing_wrong else censored_s,
        mitigated=None if nothing_wrong else mitigated,
        diagnosis=grade(graded_answer(timeline), timeline.truth),
        customer_minutes_lost=losses.customer_minutes,
        customers=timeline.customers,
        money_lost=losses.money,
        fraud_lost=losses.fraud,
        losses_estimated_s=losses.estimated_s,
        harmful=harmful_actions(timeline),
        stabilised_first=not nothing_wrong and stabilised_first(timeline),
        calibration=calibration(timeline),
        reliance=reliance(timeline),
        felt=felt(timeline),
        paged=paging(timeline),
        stand_down=stand_down(timeline, mitigated=mitigated),
        no_fault=no_fault(timeline, _bad_minutes(timeline)),
        response_skill=skill,
        response_skill_reason=why_not,
        rehearsed_elsewhere=timeline.scale.elsewhere if timeline.scale and skill is not None else "",
    )


def first_right_hypothesis(timeline: Timeline) -> float | None:
    """When the first right belief since the onset was stated, UNIX seconds.

    The diagnosis is one, and so is standing down without one where nothing is wrong.
    """
    stated = [belief.at for belief in timeline.beliefs if right(belief.claim, timeline.truth)]
    answer = graded_answer(timeline)
    if answer is not None and right(answer.claim, timeline.truth):
        stated.append(answer.at)
    return min((at for at in stated if at >= timeline.onset), default=None)


def stabilised_first(timeline: Timeline) -> bool:
    """Whether a reversible stabilising move was made before the cause was named.

    That is a write since the onset that succeeded, which begins like one of `STABILISING` and which the
    pack does not call harmful, before the first right hypothesis, or at any time if there was none. In the
    shell it is a push to the company's repository: the next push takes it back.
    """
    named_at = first_right_hypothesis(timeline)
    return any(
        (_pushes(operation) or (operation.tier == "write" and _begins_like(operation, STABILISING)))
        and not _begins_like(operation, timeline.truth.harmful)
        and (named_at is None or operation.at < named_at)
        for operation in _done_since_onset(timeline)
    )


def harmful_actions(timeline: Timeline) -> tuple[HarmfulAction, ...]:
    """Lines since the onset that succeeded and begin with one that the pack calls harmful."""
    return tuple(
        HarmfulAction(operation.at - timeline.onset, operation.line)
        for operation in _done_since_onset(timeline)
        if operation.tier != "read" and _begins_like(operation, timeline.truth.harmful)
    )


def to_json(scorecard: Scorecard) -> str:
    """The scorecard in its one written form: sorted keys, six decimals, a newline at the end."""
    return (
        json.dumps(
            _rounded(dataclasses.asdict(scorecard)),
            sort_keys=True,
            indent=2,
            ensure_ascii=False,
            allow_nan=False,
        )
        + "\n"
    )


@dataclass(frozen=True)
class _Losses:
    customer_minutes: float
    money: float
    fraud: float
    estimated_s: float


def _skill(timeline: Timeline, losses: _Losses) -> tuple[float | None, str]:
    """The response skill, and why it is not known if it isn't."""
    if timeline.truth.nothing_wrong:
        return None, NOTHING_TO_DO
    scale = timeline.scale
    if scale is None:
        return None, NO_REHEARSAL
    why_not = scale.why_not(timeline.limit_s)
    if why_not:
        return None, why_not
    each = losses.customer_minutes / timeline.customers
    return response_skill(
        each if scale.unit == "customer-minutes" else losses.money + losses.fraud, scale
    ), ""


def _bad_minutes(timeline: Timeline) -> float:
    """Customer-minutes lost since the first violation; 0 without one."""
    since = violated_since(timeline.sli, timeline.onset, timeline.slo, timeline.baseline)
    if since is None:
        return 0.0
    until = covered_until(timeline.sli, timeline.ended_at)
    return customer_minutes_lost(timeline.sli, since, until, timeline.baseline, timeline.customers)


def _losses(timeline: Timeline, *, over: bool) -> _Losses:
    """What it cost up to the end, and on to the limit unless the trouble was over."""
    until = covered_until(timeline.sli, timeline.ended_at)

    def between(since: float) -> tuple[float, float, float]:
        minutes = customer_minutes_lost(timeline.sli, since, until, timeline.baseline, timeline.customers)
        return minutes, money_lost(timeline.sli, since, until), fraud_lost(timeline.sli, since, until)

    lost = between(timeline.onset)
    missing_s = 0.0 if over else max(0.0, timeline.onset + timeline.limit_s - until)
    if not missing_s:
        return _Losses(*lost, 0.0)
    lately = between(max(timeline.onset, until - RECENT_S))
    minutes, money, fraud = (carried_to_limit(*pair, missing_s) for pair in zip(lost, lately, strict=True))
    return _Losses(minutes, money, fraud, missing_s)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, DECIMALS) + 0.0
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def _since_onset(timeline: Timeline, at: float | None) -> float | None:
    return None if at is None else at - timeline.onset


def _done_since_onset(timeline: Timeline) -> Iterable[Operation]:
    return (
        operation
        for operation in timeline.operations
        if operation.at >= timeline.onset and operation.exit_code == 0
    )


def _pushes(operation: Operation) -> bool:
    commands = _NEXT_COMMAND.split(operation.line) if operation.tier == "shell" else ()
    return any(command.split()[:2] == ["git", "push"] for command in commands)


def _begins_like(operation: Operation, lines: Iterable[str]) -> bool:
    return any(
        words and operation.words[: len(words)] == words
        for words in (operation_words(line) for line in lines)
    )
