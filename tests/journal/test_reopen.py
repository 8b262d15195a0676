"""Writing on in the journal of a trainer that was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.errors import BadJournal
from gameday.journal import EVENTS_FILE, Journal, ManualClock, read
from gameday.journal.events import Noted
from gameday.journal.reopen import StillPlayed, reopen
from tests.builders import START


def killed(folder: Path, texts: tuple[str, ...] = ("one", "two"), tail: bytes = b"") -> bytes:
    """A journal as a trainer leaves it that was killed while writing `tail`; its whole lines."""
    clock = ManualClock(START)
    with Journal(folder, "run-1", clock) as journal:
        for text in texts:
            clock.advance(1.0)
            journal.append(Noted(text=text), "engineer")
    path = folder / EVENTS_FILE
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    return whole


@pytest.mark.parametrize("tail", [b"", b'{"schema": 1, "run": "run-1", "se', b"\xff\xfe"])
def test_it_goes_on_after_the_last_whole_line(tmp_path: Path, tail: bytes) -> None:
    """What was torn off is taken away; the numbers go on."""
    whole = killed(tmp_path, tail=tail)
    journal, recorded, _ = reopen(tmp_path, ManualClock(START + 60))
    with journal:
        assert len(recorded) == 2
        assert (tmp_path / EVENTS_FILE).read_bytes() == whole
        assert journal.append(Noted(text="three"), "engineer").seq == 2
    assert [item.entry.seq for item in read(tmp_path)] == [0, 1, 2]


def test_a_last_line_that_only_lacked_its_end_is_kept(tmp_path: Path) -> None:
    """It is a whole event; the next one does not land on the same line."""
    whole = killed(tmp_path)
    (tmp_path / EVENTS_FILE).write_bytes(whole[:-1])
    journal, recorded, _ = reopen(tmp_path, ManualClock(START + 60))
    with journal:
        assert len(recorded) == 2
        journal.append(Noted(text="three"), "engineer")
    assert len(read(tmp_path)) == 3


@pytest.mark.parametrize(("mono_s", "expected_s"), [(500.0, 500.0), (0.5, 60.0)])
def test_the_monotonic_clock_never_goes_back(tmp_path: Path, mono_s: float, expected_s: float) -> None:
    """After a restart of the machine it counts from what was written, and the time since."""
    killed(tmp_path)
    clock = ManualClock(START + 60 - mono_s)
    clock.set(START + 60)
    journal, _, continued = reopen(tmp_path, clock)
    with journal:
        entry = journal.append(Noted(text="three"), "engineer")
    assert entry.mono_ns == continued.mono_ns() == round(expected_s * 1e9)
    assert entry.wall == START + 60


def test_a_journal_that_is_written_is_left_alone(tmp_path: Path) -> None:
    """A trainer that lives holds its lock; so does whoever took the drill up first."""
    with Journal(tmp_path / "run", "run-1", ManualClock(START)) as journal:
        journal.append(Noted(text="one"), "engineer")
        with pytest.raises(StillPlayed, match="run is still being played"):
            reopen(tmp_path / "run", ManualClock(START))
    first, _, _ = reopen(tmp_path / "run", ManualClock(START))
    with first, pytest.raises(StillPlayed):
        reopen(tmp_path / "run", ManualClock(START))


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "is empty"), (b"not json\n{}\n", "line 1: not a line of JSON"), (None, "does not exist")],
)
def test_what_cannot_be_vouched_for_is_not_continued(tmp_path: Path, content: bytes | None, why: str) -> None:
    """With one sentence, and unchanged."""
    path = tmp_path / EVENTS_FILE
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadJournal, match=why):
        reopen(tmp_path, ManualClock(START))
    assert content is None or path.read_bytes() == content
