"""The repository as control plane, on a real sandbox: one for each runtime, shared by all tests here.

Tests leave the repository and what runs as they found it, since their order is random.
"""

from __future__ import annotations

import json
import re

import pytest
import yaml

from sandbox.errors import BadStack
from sandbox.faults.effects import cache, database
from sandbox.faults.effects.monitoring import Alert
from sandbox.stack.model import load_stack
from sandbox.world import repo, setting
from sandbox.world.albums import missing_share
from sandbox.world.cast import CAST
from sandbox.world.proposals import Proposal, Swap, push
from scenarios.rehearsal.company import make_whole
from scenarios.rehearsal.traces import leaks, words_of
from tests.sandbox.world import World
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)

_SECONDS = 15.0
"""From a push to its effect; it takes one or two, and the machine may be busy."""


# --- what is brought ------------------------------------------------------------------------------


def test_a_commit_that_is_brought_lies_in_the_history(world: World) -> None:
    """With its author; main is what runs, and reverting it is a rollout as any other."""
    find = "git log -1 --grep='^checkout: a smaller pool$'"
    shown = world.bash(f"{find} --format='%an %s' -p").stdout
    assert shown.startswith("Tomáš Novák checkout: a smaller pool")
    assert "-database_pool: 8\n+database_pool: 6" in shown
    assert "database_pool: 6" in world.config("checkout")
    with world.put_back():
        commit = world.bash(f"{find} --format=%H").stdout.strip()
        made = world.bash(f"git revert --no-edit {commit} >/dev/null; git push -q; git rev-parse HEAD").stdout
        assert [(each.service, each.ok) for each in world.became(made.strip())] == [("checkout", True)]
        assert "database_pool: 8" in world.config("checkout")


def test_a_commit_is_pushed_on_top(world: World) -> None:
    """By its author, made some time before; it is carried out, and one that no longer applies is refused."""
    quantity = Proposal(
        "quantity", CAST["noor"], "injection", "checkout: up to 60", tag="r61", authored_s=2400,
        swaps=(
            Swap("config/checkout.yaml", "max_quantity: 50", "max_quantity: 60"),
            Swap("docs/quantity.md", content="Sixty.\n"),
        ),
    )  # fmt: skip
    with world.put_back():
        made = push(world.runtime, quantity)
        assert [(each.service, each.ok) for each in world.became(made)] == [("checkout", True)]
        assert "max_quantity: 60" in world.config("checkout")
        who, authored, pushed, tag = world.bash(
            f"git fetch -q --tags; git log -1 --format='%ae%n%at%n%ct' {made}; git tag --points-at {made}"
        ).stdout.split()
        assert (who, tag) == ("noor@lumen.example", "r61")
        assert 2390 <= int(pushed) - int(authored) <= 2460
        with pytest.raises(BadStack, match=r"is not in main's config/checkout\.yaml exactly once"):
            push(world.runtime, quantity)


def test_how_busy_it_is_and_how_much_is_written_down(world: World) -> None:
    """Files that are followed while it runs."""
    before = world.runtime.read_out("customers", "/etc/lumen/load.yaml")
    telemetry = world.runtime.read_out("vision", "/etc/lumen/telemetry.yaml")
    try:
        setting.apply(world.runtime, load_stack(), setting.Setting("night", log_sampling=0.25))
        busy = yaml.safe_load(world.runtime.read_out("customers", "/etc/lumen/load.yaml"))
        assert busy["uploads_per_s"] == pytest.approx(yaml.safe_load(before)["uploads_per_s"] * 0.2)
        for service in ("vision", "storefront", "worker"):
            kept = yaml.safe_load(world.runtime.read_out(service, "/etc/lumen/telemetry.yaml"))
            assert kept == {**yaml.safe_load(telemetry), "log_sampling": 0.25}
    finally:
        world.runtime.copy_in("customers", "/etc/lumen/load.yaml", before)
        share = yaml.safe_load(telemetry)["log_sampling"]
        setting.apply(world.runtime, load_stack(), setting.Setting(log_sampling=share))


# --- ops on the bastion --------------------------------------------------------------------------


def test_ops_scale_makes_replicas(world: World) -> None:
    """It returns once they are there, and main says so."""
    with world.put_back():
        done = world.runtime.exec("bastion", ["ops", "scale", "vision", "3"], timeout_s=60)
        assert done.exit_code == 0, done.stderr
        assert "vision: 2 → 3 replicas" in done.stdout
        assert world.replicas("vision") == [1, 2, 3]
        assert "replicas: 3" in (repo.read(world.runtime, "deploy/vision.yaml") or "")
    assert world.replicas("vision") == [1, 2]


def test_ops_says_what_it_refuses(world: World) -> None:
    """With the exit code of bad input, and nothing is committed."""
    head = repo.git(world.runtime, ["rev-parse", "main"]).stdout
    for line, complaint in (
        ("scale vision 9", "at most 4 replicas"),
        ("nonsense", "is no operation"),
        ("revert cafecafe", "there is no commit 'cafecafe'"),
        ("rollback cache", "no earlier version"),
        ("config set cache maxmemory 1", "main has no config/cache.yaml"),
    ):
        done = world.runtime.exec("bastion", ["ops", *line.split()], timeout_s=60)
        assert done.exit_code != 0, line
        assert complaint in done.stdout, line
    assert repo.git(world.runtime, ["rev-parse", "main"]).stdout == head


def test_a_config_is_set_in_the_running_service(world: World) -> None:
    """One line of the file differs, in the repository as in the service."""
    with world.put_back():
        done = world.runtime.exec("bastion", ["ops", "limit", "/upload", "6"], timeout_s=60)
        assert done.exit_code == 0, done.stdout
        assert "    limit_rps: 6\n" in world.config("edge")
        assert world.config("edge") == repo.read(world.runtime, "config/edge.yaml")
        history = world.runtime.exec("bastion", ["ops", "config", "history", "edge"], timeout_s=60).stdout
        assert "limit_rps none → 6" in history.splitlines()[0]
    assert "limit_rps: 6" not in world.config("edge")


def test_changes_tell_what_became_of_a_commit(world: World) -> None:
    """The log of main, joined with the rollouts; by name, newest first."""
    with world.put_back():
        revision = world.push(
            "sed -i.bak 's/^max_queue:.*/max_queue: 17/' config/vision.yaml; rm config/*.bak"
        )
        (rollout,) = world.became(revision)
        assert (rollout.service, rollout.kind, rollout.ok, rollout.revision) == (
            "vision",
            "config",
            True,
            revision,
        )
        done = world.runtime.exec("bastion", ["ops", "changes", "3"], timeout_s=60)
        first = done.stdout.splitlines()[0]
        assert first.startswith(revision[:7])
        assert first.endswith("On Call: change  [vision config: written]")
        shown = world.runtime.exec("bastion", ["ops", "diff", revision[:7]], timeout_s=60).stdout
        assert "+max_queue: 17" in shown
        kept = world.bash('tail -n 50 "$(dirname "$ORIGIN")/rollouts.jsonl"').stdout.splitlines()
        assert revision in {json.loads(line)["revision"] for line in kept}


def test_runbooks_are_those_of_the_repository(world: World) -> None:
    """The company's own and those that were brought."""
    listed = world.runtime.exec("bastion", ["ops", "runbook"], timeout_s=60).stdout.split()
    assert {"on-call.md", "queue.md"} <= set(listed)
    assert "Wait." in world.runtime.exec("bastion", ["ops", "runbook", "queue"], timeout_s=60).stdout


def test_a_company_is_made_whole_after_an_incident(world: World) -> None:
    """As a rehearsal does between two fixes: the cache knows the customers' albums, and nothing else."""
    runtime = world.runtime
    head = repo.resolve(runtime, "main")
    model = "sed -i s/lumen-caption-7/lumen-caption-8/ config/vision.yaml"
    assert all(each.ok for each in world.became(world.push(model)))
    whole = cache.max_memory(runtime)
    cache.redis(runtime, "CONFIG", "SET", "maxmemory", "1mb")
    cache.redis(runtime, "CONFIG", "SET", "maxmemory", str(2 * whole))
    others = ["vision:lumen-caption-8:a-photo", "vision:lumen-caption-7:a-bots-photo"]
    for key in others:
        cache.redis(runtime, "SET", key, "a picnic")
    assert missing_share(runtime) > 0
    database.sql(runtime, "UPDATE accounts SET blocked = true WHERE id = 4000")
    runtime.pause("catalog", paused=True)
    make_whole(runtime, load_stack(), head)
    assert "lumen-caption-7" in world.config("vision")
    assert cache.max_memory(runtime) == whole
    assert missing_share(runtime) == 0
    assert cache.redis(runtime, "EXISTS", *others) == "0"
    assert database.sql(runtime, "SELECT count(*) FROM accounts WHERE blocked").split() == ["0"]
    assert "paused" not in {each.state for each in runtime.status()}


def test_a_trace_of_the_drill_is_found_wherever_it_lies(world: World) -> None:
    """In a file or its name, in the history of the repository, in what the metrics know."""
    words = words_of("thin-ice", ["north-wind"])
    assert list(leaks(world.runtime, words)) == []
    alert = Alert({"alert": "ThinIce", "expr": "vector(0) > 1", "labels": {"severity": "ticket"}})
    with world.put_back():
        world.push("echo '# for north-wind' >> config/checkout.yaml")
    world.bash("echo 'a drill' > ~/notes; echo 1 > ~/thin_ice")
    alert.apply(world.runtime)
    try:
        found = leaks(world.runtime, words)
    finally:
        alert.undo(world.runtime)
        world.bash("rm ~/notes ~/thin_ice")
    for place in (
        ":1:a drill$",
        "^file: ./thin_ice$",
        "^history: .*# for north-wind",
        "^alert rules: .*ThinIce",
    ):
        assert any(re.search(place, each) for each in found), (place, found)


def test_the_shell_is_heard(world: World) -> None:
    """A line that was typed arrives with its exit code; `ops` alone is told of by its own reply."""
    rc = "${OUTBOX%/*}/bashrc"
    typed = "ops status\nfalse 1\nexit\n"
    words = ["bash", "-c", f'exec bash --noprofile --rcfile "{rc}" -i']
    world.runtime.exec("bastion", words, stdin=typed.encode(), timeout_s=30)
    wait_until(lambda: any(each.line == "false 1" for each in world.told), _SECONDS)
    assert {each.exit_code for each in world.told if each.line == "false 1"} == {1}
    assert not [each for each in world.told if each.line.startswith("ops")]


# --- pushes --------------------------------------------------------------------------------------


def test_what_is_not_yaml_is_refused_and_nothing_is_written(world: World) -> None:
    """The rollout failed, with the file and the line; the service keeps what it has."""
    with world.put_back():
        before = world.config("vision")
        (rollout,) = world.became(world.push("echo 'slots: [' >> config/vision.yaml"))
        assert not rollout.ok
        assert "config/vision.yaml, line" in rollout.detail
        assert "nothing was written" in rollout.detail
        assert world.config("vision") == before


def test_yaml_without_a_key_goes_out_and_the_service_refuses_it(world: World) -> None:
    """It says so in its log and stays healthy on the last good one."""
    with world.put_back():
        revision = world.push("sed -i.bak '/^slots:/d' config/vision.yaml; rm config/*.bak")
        assert [each.ok for each in world.became(revision)] == [True]

        def rejected() -> bool:
            return any("config rejected" in line.text for line in world.runtime.logs("vision"))

        wait_until(rejected, _SECONDS)
        ask = ["curl", "-fsS", "http://vision:8000/healthz"]
        assert world.runtime.exec("bastion", ask).exit_code == 0


def test_git_revert_takes_a_config_back(world: World) -> None:
    """Pushed from the clone, without any operation of ours, it is in the running service within seconds."""
    with world.put_back():
        world.became(
            world.push("sed -i.bak 's/^max_queue:.*/max_queue: 3/' config/vision.yaml; rm config/*.bak")
        )
        assert "max_queue: 3\n" in world.config("vision")
        done = world.bash("git revert --no-edit HEAD >/dev/null && git push -q")
        assert done.exit_code == 0, done.stderr
        wait_until(lambda: "max_queue: 16\n" in world.config("vision"), _SECONDS)


def test_another_version_rolls_the_code(world: World) -> None:
    """Every replica runs the version's code, others' code is untouched; `rollback` goes back to the last."""
    with world.put_back():
        done = world.bash(
            'sed -i.bak \'s/"meadow"/"mill"/\' services/captions.py; rm services/*.bak\n'
            "git commit -qam mill && git tag r58 && git push -q origin main r58"
        )
        assert done.exit_code == 0, done.stderr
        started = {each.name: each.started_at for each in world.runtime.status()}
        revision = world.push("sed -i.bak 's/^version:.*/version: r58/' deploy/vision.yaml; rm deploy/*.bak")
        (rollout,) = world.became(revision)
        assert rollout.ok, rollout.detail
        assert rollout.detail == "r58, 2 replicas restarted"
        again = {each.name for each in world.runtime.status() if each.started_at != started[each.name]}
        assert again == {"vision-1", "vision-2"}
        code = "/srv/lumen/services/captions.py"
        assert b'"mill"' in world.runtime.read_out("vision", code)
        assert b'"mill"' not in world.runtime.read_out("storefront", code)
        done = world.runtime.exec("bastion", ["ops", "rollback", "vision"], timeout_s=60)
        assert "rolled back, r58 → r57" in done.stdout
        assert b'"mill"' not in world.runtime.read_out("vision", code)


def test_code_that_does_not_start_halts_the_rollout(world: World) -> None:
    """The first replica fails, the second goes on; taking the commit back mends it."""
    broken = "echo 'raise SystemExit(9)' >> services/kit/serving.py\ngit commit -qam broken\ngit push -q\n"
    with world.put_back():
        second = {each.name: each.started_at for each in world.runtime.status()}["storefront-2"]
        revision = world.push(
            f"{broken}at=$(git rev-parse HEAD)\n"
            'sed -i.bak "s/^version:.*/version: $at/" deploy/storefront.yaml; rm deploy/*.bak'
        )
        (rollout,) = world.became(revision)
        assert not rollout.ok
        assert "storefront" in rollout.detail
        now = {each.name: each for each in world.runtime.status()}
        assert now["storefront-2"].started_at == second
        done = world.runtime.exec("bastion", ["ops", "revert", revision], timeout_s=90)
        assert done.exit_code == 0, done.stdout
        states = {each.name: each.state for each in world.runtime.status() if each.service == "storefront"}
        assert set(states.values()) == {"running"}


def test_an_unknown_version_rolls_nothing(world: World) -> None:
    """One sentence; what runs goes on."""
    with world.put_back():
        revision = world.push("sed -i.bak 's/^version:.*/version: r999/' deploy/vision.yaml; rm deploy/*.bak")
        (rollout,) = world.became(revision)
        assert (rollout.ok, rollout.detail) == (False, "there is no version r999 in the repository")


def test_a_colleague_can_commit(world: World) -> None:
    """A commit by somebody else is rolled out like any other, in their name."""
    with world.put_back():
        text = world.config("vision").replace("max_queue: 16", "max_queue: 15")
        made = repo.commit(
            world.runtime, {"config/vision.yaml": text.encode()}, "vision: shorter queue", CAST["ines"]
        )
        assert made is not None
        (rollout,) = world.became(made)
        assert (rollout.author, rollout.subject) == (CAST["ines"].name, "vision: shorter queue")
        assert repo.commit(world.runtime, {"config/vision.yaml": text.encode()}, "again") is None


def test_a_commit_that_rolls_nothing_is_done_at_once(world: World) -> None:
    """A runbook is nobody's to deploy."""
    with world.put_back():
        assert world.became(world.push("echo more >> runbooks/queue.md")) == ()


def test_the_clone_is_what_is_on_main(world: World) -> None:
    """The engineer's clone is there, by the engineer's name, with the history in it."""
    done = world.bash("git log --format=%an | sort -u; git config user.email; git log --oneline | wc -l")
    lines = done.stdout.split("\n")
    assert {each.name for each in CAST.values()} <= set(lines)
    assert "oncall@lumen.example" in lines
