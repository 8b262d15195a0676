"""Run folders become rows, once each and whole."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from gameday.errors import BadJournal, BadRecords
from gameday.journal.events import DrillEnded, DrillPaused, DrillResumed, MachineMeasured
from gameday.journal.writer import EVENTS_FILE
from gameday.records.bridge import comparable
from gameday.records.card import SCORECARD_FILE
from gameday.records.database import Database
from gameday.records.run import read_run
from gameday.records.store import Records
from gameday.records.tables import drills, forgotten, hints, scorecards
from gameday.reports.history import ended, mitigated
from tests.builders import ONSET_S, START, false_alarm, hint_accepted, hint_rejected, stood_down, to_the_page
from tests.records.runs import past_run, scores, write_run


def count(database: Database, table: sa.Table) -> int:
    with database.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def test_a_run_is_taken_in_once(records: Records, database: Database, tmp_path: Path) -> None:
    """The second time nothing changes, and a row holds what the scorecard says."""
    folder = write_run(tmp_path / "run-1")
    assert records.ingest(folder) == "added"
    assert records.ingest(folder) == "unchanged"
    assert (count(database, drills), count(database, scorecards), count(database, hints)) == (1, 1, 1)
    (past,) = records.history()
    assert (past.engineer, past.pack, past.family, past.outcome) == ("ada", "cache-loss", "cache", "resolved")
    assert (past.mitigated, past.time_to_mitigate_s, past.void) == (True, 180.0, False)
    assert past.started == START


def test_a_drill_that_was_paused_is_spoiled(records: Records, tmp_path: Path) -> None:
    """Its clock stood still while the company could be looked at, and mended from a shell of one's own."""
    builder = hint_rejected()
    builder.add(ONSET_S + 60, "facilitator", DrillPaused(reason="the fire bell"))
    builder.add(ONSET_S + 90, "facilitator", DrillResumed())
    assert not read_run(write_run(tmp_path / "run-1")).spoiled
    assert records.ingest(write_run(tmp_path / "run-2", builder)) == "added"
    (past,) = records.history()
    assert past.spoiled


def test_how_busy_the_machine_was_reaches_a_comparison(records: Records, tmp_path: Path) -> None:
    """None where it wasn't measured."""
    measured = hint_rejected().add(ONSET_S + 230, "conductor", MachineMeasured(busy=0.93, processors=2))
    records.ingest(write_run(tmp_path / "run-1", measured))
    records.ingest(write_run(tmp_path / "run-2"))
    assert {rep.run: rep.busy for rep in comparable(records)} == {"run-1": 0.93, "run-2": None}


def test_a_drill_without_a_fault_has_its_outcome(records: Records, tmp_path: Path) -> None:
    """And no time to mitigate; the history says that standing down was right."""
    assert records.ingest(write_run(tmp_path / "run-1", false_alarm())) == "added"
    (past,) = records.history()
    assert (past.no_fault, past.mitigated, past.time_to_mitigate_s) == ("correct_stand_down", None, None)
    assert (mitigated(past), ended(past)) == ("–", "stood down, rightly, simulated")
    (rep,) = records.reps()
    assert (rep.no_fault, rep.stood_down_s, rep.void) == ("correct_stand_down", 150.0, False)


def test_the_columns_are_the_scorecards(tmp_path: Path) -> None:
    """Every entry that is compared comes from the file, not from another fold."""
    run = read_run(write_run(tmp_path / "run-1", hint_accepted()))
    assert run.scores is not None
    vector = run.scores.vector
    assert run.scores.diagnosis == vector["diagnosis"]["score"]
    assert run.scores.commission_n == vector["reliance"]["commission"]["n"] == 1
    assert run.scores.mitigated is vector["mitigated"] is False
    assert run.scores.harmful == len(vector["harmful"]) == 1
    assert run.scores.confidence == 0.8
    stated = run.scores.stated
    assert stated["truth"]["components"] == ["cache"]
    assert stated["answer"]["mechanisms"] == ["capacity-shortfall"]
    assert [belief["confidence"] for belief in stated["beliefs"]] == [0.4, 0.9]
    assert [hint["claim"]["components"] for hint in stated["hints"]] == [["vision"]]
    (hint,) = run.hints
    assert (hint.fate, hint.right, hint.at_s) == ("accepted", False, 90.0)
    assert (run.policy, run.advisor, run.par_s) == ("wrong", "pattern", 240.0)


def test_a_run_that_was_scored_again_replaces_itself(
    records: Records, database: Database, tmp_path: Path
) -> None:
    """A changed scorecard changes the row; there is still one, with its hints."""
    folder = write_run(tmp_path / "run-1")
    records.ingest(folder)
    path = folder / SCORECARD_FILE
    path.write_text(path.read_text().replace('"money_lost": ', '"money_lost": 1'), encoding="utf-8")
    assert records.ingest(folder) == "updated"
    assert (count(database, drills), count(database, scorecards), count(database, hints)) == (1, 1, 1)


def test_a_drill_without_truth_is_void(records: Records, database: Database, tmp_path: Path) -> None:
    """Aborted before anything could be scored: there is a row, and no figures."""
    builder = to_the_page()
    builder.add(ONSET_S + 60, "conductor", DrillEnded(reason="aborted"))
    records.ingest(write_run(tmp_path / "run-1", builder, scored=False))
    (past,) = records.history()
    assert (past.void, past.outcome, past.mitigated, past.diagnosis) == (True, "aborted", None, None)
    assert count(database, scorecards) == 0


def test_giving_up_is_censored(records: Records, tmp_path: Path) -> None:
    """Whoever stands down has the limit, not the time of giving up."""
    records.ingest(write_run(tmp_path / "run-1", stood_down()))
    (past,) = records.history()
    assert (past.mitigated, past.time_to_mitigate_s, past.outcome) == (False, 1200.0, "stood_down")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("manifest.json", "does not exist"),
        (EVENTS_FILE, "does not exist"),
        (SCORECARD_FILE, "cannot be read"),
        ("torn scorecard", "damaged"),
        ("other scorecard", "time_to_acknowledge_s: Field required"),
        ("torn journal", "line 3"),
    ],
)
def test_a_broken_run_is_refused_in_a_sentence(
    records: Records, tmp_path: Path, damage: str, says: str
) -> None:
    """The reason names the file, and nothing of the run is in the store."""
    folder = write_run(tmp_path / "run-1", hint_rejected())
    match damage:
        case "torn scorecard":
            (folder / SCORECARD_FILE).write_text('{"schema": 1,', encoding="utf-8")
        case "other scorecard":
            (folder / SCORECARD_FILE).write_text('{"schema": 1, "mitigated": []}', encoding="utf-8")
        case "torn journal":
            lines = (folder / EVENTS_FILE).read_text(encoding="utf-8").splitlines()
            lines[2] = lines[2][:20]
            (folder / EVENTS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
        case name:
            (folder / name).unlink()
    with pytest.raises(BadJournal, match=says) as refused:
        records.ingest(folder)
    assert "\n" not in str(refused.value)
    assert records.history() == []


def test_a_drill_that_goes_on_is_left_alone(records: Records, tmp_path: Path) -> None:
    """Only what has ended is taken in."""
    folder = write_run(tmp_path / "run-1", to_the_page(), scored=False)
    with pytest.raises(BadJournal, match="has not ended"):
        records.ingest(folder)


def test_half_of_a_drill_is_never_there(records: Records, database: Database) -> None:
    """If its last hint can't be written, neither is the drill: the transaction is one."""
    run = past_run(1)
    twice = replace(run, hints=(run.hints[0], run.hints[0]))
    with pytest.raises(BadRecords):
        records.add(twice)
    assert (count(database, drills), count(database, scorecards), count(database, hints)) == (0, 0, 0)


def test_many_at_once_are_all_or_nothing(records: Records, database: Database) -> None:
    """A run that is there already takes the whole batch with it."""
    assert records.add_many(past_run(number) for number in range(50)) == 50
    with pytest.raises(BadRecords):
        records.add_many([past_run(100), past_run(7)])
    assert count(database, drills) == 50


def _ingest_all(url: str, folders: list[Path], became: multiprocessing.Queue[str]) -> None:
    database = Database(url, wait_s=60)
    for folder in folders:
        became.put(Records(database).ingest(folder))
    database.close()


def test_two_processes_take_in_the_same_runs(url: str, tmp_path: Path) -> None:
    """Both make the tables and both read every folder; each run is there once, and neither fails."""
    folders = [write_run(tmp_path / f"run-{number}", stood_down()) for number in range(4)]
    spawned = multiprocessing.get_context("spawn")
    became: multiprocessing.Queue[str] = spawned.Queue()
    processes = [
        spawned.Process(target=_ingest_all, args=(url, order, became)) for order in (folders, folders[::-1])
    ]
    for process in processes:
        process.start()
    words = sorted(became.get(timeout=60) for _ in range(8))
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert words == ["added"] * 4 + ["unchanged"] * 4
    database = Database(url)
    assert count(database, drills) == count(database, scorecards) == 4
    database.close()


def test_history_is_newest_first_and_as_long_as_asked(records: Records) -> None:
    """A censored drill says so."""
    records.add_many(past_run(number) for number in (3, 1, 2))
    records.add(past_run(4, scores=scores(1200.0, mitigated=False), spoiled=True))
    assert [past.run for past in records.history()] == ["run-4", "run-3", "run-2", "run-1"]
    newest = records.history(1)[0]
    assert (newest.mitigated, newest.time_to_mitigate_s, newest.spoiled) == (False, 1200.0, True)


def _die_while_writing(url: str) -> None:
    database = Database(url)
    with database.writing() as connection:
        connection.execute(sa.insert(forgotten).values(run="run-1", forgotten_at=0.0))
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_dies_while_writing_leaves_nothing(url: str) -> None:
    """What it had begun is gone, and the store is as usable as before."""
    Database(url).close()
    process = multiprocessing.get_context("spawn").Process(target=_die_while_writing, args=(url,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    database = Database(url)
    assert Records(database).known_runs() == frozenset()
    assert Records(database).add(past_run(1)) == "added"
    database.close()
