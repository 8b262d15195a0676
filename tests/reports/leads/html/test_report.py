"""The leads' report: what it says, of whom, and that it is one file."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from gameday.cli import cli
from gameday.errors import GamedayError
from gameday.records.database import Database
from gameday.reports.leads.families import families_page
from gameday.reports.leads.html import charts
from gameday.reports.leads.html.document import document
from gameday.reports.leads.html.drawing import as_figure
from gameday.reports.leads.html.markup import Html, said, table, tag
from gameday.reports.leads.page import ReportPage, report_page
from scoring.currency import CurrencyRules
from scoring.simulation import Model, Study, simulate
from tests.reports.leads.html.years import PEOPLE, fill

AT = dt.datetime(2026, 1, 6, 12, tzinfo=dt.UTC)
VOID = {"meta", "br", "link", "img"}


class Reading(HTMLParser):
    """What is in a page: its text, its tags, and whether every element is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def read(html: str) -> Reading:
    found = Reading()
    found.feed(html)
    assert found.open == []
    return found


def words(html: str) -> str:
    return " ".join(" ".join(read(html).text).split())


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A year of eight people in which the AI halves the time."""
    opened = Database(f"sqlite:///{tmp_path_factory.mktemp('store')}/records.db")
    fill(opened, model=Model(ai_ratio=0.5), study=Study(blocks_per_family=2))
    yield opened
    opened.close()


def made(database: Database, *, pseudonyms: bool = False, since: dt.datetime | None = None) -> ReportPage:
    return report_page(database, AT, rules=CurrencyRules(), budget=2, since=since, pseudonyms=pseudonyms)


@pytest.fixture(scope="module")
def page(database: Database) -> ReportPage:
    return made(database)


@pytest.fixture(scope="module")
def html(page: ReportPage) -> str:
    return document(page)


def test_the_effect_that_was_put_in_is_told(page: ReportPage, html: str) -> None:
    """Half the time: yes for these engineers, with the verdict's own sentence."""
    told = words(html)
    assert "Does the AI help? Yes, for these engineers." in told
    assert page.comparison.comparison.verdict.sentence in told
    assert "SIMULATED" in told


def test_everybody_is_told_whether_they_are_current_and_what_to_do(page: ReportPage, html: str) -> None:
    """Each by name, with the day until which they are."""
    told = words(html)
    for line in page.currency.engineers:
        assert line.engineer in told
        assert str(line.currency.expires or "") in told
    for name in PEOPLE:
        assert told.count(name) >= 2


def test_families_are_in_the_order_in_which_they_hurt(page: ReportPage, html: str) -> None:
    """The lowest share of drills handled stands first, and in the minute's answer."""
    shares = [line.handled.value or 0.0 for line in page.families.lines]
    assert shares == sorted(shares)
    assert f"What hurts most? {page.families.lines[0].family}, so far." in words(html)


def test_what_hurts_is_told_of_sound_drills_by_hand() -> None:
    """With the AI, spoiled, void or repeated ones are left out; so are those with nothing to mitigate."""
    reps = simulate(Model(), 3)
    by_hand = [rep for rep in reps if not rep.ai]
    assert families_page(reps).drills == families_page(by_hand).drills == len(by_hand)
    assert families_page([]).lines == ()


def test_a_part_of_the_time_gives_no_verdict(database: Database) -> None:
    """And says so, and from when."""
    told = words(document(made(database, since=dt.datetime(2025, 9, 1, tzinfo=dt.UTC))))
    assert "Does the AI help? No verdict is possible." in told
    assert "Only drills since 2025-09-01 are compared." in told


def test_pseudonyms_hide_every_name(database: Database) -> None:
    """In tables, pictures and sentences alike."""
    html = document(made(database, pseudonyms=True))
    assert not [name for name in PEOPLE if name in html]
    assert len(set(re.findall(r"engineer-[0-9a-f]{6}", html))) == len(PEOPLE)


def test_the_page_is_one_file(html: str) -> None:
    """No script, no address, nothing to fetch, and a policy that forbids it."""
    found = read(html)
    assert not [tag for tag, _ in found.tags if tag in ("script", "link", "img", "iframe", "object")]
    assert not re.findall(r"(?:https?:)?//\w", html)
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", html)
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
    assert "default-src 'none'" in html


def test_the_page_can_be_read_without_eyes(html: str) -> None:
    """A language, one first heading, headings in order, captions, heads with scopes, pictures in words."""
    tags = read(html).tags
    by_name = [tag for tag, _ in tags]
    assert by_name.count("h1") == by_name.count("main") == 1
    levels = [int(tag[1]) for tag in by_name if re.fullmatch(r"h\d", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert dict(tags)["html"] == {"lang": "en"}
    assert by_name.count("caption") == by_name.count("table") > 4
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in tags if tag == "th")
    pictures = [attrs for tag, attrs in tags if tag == "svg"]
    assert len(pictures) == 6
    assert all(attrs["role"] == "img" and len(attrs["aria-label"] or "") > 40 for attrs in pictures)


def test_no_name_is_there_twice(html: str) -> None:
    """Pictures side by side keep their parts apart, and every reference leads somewhere."""
    names = re.findall(r'\bid="([^"]+)"', html)
    assert len(names) == len(set(names))
    assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', html)) <= {
        pair for name in names for pair in ((name, ""), ("", name))
    }


def test_the_same_records_give_the_same_bytes(page: ReportPage, html: str) -> None:
    """So that two reports can be compared."""
    assert document(page) == html


def test_pictures_take_their_colours_from_the_page(page: ReportPage) -> None:
    """Nothing is drawn in a colour of its own, which dark would swallow."""
    chart = charts.curves(page.comparison)
    assert chart is not None
    figure = as_figure(chart)
    assert "var(--ai)" in figure
    assert "var(--hand)" in figure
    assert not re.findall(r"#[0-9a-f]{6}\b", figure)
    for svg in re.findall(r"<svg.*?</svg>", figure, re.DOTALL):
        ElementTree.fromstring(svg)


def test_what_comes_from_the_store_is_not_markup() -> None:
    """A name with a tag in it is shown as it is written, without control characters."""
    assert said("<b>Ada</b>\x1b[31m") == "&lt;b&gt;Ada&lt;/b&gt;"
    assert tag("p", "a & b", Html("<br>"), title='"x"') == '<p title="&quot;x&quot;">a &amp; b<br></p>'
    assert "<script>" not in table("c", ("a", "b"), [("<script>", "<script>")])


def test_long_tables_are_folded() -> None:
    """So that five minutes are enough."""
    rows = [(f"e{number}", "x") for number in range(41)]
    assert "<details>" in table("Engineers", ("a", "b"), rows)
    assert "<details>" not in table("Engineers", ("a", "b"), rows[:40])


def test_an_empty_store_is_told_as_one(tmp_path: Path) -> None:
    """Not yet, everywhere, and no picture."""
    database = Database(f"sqlite:///{tmp_path}/records.db")
    html = document(made(database))
    database.close()
    told = words(html)
    assert "Nobody has drilled yet." in told
    assert "<svg" not in html


def test_the_command_writes_the_page_and_its_pictures(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTML and PNG where it was told to; a place that can't be written is said."""
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GAMEDAY_DATABASE_URL", f"sqlite:///{database.shown}")
    result = CliRunner().invoke(
        cli,
        ["report", "--html", str(tmp_path / "r.html"), "--png", str(tmp_path / "png"), "--on", "2026-01-06"],
    )
    assert result.exit_code == 0, (result.output, result.exception)
    assert "On-call practice, 06 January 2026" in (tmp_path / "r.html").read_text()
    pictures = sorted(path.name for path in (tmp_path / "png").iterdir())
    assert pictures == ["curves.png", "families.png", "reliance.png"]
    assert (tmp_path / "png" / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert isinstance(CliRunner().invoke(cli, ["report"]).exception, GamedayError)
    (tmp_path / "file").touch()
    refused = CliRunner().invoke(cli, ["report", "--html", str(tmp_path / "file" / "r.html")])
    assert "cannot be written" in str(refused.exception)
