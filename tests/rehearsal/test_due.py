"""What a change asks to be rehearsed, and what becomes of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from gameday.cli.due import Players, Stopped, choose_runtimes, proofs_before, verdict
from gameday.cli.rehearse import rehearse
from sandbox.errors import MissingTool
from scenarios import LIBRARY
from scenarios.loader import load_pack, pack_names
from scenarios.model import Pack
from scenarios.rehearsal.due import ALWAYS, Due, Plan, Verdict, plan, play_all, proofs_of
from scenarios.rehearsal.keeping import committed_path
from tests.rehearsal.scripted import Scripted
from tests.rehearsal.test_course import rehearsed
from tests.sandbox.runtimes import require
from tests.waiting import wait_until


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A copy of the library, each variant proven on both runtimes and none a draft."""
    shelf = tmp_path / "shelf"
    shutil.copytree(LIBRARY, shelf)
    for name in pack_names((shelf,)):
        path = shelf / name / "scenario.yaml"
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for variant in document["variants"]:
            variant.pop("draft", None)
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        _prove(load_pack(name, (shelf,)))
    return shelf


def _prove(pack: Pack, *runtimes: str) -> None:
    """What matters of a record of each variant, beside the pack."""
    from scenarios.rehearsal.record import digest_of

    kept = {
        variant.id: {
            runtime: {"digest": digest_of(pack, variant.id), "took_s": 300.0}
            for runtime in runtimes or ("process", "docker")
        }
        for variant in pack.scenario.variants
    }
    committed_path(pack).write_text(json.dumps(kept), encoding="utf-8")


def _packs(shelf: Path) -> list[Pack]:
    return [load_pack(name, (shelf,)) for name in pack_names((shelf,))]


def _change(shelf: Path, pack: str, change: Callable[[dict[str, object]], object]) -> None:
    path = shelf / pack / "scenario.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(yaml.safe_dump(document), encoding="utf-8")


def _names(due: tuple[Due, ...]) -> set[str]:
    return {each.name for each in due}


def test_one_variant_of_each_mission_pack_is_due_on_each_runtime(shelf: Path) -> None:
    """Always, the same ones for one commit, and in turn each of them."""
    packs = [pack for pack in _packs(shelf) if pack.scenario.id in (*ALWAYS, "false-alarm")]
    seen: set[str] = set()
    assert plan(packs, ("process", "docker"), "7") == plan(packs, ("process", "docker"), "7")
    for turn in map(str, range(14)):
        chosen = plan(packs, ("process", "docker"), turn)
        assert sorted((each.pack, each.runtime) for each in chosen.due) == sorted(
            (pack, runtime) for pack in ALWAYS for runtime in ("process", "docker")
        )
        assert {each.why for each in chosen.due} == {"in turn"}
        seen |= _names(chosen.due)
    every = {
        f"{pack.scenario.id}/{variant.id} on {runtime}"
        for pack in packs if pack.scenario.id in ALWAYS
        for variant in pack.scenario.variants for runtime in ("process", "docker")
    }  # fmt: skip
    assert seen == every


def test_what_is_played_otherwise_than_proven_is_due(shelf: Path) -> None:
    """On the runtimes on which there was a proof; words that nobody acts on don't count."""
    _prove(load_pack("false-alarm", (shelf,)), "process")

    def mend(document: dict[str, object]) -> None:
        document["title"] = "Another title"

    def watch_longer(document: dict[str, object]) -> None:
        document["expectations"] = {**_mapping(document["expectations"]), "watch_s": 61}

    _change(shelf, "false-alarm", mend)
    assert plan(_packs(shelf), ("process", "docker"), "", always=()).due == ()
    _change(shelf, "false-alarm", watch_longer)
    due = plan(_packs(shelf), ("process", "docker"), "", always=()).due
    variants = ("flapping-probe", "wrong-metric", "wrong-unit")
    assert _names(due) == {f"false-alarm/{each} on process" for each in variants}
    assert {each.why for each in due} == {"touched"}
    assert plan(_packs(shelf), ("docker",), "", always=()).due == ()


def _mapping(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def test_a_pack_without_any_proof_is_due_unless_it_is_a_draft(shelf: Path) -> None:
    """One that claims to be true has to be, everywhere."""
    committed_path(load_pack("retry-storm", (shelf,))).unlink()

    def draft(document: dict[str, object]) -> None:
        variants = document["variants"]
        assert isinstance(variants, list)
        variants[0]["draft"] = True

    _change(shelf, "retry-storm", draft)
    due = plan(_packs(shelf), ("process",), "", always=()).due
    assert _names(due) == {"retry-storm/cache-hiccup on process", "retry-storm/short-rush on process"}


def test_a_proof_that_the_change_brought_is_played_again(shelf: Path) -> None:
    """Whoever changes a pack brings its new proof; the change is known by what lay there before."""
    packs = _packs(shelf)
    before = {pack.scenario.id: proofs_of(pack) for pack in packs}
    assert plan(packs, ("process", "docker"), "", before, always=()).due == ()
    _change(shelf, "true-capacity", lambda document: document.update(needs=["exec", "scale"]))
    _change(shelf, "true-capacity", lambda document: document.update(load={"customers": 41}))
    _prove(load_pack("true-capacity", (shelf,)), "docker")
    due = plan(_packs(shelf), ("process", "docker"), "", before, always=()).due
    assert {(each.pack, each.runtime) for each in due} == {("true-capacity", "docker")}
    assert len(due) == 3
    assert plan(_packs(shelf), ("process", "docker"), "", None, always=()).due == ()


def test_touched_comes_first_and_counts_as_a_turn(shelf: Path) -> None:
    """What has to be played anyway is the mission pack's one."""
    with (shelf / "cache-loss" / "cold-restart.yaml").open("a") as experiment:
        experiment.write("# another line\n")
    chosen = plan(_packs(shelf), ("process",), "a")
    assert (chosen.due[0].pack, chosen.due[0].why) == ("cache-loss", "touched")
    assert [each.pack for each in chosen.due].count("cache-loss") == 1
    assert len(chosen.due) == 3


def test_what_was_never_proven_somewhere_is_named(shelf: Path) -> None:
    """It has no turn: that it fails is no news. But nobody may believe that it was rehearsed."""
    _prove(load_pack("cache-loss", (shelf,)), "process")
    chosen = plan(_packs(shelf), ("process", "docker"), "")
    assert set(chosen.unproven) == {
        f"cache-loss/{each} on docker" for each in ("maxmemory", "key-namespace", "cold-restart")
    }
    assert ("cache-loss", "docker") not in {(each.pack, each.runtime) for each in chosen.due}


def test_git_tells_what_lay_there_before() -> None:
    """The library's own records at a commit; an unknown one is no excuse to fail."""
    names = pack_names((LIBRARY,))
    assert proofs_before("no-such-revision", names) is None
    before = proofs_before("HEAD", names)
    if before is None:
        pytest.skip("this is no clone")
    assert set(before) == set(names)
    assert any(before.values())


# --- playing -------------------------------------------------------------------------------------

NORTH = Due("thin-ice", "north", "process", "touched", 300.0)
SOUTH = Due("thin-ice", "south", "process", "in turn", 300.0)
DOCKED = Due("thin-ice", "north", "docker", "in turn", 300.0)


def _on_grounds(tmp_path: Path, *grounds: Scripted) -> Callable[[Due], Verdict]:
    """Each attempt on the next of these companies."""
    left = list(grounds)

    def play(due: Due) -> Verdict:
        record = rehearsed(tmp_path, left.pop(0))
        return verdict(0 if record.passed else 1, f"[{record.model_dump_json()}]", "")

    return play


def test_what_fails_once_is_told_as_a_flake(tmp_path: Path) -> None:
    """Both attempts are told."""
    [played] = play_all([NORTH], _on_grounds(tmp_path, Scripted(bites=False), Scripted()), 900)
    assert played.outcome == "flake"
    assert "bites: the SLO was violated: never" in played.says
    assert "then: proven in" in played.says


def test_what_fails_twice_is_refused(tmp_path: Path) -> None:
    """For the reasons that were seen."""
    [played] = play_all([NORTH], _on_grounds(tmp_path, Scripted(bites=False), Scripted(noisy=True)), 900)
    assert played.outcome == "refused"
    assert "bites" in played.says
    assert "1 errors were logged" in played.says


def test_what_is_true_is_played_once(tmp_path: Path) -> None:
    """A second company would be gone."""
    [played] = play_all([NORTH], _on_grounds(tmp_path, Scripted()), 900)
    assert played.outcome == "proven"


def test_what_does_not_fit_into_the_time_is_named() -> None:
    """It isn't begun, and not dropped silently; what failed is played again all the same."""
    now = [0.0]

    def play(due: Due) -> Verdict:
        now[0] += 400.0
        return Verdict(now[0] > 500, "it was looked at")

    played = play_all([NORTH, SOUTH], play, 900, clock=lambda: now[0])
    assert [each.outcome for each in played] == ["flake", "no time"]
    assert "not rehearsed" in played[1].says
    assert [each.outcome for each in play_all([NORTH], play, 300, clock=lambda: 0.0)] == ["no time"]


def test_the_runtimes_are_played_side_by_side() -> None:
    """One at a time on each: both lanes meet, and no lane has two."""
    meeting = threading.Barrier(2, timeout=30)
    busy: list[str] = []

    def play(due: Due) -> Verdict:
        assert due.runtime not in busy
        busy.append(due.runtime)
        if due is not SOUTH:
            meeting.wait()
        busy.remove(due.runtime)
        return Verdict(True, "proven")

    played = play_all([NORTH, DOCKED, SOUTH], play, 900)
    assert [each.due for each in played] == [NORTH, SOUTH, DOCKED]
    assert {each.outcome for each in played} == {"proven"}


def test_a_program_that_breaks_is_a_failure_with_its_last_words() -> None:
    """No record, or none that proves it, is never a success."""
    assert verdict(2, "", "gameday: the network is gone") == Verdict(False, "gameday: the network is gone")
    assert verdict(0, "[]", "") == Verdict(False, "it ended with the exit code 0")


@pytest.mark.parametrize(
    ("verdicts", "exit_code", "outcomes"),
    [
        ((True, True), 0, ["proven", "proven"]),
        ((False, True, True), 0, ["flake", "proven"]),
        ((False, False, True), 1, ["refused", "proven"]),
    ],
)
def test_the_command_fails_only_for_what_is_refused(
    monkeypatch: pytest.MonkeyPatch, verdicts: tuple[bool, ...], exit_code: int, outcomes: list[str]
) -> None:
    """What became of each is on standard output, and what was never proven beside it."""
    left = list(verdicts)
    chosen = Plan((NORTH, SOUTH), ("thin-ice/west on docker",))
    monkeypatch.setattr("gameday.cli.due.choose_runtimes", lambda wish, tell: ["process"])
    monkeypatch.setattr("gameday.cli.due.planned", lambda runtimes, turn, since, tell: chosen)
    monkeypatch.setattr(Players, "play", lambda self, due: Verdict(left.pop(0), "seen"))
    done = CliRunner().invoke(rehearse, ["--due", "--json"])
    assert done.exit_code == exit_code
    said = json.loads(done.stdout)
    assert [row["outcome"] for row in said["played"]] == outcomes
    assert said["unproven"] == ["thin-ice/west on docker"]
    assert not left


def test_it_is_one_pack_or_what_is_due() -> None:
    """Not both, and not neither."""
    assert CliRunner().invoke(rehearse, []).exit_code == 2
    assert CliRunner().invoke(rehearse, ["cache-loss", "--due"]).exit_code == 2


def test_a_runtime_that_is_not_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other half is rehearsed; without any there is nothing to do, and that is no success."""
    told: list[str] = []
    monkeypatch.setattr("sandbox.runtime.choose.process_problem", lambda: None)
    monkeypatch.setattr("sandbox.runtime.choose.docker_problem", lambda: "Docker does not answer")
    assert choose_runtimes("auto", told.append) == ["process"]
    assert told == ["nothing is rehearsed on docker: Docker does not answer"]
    monkeypatch.setattr("sandbox.runtime.choose.process_problem", lambda: "it lacks envoy")
    with pytest.raises(MissingTool):
        choose_runtimes("auto", told.append)


# A rehearsal that says what it is told, and waits to be ended.
_PATIENT = """
import pathlib, signal, sys
mark = pathlib.Path(sys.argv[1])
def end(number, frame):
    (mark / "cleaned").write_text(" ".join(sys.argv[2:]))
    sys.exit(130)
signal.signal(signal.SIGTERM, end)
print("it is up", file=sys.stderr, flush=True)
signal.pause()
"""


def _end_this_once(told: list[str]) -> None:
    wait_until(lambda: told, 30)
    os.kill(os.getpid(), signal.SIGTERM)


def test_those_under_way_are_ended_and_clean_up(tmp_path: Path) -> None:
    """And none begins any more."""
    script = tmp_path / "patient.py"
    script.write_text(_PATIENT, encoding="utf-8")
    told: list[str] = []
    players = Players(told.append, (sys.executable, str(script), str(tmp_path)))
    with players.stopping_on_signals():
        helper = threading.Thread(target=_end_this_once, args=(told,))
        helper.start()
        with pytest.raises(Stopped):
            play_all([NORTH, SOUTH], players.play, 900)
        helper.join()
    ran = (tmp_path / "cleaned").read_text(encoding="utf-8")
    assert ran == "rehearse thin-ice/north --runtime process --json"
    assert told[0] == "thin-ice/north on process: it is up"
    assert "removing their companies" in told[1]
    with pytest.raises(Stopped):
        players.play(SOUTH)


@pytest.mark.process
def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    """A real rehearsal under way is ended, and its company removed."""
    require("process")
    state = tmp_path / "state"
    environment = {**os.environ, "GAMEDAY_STATE": str(state), "GAMEDAY_DATA": str(tmp_path / "data")}
    with (tmp_path / "told").open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "gameday", "rehearse", "--due", "--runtime", "process"],
            env=environment, stdout=told, stderr=told,
        )  # fmt: skip
        wait_until(lambda: any(state.rglob("sandbox.json")), 60)
        process.send_signal(signal.SIGINT)
        assert process.wait(90) == 130
    assert not list(state.rglob("sandbox.json"))
    listed = subprocess.run(
        [sys.executable, "-m", "gameday", "sandbox", "list", "--json"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [row for row in json.loads(listed.stdout) if row["runtime"] == "process"] == []
