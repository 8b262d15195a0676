"""A postmortem draft in Markdown, for the engineer to finish.

It speaks of contributing factors in the plural: an incident has no one cause, and a draft that
offers a field for one teaches people to stop looking.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from gameday.drill.projection import of_kind, project
from gameday.errors import BadJournal
from gameday.journal.atomic import write_atomically
from gameday.journal.events import DrillStarted, TruthRevealed
from gameday.journal.reader import Recorded, read
from gameday.reports.sentences import advice_lines, scorecard_lines
from gameday.reports.story import story
from gameday.reports.words import clock, names
from gameday.text import one_line
from scoring.scorecard import Scorecard, score
from scoring.timeline import Timeline

POSTMORTEM_FILE = "postmortem.md"

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def write_postmortem(run_folder: Path) -> Path:
    """Write `postmortem.md` into the run folder, whole or not at all; where it is.

    Raises:
        BadJournal: the journal cannot be read, is not of a finished drill, or the folder cannot
            be written.
    """
    recorded = read(run_folder)
    timeline = project(recorded)
    path = run_folder / POSTMORTEM_FILE
    try:
        write_atomically(path, postmortem(recorded, timeline, score(timeline)))
    except ValueError as error:
        raise BadJournal(f"{run_folder} cannot be scored: {error}") from error
    except OSError as error:
        raise BadJournal(f"{path} cannot be written: {error.strerror}") from error
    return path


def postmortem(recorded: Sequence[Recorded], timeline: Timeline, card: Scorecard) -> str:
    """The draft; `timeline` and `card` are those of the same drill."""
    _, truth = of_kind(recorded, TruthRevealed)[0]
    _, started = of_kind(recorded, DrillStarted)[0]
    sections = [
        f"# {_escaped(truth.title)}",
        f"Draft, from drill {_escaped(started.codename)}. Handled by {_escaped(started.engineer)}.",
        "## Summary\n\n" + _summary(truth, card),
        "## Impact\n\n"
        + _figures(card, ("time to mitigate", "bad minutes", "customer-minutes lost", "money lost")),
        "## Contributing factors\n\n" + _factors(truth),
        "## How it came about\n\n" + _numbered(truth.chain),
        "## Detection and response\n\n"
        + _figures(
            card,
            ("time to acknowledge", "time to hypothesis", "time to stand down", "stabilised first", "harm"),
        ),
        "## Timeline\n\nTimes are minutes and seconds since the onset.\n\n"
        + _table(recorded, timeline.onset),
        "## Advice of the AI\n\n" + "\n".join(f"- {_escaped(line)}" for line in advice_lines(card)),
        "## What went well\n\n- \n\n## What went badly\n\n- \n\n## Where we were lucky\n\n- ",
        "## Action items\n\n| action | which factor it weakens | owner | due |\n| --- | --- | --- | --- |\n"
        "|  |  |  |  |",
    ]
    return "\n\n".join(sections) + "\n"


def _summary(truth: TruthRevealed, card: Scorecard) -> str:
    if card.no_fault is not None:
        return f"Nothing was wrong: the alert was. {_outcome(card)}"
    at = card.time_to_mitigate_s
    ending = (
        f"Customers were served again {clock(at)} after the onset."
        if card.mitigated and at is not None
        else f"Customers were not served again within {clock(card.limit_s)}."
    )
    what = f"Affected: {names(truth.components)}. Mechanism: {names(truth.mechanisms)}."
    return f"{_escaped(what)} {ending}"


def _factors(truth: TruthRevealed) -> str:
    factors = [f"trigger: {truth.trigger}"] if truth.trigger not in ("", "none") else []
    factors += [f"mechanism: {mechanism}" for mechanism in truth.mechanisms if mechanism != "none"]
    factors += list(truth.contributing)
    return "\n".join(f"- {_escaped(factor)}" for factor in factors) or "- "


def _numbered(chain: Sequence[str]) -> str:
    return "\n".join(f"{number}. {_escaped(step)}" for number, step in enumerate(chain, start=1))


def _figures(card: Scorecard, entries: Sequence[str]) -> str:
    lines = {line.entry: line for line in scorecard_lines(card)}
    return "\n".join(
        f"- {entry}: {_escaped(lines[entry].figure)}. {_escaped(lines[entry].sentence)}"
        for entry in entries
        if entry in lines
    )


def _outcome(card: Scorecard) -> str:
    return next(line.sentence for line in scorecard_lines(card) if line.entry == "outcome")


def _table(recorded: Sequence[Recorded], onset: float) -> str:
    rows = [
        f"| {clock(row.at_s)} | {row.who} | {_escaped(row.said.words)} |" for row in story(recorded, onset)
    ]
    return "\n".join(["| time | who | what |", "| ---: | --- | --- |", *rows])


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", one_line(text))
