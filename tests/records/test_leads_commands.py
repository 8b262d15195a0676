"""`gameday compare`, `currency`, `next` and `people` as a lead types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gameday.cli.leads import compare, currency, next_
from gameday.cli.people import people
from gameday.errors import BadRecords, GamedayError
from gameday.journal.home import runs_home
from gameday.records.database import Database
from gameday.records.store import Records
from tests.builders import hint_accepted, stood_down
from tests.records.runs import past_run, write_run


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Runs and records of the test's own."""
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GAMEDAY_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "100")


def said(command: object, *words: str, **more: object) -> Result:
    result = CliRunner().invoke(command, words, **more)  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output
    return result


def refused(command: object, *words: str) -> GamedayError:
    result = CliRunner().invoke(command, words)  # type: ignore[arg-type]
    assert isinstance(result.exception, GamedayError), result.output
    assert "\n" not in str(result.exception)
    return result.exception


def test_an_empty_store_answers_every_question() -> None:
    """A sentence each, exit code 0; for programs an empty document."""
    assert "There are no drills yet" in said(compare).stdout
    assert json.loads(said(compare, "--json").stdout)["pairs"] == 0
    assert said(compare, "--csv").stdout.startswith("block,engineer,")
    assert "Nobody is in the records yet" in said(currency).stdout
    assert json.loads(said(currency, "--json").stdout)["engineers"] == []
    assert json.loads(said(people, "list", "--json").stdout) == []


def test_new_runs_are_taken_in_before_they_are_asked_about() -> None:
    """Nobody has to ingest by hand."""
    write_run(runs_home() / "run-1", hint_accepted())
    write_run(runs_home() / "run-2", stood_down(), mode="manual")
    document = json.loads(said(compare, "--json").stdout)
    assert {reason: each["drills"] for reason, each in document["excluded"].items()} == {
        "outside a plan": 1,
        "repeated": 1,
    }
    assert document["verdict"]["finding"] == "refused"
    assert [remark["kind"] for remark in document["remarks"] if remark["refuses"]] == ["TooFewPairs"]


@pytest.mark.parametrize(
    ("command", "words", "says"),
    [
        (compare, ("--json", "--csv"), "choose one"),
        (compare, ("--since", "yesterday"), "--since takes a date or a time"),
        (currency, ("--on", "2026-13-01"), "--on takes a date or a time"),
        (currency, ("--team", "none"), "there is no team 'none'; no team is in the records"),
        (currency, ("--as", "zoe"), "nobody called 'zoe' is in the records"),
        (next_, ("--as", "zoe"), "nobody called 'zoe' is in the records"),
        (people, ("export", "zoe"), "nobody called 'zoe' is in the records"),
        (people, ("forget", "zoe", "--yes"), "nobody called 'zoe' is in the records"),
    ],
)
def test_bad_input_is_one_sentence(command: object, words: tuple[str, ...], says: str) -> None:
    """With exit code 2."""
    error = refused(command, *words)
    assert says in str(error)
    assert error.exit_code == 2


def store(*runs: object) -> None:
    database = Database()
    Records(database).add_many(runs)  # type: ignore[arg-type]
    database.close()


def test_the_rule_of_currency_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """By option or by environment; a family can be named."""
    store(past_run(1))
    words = ("--on", "2025-06-17", "--family", "cache", "--json")
    assert json.loads(said(currency, *words).stdout)["engineers"][0]["currency"]["status"] == "not yet"
    eased = json.loads(said(currency, *words, "--drills", "1").stdout)["engineers"][0]
    assert (eased["currency"]["status"], eased["currency"]["expires"]) == ("current", "2025-09-14")
    monkeypatch.setenv("GAMEDAY_CURRENCY_DRILLS", "1")
    monkeypatch.setenv("GAMEDAY_CURRENCY_WINDOW", "10")
    found = json.loads(said(currency, *words).stdout)["engineers"][0]["currency"]
    assert (found["status"], found["expires"]) == ("lapsing", "2025-06-26")


def test_next_is_ones_own_unless_asked_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has never played has everything to practise; a budget of none leaves nothing."""
    monkeypatch.setattr("gameday.cli.who.login", lambda: "mo")
    store(past_run(1))
    (line,) = json.loads(said(next_, "--json", "--family", "cache", "--family", "edge").stdout)["engineers"]
    assert line["engineer"] == "mo"
    assert {each["suggestion"]["reason"] for each in line["drills"]} == {"never practised"}
    (ada,) = json.loads(said(next_, "--json", "--as", "ada", "--budget", "0").stdout)["engineers"]
    assert (ada["engineer"], ada["drills"]) == ("ada", [])
    assert "What to practise next" in said(next_, "--as", "ada", "--family", "cache").stdout


def test_a_person_is_listed_exported_renamed_and_forgotten() -> None:
    """Forgetting asks first; a name that was taken off is nowhere, and the codename stays."""
    store(past_run(1), past_run(2, engineer="bo"))
    assert "ada" in said(people, "list").stdout
    assert "ada" not in said(people, "list", "--pseudonyms").stdout
    exported = json.loads(said(people, "export", "ada").stdout)
    assert [drill["run"] for drill in exported["drills"]] == ["run-1"]
    assert [card["family"] for card in exported["cards"]] == ["cache"]
    assert said(people, "rename", "ada", "ada.l").stdout == "ada.l has 1 drill\n"
    assert CliRunner().invoke(people, ["forget", "ada.l"], input="n\n").exit_code == 1
    assert "ada.l" in said(people, "list").stdout
    result = said(people, "forget", "ada.l", input="y\n")
    assert "can't be undone" in result.stderr
    assert result.stdout == "erased, with 1 drill\n"
    assert "run-1" in result.stderr
    assert said(people, "forget", "bo", "--keep-drills", "--yes").stdout.startswith(
        "1 drill kept under engineer-"
    )
    listed = json.loads(said(people, "list", "--json").stdout)
    assert [(each["name"], each["drills"]) for each in listed] == [(None, 1)]


def test_a_real_drill_never_gets_into_a_simulated_store() -> None:
    """Nor the other way round: one sentence."""
    store(past_run(1, simulated=True))
    with pytest.raises(BadRecords, match="is a real drill, and this store holds simulated ones"):
        store(past_run(2))


def test_runs_of_the_other_kind_do_not_keep_a_store_from_being_read() -> None:
    """They are left out of it: a simulated store can be looked at with drills of one's own at hand."""
    write_run(runs_home() / "run-9")
    store(past_run(1))
    assert json.loads(said(compare, "--json").stdout)["drills"] == 1
    assert said(people, "list", "--json").exit_code == 0


@pytest.mark.parametrize("module", ["gameday.cli.leads", "gameday.cli.people"])
def test_help_needs_neither_statistics_nor_a_database(module: str) -> None:
    """scipy, numpy, fsrs and SQLAlchemy come in when they are used."""
    heavy = {"scipy", "numpy", "fsrs", "sqlalchemy", "rich.table"}
    code = f"import sys, {module}; sys.exit(bool({heavy!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
