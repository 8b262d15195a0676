"""The report in a real browser: nothing sticks out, everything can be read, nothing is fetched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from gameday.records.database import Database
from gameday.reports.leads.html.document import document
from gameday.reports.leads.page import report_page
from scoring.currency import CurrencyRules
from scoring.simulation import Model, Study
from tests.reports.leads.html.browser import Browser, browser, program
from tests.reports.leads.html.years import fill

PHONE, DESKTOP = 360, 1280
LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, for text of any size."""

STICKING_OUT = """
[...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && !e.closest('.scroll') && (box.right > innerWidth + 0.5 || box.left < -0.5);
}).map(e => e.tagName + '.' + (e.getAttribute('class') || ''))
"""
SCROLLING = """
[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length
"""
CONTRASTS = """
(() => {
  const numbers = css => css.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const found = numbers(getComputedStyle(e).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const ratio = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  return [...document.querySelectorAll('body *')].filter(e => e.getClientRects().length &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => {
      const style = getComputedStyle(e);
      const ink = e instanceof SVGElement ? style.fill : style.color;
      return [ratio(numbers(ink), ground(e)), e.tagName, e.textContent.trim().slice(0, 40)];
    });
})()
"""
LINES = """
(() => {
  const shown = getComputedStyle(document.documentElement);
  return ['--ai', '--hand', '--paper'].map(name => shown.getPropertyValue(name).trim());
})()
"""
SMALLEST_TEXT = """
Math.min(...[...document.querySelectorAll('svg text')].filter(e => e.getClientRects().length)
  .map(e => e.getBoundingClientRect().height))
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a year of eight people."""
    folder = tmp_path_factory.mktemp("report")
    database = Database(f"sqlite:///{folder}/records.db")
    fill(database, model=Model(ai_ratio=0.7), study=Study(blocks_per_family=2))
    at = dt.datetime(2026, 1, 6, 12, tzinfo=dt.UTC)
    page = report_page(database, at, rules=CurrencyRules(), budget=2)
    database.close()
    path = folder / "report.html"
    path.write_text(document(page), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    found = program()
    if found is None:
        pytest.skip("no Chromium is on PATH; Debian has it as the package chromium")
    with browser(found, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.mark.parametrize("width", [PHONE, 600, 700, DESKTOP])
def test_nothing_sticks_out(tab: Browser, html: Path, width: int) -> None:
    """No line scrolls sideways, on a phone or on a desk; on a phone not even a table does."""
    tab.show(html, width=width)
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert tab.value(STICKING_OUT) == []
    if width == PHONE:
        assert tab.value(SCROLLING) == 0


@pytest.mark.parametrize("media", ["", "print"])
@pytest.mark.parametrize("dark", [False, True])
def test_everything_can_be_read(tab: Browser, html: Path, dark: bool, media: str) -> None:
    """Every text, in pictures too, stands out from its ground, in light, dark and on paper."""
    tab.show(html, width=DESKTOP, dark=dark, media=media)
    found = tab.value(CONTRASTS)
    assert len(found) > 150
    assert [each for each in found if each[0] < LEAST_CONTRAST] == []


def test_dark_is_dark_and_paper_is_light(tab: Browser, html: Path) -> None:
    """The same file."""
    tab.show(html, width=DESKTOP)
    light = tab.value(LINES)
    tab.show(html, width=DESKTOP, dark=True)
    dark = tab.value(LINES)
    tab.show(html, width=DESKTOP, dark=True, media="print")
    paper = tab.value(LINES)
    assert light[2] != dark[2]
    assert (paper[0], paper[1]) == (light[0], light[1])


def test_one_picture_of_each_is_shown_and_its_words_are_large_enough(tab: Browser, html: Path) -> None:
    """The narrow ones on a phone, the wide ones on a desk."""
    for width, size in ((PHONE, "narrow"), (DESKTOP, "wide")):
        tab.show(html, width=width)
        shown = tab.value(
            "[...document.querySelectorAll('figure svg')].filter(e => e.getClientRects().length)"
            ".map(e => e.getAttribute('class'))"
        )
        assert shown == [size] * 3
        assert tab.value(SMALLEST_TEXT) >= 11


def test_nothing_is_fetched(tab: Browser, html: Path) -> None:
    """One request: the file itself."""
    tab.show(html, width=DESKTOP)
    assert tab.requests() == [html.resolve().as_uri()]
    assert tab.value("performance.getEntriesByType('resource').length") == 0
