"""The SLI feed's arithmetic, and `load.yaml`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sandbox.load.arrivals import Arrivals, BotRun
from sandbox.load.sli import BOUNDS_MS, Feed, Second, percentile
from sandbox.stack import CONFIG_FOLDER


def test_a_latency_falls_into_the_bucket_of_its_bound() -> None:
    """A bound belongs to its bucket; what is slower than all has one of its own."""
    second = Second()
    for latency in (5, 5.1, 15000, 99999):
        second.add(latency, failed=False, threshold_ms=1000)
    assert len(second.histogram) == len(BOUNDS_MS) + 1
    assert [i for i, n in enumerate(second.histogram) if n] == [0, 1, len(BOUNDS_MS) - 1, len(BOUNDS_MS)]
    assert (second.count, second.good, second.failures) == (4, 2, 0)


def test_a_quick_failure_is_not_good() -> None:
    """Good is success within the threshold."""
    second = Second()
    second.add(1, failed=True, threshold_ms=1000)
    assert (second.count, second.good, second.failures) == (1, 0, 1)


def test_percentiles_survive_adding_up() -> None:
    """The median of 99 quick ones and 1 slow one is quick, the 99.5th percentile is not."""
    second = Second()
    for latency in [9.0] * 99 + [2900.0]:
        second.add(latency, failed=False, threshold_ms=3000)
    assert percentile(second.histogram, 0.5) == 10
    assert percentile(second.histogram, 0.99) == 10
    assert percentile(second.histogram, 0.995) == 3000
    assert percentile([0] * len(second.histogram), 0.5) == 0


def test_customers_and_bots_are_counted_apart() -> None:
    """Every second has a line, with or without requests."""
    lines: list[str] = []
    feed = Feed(lines.append)
    feed.record("customers", "buy", 200, failed=False)
    feed.record("bots", "buy", 200, failed=True)
    now = feed.second
    feed.flush(now + 2.5)
    first, second = (json.loads(line) for line in lines)
    assert first["customers"]["buy"]["good"] == 1
    assert first["bots"]["buy"]["failures"] == 1
    assert (second["customers"], second["bots"], second["second"]) == ({}, {}, now + 1)


def test_bots_come_when_the_file_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """None at baseline; a bad file changes nothing and is told."""
    path = tmp_path / "load.yaml"
    shipped = (CONFIG_FOLDER / "load.yaml").read_text(encoding="utf-8")

    def put(text: str) -> None:
        fresh = path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        os.utime(fresh, ns=(0, put_count[0]))
        put_count[0] += 10**9
        os.replace(fresh, path)

    put_count = [10**18]
    put(shipped)
    arrivals = Arrivals(path)
    assert [each.name for each in arrivals.value.bots] == []
    bot = "{name: a, kind: uploads, accounts: 200, requests_each: 22, email: 'u{n}@x.example', password: p}"
    put(shipped.replace("bots: []", f"bots: [{bot}]"))
    arrivals.refresh()
    (run,) = arrivals.value.bots
    assert (run.accounts, run.requests_each, run.first) == (200, 22, 1)
    put(shipped.replace("bots: []", f"bots: [{bot.replace('uploads', 'dancing')}]"))
    arrivals.refresh()
    assert [each.kind for each in arrivals.value.bots] == [run.kind]
    assert "dancing" in capsys.readouterr().out


def test_a_herd_may_come_bit_by_bit_and_ask_all_at_once() -> None:
    """What isn't said is as before: all accounts at once, one request after the other."""
    entry = {"name": "a", "kind": "uploads", "accounts": 200, "requests_each": 22}
    assert (BotRun.parse(entry).every_s, BotRun.parse(entry).together) == (0.0, False)
    run = BotRun.parse(entry | {"every_s": 1.3, "together": True})
    assert (run.every_s, run.together) == (1.3, True)
