"""Tells a drill as it happens, one line per event, where there is no screen: demos, scripts, CI."""

from __future__ import annotations

from collections import deque

from rich.text import Text

from gameday.journal.events import (
    Entry,
    Event,
    FaultInjected,
    Operated,
    PhaseChanged,
    SandboxProgressed,
    SliMeasured,
    TruthRevealed,
)
from gameday.reports.words import Said, clock, say
from gameday.text import one_line, plain

_SMOOTHED_S = 5
_BANDS = (
    (0.95, Said("●", "customers are served", "green")),
    (0.75, Said("◕", "some requests fail or are slow", "yellow")),
    (0.40, Said("◑", "about half of the requests fail or are slow", "red")),
    (0.05, Said("◔", "most requests fail or are slow", "red")),
    (-1.0, Said("○", "nobody is served", "bold red")),
)
_OUTPUT_LINES = 4
_OUTPUT_WIDTH = 110
_HIDDEN_PHASES = frozenset({"armed", "incident"})


class Narrator:
    """Narrates one drill, from its first event on.

    The SLI has a line only where the share of good requests, over five seconds, moves to another
    band. The injection, and the phases that would give it away, are left out unless `reveal` is set;
    the truth at the end is, if the debrief is `sealed`.
    """

    def __init__(self, *, reveal: bool = False, sealed: bool = False) -> None:
        self._reveal = reveal
        self._sealed = sealed
        self._started: float | None = None
        self._recent: deque[tuple[int, int]] = deque(maxlen=_SMOOTHED_S)
        self._band: Said | None = None

    def narrate(self, entry: Entry, event: Event) -> Text | None:
        """The event as one line with the time since the drill started, or None."""
        if self._started is None:
            self._started = entry.wall
        if (not self._reveal and _gives_away(event)) or (self._sealed and isinstance(event, TruthRevealed)):
            return None
        said = self._said(event)
        if said is None:
            return None
        line = Text.assemble(
            (clock(entry.wall - self._started), "dim"), " ", (f"{said.glyph} {said.words}", said.style)
        )
        if isinstance(event, Operated):
            line.append_text(_shown(event.output))
        return line

    def _said(self, event: Event) -> Said | None:
        if isinstance(event, SliMeasured):
            return self._sli(event)
        if isinstance(event, SandboxProgressed):
            return self._progress(event)
        return say(event)

    def _progress(self, event: SandboxProgressed) -> Said | None:
        """A part is told of once, when it is ready."""
        if event.step != "ready":
            return None
        return Said("·", f"{one_line(event.service)} is ready after {event.elapsed_s:.1f} s", "dim")

    def _sli(self, event: SliMeasured) -> Said | None:
        journeys = event.journeys.values()
        self._recent.append((sum(item.count for item in journeys), sum(item.good for item in journeys)))
        if len(self._recent) < _SMOOTHED_S:
            return None
        count = sum(item[0] for item in self._recent)
        share = sum(item[1] for item in self._recent) / count if count else 0.0
        band = next(said for least, said in _BANDS if share >= least)
        if band is self._band:
            return None
        self._band = band
        return Said(band.glyph, f"{band.words} ({share:.0%} of {count} requests good)", band.style)


def _shown(output: str) -> Text:
    """The first lines that an operation gave back, each on a line of its own under it."""
    lines = [line.rstrip() for line in plain(output).splitlines() if line.strip()]
    shown = Text()
    for line in lines[:_OUTPUT_LINES]:
        shown.append(f"\n        {line[:_OUTPUT_WIDTH]}", "dim")
    if len(lines) > _OUTPUT_LINES:
        shown.append(f"\n        … {len(lines) - _OUTPUT_LINES} more lines", "dim")
    return shown


def _gives_away(event: Event) -> bool:
    if isinstance(event, PhaseChanged):
        return event.phase in _HIDDEN_PHASES
    return isinstance(event, FaultInjected)
