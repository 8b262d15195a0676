"""Moments of a drill, played into a `FakeSession`, for tests and snapshots of the room."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gameday.drill.session import Signal
from gameday.drill.views import Changed, Plotted
from gameday.journal.events import (
    Acknowledged,
    AlertFired,
    AlertResolved,
    Believed,
    BriefingGiven,
    Claim,
    DrillStarted,
    FaultInjected,
    HintShown,
    JourneySli,
    Mitigated,
    Mode,
    Noted,
    Operated,
    Paged,
    PhaseChanged,
    SandboxProgressed,
    SliMeasured,
    SloViolated,
)
from gameday.records.store import PastDrill
from gameday.tui.fake import START, FakeSession
from gameday.tui.house import Shelved, Standing
from sandbox.observe.metrics import Series
from sandbox.observe.topology import Edge, Node, Topology
from sandbox.observe.traces import Span, Trace
from sandbox.runtime.base import LogLine

HOSTILE = "[bold]x[/] \x1b]0;title\x07[/nope] \x1b[31mred \u202edesrever"
"""Text that would rename the window, colour the screen and break a markup parser."""
HOSTILE_SAID = "[bold]x[/] [/nope] red desrever"
"""What is left of it."""
BRIEFING = (
    "You are on call for Lumen, a shop that prints photos. People browse, upload pictures and buy "
    "prints; each upload is captioned by the vision model.\n\n"
    "Runbooks are in the company's repo on the bastion, some of them out of date."
)
RADIUS = "vision: 2 → 4 replicas; new ones take traffic in about 3 s. Nothing is stopped."
ONSET_S = 90
PAGE_S = 112


def started(session: FakeSession, mode: Mode = "manual") -> None:
    session.emit(
        DrillStarted(
            codename="KESTREL-7",
            mode=mode,
            runtime="process",
            sandbox_id="s-1",
            engineer="ada",
            seed=7,
            limit_s=1200.0,
            hold_s=20.0,
        ),
        PhaseChanged(phase="starting"),
        at=0,
    )


def coming_up(session: FakeSession, mode: Mode = "manual") -> None:
    """Half of the sandbox is there."""
    started(session, mode)
    for at, service, step, detail in (
        (0.4, "cache", "ready", ""),
        (0.9, "db", "ready", ""),
        (1.6, "vision", "ready", "2 replicas"),
        (1.9, "storefront", "wait", "for accounts on port 8080"),
        (2.1, "edge", "start", ""),
        (2.2, "metrics", "create", ""),
    ):
        session.emit(SandboxProgressed(service=service, step=step, elapsed_s=at, detail=detail), at=at)


def briefed(session: FakeSession, mode: Mode = "manual") -> None:
    """Everything is up, and the briefing was given."""
    coming_up(session, mode)
    for at, service in ((3.1, "storefront"), (3.6, "edge"), (3.9, "metrics"), (4.4, "customers")):
        session.emit(SandboxProgressed(service=service, step="ready", elapsed_s=at), at=at)
    session.emit(PhaseChanged(phase="briefing"), BriefingGiven(text=BRIEFING), at=5)


def measuring(session: FakeSession, mode: Mode = "manual") -> None:
    """The baseline, a few seconds in."""
    briefed(session, mode)
    session.emit(PhaseChanged(phase="baseline"), at=8)
    _served(session, range(10, 32))


def on_call(session: FakeSession, mode: Mode = "manual") -> None:
    """Armed: all is well."""
    measuring(session, mode)
    _served(session, range(32, 70))
    session.emit(PhaseChanged(phase="armed"), at=70)
    _served(session, range(70, ONSET_S))


def broken(session: FakeSession, mode: Mode = "manual") -> None:
    """The world is broken; the pager has not rung."""
    on_call(session, mode)
    session.emit(FaultInjected(onset=START + ONSET_S), PhaseChanged(phase="incident"), at=ONSET_S)
    _served(session, range(ONSET_S, PAGE_S), upload=0.2, lost=7.5)
    session.emit(SloViolated(since=START + ONSET_S + 4), at=PAGE_S - 2)


def paged(session: FakeSession, mode: Mode = "manual") -> None:
    """The pager rings."""
    broken(session, mode)
    summary = "customers' uploads fail: 31% errors at the edge"
    session.emit(
        AlertFired(name="UploadErrorBudgetBurn", severity="page", summary=summary, service="storefront"),
        Paged(alert="UploadErrorBudgetBurn", summary=summary),
        at=PAGE_S,
    )
    _served(session, range(PAGE_S, PAGE_S + 8), upload=0.12, lost=7.5)


def paged_now(session: FakeSession) -> None:
    """The pager has rung half a minute ago, and somebody has taken it."""
    summary, now = "customers' uploads fail", session.wall - START
    session.emit(
        AlertFired(name="UploadErrorBudgetBurn", severity="page", summary=summary, service="storefront"),
        Paged(alert="UploadErrorBudgetBurn", summary=summary),
        at=now - 30,
    )
    session.emit(Acknowledged(), at=now - 22)
    session.emit(
        Operated(
            line="scale vision 4",
            tier="write",
            exit_code=0,
            duration_s=1.4,
            output="vision: 2 → 4 replicas (commit 5f0c2ab)",
            changed="vision: 2 → 4 replicas",
        ),
        at=now - 9,
    )
    session.wall = START + now


def fighting(session: FakeSession, mode: Mode = "manual") -> None:
    """Acknowledged, looked at, acted on once without success."""
    paged(session, mode)
    session.emit(Acknowledged(), at=PAGE_S + 9)
    session.emit(
        AlertFired(
            name="VisionSaturated",
            severity="ticket",
            summary="96% of vision's compute slots are busy",
            service="vision",
        ),
        at=PAGE_S + 11,
    )
    session.emit(
        Operated(
            line="top vision",
            tier="read",
            exit_code=0,
            duration_s=0.2,
            output="REPLICA   RATE   P95\nvision.1  8.1/s  6.1 s\nvision.2  7.9/s  6.0 s",
        ),
        at=PAGE_S + 20,
    )
    session.emit(
        Believed(components=("vision",), mechanisms=("capacity-shortfall",), confidence=0.4),
        at=PAGE_S + 31,
    )
    session.emit(
        Operated(
            line="scale vision 4",
            tier="write",
            exit_code=0,
            duration_s=1.4,
            output="deployed 5f0c2ab: vision 2 → 4 replicas",
            changed="vision: 2 to 4 replicas",
        ),
        at=PAGE_S + 44,
    )
    session.emit(Noted(text="four replicas did not help; arrivals are flat"), at=PAGE_S + 60)
    session.emit(
        Operated(
            line="redis-cli info stats",
            tier="shell",
            exit_code=1,
            duration_s=0.1,
            output="Could not connect to Redis at 127.0.0.1:6379",
        ),
        at=PAGE_S + 66,
    )
    _served(session, range(PAGE_S + 8, PAGE_S + 74), upload=0.12, lost=7.5)


def hinted(session: FakeSession, mode: Mode = "advise") -> None:
    """The advisor is sure, and wrong."""
    fighting(session, mode)
    session.emit(
        HintShown(
            hint=1,
            source="pattern",
            hint_kind="diagnosis",
            claim=Claim(components=("vision",), mechanisms=("capacity-shortfall",)),
            confidence=0.9,
            says="Request volume increase. This is a capacity problem. Add servers.",
            evidence=("vision: all slots busy", "p95 of /upload is 6.1 s"),
            alternatives=("slow storage",),
            suggests="scale vision 6",
        ),
        at=PAGE_S + 75,
    )


def mitigated(session: FakeSession, mode: Mode = "manual") -> None:
    """Customers are served again."""
    fighting(session, mode)
    session.emit(
        Operated(
            line="rollback cache",
            tier="write",
            exit_code=0,
            duration_s=2.2,
            output="reverted 91ac044",
            changed="cache: maxmemory 8mb to 256mb",
        ),
        at=PAGE_S + 78,
    )
    served_again(session)


def served_again(session: FakeSession) -> None:
    """It gets better, and holds."""
    _served(session, range(PAGE_S + 74, PAGE_S + 84), upload=0.5, lost=3.0)
    _served(session, range(PAGE_S + 84, PAGE_S + 106))
    session.emit(AlertResolved(name="UploadErrorBudgetBurn"), AlertResolved(name="VisionSaturated"))
    session.emit(Mitigated(since=START + PAGE_S + 84), PhaseChanged(phase="mitigated"), at=PAGE_S + 106)


def _served(session: FakeSession, seconds: Iterable[int], upload: float = 1.0, lost: float = 0.0) -> None:
    for second in seconds:
        session.emit(sli(int(START) + second, upload, lost), at=second + 1, actor="sandbox")


def sli(second: int, upload: float = 1.0, lost: float = 0.0) -> SliMeasured:
    """One second of customers, of whose uploads a share is good."""
    return SliMeasured(
        second=second,
        journeys={
            "browse": JourneySli(count=12, good=12, p50_ms=40, p95_ms=140),
            "upload": JourneySli(count=50, good=round(50 * upload), p50_ms=400, p95_ms=900),
            "buy": JourneySli(count=2, good=2, p50_ms=90, p95_ms=200),
        },
        money_lost=lost,
    )


def signals(session: FakeSession, seconds: Iterable[int], well_at: int = 10_000) -> None:
    """Golden signals of four services; they turn at the onset, and back at `well_at`."""
    for second in seconds:
        wave, bad = math.sin(second / 7), ONSET_S + 4 <= second < well_at
        session.emit_signals(
            [
                *_golden("edge", 64 + 4 * wave, 31.0 if bad else 0.0, 6100 if bad else 140 + 20 * wave, None),
                *_golden(
                    "storefront", 62 + 4 * wave, 29.0 if bad else 0.0, 5900 if bad else 120, 35 + 5 * wave
                ),
                *_golden(
                    "vision",
                    16 if bad else 5 + wave,
                    42.0 if bad else 0.0,
                    6050 if bad else 310,
                    97 if bad else 31 + 6 * wave,
                ),
                *_golden("cache", 50 + 3 * wave, None, 1.2, 99 if bad else 61.0),
            ],
            at=second,
        )


def _golden(
    service: str, rate: float, errors: float | None, p95: float, saturation: float | None
) -> list[Signal]:
    return [
        Signal(service, "rate", "/s", rate),
        Signal(service, "errors", "%", errors),
        Signal(service, "p95", "ms", p95),
        Signal(service, "saturation", "%", saturation),
    ]


def logs(session: FakeSession, count: int = 60) -> None:
    """What the services write while uploads time out, one hostile line among it."""
    lines = []
    for number in range(count):
        wall = START + PAGE_S + number / 4
        service = ("storefront", "vision", "edge")[number % 3]
        text = (
            f'{{"ts": {wall}, "level": "info", "service": "{service}", "msg": "request", '
            f'"method": "POST", "path": "/upload", "status": 200, "ms": {120 + number}}}'
        )
        if number % 7 == 3:
            text = text.replace('"info"', '"error"').replace("200", "503")
        if number % 11 == 5:
            text = f"WARN slot wait {number * 37} ms, queue 14"
        lines.append(LogLine(service, 1 + number % 2, wall, text))
    session.emit_logs(*lines, LogLine("edge", 1, START + PAGE_S + count / 4, HOSTILE))


LIBRARY = (
    Shelved("cache-loss", "cache", 3, 4, 1, ("exec",)),
    Shelved("fraud-spike", "abuse", 4, 3, 0, ("exec", "partition")),
    Shelved("true-capacity", "capacity", 2, 3, 3, ("exec",)),
)


LAPSING = Standing("lapsing", "2025-06-20", "1 drill; one in abuse", "abuse", "never done by hand", 1)


def past_drill(number: int) -> PastDrill:
    """A drill `number` times four days ago; the second was not mitigated, the third spoiled."""
    return PastDrill(
        run=f"run-{number}",
        codename=("KESTREL-7", "MERLIN-42", "OSPREY-3", "PLOVER-18")[number % 4],
        engineer="ada",
        pack="cache-loss",
        variant="memory-cut",
        family=("cache", "overload", "abuse")[number % 3],
        mode="manual",
        advisor="pattern",
        started=START - number * 4 * 86_400,
        ended=START - number * 4 * 86_400 + 600,
        outcome="time_limit" if number == 1 else "resolved",
        void=False,
        spoiled=number == 2,
        simulated=False,
        no_fault=None,
        mitigated=number != 1,
        time_to_mitigate_s=200.0 + number * 31,
        diagnosis=0.83,
    )


VISION_RATE = 'sum(rate(http_requests_total{job="vision"}[10s]))'
"""An expression that `seen` has an answer to."""


def seen(session: FakeSession) -> None:
    """What the views show in the middle of an incident, hostile text among it."""
    views, now = session.views, session.wall
    views.map = describe(
        {"edge": 2, "storefront": 2, "vision": 1, "cache": 1, "db": 1},
        [
            Edge("customers", "edge", 64.0, 0.31, 6100.0),
            Edge("edge", "storefront", 62.0, 0.29, 5900.0),
            Edge("storefront", "vision", 16.0, 0.42, 6050.0),
            Edge("storefront", "db", 40.0, None, 3.1),
            Edge("vision", "cache", 30.0, 0.0, 1.2),
            Edge("vision", "bank"),
        ],
    )
    views.commits = (
        Changed("9b1f0c2d" * 5, "Yuki Arai", now - 95, "Right-size the caches", ("config/cache.yaml",),
                ("cache config: 1 replica restarted",)),
        Changed("5f0c2ab7" * 5, "Sam Okafor", now - 3_700, "Tidy the footer " + HOSTILE,
                ("services/storefront.py", "docs/footer.md"), ("storefront code failed: r57",), failed=True),
        Changed("77aa01ce" * 5, "Lea Brandt", now - 9 * 86_400, "Runbook for slow uploads",
                ("runbooks/slow-uploads.md",)),
    )  # fmt: skip
    views.diffs = {"9b1f0c2d" * 5: PATCH}
    views.names = ("http_requests_total", "up", "vision_slots", "vision_slots_busy")
    values = tuple(5.0 + math.sin(at / 9) if at < 70 else 16.0 for at in range(121))
    views.plots = {
        VISION_RATE: Plotted(VISION_RATE, now - 300, now, (Series({}, values),)),
        "up": Plotted(
            "up", now - 300, now, tuple(Series({"job": name}, (1.0,) * 121) for name in ("db", HOSTILE))
        ),
        "nothing": Plotted("nothing", now - 300, now, ()),
    }
    views.seen_traces = tuple(_trace(at, now) for at in range(12))


PATCH = f"""commit 9b1f0c2
author Yuki Arai, today

Right-size the caches

diff --git a/config/cache.yaml b/config/cache.yaml
@@ -1,3 +1,3 @@
 appendonly: no
-maxmemory: 256mb
+maxmemory: 8mb
+# {HOSTILE}
"""


def describe(up: dict[str, int], edges: Iterable[Edge]) -> Topology:
    """A company of two replicas each, of which so many run."""
    ways = tuple(edges)
    names = dict.fromkeys(name for edge in ways for name in (edge.source, edge.target))
    return Topology(tuple(Node(name, "", 2 if name in up else 0, up.get(name, 0)) for name in names), ways)


def _trace(number: int, now: float) -> Trace:
    """An upload; every third one fails at vision."""
    start, failed = now - 30 + number, number % 3 == 0
    ms = 6050.0 if failed else 300.0 + number
    name = HOSTILE if number == 7 else "POST /upload"
    trace_id = f"{number:02d}ab{'0' * 28}"
    return Trace(
        trace_id,
        (
            Span(trace_id, "a", None, "storefront", name, start, ms, not failed),
            Span(trace_id, "b", "a", "accounts", "GET /session", start + 0.002, 4.0, True),
            Span(trace_id, "c", "a", "vision", "POST /caption", start + 0.01, ms - 12, not failed),
            Span(trace_id, "d", "c", "vision", "cache get", start + 0.011, 1.1, True),
        ),
    )


def with_runbooks() -> BriefingGiven:
    """The briefing with a page that the company wrote."""
    text = "## Slow uploads\n\n- look at `vision` first\n\n```\nredis-cli -h cache info memory\n```\n"
    return BriefingGiven(text=BRIEFING, runbooks={"slow-uploads": text})
