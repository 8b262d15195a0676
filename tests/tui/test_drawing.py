"""What the tabs draw and complete, without a terminal."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from gameday.tui.completion import words_of
from gameday.tui.fake import LUMEN
from gameday.tui.logs import LogFilter, moment
from gameday.tui.palette import entries
from gameday.tui.plot import Curve, Mark, legend, marked, number, plot, spread
from gameday.tui.promql import complete
from gameday.tui.tabs.changes import age, what
from gameday.tui.tabs.logs import as_line
from gameday.tui.tabs.runbooks import page
from gameday.tui.tabs.traces import drawable, waterfall
from gameday.tui.widgets.hanging import Hanging
from gameday.tui.words import row
from sandbox.errors import BadStack
from sandbox.observe.traces import Span, Trace
from sandbox.operate.lines import parse
from sandbox.stack.model import load_stack

NOW = 1_750_000_000.0


def drawn(curves: list[Curve], *, marks: tuple[Mark, ...] = (), top: float = 10.0) -> list[str]:
    """A plot of 29 columns and 6 lines over a minute: 20 columns and 4 lines of it are for the curves."""
    return [line.plain for line in plot(row("title"), curves, NOW, NOW + 60, (29, 6), top=top, marks=marks)]


def test_a_plot_has_its_scale_and_its_times() -> None:
    title, first, *_, last, times = drawn([Curve((0.0, 10.0))])
    assert title == " title"
    assert first.startswith("      10│")
    assert last.startswith("       0│")
    assert times.strip("└ ").split() == ["15:06:40", "15:07:40"]


def test_a_curve_goes_from_the_foot_to_the_top() -> None:
    """The low half lies in the last line, the high one in the first; the step between them is joined."""
    _, *body, _ = drawn([Curve((0.0,) * 10 + (10.0,) * 10)])
    columns = [line[9:29] for line in body]
    assert columns[-1][:10] == "⣀" * 10
    assert columns[0][10:] == "⠉" * 10 or columns[0][11:] == "⠉" * 9
    assert all(line.strip() for line in columns)


def test_where_nothing_was_measured_nothing_is_drawn() -> None:
    _, *body, _ = drawn([Curve((5.0,) * 5 + (None,) * 10 + (5.0,) * 5)])
    assert all(not line[15:23].strip() for line in body)


def test_a_change_is_marked_from_top_to_bottom_at_its_moment() -> None:
    """And one outside of the plot's time is not; the newest is said first."""
    marks = (Mark(NOW + 30, "◆", "a commit"), Mark(NOW - 1, "▲", "before"), Mark(NOW + 59, "▲", "a write"))
    _, *body, times = drawn([], marks=marks)
    assert all(line[9 + 10] == "┊" for line in body)
    assert times[9 + 10] == "◆"
    assert "before" not in "".join(line.plain for line in legend(marks, NOW, NOW + 60, 60, 5))
    assert [line.plain.split()[-1] for line in legend(marks, NOW, NOW + 60, 60, 5)] == ["write", "commit"]
    assert marked(marks, NOW, NOW, 10) == {}


def test_several_curves_are_told_apart_by_letters() -> None:
    """At the height of their last values."""
    _, first, *_, last, _ = drawn([Curve((10.0,), name="A"), Curve((0.0,), name="B")])
    assert first.endswith("A")
    assert last.endswith("B")


def test_no_place_is_too_small_for_a_plot() -> None:
    for size in ((0, 0), (5, 1), (12, 2), (13, 3)):
        assert plot(row("t"), [Curve((1.0,))], NOW, NOW + 60, size, top=1.0)


def test_values_are_spread_over_columns() -> None:
    """Their means where several share one; steps where one fills several; gaps stay gaps."""
    assert spread((1.0, 3.0, None, None), 2) == (2.0, None)
    assert spread((1.0, 2.0), 4) == (1.0, 1.0, 2.0, 2.0)
    assert spread((), 2) == (None, None)


@pytest.mark.parametrize(
    ("value", "says"), [(0.0, "0"), (12.345, "12.3"), (6050, "6.05k"), (2e9, "2.0e+09"), (1e-7, "1.0e-07")]
)
def test_a_scale_is_short(value: float, says: str) -> None:
    assert number(value) == says
    assert len(says) <= 7


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("vision_s", "vision_slots"),
        ("sum(vision_sl", "sum(vision_slots"),
        ("vision_slots", "vision_slots_busy"),
        ("hist", "histogram_quantile(0.95, "),
        ("up{jo", "up{job"),
        ("sum by (inst", "sum by (instance"),
        ('up{job="vi', 'up{job="vision'),
        ('up{path="vi', None),
        ("nothing_like_it", None),
        ("", None),
    ],
)
def test_promql_is_completed_by_where_one_is_in_it(text: str, completed: str | None) -> None:
    assert complete(text, ("up", "vision_slots", "vision_slots_busy"), ("edge", "vision")) == completed


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("90s", NOW - 90),
        ("1.5m", NOW - 90),
        ("2h", NOW - 7200),
        ("14:05", 1_749_996_300.0),
        ("14:05:30", 1_749_996_330.0),
    ],
)
def test_a_time_is_an_age_or_a_time_of_today(text: str, at: float) -> None:
    """The moment it counts from is Sunday, 15 June 2025, 15:06:40 UTC."""
    assert moment(text, NOW) == at


@pytest.mark.parametrize("text", ["yesterday", "25:00", "12:61", "5", "-3m", "12:3"])
def test_what_is_no_time_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time: write an age such as 90s or 5m"):
        LogFilter.parse(f"since:{text}", NOW)


def test_a_commit_says_what_it_touched() -> None:
    """By the folders of the company's repository."""
    assert what(("config/cache.yaml", "config/edge.yaml", "services/vision.py", "deploy/vision.yaml")) == (
        "config cache, edge; code vision; deploy vision"
    )
    assert what(("README.md",)) == "docs README.md"
    assert [age(seconds) for seconds in (-3, 59, 61, 7200, 200_000)] == ["0 s", "59 s", "1 min", "2 h", "2 d"]


def test_a_waterfall_fits_and_tells_failure_by_more_than_colour() -> None:
    """A span that began before its trace, or outlasts it, stays inside."""
    spans = (
        Span("t", "a", None, "edge", "GET /", NOW, 100.0, True),
        Span("t", "b", "a", "db", "query", NOW + 0.09, 500.0, False),
        Span("t", "c", "b", "db", "again", NOW - 5, 1.0, True),
    )
    _, *lines = [line.plain for line in waterfall(Trace("t", spans), 80)]
    assert all(len(line) <= 80 for line in lines)
    assert "━" in lines[0]
    assert "╳" in lines[1]
    assert "✗" in lines[1]
    assert lines[1].startswith("  db query")


@pytest.mark.parametrize(
    ("start", "ms"), [(float("nan"), 1.0), (1e20, 1.0), (-1.0, 1.0), (NOW, float("inf")), (NOW, -5.0)]
)
def test_a_span_whose_times_are_none_is_not_drawn(start: float, ms: float) -> None:
    """JSON knows NaN and numbers of any size; the others are drawn."""
    assert not drawable(Trace("t", (Span("t", "a", None, "edge", "GET /", start, ms, True),)))
    assert drawable(Trace("t", (Span("t", "a", None, "edge", "GET /", NOW, 5.0, True),)))


@pytest.mark.parametrize(
    "line",
    [
        "top", "logs all", "logs vision 'timed out' --level warn", "traces slowest", "traces 0ab12345",
        "topology",
        "changes", "diff 9b1f0c2d9b", "runbook slow-uploads", 'metrics sum(up{job="db"}) --range 5m',
    ],
)  # fmt: skip
def test_what_a_tab_writes_down_is_a_line_that_ops_knows(line: str) -> None:
    assert parse(load_stack(), line).tier == "read"


@pytest.mark.parametrize("text", ["service:vision level:warn timed out", "a b", "service:edge service:db x"])
def test_a_filter_is_written_down_as_a_line_that_ops_knows(text: str) -> None:
    try:
        assert parse(load_stack(), as_line(LogFilter.parse(text))).tier == "read"
    except BadStack as error:
        pytest.fail(str(error))


def test_the_palette_has_every_verb_every_service_and_everybody() -> None:
    """What is offered whole lacks nothing; the rest ends where it is to be completed."""
    found = {entry.says: entry for entry in entries(LUMEN)}
    assert {verb.usage for verb in LUMEN.verbs} <= found.keys()
    assert found["rollback cache"].whole
    assert (found["scale SERVICE N"].line, found["scale SERVICE N"].whole) == ("scale ", False)
    assert found["page ines"].line == "page ines "
    assert all(entry.line.split()[: len(words_of(verb))] == list(words_of(verb))
               for verb in LUMEN.verbs for entry in [found[verb.usage]])  # fmt: skip


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("**Alert:** VisionSaturated, *old*", "Alert: VisionSaturated, old"),
        ("- `ops scale vision N` for *now*", "• ops scale vision N for now"),
        ("2 * 3 * 4, config/*.yaml and **", "2 * 3 * 4, config/*.yaml and **"),
        ("[bold]x[/]", "[bold]x[/]"),
    ],
)
def test_a_page_is_read_without_its_marks(line: str, read: str) -> None:
    """Emphasis and code lose theirs; what is no mark stays."""
    assert [content.plain for content in page(line)] == [read]


def test_the_second_of_two_columns_is_wrapped_under_itself() -> None:
    """As at every width; where hardly anything is left for it, it keeps a few letters."""
    keys = Hanging(
        [(row(" a  "), "take the page"), (row(" b  "), "say what you believe, and how sure you are")]
    )
    size = Size(80, 24)
    assert [keys.get_content_height(size, size, width) for width in (80, 24, 3)] == [2, 4, 6]
    assert [line.plain for line in keys._wrapped(24)] == [
        " a  take the page", " b  say what you", "    believe, and how", "    sure you are",
    ]  # fmt: skip
