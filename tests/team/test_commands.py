"""`gameday schedule`, drills from a plan, and debriefs that are sealed, as a person meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from gameday.cli import cli
from gameday.drill.recording import record
from gameday.drill.seal import DebriefSealed
from gameday.drill.start import Wish, rules_for
from gameday.errors import BadRoster, GamedayError, MissingExtra
from gameday.journal.events import Entry, Mode
from gameday.journal.home import runs_home
from gameday.journal.manifest import Assignment, Manifest, write_manifest
from gameday.reports.debrief import print_debrief
from gameday.reports.narration import Narrator
from gameday.team.taking import take_next
from tests.builders import CODENAME, START, cache_loss_truth, hint_accepted, hint_rejected
from tests.team.rosters import ITEMS, write

SECRETS = ("cache-eviction", "cache-loss", "maxmemory", cache_loss_truth().title)


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Runs and records of the test's own, and a library of the test's."""
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GAMEDAY_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("gameday.team.drawing.shelf", lambda: ITEMS)


def called(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


def said(*words: str) -> Result:
    result = called(*words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result


def planned(tmp_path: Path, *changes: tuple[str, str]) -> list[dict[str, Any]]:
    """The drills of a plan, with everything that is told of them."""
    said("schedule", "plan", str(write(tmp_path, *changes)), "--seed", "7")
    (plan,) = json.loads(said("schedule", "show", "--spoil", "--json").stdout)
    return list(plan["drills"])


def played(number: int, assignment: Assignment) -> Path:
    """A run as `gameday drill --scheduled` leaves it, in the records."""
    folder = runs_home() / f"2026-run-{number}"
    builder = hint_rejected() if number % 2 else hint_accepted()
    builder.run_id = folder.name
    builder.write(folder)
    write_manifest(
        folder,
        Manifest(
            run=folder.name, codename=CODENAME, pack="cache-loss", variant="maxmemory", mode="advise", seed=7,
            runtime="process", sandbox_id="sandbox-1", created=START, trainer_pid=1, family="cache",
            assignment=assignment,
        ),
    )  # fmt: skip
    assert record(folder) == ""
    return folder


def test_a_plan_is_kept_shown_and_written_as_a_calendar(tmp_path: Path) -> None:
    """What is shown spoils nothing; with --spoil it does."""
    roster, calendar = write(tmp_path), tmp_path / "autumn.ics"
    told = said("schedule", "plan", str(roster), "--ics", str(calendar))
    assert "autumn-0001" in told.stdout
    assert calendar.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    for words in (("show",), ("show", "--json"), ("due", "--as", "ada"), ("due", "--as", "ada", "--json")):
        shown = said("schedule", *words).stdout
        assert "autumn-" in shown
        assert not [secret for secret in ("lost-cache", "configuration", "v1", "policy") if secret in shown]
    assert "lost-cache/v1" in said("schedule", "show", "--spoil").stdout


def test_planning_again_changes_nothing_and_another_roster_is_refused(tmp_path: Path) -> None:
    """The same drills on the same days; another seed, other weeks and other people need another name."""
    roster = write(tmp_path)
    first = said("schedule", "plan", str(roster), "--json").stdout
    again = said("schedule", "plan", str(roster), "--json")
    assert again.stdout == first
    assert "was planned before" in again.stderr
    refused = called("schedule", "plan", str(roster), "--weeks", "9")
    assert isinstance(refused.exception, GamedayError)
    assert "give this one another name" in str(refused.exception)
    assert "was drawn with seed" in str(called("schedule", "plan", str(roster), "--seed", "1").exception)
    assert said("schedule", "plan", str(roster), "--json").stdout == first


def test_a_bad_roster_keeps_nothing(tmp_path: Path) -> None:
    """No plan, no calendar."""
    calendar = tmp_path / "autumn.ics"
    refused = called(
        "schedule", "plan", str(write(tmp_path, ("name: cyd", "name: ada"))), "--ics", str(calendar)
    )
    assert isinstance(refused.exception, BadRoster)
    assert not calendar.exists()
    assert json.loads(said("schedule", "show", "--json").stdout) == []


def test_a_calendar_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """In one sentence; nothing half is left."""
    (tmp_path / "file").touch()
    refused = called("schedule", "plan", str(write(tmp_path)), "--ics", str(tmp_path / "file" / "a.ics"))
    assert "a.ics cannot be written: " in str(refused.exception)


def test_a_library_that_is_not_here_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what gets it, and the exit code of a missing tool."""
    monkeypatch.setattr("gameday.cli.leads_extra.find_spec", lambda name: None)
    refused = called("schedule", "plan", str(write(tmp_path)))
    assert isinstance(refused.exception, MissingExtra)
    assert refused.exception.exit_code == 3
    assert "pip install 'gameday[leads]'" in str(refused.exception)


def test_the_real_library_can_be_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A family that has two proven variants; what is taken from it plays, not spoiled, as assigned."""
    monkeypatch.undo()
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GAMEDAY_DATABASE_URL", raising=False)
    planned(tmp_path, ("[cache, configuration]", "[configuration]"))
    drill, wish = take_next("ada", seed=3)
    rules = rules_for(wish)
    assert (rules.pack.scenario.id, rules.variant.id, rules.mode) == (drill.pack, drill.variant, drill.mode)
    assert (rules.spoiled, rules.engineer, rules.seed) == (False, "ada", 3)
    assert rules.assignment == Assignment(
        block=drill.block, order=1, mode=drill.mode, policy=drill.policy, randomised=True
    )
    assert rules.policy == (drill.policy or "natural")


def test_the_next_drill_is_ones_own_and_goes_on_when_it_is_done(tmp_path: Path) -> None:
    """First of a block, then second; whoever isn't in a plan is told so."""
    planned(tmp_path)
    first, wish = take_next("ada")
    assert wish.assignment is not None
    played(1, wish.assignment)
    second, _ = take_next("ada")
    assert (second.block, second.order) == (first.block, 2)
    with pytest.raises(GamedayError, match="nothing is planned for eve; --as says who you are"):
        take_next("eve")


def test_a_leads_mode_takes_the_pair_out(tmp_path: Path) -> None:
    """The assignment keeps what was planned; both drills of the block are marked."""
    planned(tmp_path)
    drill, _ = take_next("ada")
    other: Mode = "manual" if drill.mode == "advise" else "advise"
    _, same = take_next("ada", mode=drill.mode)
    assert same.assignment is not None
    assert same.assignment.randomised
    _, wish = take_next("ada", mode=other)
    assert wish.mode == other
    assert wish.assignment is not None
    assert (wish.assignment.mode, wish.assignment.randomised) == (drill.mode, False)
    (plan,) = json.loads(said("schedule", "show", "--json").stdout)
    marked = {row["block"] for row in plan["drills"] if not row["randomised"]}
    assert marked == {drill.block}


@pytest.mark.parametrize("words", [("cache-loss",), ("--policy", "right"), ("--style", "evidence")])
def test_a_scheduled_drill_leaves_the_rest_to_the_plan(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Naming a pack or a policy beside --scheduled is refused before anything starts."""
    planned(tmp_path)
    refused = called("drill", "--scheduled", "--as", "ada", "--headless", *words)
    assert "--scheduled leaves " in str(refused.exception)


def test_whoever_was_renamed_is_the_same_person_under_either_name(tmp_path: Path) -> None:
    """They are given nothing that they met before, and stand on a roster once, whatever it calls them."""
    autumn = planned(tmp_path, ("weeks: 8", "weeks: 5"))
    said("people", "rename", "ada", "ada-lovelace")
    changes = (("name: autumn", "name: winter"), ("weeks: 8", "weeks: 5"))
    said("schedule", "plan", str(write(tmp_path, *changes)), "--seed", "7")
    (winter,) = json.loads(said("schedule", "show", "--plan", "winter", "--spoil", "--json").stdout)
    before = {drill["pack"] + drill["variant"] for drill in autumn if drill["engineer"] == "ada"}
    after = {d["pack"] + d["variant"] for d in winter["drills"] if d["engineer"] == "ada-lovelace"}
    assert (len(before), len(after), before & after) == (4, 4, set())
    twice = write(tmp_path, ("name: autumn", "name: spring"), ("name: cyd", "name: ada-lovelace"))
    wrong = called("schedule", "plan", str(twice))
    assert isinstance(wrong.exception, BadRoster)
    assert "16: people.2.name: 'ada-lovelace' and another name on the roster are one person" in str(
        wrong.exception
    )


def test_a_narrow_terminal_shows_a_plan_in_whole_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """80 columns are enough for usual names."""
    planned(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, said("schedule", "show").stdout.splitlines())) <= 80


def test_override_and_withdraw_are_said(tmp_path: Path) -> None:
    """By the block's and the plan's name."""
    planned(tmp_path)
    assert "not randomised" in said("schedule", "override", "autumn-0001").stderr
    assert "open, not randomised" in said("schedule", "show").stdout
    assert "drills withdrawn" in said("schedule", "withdraw", "autumn").stderr
    assert "Nothing is planned for ada" in said("schedule", "due", "--as", "ada").stderr
    assert "everything that was planned for ada" in str(
        called("drill", "--scheduled", "--headless", "--as", "ada").exception
    )


def test_a_sealed_debrief_tells_no_secret_until_the_block_is_complete(tmp_path: Path) -> None:
    """In every command that looks back, and opens by itself."""
    planned(tmp_path)
    _, wish = take_next("ada")
    assert wish.assignment is not None
    folder = played(1, wish.assignment)
    for words in (("debrief", "last"), ("score", "last"), ("history",), ("history", "--json")):
        shown = said(*words).stdout
        assert not [secret for secret in SECRETS if secret in shown], words
        assert "ealed" in shown
    refused = called("replay", str(folder))
    assert isinstance(refused.exception, DebriefSealed)
    assert "is done, planned for" in str(refused.exception)
    assert json.loads(said("score", str(folder)).stdout)["time_to_mitigate_s"] == 180.0
    _, wish = take_next("ada")
    assert wish.assignment is not None
    played(2, wish.assignment)
    for words in (("debrief", str(folder)), ("score", str(folder)), ("history",)):
        shown = said(*words).stdout
        assert "ealed" not in shown
    assert "needs a terminal" in str(called("replay", str(folder)).exception)
    assert cache_loss_truth().title in said("debrief", str(folder)).stdout
    assert "cache-loss" in said("history").stdout


def test_a_lead_can_open_it_early_and_the_pair_is_out(tmp_path: Path) -> None:
    """Once; where nothing was sealed, nothing changes."""
    planned(tmp_path)
    _, wish = take_next("ada")
    assert wish.assignment is not None
    played(1, wish.assignment)
    opened = said("debrief", "last", "--unseal")
    assert "marked as not randomised" in opened.stderr
    assert cache_loss_truth().title in opened.stdout
    assert "It was not sealed" in said("debrief", "last", "--unseal").stderr
    assert "sealed" not in said("score", "last").stdout
    (plan,) = json.loads(said("schedule", "show", "--json").stdout)
    assert sum(not row["randomised"] for row in plan["drills"]) == 2


def test_what_is_kept_of_somebody_is_sealed_while_drills_are_to_come(tmp_path: Path) -> None:
    """It would tell what they are about; a lead may export it, and then the pairs are out."""
    planned(tmp_path)
    _, wish = take_next("ada")
    assert wish.assignment is not None
    played(1, wish.assignment)
    refused = called("people", "export", "ada")
    assert isinstance(refused.exception, DebriefSealed)
    assert "pairs of ada's drills are not complete" in str(refused.exception)
    assert "planned for" in str(refused.exception)
    assert not [secret for secret in SECRETS if secret in f"{refused.output}{refused.exception}"]
    opened = said("people", "export", "ada", "--unseal")
    assert wish.assignment.block in opened.stderr
    assert json.loads(opened.stdout)["drills"][0]["pack"] == "cache-loss"
    (plan,) = json.loads(said("schedule", "show", "--json").stdout)
    assert {row["engineer"] for row in plan["drills"] if not row["randomised"]} == {"ada"}
    assert "not randomised" not in said("people", "export", "ada").stderr


def test_records_that_cannot_be_asked_keep_it_closed(tmp_path: Path) -> None:
    """Rather than open what nobody can look up."""
    planned(tmp_path)
    _, wish = take_next("ada")
    assert wish.assignment is not None
    folder = played(1, wish.assignment)
    (tmp_path / "data" / "records.db").write_text("no database")
    console = Console(width=200)
    with console.capture() as captured:
        print_debrief(folder, console)
    assert "Sealed, because nobody can look" in captured.get()
    assert not [secret for secret in SECRETS if secret in captured.get()]


def test_the_narration_keeps_a_sealed_truth() -> None:
    """The line that would tell it at the end of a headless drill isn't there."""
    truth = cache_loss_truth()
    entry = Entry(
        schema=1, run="r", seq=1, mono_ns=0, wall=START, actor="conductor", kind=truth.kind, data={}
    )
    told = Narrator().narrate(entry, truth)
    assert told is not None
    assert truth.title in told.plain
    assert Narrator(sealed=True).narrate(entry, truth) is None


def test_an_unplanned_drill_is_open() -> None:
    """As before."""
    assert Wish().assignment is None
    folder = runs_home() / "2026-run-9"
    builder = hint_rejected()
    builder.run_id = folder.name
    builder.write(folder)
    assert cache_loss_truth().title in said("debrief", str(folder)).stdout
