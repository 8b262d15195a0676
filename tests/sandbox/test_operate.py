"""The `ops` vocabulary, and changing one value of a config."""

from __future__ import annotations

import difflib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from sandbox.errors import BadStack
from sandbox.operate.execute import Operator
from sandbox.operate.grammar import moment
from sandbox.operate.lines import VERBS, parse, usage
from sandbox.operate.look import sparkline
from sandbox.operate.settings import edit
from sandbox.runtime import registry
from sandbox.runtime.fake import FakeRuntime
from sandbox.stack import CONFIG_FOLDER
from sandbox.stack.model import load_stack
from sandbox.world.deployer import Deployer

STACK = load_stack()
DOCS = Path(__file__).parents[2] / "docs"
EDGE = (CONFIG_FOLDER / "edge.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "verb", "words", "tier"),
    [
        ("ops scale vision 3", "scale", ("vision", "3"), "write"),
        ("rollback vision", "rollback", ("vision",), "write"),
        ("revert HEAD~1", "revert", ("HEAD~1",), "write"),
        ("changes", "changes", ("15",), "read"),
        ("changes 3", "changes", ("3",), "read"),
        ("diff r57", "diff", ("r57",), "read"),
        ("config history edge", "config history", ("edge",), "read"),
        ("config get edge", "config get", ("edge",), "read"),
        ("runbook", "runbook", ("",), "read"),
        ("metrics 'sum(up{job=\"edge\"})'", "metrics", ('sum(up{job="edge"})', "", ""), "read"),
        ('metrics up{job="edge"}', "metrics", ('up{job="edge"}', "", ""), "read"),
        ("metrics up --range 5m", "metrics", ("up", "300", "5"), "read"),
        ("metrics 'sum(up)' --step=2s --range 1m", "metrics", ("sum(up)", "60", "2"), "read"),
        ("logs", "logs", ("", "", "", "debug", "", ""), "read"),
        ("logs all no answer", "logs", ("", "", "no answer", "debug", "", ""), "read"),
        (
            "logs checkout --level error --since 2m not paid",
            "logs",
            ("checkout", "", "not paid", "error", "2m", ""),
            "read",
        ),
        ("logs vision-2 --until 14:05 -f", "logs", ("vision", "2", "", "debug", "", "14:05"), "read"),
        ("traces", "traces", ("slowest", "5m"), "read"),
        ("traces failed --since 1m", "traces", ("failed", "1m"), "read"),
        ("traces 4bf92f35", "traces", ("4bf92f35", "5m"), "read"),
        ("top", "top", (), "read"),
        ("topology", "topology", (), "read"),
        ("drain vision-2", "drain", ("vision", "2", "on"), "write"),
        ("drain vision-2 off", "drain", ("vision", "2", "off"), "write"),
        ("flag", "flags", (), "read"),
        ("flag captions off", "flag", ("captions", "off"), "write"),
        ("block list", "blocked", (), "read"),
        ("block account 7 ada@mail.example", "block", ("accounts", "7", "ada@mail.example"), "write"),
        ("block accounts --created 10m..", "block", ("created", "10m", "now"), "write"),
        ("unblock accounts --created=14:00..14:05", "unblock", ("created", "14:00", "14:05"), "write"),
        ("unblock all", "unblock", ("all",), "write"),
        ("limit account /upload 5/m", "limit account", ("5",), "write"),
        ("limit account /upload off", "limit account", ("0",), "write"),
        ("failover db", "failover db", (), "write"),
        ("failover payments", "failover payments", ("",), "write"),
        ("failover payments secondary", "failover payments", ("secondary",), "write"),
        ("flush cache", "flush", ("cache", ""), "write"),
        ("flush cache vision:*", "flush", ("cache", "vision:*"), "write"),
        ("kill-query 42", "kill-query", ("42",), "write"),
        ("kill-query --longest", "kill-query", ("--longest",), "write"),
        ("sql select 'a' || 'b'", "sql", ("select 'a' || 'b'", "read only"), "read"),
        ("sql 'delete from photos'", "sql", ("delete from photos", ""), "write"),
        ("sql select 1; drop table orders", "sql", ("select 1; drop table orders", ""), "write"),
        ("sql select pg_cancel_backend(1)", "sql", ("select pg_cancel_backend(1)", ""), "write"),
        ("redis cache CONFIG GET maxmemory", "redis", ("cache", "CONFIG", "GET", "maxmemory"), "read"),
        ("redis cache FLUSHALL", "redis", ("cache", "FLUSHALL"), "write"),
        ("restart vision-2", "restart", ("vision", "2"), "write"),
        ("limit /upload off", "limit", ("/upload", "off"), "write"),
    ],
)
def test_a_line_is_understood(line: str, verb: str, words: tuple[str, ...], tier: str) -> None:
    """With its tier; a write says what it would touch."""
    operation = parse(STACK, line)
    assert (operation.verb, operation.words, operation.tier) == (verb, words, tier)
    assert bool(operation.blast_radius) == (tier == "write")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("rollback", "usage: rollback SERVICE"),
        ("rollback bastion", "there is no service 'bastion'"),
        ("logs customers", "there is no service 'customers'"),
        ("restart customers", "there is no service 'customers'"),
        ("logs bank", "there is no service 'bank'"),
        ("", "no operation"),
        ("fix it", "no operation"),
        ("scale vision 0", "at least one"),
        ("limit /upload 0", "not a rate"),
        ("redis cache 'CONFIG", "No closing quotation"),
        ("scale vision 5", "the quota allows vision at most 4"),
        ("revert", "usage: revert COMMIT"),
        ("changes all", "'all' is not a number of changes"),
        ("changes 999999", "not a number of changes"),
        ("config history", "usage: config get SERVICE"),
        ("logs --level loud", "'loud' is no level"),
        ("logs vision --since yesterday", "'yesterday' is no time"),
        ("logs vision --since", "lacks its value"),
        ("traces Zürich", "neither slowest, failed"),
        ("metrics up --step 5s", "a step needs a range"),
        ("metrics up --range 5", "'5' is no duration"),
        ("metrics up --range 1d --step 1s", "1 to 1000 steps"),
        ("top 5", "usage: top"),
        ("drain vision", "usage: drain SERVICE-N"),
        ("drain worker-1", "nothing is balanced over worker"),
        ("drain vision-1 on", "usage: drain"),
        ("flag captions", "usage: flag"),
        ("flag captions maybe", "usage: flag"),
        ("block", "usage: block account"),
        ("block all", "usage: block account"),
        ("block account", "usage: block account"),
        ("block accounts --created 5m", "usage: block account"),
        ("block accounts --created 5m..soon", "'soon' is no time"),
        ("limit account /login 5/m", "usage: limit account /upload"),
        ("limit account /upload 0/m", "usage: limit account /upload"),
        ("failover cache", "usage: failover db"),
        ("failover payments tertiary", "usage: failover db"),
        ("flush db", "db has nothing to flush"),
        ("kill-query", "usage: kill-query PID"),
        ("kill-query vision", "usage: kill-query PID"),
    ],
)
def test_a_line_that_can_not_be_understood_is_refused(line: str, complaint: str) -> None:
    """With the usage, or what there is."""
    with pytest.raises(BadStack, match=complaint):
        parse(STACK, line)


def test_the_usage_has_every_verb() -> None:
    """One line each."""
    assert [line.split("  ")[0] for line in usage().splitlines()] == [verb.usage for verb in VERBS]


def test_every_operation_is_documented() -> None:
    """As `ops help` shows it."""
    pages = "".join((DOCS / name).read_text(encoding="utf-8") for name in ("company.md", "drill.md"))
    written = " ".join(pages.replace("\\|", "|").split())
    missing = [verb.usage for verb in VERBS if f"`{verb.usage}`" not in written]
    assert missing == []
    assert set(re.findall(r"^([a-z-]+)", usage(), flags=re.MULTILINE)) == {verb.name for verb in VERBS}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2m", "2026-03-11T14:28:00"),
        ("1.5h", "2026-03-11T13:00:00"),
        ("14:05", "2026-03-11T14:05:00"),
        ("14:45:30", "2026-03-10T14:45:30"),
        ("2026-03-01T08:00", "2026-03-01T08:00:00"),
        ("2026-03-01T08:00:00+02:00", "2026-03-01T06:00:00"),
        ("now", "2026-03-11T14:30:00"),
    ],
)
def test_times_are_ago_or_the_last_one_or_exact(text: str, at: str) -> None:
    """UTC unless they say otherwise; a time of day that is still to come was yesterday's."""
    now = datetime(2026, 3, 11, 14, 30, tzinfo=UTC).timestamp()
    assert datetime.fromtimestamp(moment(text, now), UTC).isoformat() == f"{at}+00:00"


def test_a_sparkline_goes_from_lowest_to_highest() -> None:
    """A blank where nothing was measured; what doesn't change is flat."""
    assert sparkline([0.0, None, 5.0, 10.0]) == "▁ ▄█"
    assert sparkline([3.0, 3.0]) == "▁▁"
    assert sparkline([None, None]) == "  "


def _changed_lines(before: str, after: str) -> list[str]:
    compared = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line[2:] for line in compared if line.startswith("+ ")]


@pytest.mark.parametrize(
    ("key", "value", "was", "line"),
    [
        ("routes.upload.retries", "0", "2", "    retries: 0"),
        ("routes.upload.limit_rps", "6", "none", "    limit_rps: 6"),
        ("routes.browse.timeout_s", "2.5", "5", "    timeout_s: 2.5"),
        ("gateway.vision.rewrite", "/v2/", "/", "    rewrite: /v2/"),
    ],
)
def test_one_value_changes_one_line(key: str, value: str, was: str, line: str) -> None:
    """Comments, order and the other values stay."""
    changed, before = edit(EDGE, key, value)
    assert before == was
    assert _changed_lines(EDGE, changed) == [line]
    assert [each for each in changed.splitlines() if each.startswith("#")] == [
        each for each in EDGE.splitlines() if each.startswith("#")
    ]


def test_a_limit_comes_and_goes() -> None:
    """The last mapping of the text and of a list take a new key too."""
    for key in ("gateway.vision.limit_rps", "routes.browse.limit_rps"):
        limited, _ = edit(EDGE, key, "4")
        lifted, was = edit(limited, key, "null")
        assert was == "4"
        assert yaml.safe_load(limited) != yaml.safe_load(lifted)
    assert edit("a: 1", "limit_rps", "2")[0] == "a: 1\nlimit_rps: 2"
    assert edit("a:\nb: 2\n", "a", "1")[0] == "a: 1\nb: 2\n"


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("routes.upload.colour", "red", "the config has no routes.upload.colour"),
        ("routes.download.retries", "1", "'download' is not there"),
        ("routes", "1", "more than one value"),
        ("routes.upload.retries.deep", "1", "the config has no"),
        ("routes.upload.retries", "[1", "is not YAML"),
        ("routes.upload.retries", "1 # really", "not a value on one line"),
        ("routes.upload.retries", "1\nroutes: []", "not a value on one line"),
        ("routes.upload.retries", "a: b", "cannot be set to"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(key: str, value: str, complaint: str) -> None:
    """Nothing else of the text can be changed by it."""
    with pytest.raises(BadStack, match=complaint):
        edit(EDGE, key, value)


class _Restarts(FakeRuntime):
    """A company that remembers in which order its parts were started again."""

    def __init__(self, sandbox_id: str) -> None:
        super().__init__(sandbox_id)
        self.restarted: list[tuple[str, int | None]] = []

    def restart(self, service: str, replica: int | None = None) -> None:
        self.restarted.append((service, replica))
        super().restart(service, replica)


@pytest.mark.parametrize(
    ("line", "restarted"),
    [
        ("restart vision", [("vision", 1), ("vision", 2)]),
        ("restart vision-2", [("vision", 2)]),
        ("restart payments", [("payments", 1)]),
    ],
)
def test_replicas_are_restarted_one_after_the_other(
    line: str, restarted: list[tuple[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the others serve meanwhile."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path))
    runtime = _Restarts(registry.new_id())
    runtime.up(lambda _: None)
    try:
        operator = Operator(runtime, STACK, Deployer(runtime, STACK))
        assert operator.carry_out(parse(STACK, line)).exit_code == 0
        operator.close()
        assert runtime.restarted == restarted
    finally:
        runtime.down()
