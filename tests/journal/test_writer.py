"""Appending to a journal."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gameday.errors import BadJournal
from gameday.journal import EVENTS_FILE, Journal, ManualClock, SystemClock, read
from gameday.journal.events import Acknowledged, Entry, Event, Noted, Paged, SliMeasured
from tests.builders import START


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path, "run-1", ManualClock(START)) as opened:
        yield opened


def lines(journal: Journal) -> list[str]:
    return journal.path.read_text(encoding="utf-8").splitlines()


def test_an_event_is_one_line_with_its_envelope(tmp_path: Path) -> None:
    """The keys on disk are those of the envelope, stamped by the clock that was passed in."""
    clock = ManualClock(START)
    with Journal(tmp_path, "run-1", clock) as journal:
        clock.advance(1.5)
        journal.append(Noted(text="hit ratio fell"), "engineer")
        assert json.loads(lines(journal)[0]) == {
            "schema": 1,
            "run": "run-1",
            "seq": 0,
            "mono_ns": 1_500_000_000,
            "wall": START + 1.5,
            "actor": "engineer",
            "kind": "noted",
            "data": {"text": "hit ratio fell"},
        }


def test_an_event_is_on_disk_before_listeners_hear_of_it(journal: Journal) -> None:
    """A listener that reads the file finds the event that it was told."""
    seen: list[int] = []
    journal.subscribe(lambda entry, event: seen.append(len(lines(journal))))
    journal.append(Acknowledged(), "engineer")
    journal.append(Acknowledged(), "engineer")
    assert seen == [1, 2]


def test_listeners_get_entry_and_event(journal: Journal) -> None:
    """What is delivered is what append returned, and the event itself."""
    heard: list[tuple[Entry, Event]] = []
    journal.subscribe(lambda entry, event: heard.append((entry, event)))
    note = Noted(text="x")
    entry = journal.append(note, "engineer")
    assert heard == [(entry, note)]


def test_a_listener_may_append(journal: Journal) -> None:
    """An event that a listener adds reaches every listener after the one that caused it."""
    heard: list[str] = []

    def page_is_taken(entry: Entry, event: Event) -> None:
        if isinstance(event, Paged):
            journal.append(Acknowledged(), "engineer")

    journal.subscribe(page_is_taken)
    journal.subscribe(lambda entry, event: heard.append(f"{entry.seq} {event.kind}"))
    journal.append(Paged(alert="a", summary="s"), "monitoring")
    assert heard == ["0 paged", "1 acknowledged"]


def test_a_failing_listener_is_not_silenced_and_stops_nothing_later(journal: Journal) -> None:
    """The error reaches the writer; the line is kept and the next event is delivered."""
    heard: list[int] = []

    def fail_once(entry: Entry, event: Event) -> None:
        if entry.seq == 0:
            raise LookupError("no screen")

    journal.subscribe(fail_once)
    journal.subscribe(lambda entry, event: heard.append(entry.seq))
    with pytest.raises(LookupError, match="no screen"):
        journal.append(Acknowledged(), "engineer")
    journal.append(Acknowledged(), "engineer")
    assert (len(lines(journal)), heard) == (2, [1])


def test_many_threads_append_in_one_order(tmp_path: Path) -> None:
    """Lines and deliveries are whole and in the order of their numbers, whoever writes."""
    heard: list[int] = []
    with Journal(tmp_path, "run-1", SystemClock()) as journal:
        journal.subscribe(lambda entry, event: heard.append(entry.seq))

        def write() -> None:
            for number in range(100):
                journal.append(Noted(text=str(number)), "engineer")

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [item.entry.seq for item in read(tmp_path)] == list(range(400)) == heard


def test_text_of_any_script_and_line_ends_of_any_kind_stay_one_line(journal: Journal, tmp_path: Path) -> None:
    """What people and logs write comes back as it was."""
    text = "Grüße 東京\u2028next\r\nline\x1b[0m"
    journal.append(Noted(text=text), "engineer")
    event = read(tmp_path)[0].event
    assert isinstance(event, Noted)
    assert event.text == text


def test_a_number_that_json_cannot_hold_writes_nothing(journal: Journal) -> None:
    """Not-a-number is refused at once, and the journal stays whole."""
    with pytest.raises(ValueError, match="JSON"):
        journal.append(SliMeasured(second=1, journeys={}, money_lost=float("nan")), "sandbox")
    assert journal.append(Acknowledged(), "engineer").seq == 0


def test_a_second_journal_in_the_same_folder_is_refused(journal: Journal, tmp_path: Path) -> None:
    """One run, one journal: what is there is never written over."""
    with pytest.raises(BadJournal, match="exists already"):
        Journal(tmp_path, "run-2", SystemClock())


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A path that leads through a file gives one sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadJournal, match="cannot be written"):
        Journal(tmp_path / "file" / "run", "run-1", SystemClock())


def test_closing_twice_is_allowed(tmp_path: Path) -> None:
    """The second close has nothing left to do."""
    journal = Journal(tmp_path, "run-1", SystemClock())
    journal.close()
    journal.close()
    assert (tmp_path / EVENTS_FILE).read_bytes() == b""
