"""Keys and lines in the war room, and the commands that they become."""

from __future__ import annotations

from typing import Any

import pytest
from textual._compositor import Compositor
from textual.geometry import Region

from gameday.drill.commands import (
    Acknowledge,
    Begin,
    Believe,
    Command,
    DisposeHint,
    Look,
    Note,
    Operate,
    Shell,
    StandDown,
    SubmitDiagnosis,
)
from gameday.drill.session import Signal
from gameday.journal.events import (
    Acknowledged,
    AlertFired,
    Believed,
    CheckpointAsked,
    EvidencePinned,
    HintDisposed,
    HintShown,
    MessagePosted,
    Operated,
    RuledOut,
)
from gameday.tui.app import GamedayApp
from gameday.tui.fake import START, FakeSession
from gameday.tui.screens.ask import ConfirmScreen, NoteScreen
from gameday.tui.screens.forms import BeliefForm, DiagnosisForm
from gameday.tui.screens.help import HelpScreen
from gameday.tui.screens.room import RoomScreen
from gameday.tui.screens.start import StartScreen
from gameday.tui.widgets.header import RoomHeader
from gameday.tui.widgets.hints import HintsPanel
from gameday.tui.widgets.key_footer import KeyFooter
from gameday.tui.widgets.log_view import LogView
from gameday.tui.widgets.ops_line import OpsLine
from sandbox.runtime.base import LogLine
from tests.tui import scenes
from tests.tui.conftest import OpenRoom, Room


def ops_value(room: Room) -> str:
    return room.app.screen.query_one(OpsLine).input.value


def deeds(session: FakeSession) -> list[Command]:
    """What was sent, but for what was only looked at."""
    return [command for command in session.sent if not isinstance(command, Look)]


def toasts(room: Room) -> list[str]:
    return [notification.message for notification in room.app._notifications]


async def test_enter_begins_once_the_briefing_was_given(open_room: OpenRoom, session: FakeSession) -> None:
    """Before the briefing the key does nothing; after it, it sends Begin, once."""
    async with open_room(scenes.coming_up) as room:
        await room.press("enter")
        assert deeds(session) == []
        await room.play(scenes.briefed)
        await room.press("enter", "enter")
        assert deeds(session) == [Begin()]
        assert isinstance(room.app.screen, StartScreen)


async def test_a_refused_begin_can_be_tried_again(open_room: OpenRoom, session: FakeSession) -> None:
    session.refusals[Begin] = "The edge is not up yet."
    async with open_room(scenes.briefed) as room:
        await room.press("enter")
        assert toasts(room) == ["The edge is not up yet."]
        await room.press("enter")
        assert deeds(session) == [Begin(), Begin()]


async def test_the_room_opens_when_the_drill_is_armed(open_room: OpenRoom) -> None:
    async with open_room(scenes.measuring) as room:
        assert isinstance(room.app.screen, StartScreen)
        await room.play(scenes.on_call)
        assert isinstance(room.app.screen, RoomScreen)


async def test_nothing_on_screen_tells_that_the_world_was_broken(open_room: OpenRoom) -> None:
    """Until the pager rings, the room says `on call`, and names no incident."""
    async with open_room(scenes.broken) as room:
        assert "on call" in room.drawn()
        assert "incident" not in room.drawn()
        assert "since start" in room.drawn()
        await room.play(scenes.paged)
        assert "incident" in room.drawn()
        assert "since page" in room.drawn()


async def test_a_acknowledges(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("a")
        assert deeds(session) == [Acknowledge()]


async def test_a_write_asks_with_its_blast_radius_and_y_sends_it(
    open_room: OpenRoom, session: FakeSession
) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("i")
        await room.type("scale vision 4")
        assert isinstance(room.app.screen, ConfirmScreen)
        assert "2 → 4 replicas" in room.drawn()
        assert deeds(session) == []
        await room.press("y")
        assert deeds(session) == [Operate("scale vision 4")]
        assert ops_value(room) == ""


@pytest.mark.parametrize("no", ["n", "escape"])
async def test_a_write_that_is_not_confirmed_stays_in_the_line(
    open_room: OpenRoom, session: FakeSession, no: str
) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("i")
        await room.type("scale vision 4")
        await room.press(no)
        assert deeds(session) == []
        assert ops_value(room) == "scale vision 4"


async def test_a_read_goes_without_asking(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("colon")
        await room.type("top vision")
        assert deeds(session) == [Operate("top vision")]


async def test_a_line_after_an_exclamation_mark_goes_to_the_shell(
    open_room: OpenRoom, session: FakeSession
) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("i")
        await room.type("!redis-cli info")
        assert deeds(session) == [Shell("redis-cli info")]


async def test_a_line_nobody_understands_is_refused_and_kept(
    open_room: OpenRoom, session: FakeSession
) -> None:
    session.misunderstood["scael vision"] = "No verb is called scael."
    async with open_room(scenes.paged) as room:
        await room.press("i")
        await room.type("scael vision")
        assert deeds(session) == []
        assert toasts(room) == ["No verb is called scael."]
        assert ops_value(room) == "scael vision"


async def test_a_refused_line_comes_back(open_room: OpenRoom, session: FakeSession) -> None:
    """Refused by the session itself, after it was sent, with markup in the sentence."""
    session.refusals[Operate] = "Not in this [phase]."
    async with open_room(scenes.paged) as room:
        await room.press("i")
        await room.type("top vision")
        assert toasts(room) == ["Not in this [phase]."]
        assert ops_value(room) == "top vision"


async def test_up_recalls_and_tab_completes(open_room: OpenRoom) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("i")
        await room.type("top vision")
        await room.press("up")
        assert ops_value(room) == "top vision"
        await room.press("down", *"scale vi", "tab")
        assert ops_value(room) == "scale vision "


async def test_letters_in_the_line_are_no_keys_and_escape_leaves_it(
    open_room: OpenRoom, session: FakeSession
) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("i", "a", "b", "s")
        assert deeds(session) == []
        assert ops_value(room) == "abs"
        await room.press("escape", "a")
        assert deeds(session) == [Acknowledge()]


async def test_a_belief_is_sent_with_what_was_picked(open_room: OpenRoom, session: FakeSession) -> None:
    """Third component, second mechanism, 70% sure."""
    async with open_room(scenes.paged) as room:
        await room.press("b", "down", "down", "space", "tab", "down", "enter", "tab", "7", "ctrl+s")
        assert deeds(session) == [Believe(("vision",), ("cache-eviction",), 0.7)]
        assert isinstance(room.app.screen, RoomScreen)


async def test_no_more_than_two_components_can_be_picked(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("b", "space", "down", "space", "down", "space", "ctrl+s")
        assert deeds(session) == [Believe(("edge", "storefront"), (), 0.5)]


async def test_a_letter_goes_to_the_next_term_that_begins_with_it(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """Around the end of the list, too."""
    async with open_room(scenes.paged) as room:
        await room.press("b", "tab", "l", "space", "c", "c", "c", "space", "ctrl+s")
        (sent,) = deeds(session)
        assert isinstance(sent, Believe)
        assert sent.mechanisms == ("lock-contention", "capacity-shortfall")


async def test_not_knowing_yet_is_a_belief(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("b", "u")
        assert deeds(session) == [Believe((), (), 0.0)]


async def test_an_empty_form_says_what_it_lacks(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("b", "ctrl+s")
        assert deeds(session) == []
        assert isinstance(room.app.screen, BeliefForm)
        assert len(toasts(room)) == 1


async def test_the_diagnosis_is_sent_with_all_its_parts(open_room: OpenRoom, session: FakeSession) -> None:
    """The trigger keeps only the last pick; the words keep their letters, keys or not."""
    async with open_room(scenes.mitigated) as room:
        room.session.emit(RuledOut(components=("vision",), mechanisms=("capacity-shortfall",), reason="no"))
        await room.press("d", *"a cut", "tab", "down", "down", "down", "space", "tab", "down", "space")
        await room.press("tab", "space", "down", "space", "up", "space", "tab", "space", "down", "space")
        await room.press("tab", "right", "right", "ctrl+s")
        assert deeds(session) == [
            SubmitDiagnosis(
                ("cache",),
                ("cache-eviction",),
                "configuration-push",
                ("missing-alert", "no-rate-limit"),
                0.6,
                "a cut",
            )
        ]


async def test_a_diagnosis_begins_with_what_is_believed_most(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """And with its confidence; the words' own terms replace it."""
    async with open_room(scenes.mitigated) as room:
        await room.press("d")
        form = room.app.screen
        assert isinstance(form, DiagnosisForm)
        assert (form.picked("components"), form.picked("mechanisms")) == (
            ("vision",),
            ("capacity-shortfall",),
        )
        await room.type("a configuration push: the cache evicts captions")
        await room.press("ctrl+s")
        (sent,) = deeds(session)
        assert isinstance(sent, SubmitDiagnosis)
        assert (sent.components, sent.mechanisms) == (("cache",), ("cache-eviction",))
        assert (sent.trigger, sent.confidence) == ("configuration-push", 0.4)


@pytest.mark.parametrize(
    ("words", "components", "mechanisms", "asked_next"),
    [
        ("not capacity: the cache is too small", ("cache",), ("cache-eviction",), "trigger"),
        ("the database, because a lock is held", ("db",), ("lock-contention",), "trigger"),
        ("something about the cache", ("cache",), ("capacity-shortfall",), "trigger"),
        ("a config change emptied the cache: evicted", ("cache",), ("cache-eviction",), None),
    ],
)
async def test_words_are_understood_as_people_say_them(
    open_room: OpenRoom,
    words: str,
    components: tuple[str, ...],
    mechanisms: tuple[str, ...],
    asked_next: str | None,
) -> None:
    """By what they mean and what they rule out; what they say nothing of is asked for next."""
    async with open_room(scenes.mitigated) as room:
        await room.press("d")
        await room.type(words)
        form = room.app.screen
        assert isinstance(form, DiagnosisForm)
        assert (form.picked("components"), form.picked("mechanisms")) == (components, mechanisms)
        assert room.app.focused is not None
        assert room.app.focused.id == asked_next


async def test_words_that_are_left_pick_what_they_name(open_room: OpenRoom) -> None:
    """With tab as with enter; the field after them is the next one."""
    async with open_room(scenes.mitigated) as room:
        await room.press("d", *"the edge waits for a lock", "tab")
        form = room.app.screen
        assert isinstance(form, DiagnosisForm)
        assert (form.picked("components"), form.picked("mechanisms")) == (("edge",), ("lock-contention",))
        assert room.app.focused is not None
        assert room.app.focused.id == "components"


async def test_what_was_picked_by_hand_stays(open_room: OpenRoom) -> None:
    """Words fill the rest."""
    async with open_room(scenes.mitigated) as room:
        await room.press("d", "tab", "home", "space", "shift+tab")
        form = room.app.screen
        assert isinstance(form, DiagnosisForm)
        by_hand = form.picked("components")
        await room.type("the cache is evicted")
        assert (form.picked("components"), form.picked("mechanisms")) == (by_hand, ("cache-eviction",))


async def test_what_was_emptied_by_hand_is_filled(open_room: OpenRoom) -> None:
    async with open_room(scenes.mitigated) as room:
        await room.press("d", "tab", "space")
        form = room.app.screen
        assert isinstance(form, DiagnosisForm)
        assert form.picked("components") == ()
        await room.press("shift+tab")
        await room.type("the cache is evicted")
        assert form.picked("components") == ("cache",)


async def test_what_words_have_picked_is_seen_before_it_is_sent(
    open_room: OpenRoom, session: FakeSession
) -> None:
    async with open_room(scenes.mitigated) as room:
        await room.press("d", *"a lock in the database", "ctrl+s")
        assert deeds(session) == []
        assert len(toasts(room)) == 1
        await room.press("ctrl+s")
        (sent,) = deeds(session)
        assert isinstance(sent, SubmitDiagnosis)
        assert sent.components == ("db",)


async def test_a_diagnosis_left_open_keeps_what_was_picked(open_room: OpenRoom) -> None:
    async with open_room(scenes.mitigated) as room:
        await room.press("d", "tab", "home", "space", "escape")
        assert isinstance(room.app.screen, RoomScreen)
        await room.press("d")
        form = room.app.screen
        assert isinstance(form, DiagnosisForm)
        assert form.picked("components") == ("vision", "edge")


async def test_a_refused_form_stays_open(open_room: OpenRoom, session: FakeSession) -> None:
    session.refusals[SubmitDiagnosis] = "Not before the page."
    async with open_room(scenes.paged) as room:
        await room.press("d", "tab", "space", "ctrl+s")
        assert isinstance(room.app.screen, DiagnosisForm)
        assert toasts(room) == ["Not before the page."]


async def test_a_note_is_kept(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("n")
        assert isinstance(room.app.screen, NoteScreen)
        await room.type("cache looks cold")
        assert deeds(session) == [Note("cache looks cold")]
        assert isinstance(room.app.screen, RoomScreen)


@pytest.mark.parametrize(("answer", "sent"), [("y", [StandDown()]), ("n", [])])
async def test_standing_down_asks(
    open_room: OpenRoom, session: FakeSession, answer: str, sent: list[StandDown]
) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("s")
        assert deeds(session) == []
        await room.press(answer)
        assert deeds(session) == sent


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_an_accepted_hint_puts_its_line_in_the_input_and_runs_nothing(
    open_room: OpenRoom, session: FakeSession, size: tuple[int, int]
) -> None:
    """What was being typed can be recalled; enter would ask before anything is done."""
    async with open_room(scenes.hinted, size) as room:
        await room.press("i", *"half a li", "escape", "h", "y")
        assert deeds(session) == [DisposeHint(1, "accepted")]
        assert ops_value(room) == "scale vision 6"
        await room.press("up")
        assert ops_value(room) == "half a li"


@pytest.mark.parametrize(
    ("key", "fate", "line"), [("x", "rejected", ""), ("m", "modified", "scale vision 6")]
)
async def test_a_hint_can_be_rejected_or_modified(
    open_room: OpenRoom, session: FakeSession, key: str, fate: str, line: str
) -> None:
    async with open_room(scenes.hinted) as room:
        await room.press("h", key)
        (sent,) = deeds(session)
        assert isinstance(sent, DisposeHint)
        assert sent.fate == fate
        assert ops_value(room) == line


async def test_long_advice_leaves_room_and_is_whole_in_hand(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """What can be done stands above the evidence; an answered hint takes a line."""
    evidence = tuple(f"reason {number} (sum(rate(up[10s])))" for number in range(6))
    async with open_room(scenes.hinted, size=(120, 50)) as room:
        said = HintShown(
            hint=2, source="pattern", hint_kind="diagnosis", claim=None, confidence=0.5, says="Look at it.",
            evidence=evidence, suggests="top vision",
        )  # fmt: skip
        session.emit(said)
        await room.settle()
        assert "reason 2" in room.drawn()
        assert "reason 3" not in room.drawn()
        assert "and 3 more; h shows all" in room.drawn()
        assert room.drawn().index("try top vision") < room.drawn().index("reason 0")
        await room.press("h")
        assert "reason 5" in room.drawn()
        assert "(sum(rate(up[10s])))" in room.drawn()
        await room.press("escape")
        session.emit(HintDisposed(hint=1, fate="rejected"), HintDisposed(hint=2, fate="ignored"))
        await room.settle()
        assert "reason" not in room.drawn()
        assert "✗ rejected" in room.drawn()


async def test_a_manual_drill_shows_no_advisor(open_room: OpenRoom, session: FakeSession) -> None:
    """Even if a hint came, there is no panel, no text of it, and no key."""
    async with open_room(lambda on: scenes.hinted(on, "manual")) as room:
        assert not any(panel.display for panel in room.app.screen.query(HintsPanel))
        assert "Request volume" not in room.drawn()
        assert "Advisor" not in room.drawn()
        await room.press("h", "y")
        assert deeds(session) == []


async def test_number_keys_change_tabs(open_room: OpenRoom) -> None:
    async with open_room(scenes.fighting) as room:
        await room.press("7")
        assert "redis-cli info stats" in room.drawn()
        assert "exit 1" in room.drawn()
        await room.press("escape", "6")
        assert "You are on call for Lumen" in room.drawn()
        await room.press("1")
        assert "no signals yet" in room.drawn()


async def test_the_side_is_an_eighth_tab_on_a_narrow_terminal_only(open_room: OpenRoom) -> None:
    """And the room survives being resized both ways with it open."""
    async with open_room(scenes.fighting, (80, 24)) as room:
        await room.press("8")
        assert "Beliefs" in room.drawn()
        assert "8 Side" in room.drawn()
        await room.pilot.resize_terminal(120, 36)
        await room.settle()
        assert "8 Side" not in room.drawn()
        assert "Beliefs" in room.drawn()
        await room.press("8")
        assert "no signals yet" in room.drawn()
        await room.pilot.resize_terminal(40, 10)
        await room.settle()
        assert "KESTREL-7" in room.drawn()


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 10), (12, 4)])
async def test_signals_fit_every_terminal(open_room: OpenRoom, size: tuple[int, int]) -> None:
    """A company of twelve has a line each where there is little room; nothing breaks where there is none."""
    async with open_room(scenes.fighting, size) as room:
        for number in range(12):
            room.session.emit_signals([Signal(f"service-{number}", "rate", "/s", 3.0)])
        await room.settle()
        if size[1] >= 24:
            assert "service-11" in room.drawn()
            assert room.drawn().count("3.0/s") == 12


async def test_c_hides_the_clock(open_room: OpenRoom) -> None:
    async with open_room(scenes.fighting) as room:
        assert "01:14" in room.drawn()
        await room.press("c")
        assert "01:14" not in room.drawn()
        assert not room.app.screen.query_one(RoomHeader).clock_shown


async def test_help_opens_and_closes(open_room: OpenRoom) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("question_mark")
        assert isinstance(room.app.screen, HelpScreen)
        await room.press("escape")
        assert isinstance(room.app.screen, RoomScreen)


async def test_logs_are_filtered_and_the_filter_shown(open_room: OpenRoom) -> None:
    async with open_room(scenes.paged) as room:
        scenes.logs(room.session)
        await room.press("2", "slash")
        await room.type("service:edge level:error")
        view = room.app.screen.query_one(LogView)
        assert room.app.focused is view
        assert view.line_count() == 2
        assert "filter: service:edge level:error" in room.drawn()


async def test_a_filter_that_nothing_matches_says_so_and_one_that_is_written_is_not_in_force(
    open_room: OpenRoom,
) -> None:
    async with open_room(scenes.paged) as room:
        scenes.logs(room.session)
        await room.press("2", "slash", *"nowhere")
        room.app.screen.query_one(LogView).take_new()
        await room.settle()
        assert "all lines; / filters" in room.drawn()
        await room.press("enter", "up")
        assert "filter: nowhere" in room.drawn()
        assert "no line matches so far" in room.drawn()
        assert room.app.screen.query_one(LogView).follow
        room.session.emit_logs(LogLine("db", 1, 0.0, "late, from nowhere"))
        room.app.screen.query_one(LogView).take_new()
        await room.settle()
        assert "no line matches" not in room.drawn()
        assert "late, from nowhere" in room.drawn()


@pytest.mark.parametrize(("tab", "field"), [("1", "#promql"), ("2", "#log-filter"), ("3", "#traces-words")])
async def test_what_is_typed_after_the_key_that_finds_is_text_at_once(
    open_room: OpenRoom, tab: str, field: str
) -> None:
    """Whoever types on is not standing down with an s."""
    async with open_room(scenes.paged) as room:
        await room.press(tab)
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        screen.action_search()
        assert screen.focused is screen.query_one(field)


async def test_the_keys_of_the_open_tab_work_from_the_start_and_after_a_line_was_left(
    open_room: OpenRoom,
) -> None:
    async with open_room(scenes.fighting) as room:
        room.session.emit_signals([Signal(each, "rate", "/s", 3.0) for each in ("edge", "storefront")])
        await room.press("enter")
        assert "edge last 3 minutes" in room.drawn()
        await room.press("escape", "i", "escape", "down", "enter")
        assert "storefront last 3 minutes" in room.drawn()
        await room.press("escape", "escape", "enter")
        assert "storefront last 3 minutes" in room.drawn()
        await room.press("7", "escape")
        assert room.app.focused is room.app.screen.query_one("#ops")


async def test_paused_logs_stand_still_and_count_what_they_hold_back(open_room: OpenRoom) -> None:
    async with open_room(scenes.paged) as room:
        scenes.logs(room.session)
        await room.press("2")
        view = room.app.screen.query_one(LogView)
        view.take_new()
        await room.press("f")
        before = view.line_count()
        room.session.emit_logs(*(LogLine("db", 1, 0.0, "late") for _ in range(5)))
        view.take_new()
        await room.settle()
        assert (view.line_count(), view.held_back) == (before, 5)
        assert "5 newer" in room.drawn()
        await room.press("f")
        assert view.line_count() == before + 5
        assert "late" in room.drawn()


async def test_scrolling_up_pauses_and_the_end_follows_again(open_room: OpenRoom) -> None:
    async with open_room(scenes.paged) as room:
        scenes.logs(room.session, 200)
        await room.press("2")
        view = room.app.screen.query_one(LogView)
        view.take_new()
        await room.settle()
        assert view.scroll_offset.y == view.max_scroll_y > 0
        await room.press("pageup")
        assert not view.follow
        await room.press("end")
        assert view.follow
        assert view.scroll_offset.y == view.max_scroll_y


async def test_hostile_text_is_shown_as_the_letters_it_has(open_room: OpenRoom) -> None:
    """In logs, outputs, alerts and the pager: no markup, no escape, no title, nothing turned round."""
    async with open_room(scenes.paged) as room:
        room.session.emit(
            AlertFired(name=scenes.HOSTILE, severity="ticket", summary="[red]s[/]"),
            Operated(line=scenes.HOSTILE, tier="shell", exit_code=0, duration_s=0, output=scenes.HOSTILE),
        )
        room.session.emit_logs(LogLine("edge", 1, 0.0, scenes.HOSTILE))
        await room.press("7", "escape")
        assert room.drawn().count(scenes.HOSTILE_SAID) >= 2
        assert "[red]s[/]" in room.drawn()
        await room.press("2")
        room.app.screen.query_one(LogView).take_new()
        await room.settle()
        assert scenes.HOSTILE_SAID in room.drawn()
        assert "\x1b" not in room.drawn()
        assert "\x07" not in room.drawn()


async def test_the_theme_can_be_switched(open_room: OpenRoom) -> None:
    async with open_room(scenes.paged) as room:
        app: GamedayApp = room.app
        assert app.current_theme.dark
        await room.press("ctrl+t")
        assert not app.current_theme.dark


async def test_what_is_said_on_the_channel_is_seen(open_room: OpenRoom) -> None:
    """The panel is there once somebody has spoken."""
    async with open_room(scenes.paged, size=(140, 60)) as room:
        assert "Channel" not in room.drawn()
        room.session.emit(MessagePosted(channel="on-call", who="Sam Okafor", says="is it just me?"))
        await room.settle()
        assert "Channel" in room.drawn()
        assert "Sam Okafor: is it just me?" in room.drawn()


async def test_a_checkpoint_is_asked_beside_the_beliefs(open_room: OpenRoom) -> None:
    """Until a belief is stated."""
    async with open_room(scenes.paged, size=(140, 60)) as room:
        room.session.emit(CheckpointAsked(checkpoint=1, moment="after_page"))
        await room.settle()
        assert "what do you believe now?" in room.drawn()
        room.session.emit(Believed(components=(), mechanisms=(), confidence=0.0, checkpoint=1))
        await room.settle()
        assert "what do you believe now?" not in room.drawn()


def a_crowded_side(session: FakeSession) -> None:
    """Four alerts, advice that waits, two beliefs, evidence, and a channel on which much is said."""
    scenes.hinted(session)
    for number in range(2):
        said = f"the checkout takes {number + 4} s, which is longer than anybody waits for it"
        session.emit(
            AlertFired(name=f"CheckoutSlow{number}", severity="ticket", summary=said, service="edge")
        )
    session.emit(Believed(components=("cache",), mechanisms=("cache-eviction",), confidence=0.7))
    session.emit(EvidencePinned(source="signals", text="hit ratio fell to 3%"))
    for number in range(6):
        says = f"is it just me, or does nothing upload any more? {number}"
        session.emit(MessagePosted(channel="on-call", who="Sam Okafor", says=says))


async def test_what_one_believes_is_seen_without_scrolling(open_room: OpenRoom) -> None:
    """However much fires, is advised and is said."""
    async with open_room(a_crowded_side) as room:
        for said in (
            "cache by cache-eviction",
            "vision by capacity-shortfall",
            "CheckoutSlow1",
            "h to answer",
        ):
            assert said in room.drawn()


async def test_a_second_of_the_drill_draws_only_what_it_changes(
    open_room: OpenRoom, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Customers, signals and log lines neither lay the screen out anew nor paint all of it."""
    async with open_room(scenes.fighting) as room:
        second, lines = int(session.wall), 0

        async def go_on() -> None:
            nonlocal second, lines
            second, lines = second + 1, lines + 61
            session.emit(scenes.sli(second, 0.1, 7.5), actor="sandbox")
            scenes.signals(session, [second - int(START)])
            scenes.logs(session)
            await room.until(lambda: f" {lines} lines" in room.drawn())

        await room.press("2")
        # What is shown for the first time, such as a scrollbar, is laid out.
        await go_on()
        await go_on()
        laid_out: list[str] = []
        whole: list[Region] = []
        reflow, update = Compositor.reflow, Compositor.render_update

        def counting(self: Compositor, *given: Any, **named: Any) -> Any:
            laid_out.append("once more")
            return reflow(self, *given, **named)

        def looking(self: Compositor, *given: Any, **named: Any) -> Any:
            whole.extend(region for region in self._dirty_regions if region.area == 120 * 36)
            return update(self, *given, **named)

        monkeypatch.setattr(Compositor, "reflow", counting)
        monkeypatch.setattr(Compositor, "render_update", looking)
        for _ in range(4):
            await go_on()
        assert (laid_out, whole) == ([], [])


async def test_the_keys_are_not_made_anew_every_second(open_room: OpenRoom, session: FakeSession) -> None:
    """Only when other keys apply; else an hour of figures would leave thousands of them behind."""
    async with open_room(scenes.paged) as room:
        footer = room.app.screen.query_one(KeyFooter)
        await room.until(lambda: "Ack" in room.drawn().splitlines()[-1])
        before = list(footer.children)
        for second in range(10):
            session.emit(scenes.sli(int(START) + 500 + second), at=500 + second)
            await room.settle()
        assert list(footer.children) == before
        session.emit(Acknowledged(), at=520)
        await room.settle()
        await room.until(lambda: "Ack" not in room.drawn().splitlines()[-1])


async def test_the_palettes_key_goes_where_there_is_no_room_for_it(open_room: OpenRoom) -> None:
    """After a resize, too; the ops line's hint tells of it."""
    async with open_room(scenes.fighting) as room:
        assert "^p palette" in room.drawn()
        await room.pilot.resize_terminal(80, 24)
        await room.until(lambda: "^p palette" not in room.drawn())
        assert "s Stand down" in room.drawn()
        await room.pilot.resize_terminal(120, 36)
        await room.until(lambda: "^p palette" in room.drawn())


async def test_an_ops_line_in_the_shell_is_told_how_it_operates(open_room: OpenRoom) -> None:
    async with open_room(scenes.fighting) as room:
        await room.press("7", *"rollback")
        assert "on the bastion, as a shell would; ops rollback … operates" in room.drawn()


async def test_where_titles_do_not_fit_every_tab_is_still_named(open_room: OpenRoom) -> None:
    """In short, and the open one in full."""
    async with open_room(scenes.fighting, size=(60, 20)) as room:
        await room.press("6")
        assert "1 Sig 2 Log 3 Tra 4 Map 5 Cha 6 Runbooks  7 She 8 Sid" in room.drawn()
