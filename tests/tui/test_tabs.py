"""The room's tabs: what they ask, what they show, what is kept of it."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Input

from gameday.drill.commands import Look, PagePerson, Pause, Pin, Resume, RuleOut, Shell
from gameday.drill.views import Changed
from gameday.journal.events import Bearing, Believed, DrillPaused, EvidencePinned, RuledOut
from gameday.tui.fake import START, FakeSession
from gameday.tui.screens.ask import ConfirmScreen
from gameday.tui.tabs.signals import PromInput
from gameday.tui.widgets import log_view
from gameday.tui.widgets.ops_line import OpsLine
from gameday.tui.widgets.rows import RowsView
from sandbox.errors import SandboxError
from sandbox.observe.topology import Edge
from tests.tui import scenes
from tests.tui.conftest import OpenRoom, Room


def fighting(session: FakeSession) -> None:
    """In the middle of it, with signals, logs and everything that the views show."""
    scenes.fighting(session)
    now = session.wall
    second = int(now - START)
    scenes.signals(session, range(second - 170, second))
    session.wall = now
    scenes.logs(session)
    scenes.seen(session)


def looks(session: FakeSession) -> list[str]:
    return [command.line for command in session.sent if isinstance(command, Look)]


async def shows(room: Room, *texts: str) -> None:
    """Wait until all of it stands on the terminal."""
    await room.until(lambda: all(text in room.drawn() for text in texts))


async def test_the_map_shows_every_way_with_its_figures_and_what_is_down(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """In words and marks, not in colour alone; and looking is in the record, once."""
    async with open_room(fighting) as room:
        await room.press("4")
        await shows(room, "✗ down:", "vision 1/2")
        line = next(line for line in room.drawn().splitlines() if "storefront" in line and "16.0/s" in line)
        assert "42.0% ✗" in line
        assert "not measured" in room.drawn()
        await room.press("1", "4")
        assert looks(session).count("topology") == 1


async def test_a_look_that_fails_says_so_and_keeps_what_was_seen(
    open_room: OpenRoom, session: FakeSession
) -> None:
    async with open_room(fighting) as room:
        await room.press("4")
        await shows(room, "storefront")
        session.views.failure = SandboxError("metrics does not answer: \x1b[2Jrefused")
        await room.press("1", "4")
        await shows(room, "✗ metrics does not answer: refused", "storefront")
        session.views.failure = None
        await room.press("1", "4")
        await room.until(lambda: "does not answer" not in room.drawn())


async def test_a_slow_look_holds_nothing_up_and_is_not_asked_twice(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """Keys work while the company takes its time."""
    session.views.held = asyncio.Event()
    async with open_room(fighting) as room:
        await room.press("4", "1", "4", "2")
        assert "lines" in room.drawn()
        assert sum(asked[0] == "topology" for asked in session.views.asked) == 1
        session.views.held.set()
        await room.press("4")
        await shows(room, "vision 1/2")


async def test_a_change_opens_as_a_patch_and_escape_goes_back(
    open_room: OpenRoom, session: FakeSession
) -> None:
    async with open_room(fighting) as room:
        await room.press("5")
        await shows(
            room, "✓ Right-size the caches", "config cache", "1 replica restarted", "✗ Tidy the footer"
        )
        await room.press("down")
        await shows(room, "✗ storefront code failed: r57")
        await room.press("up")
        await room.press("enter")
        await shows(room, "-maxmemory: 256mb", "+maxmemory: 8mb")
        assert f"diff {'9b1f0c2d9b'}" in looks(session)
        await room.press("escape")
        assert "+maxmemory" not in room.drawn()


async def test_a_trace_opens_as_a_waterfall(open_room: OpenRoom, session: FakeSession) -> None:
    """The newest first; `o` asks for the slowest, and for those that failed only."""
    async with open_room(fighting) as room:
        await room.press("3")
        await shows(room, "11ab0000", "12 in a minute, 4 failed")
        await room.press("o", "o")
        await shows(room, "failed only")
        assert "11ab0000" not in room.drawn()
        await room.press("enter")
        await shows(room, "accounts GET /session", "POST /caption", "╳")
        assert looks(session)[-1].startswith("traces 09ab")


async def test_traces_can_be_filtered_and_held(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(fighting) as room:
        await room.press("3")
        await shows(room, "11ab0000")
        await room.press("slash")
        await room.type("03ab")
        await shows(room, "filter: 03ab")
        assert "11ab0000" not in room.drawn()
        await room.press("f")
        await shows(room, "held")
        asked = len(session.views.asked)
        await room.press("1", "3")
        assert not any(asked[0] == "traces" for asked in session.views.asked[asked:])


async def test_a_runbook_is_read_in_place(open_room: OpenRoom, session: FakeSession) -> None:
    """With its headings and code as such, and a note of it in the record."""

    def scene(session: FakeSession) -> None:
        fighting(session)
        session.emit(scenes.with_runbooks())

    async with open_room(scene) as room:
        await room.press("6")
        await shows(room, "slow-uploads  Slow uploads")
        await room.press("down")
        await shows(room, "Slow uploads", "redis-cli -h cache info memory")
        assert "## Slow" not in room.drawn()
        await room.press("enter")
        assert looks(session)[-1] == "runbook slow-uploads"


async def test_a_service_can_be_seen_large_with_what_changed(open_room: OpenRoom) -> None:
    """One's own write and the commit are marked in the plots, and said below them."""
    async with open_room(fighting) as room:
        await shows(room, "◆", "▲")
        await room.press("1", "down", "down", "enter")
        await shows(
            room, "vision last 3 minutes", "saturation 97.0%", "⠉", "Right-size the caches", "scale vision 4"
        )
        await room.press("escape")
        await shows(room, "storefront", "now at the right")


async def test_promql_is_completed_asked_recalled_and_plotted(
    open_room: OpenRoom, session: FakeSession
) -> None:
    async with open_room(fighting) as room:
        await room.press("1", "slash")
        field = room.app.screen.query_one(PromInput)
        await room.until(lambda: bool(field.names))
        await room.press(*"vision_s", "tab")
        assert field.value == "vision_slots"
        field.value = ""
        await room.type(scenes.VISION_RATE)
        await shows(room, "min", "max", "last")
        assert f"metrics {scenes.VISION_RATE} --range 5m" in looks(session)
        field.value = ""
        await room.type("up")
        await shows(room, "2 series", "{job=db}", "A", "B")
        await room.press("up", "up")
        assert field.value == scenes.VISION_RATE


@pytest.mark.parametrize(("promql", "says"), [("sum(", "✗ PromQL: parse error"), ("nothing", "no series")])
async def test_a_query_that_gives_nothing_says_why(open_room: OpenRoom, promql: str, says: str) -> None:
    async with open_room(fighting) as room:
        await room.press("1", "slash")
        await room.type(promql)
        await shows(room, says)


@pytest.mark.parametrize(("keys", "in_hand"), [(("2",), "edge-1"), (("2", "up", "up"), "edge-2")])
async def test_an_opened_log_is_there_at_once(
    open_room: OpenRoom, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], in_hand: str
) -> None:
    """Neither what is read nor a quick key waits for the next time that the log is drawn."""
    monkeypatch.setattr(log_view, "REFRESH_S", 3600.0)
    async with open_room(fighting) as room:
        await room.press(*keys)
        await room.until(lambda: room.app.screen.in_hand()[1].startswith(in_hand))  # type: ignore[attr-defined]


async def test_logs_are_looked_for_by_time(open_room: OpenRoom) -> None:
    """A time that is none is said to be none, and the filter stays open."""
    async with open_room(fighting) as room:
        await room.press("2", "slash")
        await room.type("since:yesterday")
        assert any("is no time" in each.message for each in room.app._notifications)
        field = room.app.screen.query_one("#log-filter", Input)
        field.value = ""
        await room.type("since:62s")
        view = room.app.screen.query_one("#log-view")
        assert 0 < view.line_count() < 61  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("keys", "source", "text"),
    [
        (("1", "down", "down"), "signals", "vision: rate 16.0/s, errors 42.0%"),
        (("2", "up", "up"), "logs", "edge-2 request method=POST"),
        (("4", "down", "down"), "map", "storefront → vision: 16.0/s, 42.0% errors, p95 6.0 s"),
        (("5",), "changes", "9b1f0c2 Yuki Arai: Right-size the caches"),
        (("7", "escape"), "shell", "redis-cli info stats: Could not connect"),
    ],
)
async def test_evidence_can_be_pinned_from_any_tab(
    open_room: OpenRoom, session: FakeSession, keys: tuple[str, ...], source: str, text: str
) -> None:
    """What is in hand is offered, and can be changed before it is kept."""
    async with open_room(fighting) as room:
        await room.press(*keys)
        tab = room.app.screen
        await room.until(lambda: tab.in_hand()[1].startswith(text))  # type: ignore[attr-defined]
        await room.press("e")
        await room.press(*" !", "enter")
        (pin,) = [command for command in session.sent if isinstance(command, Pin)]
        assert pin.source == source
        assert pin.text.startswith(text)
        assert pin.text.endswith(" !")


@pytest.mark.parametrize(("downs", "bearing"), [(0, "none"), (1, "for"), (2, "against"), (3, "none")])
async def test_evidence_speaks_for_or_against_a_hypothesis(
    open_room: OpenRoom, session: FakeSession, downs: int, bearing: Bearing
) -> None:
    """Of those that stand; it may also speak for none, and the line keeps the keys."""
    async with open_room(fighting) as room:
        await room.press("5")
        await shows(room, "Right-size the caches")
        await room.press("e", *["down"] * downs, *" !", "enter")
        (pin,) = [command for command in session.sent if isinstance(command, Pin)]
        claim = ((), ()) if bearing == "none" else (("vision",), ("capacity-shortfall",))
        assert (pin.bearing, pin.components, pin.mechanisms) == (bearing, *claim)
        assert pin.text.endswith(" !")


async def test_what_speaks_for_and_against_a_belief_is_counted_beside_it(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """It stays with the hypothesis when that is stated again with another confidence."""
    async with open_room(fighting, size=(140, 60)) as room:
        claim = ("vision",), ("capacity-shortfall",)
        pinned: tuple[tuple[Bearing, str], ...] = (
            ("for", "all slots busy"), ("against", "arrivals flat"), ("against", "hits fell"),
        )  # fmt: skip
        for bearing, text in pinned:
            session.emit(
                EvidencePinned(
                    source="map", text=text, bearing=bearing, components=claim[0], mechanisms=claim[1]
                )
            )
        session.emit(Believed(components=claim[0], mechanisms=claim[1], confidence=0.2))
        await shows(room, "20% vision by", "+1 −2", "+ map all slots busy", "− map arrivals flat")


async def test_beliefs_stand_with_confidence_evidence_and_what_was_ruled_out(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """Likeliest first; what was ruled out says why; stated again, it stands again."""
    async with open_room(fighting, size=(140, 60)) as room:
        session.emit(
            Believed(components=("cache",), mechanisms=("cache-eviction",), confidence=0.8),
            RuledOut(components=("vision",), mechanisms=("capacity-shortfall",), reason="flat arrivals"),
            EvidencePinned(source="signals", text="hit ratio fell to 3%"),
        )
        await shows(room, "80% cache by", "✗ not", "flat arrivals", "⌖ signals hit ratio fell")
        session.emit(Believed(components=("vision",), mechanisms=("capacity-shortfall",), confidence=0.9))
        await room.settle()
        assert "✗ not" not in room.drawn()
        assert room.drawn().index("90%") < room.drawn().index("80%")


async def test_ruling_out_asks_for_a_reason(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(fighting) as room:
        await room.press("r", "enter", "enter")
        assert not any(isinstance(command, RuleOut) for command in session.sent)
        await room.type("arrivals are flat")
        assert session.sent[-1] == RuleOut(("vision",), ("capacity-shortfall",), "arrivals are flat")


async def test_a_colleague_is_paged_with_a_question(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(fighting) as room:
        await room.press("g", "down", "enter")
        await room.type("is the cache all right?")
        assert session.sent[-1] == PagePerson("marta", "is the cache all right?")


async def test_p_pauses_and_goes_on(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(fighting) as room:
        await room.press("p")
        assert isinstance(session.sent[-1], Pause)
        session.emit(DrillPaused(reason="by the engineer"))
        await room.settle()
        assert "⏸ paused" in room.drawn()
        await room.press("p")
        assert session.sent[-1:] == [Resume()]


async def test_the_palette_finds_an_operation_and_asks_once(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """A whole line asks with its blast radius; one with a gap goes to the ops line."""
    async with open_room(fighting) as room:
        await room.press("ctrl+p", *"rollback cache")
        await room.until(lambda: "rollback cache" in room.drawn().replace("rollback cache▌", "", 1))
        await room.press("down", "enter")
        await room.until(lambda: isinstance(room.app.screen, ConfirmScreen))
        assert "one version back" in room.drawn()
        await room.press("n", "ctrl+p", *"scale service")
        await room.until(lambda: "scale SERVICE N" in room.drawn())
        await room.press("down", "enter")
        await room.until(lambda: room.app.screen.query_one(OpsLine).input.value == "scale ")


async def test_the_shell_takes_plain_lines_and_ops_lines(open_room: OpenRoom, session: FakeSession) -> None:
    """In its tab a line is the bastion's, and an ops line asks as it does elsewhere."""
    async with open_room(fighting) as room:
        await room.press("7")
        assert "gameday shell s-1" in room.drawn()
        await room.type("cd lumen && git log -3")
        assert session.sent[-1] == Shell("cd lumen && git log -3")
        session.radii["ops scale vision 4"] = scenes.RADIUS
        await room.type("ops scale vision 4")
        assert isinstance(room.app.screen, ConfirmScreen)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 10)])
async def test_hostile_text_stays_text_in_every_tab(open_room: OpenRoom, size: tuple[int, int]) -> None:
    """No escape, bell or reordering mark reaches the terminal, from whatever the views return."""
    async with open_room(fighting, size) as room:
        session = room.session
        session.views.map = scenes.describe({"edge": 1}, [Edge(scenes.HOSTILE, "edge", 1.0)])
        session.emit(EvidencePinned(source=scenes.HOSTILE, text=scenes.HOSTILE))
        for keys in (("3",), ("3", "down", "enter"), ("4",), ("5", "enter"), ("6",), ("7", "escape"), ("1",)):
            await room.press("escape", *keys)
            await room.settle()
            assert not set("\x1b\x07\u202e") & set(room.drawn())
        await room.press("slash")
        await room.type("up")
        await room.settle()
        assert not set("\x1b\x07\u202e") & set(room.drawn())


async def test_a_list_keeps_in_hand_what_it_had_when_others_come(open_room: OpenRoom) -> None:
    """New commits above it move the cursor along with its commit."""
    async with open_room(fighting) as room:
        await room.press("5")
        await shows(room, "Runbook for slow uploads")
        await room.press("down")
        newer = Changed("0" * 40, "You", room.session.wall, "A fix")
        room.session.views.commits = (newer, *room.session.views.commits)
        await room.press("1", "5")
        await shows(room, "A fix")
        assert room.app.screen.query_one("#changes-rows", RowsView).cursor == 2
