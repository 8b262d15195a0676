"""A rehearsal can't be fooled: each pack that isn't what it says is refused, for the right reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from sandbox.faults.client import Unsteady
from scenarios.loader import read_scenario
from scenarios.model import Pack
from scenarios.rehearsal.course import meets
from scenarios.rehearsal.keeping import record_path
from scenarios.rehearsal.record import POINTS, Rehearsal, digest_of
from scenarios.rehearsal.run import rehearse_on
from tests.rehearsal.scripted import Scripted

PACK: dict[str, object] = {
    "schema": 1,
    "id": "thin-ice",
    "family": "cache",
    "title": "Thin ice",
    "severity": "sev2",
    "difficulty": 2,
    "briefing": "You are on call.",
    "variants": [{"id": "north"}],
    "truth": {
        "components": ["cache"],
        "mechanisms": ["cache-eviction"],
        "trigger": "configuration-push",
        "chain": ["it broke"],
        "discriminators": [{"say": "hits fell", "promql": "hits", "before": "> 0.8", "after": "< 0.4"}],
    },
    "fixes": {
        "accepted": [{"id": "restore", "steps": ["restore"]}, {"id": "shed", "steps": ["wait 2", "shed"]}],
        "tempting": [{"id": "scale", "steps": ["scale"]}],
    },
    "par": {"mitigate_s": 120},
}


def rehearsed(tmp_path: Path, ground: Scripted, **changes: object) -> Rehearsal:
    """What comes of the pack, changed so, on that company."""
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump({**PACK, **changes}), encoding="utf-8")
    pack = Pack(folder=tmp_path, scenario=read_scenario(path))
    return rehearse_on(ground, pack, "north", lambda _: None, clock=ground.now)


def test_a_true_pack_is_proven(tmp_path: Path) -> None:
    """Nine points, with the times and the losses that scores are measured by."""
    record = rehearsed(tmp_path, Scripted())
    assert record.failed is None
    assert record.passed
    assert {point.name for point in record.points} == {name for name, _ in POINTS}
    assert record.onset_to_page_s == pytest.approx(8, abs=1)
    assert record.onset_to_violation_s is not None
    assert record.worst_sli is not None
    assert record.worst_sli < 0.5
    assert record.doing_nothing is not None
    assert record.best_fix is not None
    assert record.doing_nothing.over_s == 1200
    assert record.doing_nothing.customer_minutes > 5 * record.best_fix.customer_minutes > 0
    assert {(run.id, run.mitigated) for run in record.fixes} == {
        ("scale", False), ("restore", True), ("shed", True),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ground", "point", "words"),
    [
        (Scripted(bites=False), "bites", "never"),
        (Scripted(heals_after_s=25), "lasts", "although nobody did anything"),
        (Scripted(heals_after_s=55), "lasts", "although nobody did anything"),
        (Scripted(helps=frozenset({"shed"})), "accepted", "restore served customers again not at all"),
        (Scripted(helps=frozenset({"restore"})), "accepted", "shed served customers again not at all"),
        (Scripted(helps=frozenset({"restore", "shed", "scale"})), "tempting", "scale served customers again"),
        (Scripted(traces=("env: PACK=thin-ice",)), "no-leak", "PACK=thin-ice"),
        (Scripted(signal_moves=False), "discriminators", "'hits fell': after it is 0.9, not < 0.4"),
        (Scripted(noisy=True), "quiet", "1 errors were logged"),
        (Scripted(residue=("a process",)), "nothing-left", "left: a process"),
        (Scripted(refused=frozenset({"restore"})), "accepted", "'restore' was refused"),
        (Scripted(fooled_by=frozenset({"block-everybody"})), "cheating", "block-everybody"),
        (Scripted(fooled_by=frozenset({"stop-the-customers"})), "cheating", "stop-the-customers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_pack_that_is_not_what_it_says_is_refused(
    tmp_path: Path, ground: Scripted, point: str, words: str
) -> None:
    """The point that fails is named, with what was seen."""
    record = rehearsed(tmp_path, ground)
    assert not record.passed
    assert record.failed is not None
    assert record.failed.name == point
    assert words in record.failed.says


def test_a_busy_moment_of_the_machine_is_waited_out(tmp_path: Path) -> None:
    """The quiet before is a whole stretch, even if it is not the first."""
    record = rehearsed(tmp_path, Scripted(shaky=(25.0, 40.0)))
    assert record.passed
    assert float(str(record.points[0].figures["waited_s"])) > 40


def test_a_company_that_is_never_quiet_is_refused(tmp_path: Path) -> None:
    """What lets customers down all the time before the fault is no baseline."""
    record = rehearsed(tmp_path, Scripted(shaky=(25.0, 1e9)))
    assert record.failed is not None
    assert (record.failed.name, record.failed.says) == ("quiet", "the SLO did not hold")


def test_a_fix_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    """An accepted fix has to help within the time that the pack states."""
    slow = {"accepted": [{"id": "restore", "steps": ["wait 60", "restore"], "within_s": 30}]}
    record = rehearsed(tmp_path, Scripted(), fixes=slow)
    assert record.failed is not None
    assert "only after 6" in record.failed.says
    assert "not within 30 s" in record.failed.says


def test_a_tempting_fix_that_helps_late_is_refused(tmp_path: Path) -> None:
    """It is watched until nothing that began in its first twenty seconds can be a mitigation any more."""
    ground = Scripted(helps=frozenset({"restore", "shed", "scale"}), helps_after_s=15)
    record = rehearsed(tmp_path, ground)
    assert record.failed is not None
    assert record.failed.name == "tempting"
    assert "scale served customers again after 15" in record.failed.says


def test_what_cannot_be_a_mitigation_any_more_is_not_waited_for(tmp_path: Path) -> None:
    """The three cheats and a tempting fix take less than a whole hold each, all together."""
    ground = Scripted()
    record = rehearsed(tmp_path, ground)
    assert record.passed
    cheating = next(point for point in record.points if point.name == "cheating")
    watched = [
        str(cheating.figures[how]) for how in ("stop-everything", "block-everybody", "stop-the-customers")
    ]
    assert all(float(words.removeprefix("watched ").removesuffix(" s")) < 20 for words in watched)


@pytest.mark.parametrize(
    ("cured_by", "after_s"), [({"stop-everything", "block-everybody"}, 0.0), ({"stop-the-customers"}, 12.0)]
)
def test_what_ends_while_customers_are_kept_away_is_broken_again(
    tmp_path: Path, cured_by: set[str], after_s: float
) -> None:
    """Tempting fixes don't get the credit, however slowly it ends, and a pack isn't refused for it."""
    ground = Scripted(cured_by=frozenset(cured_by), cured_after_s=after_s)
    record = rehearsed(tmp_path, ground)
    assert record.failed is None
    cheating = next(point for point in record.points if point.name == "cheating")
    assert cheating.figures["afterwards"] == "customers were served again"
    assert [run.mitigated for run in record.fixes if run.kind == "tempting"] == [False]


def test_what_ends_long_after_a_tempting_fix_is_broken_again(tmp_path: Path) -> None:
    """The accepted fix has to heal it itself: each is tried on a company that is ill."""
    record = rehearsed(tmp_path, Scripted(cured_by=frozenset({"scale"}), helps=frozenset({"shed"})))
    assert record.failed is not None
    assert record.failed.name == "accepted"
    assert "restore served customers again not at all" in record.failed.says


def test_the_signals_before_are_those_of_a_whole_company(tmp_path: Path) -> None:
    """An action that takes long, such as a rollout on a busy machine, is felt before it is done."""
    record = rehearsed(tmp_path, Scripted(rollout_s=6))
    discriminators = next(point for point in record.points if point.name == "discriminators")
    assert discriminators.figures["before_1"] == 0.9
    assert record.passed


def test_a_fault_that_comes_too_late_is_refused(tmp_path: Path) -> None:
    """The page has to come within the time that the pack states."""
    record = rehearsed(tmp_path, Scripted(), expectations={"bites": {"violated_s": 30, "paged_s": 3}})
    assert record.failed is not None
    assert record.failed.name == "bites"


def test_a_fault_that_heals_may_say_so(tmp_path: Path) -> None:
    """A pack that states it is not refused for it."""
    record = rehearsed(tmp_path, Scripted(heals_after_s=25), expectations={"heals_itself": True})
    lasts = next(point for point in record.points if point.name == "lasts")
    assert lasts.passed


def test_nothing_wrong_needs_customers_who_notice_nothing(tmp_path: Path) -> None:
    """A drill without a fault is proven by customers who are served all along, and refused if not."""
    nothing = {"truth": {**_truth(), "components": [], "mechanisms": ["none"], "discriminators": []}}
    quiet = {"expectations": {"bites": {"violated_s": None, "paged_s": None}}, "fixes": {"accepted": []}}
    assert rehearsed(tmp_path, Scripted(bites=False), **nothing, **quiet).passed
    record = rehearsed(tmp_path, Scripted(), **nothing, **quiet)
    assert not record.passed


NOTHING_WRONG = {
    "truth": {"components": [], "mechanisms": ["none"], "trigger": "none", "chain": ["a wrong rule"]},
    "expectations": {"bites": {"violated_s": None, "paged_s": 20}},
    "fixes": {
        "accepted": [],
        "tempting": [{"id": "restart", "steps": ["restart"]}, {"id": "scale", "steps": ["scale"]}],
    },
}
"""A page although customers are served."""


def test_where_nothing_is_wrong_tempting_fixes_are_tried(tmp_path: Path) -> None:
    """Each leaves the pager as it is, and what it costs customers is in the record."""
    ground = Scripted(bites=False, false_page=True, harms=frozenset({"restart"}))
    record = rehearsed(tmp_path, ground, **NOTHING_WRONG)
    assert record.failed is None
    assert [(run.id, run.kind, run.mitigated) for run in record.fixes] == [
        ("restart", "tempting", False), ("scale", "tempting", False),
    ]  # fmt: skip
    restart, scale = (run for run in record.fixes)
    assert restart.lost is not None
    assert scale.lost is not None
    # Seven tenths of a quarter of a minute.
    assert restart.lost.customer_minutes == pytest.approx(0.175, abs=0.04)
    assert scale.lost.customer_minutes < 0.02
    assert restart.worst_sli is not None
    assert scale.worst_sli is not None
    assert restart.worst_sli < 0.5 < 0.8 < scale.worst_sli


def test_a_tempting_fix_that_silences_a_false_alarm_is_refused(tmp_path: Path) -> None:
    """Then the pack isn't what it says: whoever is tempted is right about what mends it."""
    ground = Scripted(bites=False, false_page=True, silenced_by=frozenset({"scale"}))
    record = rehearsed(tmp_path, ground, **NOTHING_WRONG)
    assert record.failed is not None
    assert (record.failed.name, record.failed.says) == (
        "tempting",
        "scale silenced False for 20 s and longer",
    )


def test_another_page_is_not_the_false_alarm(tmp_path: Path) -> None:
    """What rings because the fix did harm does not show that the false alarm rings on."""
    restart = frozenset({"restart"})
    ground = Scripted(bites=False, false_page=True, silenced_by=restart, harms=restart, harm_s=60)
    record = rehearsed(tmp_path, ground, **NOTHING_WRONG)
    assert record.failed is not None
    assert (record.failed.name, record.failed.says[:16]) == ("tempting", "restart silenced")


def test_harm_that_stays_is_made_whole_before_the_next_fix(tmp_path: Path) -> None:
    """The harm of one isn't counted as the other's."""
    restart = frozenset({"restart"})
    ground = Scripted(bites=False, false_page=True, harms=restart, harm_s=1e9, lasting=restart)
    record = rehearsed(tmp_path, ground, **NOTHING_WRONG)
    assert record.failed is None
    first, second = (run.lost for run in record.fixes)
    assert first is not None
    assert second is not None
    assert first.over_s > 60
    assert second.customer_minutes < 0.02


def test_accepted_where_nothing_is_wrong_may_not_let_customers_down(tmp_path: Path) -> None:
    """What a tempting fix did before it is not held against it."""
    quiet = {
        **NOTHING_WRONG,
        "fixes": {
            "accepted": [{"id": "mend-rule", "steps": ["mend"]}],
            "tempting": [{"id": "restart", "steps": ["restart"]}],
        },
    }
    harmful = Scripted(bites=False, false_page=True, harms=frozenset({"restart"}))
    assert rehearsed(tmp_path, harmful, **quiet).passed
    record = rehearsed(tmp_path, Scripted(bites=False, false_page=True, harms=frozenset({"mend"})), **quiet)
    assert record.failed is not None
    assert (record.failed.name, record.failed.says) == ("accepted", "it let customers down")


def test_nothing_helps_before_its_first_step_is_done(tmp_path: Path) -> None:
    """Customers who happen to be served while a step is under way are not its doing."""
    record = rehearsed(tmp_path, Scripted(step_s=6.0))
    assert record.failed is None
    restored = {run.id: run.restored_s or 0.0 for run in record.fixes if run.kind == "accepted"}
    assert restored["restore"] == 6.0
    # It waits for two seconds first.
    assert restored["shed"] >= 8.0


def test_points_say_how_long_they_took(tmp_path: Path) -> None:
    """All together as long as the rehearsal."""
    record = rehearsed(tmp_path, Scripted())
    assert sum(point.took_s or 0.0 for point in record.points) == pytest.approx(record.took_s, abs=1)


def _truth() -> dict[str, object]:
    truth = PACK["truth"]
    assert isinstance(truth, dict)
    return truth


def test_a_world_that_does_not_recover_is_replaced(tmp_path: Path) -> None:
    """The second accepted fix is tried on a fresh company if the first can't be made whole."""
    ground = Scripted(stuck=True)
    assert rehearsed(tmp_path, ground).passed
    assert ground.ups == 2


def test_a_world_that_had_recovered_for_a_moment_only_is_replaced(tmp_path: Path) -> None:
    """What keeps itself going may pause: the fault is not laid on top of it."""
    ground = Scripted(restless=frozenset({2}))
    assert rehearsed(tmp_path, ground).passed
    assert (ground.ups, ground.injections) == (2, 3)


@pytest.mark.parametrize("restless", [{1}, {2, 3}])
def test_customers_who_are_never_served_are_no_verdict_on_a_pack(tmp_path: Path, restless: set[int]) -> None:
    """Before the first injection, or on a fresh company: the machine is too busy, and that is said."""
    with pytest.raises(Unsteady, match="did not hold"):
        rehearsed(tmp_path, Scripted(restless=frozenset(restless)))


def test_the_record_names_the_variant_as_it_was_played(tmp_path: Path) -> None:
    """A changed step changes the digest, mended words do not; and the record reads back as it was."""

    def played(**changes: object) -> Pack:
        path = tmp_path / "scenario.yaml"
        path.write_text(yaml.safe_dump({**PACK, **changes}), encoding="utf-8")
        return Pack(folder=tmp_path, scenario=read_scenario(path))

    record = rehearsed(tmp_path, Scripted())
    (tmp_path / "README.md").write_text("more", encoding="utf-8")
    assert digest_of(played(title="Thinner ice"), "north") == record.digest
    assert digest_of(played(load={"album": 9}), "north") != record.digest
    commits = tmp_path / "commits"
    commits.mkdir()
    commit = "author: noor\nwhen: 50m\nmessage: m\nedits: [{path: a, before: b, after: c}]\n"
    (commits / "north.yaml").write_text(f"{commit}variants: [south]\n", encoding="utf-8")
    assert digest_of(played(), "north") == record.digest
    (commits / "north.yaml").write_text(commit, encoding="utf-8")
    assert digest_of(played(), "north") != record.digest
    assert Rehearsal.model_validate(json.loads(record.model_dump_json())) == record
    assert record_path(tmp_path, record) == tmp_path / "rehearsals/thin-ice/north/scripted.json"


@pytest.mark.parametrize(
    ("tolerance", "value", "met"),
    [("> 0.8", 0.9, True), ("> 0.8", 0.8, False), ("<= 3", 3, True), ("== 0", 0, True), ("", None, True),
     ("< 1", None, False)],
)  # fmt: skip
def test_tolerances(tolerance: str, value: float | None, met: bool) -> None:
    """As packs write them; no value meets none but the empty one."""
    assert meets(tolerance, value) is met
