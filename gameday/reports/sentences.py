"""The scorecard in plain words: each entry with its figure and one sentence that says what it means."""

from __future__ import annotations

from dataclasses import dataclass

from gameday.reports.words import clock
from gameday.text import one_line
from scoring.nofault import NoFault
from scoring.reliance import HintOutcome
from scoring.scorecard import Scorecard


@dataclass(frozen=True)
class Line:
    """One entry of the scorecard."""

    entry: str
    figure: str
    sentence: str


def scorecard_lines(card: Scorecard) -> list[Line]:
    """Every entry of the scorecard that it has, in the order in which an incident goes."""
    return [
        _acknowledge(card),
        _hypothesis(card),
        *([_mitigate(card), *_stood_down(card)] if card.no_fault is None else _outcome(card.no_fault, card)),
        _diagnosis(card),
        *_losses(card),
        _harm(card),
        *([_stabilised(card)] if card.no_fault is None else []),
        _paged(card),
        _calibration(card),
        *_felt(card),
        _skill(card),
    ]


def advice_lines(card: Scorecard) -> list[str]:
    """What the AI's advice was worth, one sentence for each hint."""
    if card.mode == "manual":
        return ["No AI was at hand in this drill."]
    if not card.reliance.hints:
        return ["The AI was at hand and said nothing."]
    return [_hint(hint) for hint in card.reliance.hints]


def _acknowledge(card: Scorecard) -> Line:
    at = card.time_to_acknowledge_s
    if at is None:
        return Line("time to acknowledge", "never", "Nobody took the page.")
    return Line("time to acknowledge", clock(at), f"The page was taken {_spell(at)} after the onset.")


def _hypothesis(card: Scorecard) -> Line:
    at = card.time_to_hypothesis_s
    if card.no_fault is not None:
        if at is None:
            return Line("time to hypothesis", "never", "That nothing was wrong was never said.")
        return Line("time to hypothesis", clock(at), f"That nothing was wrong was said after {_spell(at)}.")
    if at is None:
        return Line("time to hypothesis", "never", "The right component and mechanism were never named.")
    return Line("time to hypothesis", clock(at), f"The cause was first named {_spell(at)} after the onset.")


def _mitigate(card: Scorecard) -> Line:
    at = card.time_to_mitigate_s
    if card.mitigated and at is not None:
        return Line(
            "time to mitigate",
            clock(at),
            f"Customers were served again {_spell(at)} after the onset, and it held.",
        )
    return Line(
        "time to mitigate",
        f"> {clock(card.limit_s)}",
        "Customers were not served again for good within the limit; it counts as the limit (censored).",
    )


def _stood_down(card: Scorecard) -> list[Line]:
    """For a drill with a fault; a stand-down after a mitigation needs no word."""
    stood = card.stand_down
    if stood is None or stood.right:
        return []
    how = (
        "although something was wrong that customers did not feel yet"
        if stood.served
        else "while customers were let down"
    )
    return [Line("stood down", clock(stood.at_s), f"You stood down {how}; that was wrong.")]


_OUTCOMES = {
    "correct_stand_down": (
        "correct stand-down",
        "Nothing was wrong, you saw it and stood down: that was the right thing to do.",
    ),
    "false_alarm": ("false alarm", "Nothing was wrong, and a cause was named."),
    "wrong_stand_down": (
        "wrong stand-down",
        "Nothing had been wrong, but you stood down while customers were let down.",
    ),
    "undecided": ("undecided", "Nothing was wrong, and you did not stand down before the time was up."),
}


def _outcome(found: NoFault, card: Scorecard) -> list[Line]:
    """Instead of a time to mitigate, where there was nothing to mitigate."""
    figure, sentence = _OUTCOMES[found.outcome]
    lines = [Line("outcome", figure, sentence)]
    if card.stand_down is not None:
        at = card.stand_down.at_s
        lines.append(
            Line("time to stand down", clock(at), f"You stood down {_spell(at)} after the alert was set off.")
        )
    if found.changes:
        changed = "One change was made" if found.changes == 1 else f"{found.changes} changes were made"
        lines.append(
            Line("changes", str(found.changes), f"{changed} to a company in which nothing was wrong.")
        )
    if found.bad_minutes:
        lines.append(
            Line(
                "bad minutes",
                f"{found.bad_minutes:,.1f}",
                "Customer-minutes that doing nothing would not have cost.",
            )
        )
    return lines


def _diagnosis(card: Scorecard) -> Line:
    grade = card.diagnosis
    if not grade.submitted:
        return Line("diagnosis", "0.00", "No diagnosis was submitted.")
    parts = grade.parts
    what, told = ("The cause", "named") if card.no_fault is None else ("That nothing was wrong", "said")
    verdict = f"{what} was {told}" if grade.correct else f"{what} was not {told}"
    return Line(
        "diagnosis",
        f"{grade.score:.2f}",
        f"{verdict}. Components {parts.components:.2f}, mechanisms {parts.mechanisms:.2f}, "
        f"trigger {parts.trigger:.2f}, contributing {parts.contributing:.2f} (1 is all right).",
    )


def _losses(card: Scorecard) -> list[Line]:
    minutes = card.customer_minutes_lost
    whose = (
        f"The mean customer went {minutes:.1f} minutes without service."
        if card.customers == 1
        else f"{card.customers:g} customers together went {minutes:,.1f} minutes without service."
    )
    estimate = (
        f" {clock(card.losses_estimated_s)} of it, up to the limit, is taken to go on as it went."
        if card.losses_estimated_s >= 1
        else ""
    )
    lines = [
        Line("customer-minutes lost", f"{minutes:,.1f}", whose + estimate),
        Line("money lost", f"{card.money_lost:,.0f}", "Value of what customers could not do." + estimate),
    ]
    if card.fraud_lost:
        lines.append(Line("fraud lost", f"{card.fraud_lost:,.0f}", "What bots got away with." + estimate))
    return lines


def _harm(card: Scorecard) -> Line:
    if not card.harmful:
        return Line("harm", "none", "Nothing was done that is known to make it worse.")
    told = "; ".join(f"{one_line(action.line)} at {clock(action.at_s)}" for action in card.harmful)
    return Line("harm", str(len(card.harmful)), f"This made it worse: {told}.")


def _stabilised(card: Scorecard) -> Line:
    if card.stabilised_first:
        return Line(
            "stabilised first", "yes", "A move that can be taken back came before the cause was named."
        )
    return Line(
        "stabilised first",
        "no",
        "Nothing that can be taken back was tried before the cause was named.",
    )


def _paged(card: Scorecard) -> Line:
    people = card.paged.people
    rung = ", ".join(dict.fromkeys(one_line(each.who) for each in people)) or "nobody"
    if card.paged.right_owner is None:
        nobody = "No colleague owns what failed." if card.no_fault is None else "Nothing had failed."
        return Line("people paged", str(len(people)), f"Paged: {rung}. {nobody}")
    if not card.paged.right_owner:
        return Line("people paged", str(len(people)), f"Paged: {rung}. Who owns what failed was not asked.")
    at = card.paged.right_owner_after_page_s
    when = "" if at is None else f" {_spell(max(0.0, at))} after the page"
    return Line("people paged", str(len(people)), f"Paged: {rung}. The right one was asked{when}.")


def _calibration(card: Scorecard) -> Line:
    found = card.calibration
    if found.brier is None or found.overconfidence is None:
        return Line("calibration", "none", "No belief was stated, so confidence cannot be judged.")
    lean = "surer than right" if found.overconfidence > 0 else "not surer than right"
    return Line(
        "calibration",
        f"{found.brier:.2f}",
        f"Brier score of {found.n} stated {'belief' if found.n == 1 else 'beliefs'} "
        f"(0 is perfect, 0.25 a coin): on balance {lean} ({found.overconfidence:+.2f}).",
    )


def _felt(card: Scorecard) -> list[Line]:
    felt = card.felt
    if felt.duration_s is None:
        return []
    real = "" if felt.real_s is None else f"; by the clock it took {_spell(felt.real_s)}"
    help_ = (
        ""
        if felt.without_ai is None
        else f" Without the AI it would have felt {felt.without_ai:g} times as long."
    )
    return [
        Line("felt time", clock(felt.duration_s), f"It felt like {_spell(felt.duration_s)}{real}.{help_}")
    ]


def _skill(card: Scorecard) -> Line:
    if card.response_skill is None:
        return Line("response skill", "none", f"Not known: it {card.response_skill_reason}.")
    whose = f" Rehearsed on another machine: {card.rehearsed_elsewhere}." if card.rehearsed_elsewhere else ""
    return Line(
        "response skill",
        f"{card.response_skill:.2f}",
        f"1 is the rehearsed expert, 0 is doing nothing, below 0 is worse than doing nothing.{whose}",
    )


def _hint(hint: HintOutcome) -> str:
    name = f"Hint {hint.number}"
    if hint.right is None:
        return f"{name} named no cause; it was {hint.fate}."
    done = (
        ", but what it suggested was done" if hint.followed and hint.fate in ("rejected", "ignored") else ""
    )
    verdict = f"{name} was {'right' if hint.right else 'wrong'} about the cause; it was {hint.fate}{done}."
    return f"{verdict} {_worth(hint)}"


def _worth(hint: HintOutcome) -> str:
    if hint.right_before is None:
        return "No belief was stated before it, so what it changed cannot be told."
    if hint.right_after is None:
        return "No belief was stated after it, so what it changed cannot be told."
    if hint.right_before:
        if hint.right_after:
            return "The belief was right before it and stayed right."
        return "The belief was right before it and wrong after it."
    if hint.right_after:
        return "The belief was not right before it and right after it."
    return "The belief was not right before it, nor after it."


def _spell(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
