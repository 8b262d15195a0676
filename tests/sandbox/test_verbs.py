"""Every verb of the write tier on a real company, by what customers and services see of it.

Tests leave what runs as they found it, since their order is random; only the database may have failed
over, which changes nothing for the others.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

import pytest

from sandbox.observe.metrics import Metrics
from sandbox.observe.topology import describe, measure
from sandbox.runtime.base import ExecResult
from sandbox.stack.model import load_stack
from tests.sandbox.world import World
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)

_SECONDS = 40.0

on_processes = pytest.mark.parametrize(
    "world", [pytest.param("process", marks=pytest.mark.process)], indirect=True
)
"""For verbs that do the same on every runtime."""


def _ops(world: World, *words: str) -> ExecResult:
    done = world.runtime.exec("bastion", ["ops", *words], timeout_s=90)
    assert done.exit_code == 0, done.stdout + done.stderr
    return done


@dataclass
class Visitor:
    """A customer who comes through the front door, from the bastion."""

    world: World
    email: str
    token: str = ""

    @property
    def account(self) -> str:
        return _sql(self.world, f"SELECT id FROM accounts WHERE email = '{self.email}'")

    def ask(self, path: str, body: str = "", method: str = "POST") -> tuple[int, str]:
        """The status and the body of an answer."""
        words = [
            "curl",
            "-sS",
            "-X",
            method,
            "-H",
            f"authorization: Bearer {self.token}",
            "-w",
            "\n%{http_code}",
        ]
        words += ["--data-binary", "@-"] if body else []
        url = f"http://edge:8080{path}"
        done = self.world.runtime.exec("bastion", [*words, url], stdin=body.encode("latin-1"))
        text, _, status = done.stdout.rpartition("\n")
        return int(status), text

    def log_in(self) -> int:
        status, text = self.ask("/login", json.dumps({"email": self.email, "password": "secret"}))
        if status == 201:
            self.token = json.loads(text)["token"]
        return status

    def upload(self) -> int:
        return self.ask("/upload", _PNG + self.email)[0]

    def caption(self) -> str | None:
        """What the shop says about a photo; None if it isn't taken in."""
        status, text = self.ask("/upload", _PNG + self.email)
        return str(json.loads(text)["caption"]) if status == 201 else None

    def greeting(self) -> str | None:
        """The name by which the first page knows us; None if it doesn't."""
        status, text = self.ask("/", method="GET")
        return json.loads(text)["hello"] if status == 200 else "no page"


_PNG = "\x89PNG\r\n\x1a\n" + "\x00\x00\x00\rIHDR" + "\x00\x00\x00\x40" * 2


def _sql(world: World, statement: str) -> str:
    lines = _ops(world, "sql", statement).stdout.splitlines()
    return lines[2].strip()


def _signed_up(world: World) -> Visitor:
    """Somebody new, as soon as the shop takes them in."""
    made = Visitor(world, "")

    def taken() -> bool:
        made.email = f"{secrets.token_hex(6)}@test.example"
        body = json.dumps({"email": made.email, "name": "Vi", "password": "secret"})
        status, text = made.ask("/signup", body)
        made.token = json.loads(text)["token"] if status == 201 else ""
        return bool(made.token)

    wait_until(taken, _SECONDS)
    return made


@pytest.fixture
def visitor(world: World) -> Visitor:
    """Somebody who has just signed up."""
    return _signed_up(world)


def _answered(world: World, service: str, replica: int) -> float:
    """Requests that a replica has answered."""
    script = f'curl -fsS http://{service}-{replica}:8000/metrics | grep "^http_requests_total"'
    if world.runtime.kind == "process":
        host = next(e.address for e in world.runtime.status() if e.name == f"{service}-{replica}")
        script = script.replace(f"{service}-{replica}", host)
    shown = world.runtime.exec("bastion", ["bash", "-c", script]).stdout
    return sum(float(line.split()[-1]) for line in shown.splitlines())


def test_a_drained_replica_gets_no_new_requests(world: World) -> None:
    """The other one carries on; taken back, it gets its share again."""
    with world.put_back():
        changed = _ops(world, "drain", "storefront-2").stdout
        assert "drained [] → [storefront-2]" in changed
        seen = [_answered(world, "storefront", 2)]

        def still() -> bool:
            """Nothing came to it while the other one answered."""
            other = _answered(world, "storefront", 1)
            wait_until(lambda: _answered(world, "storefront", 1) > other + 20, _SECONDS)
            seen.append(_answered(world, "storefront", 2))
            return seen[-1] == seen[-2]

        wait_until(still, _SECONDS)
        refused = world.runtime.exec("bastion", ["ops", "drain", "storefront-1"], timeout_s=60)
        assert refused.exit_code == 1
        assert "the last one of storefront" in refused.stdout
        _ops(world, "drain", "storefront-2", "off")
        wait_until(lambda: _answered(world, "storefront", 2) > seen[-1], _SECONDS)


@on_processes
def test_without_captions_an_upload_does_not_ask_vision(world: World, visitor: Visitor) -> None:
    """The photo is taken in, without words about it; switched on again it has some."""
    wait_until(lambda: bool(visitor.caption()), _SECONDS)
    with world.put_back():
        _ops(world, "flag", "captions", "off")
        assert "captions     off" in _ops(world, "flag").stdout
        wait_until(lambda: visitor.caption() == "", _SECONDS)
    wait_until(lambda: bool(visitor.caption()), _SECONDS)


@on_processes
def test_greeting_and_signups_can_be_shed(world: World, visitor: Visitor) -> None:
    """Pages know nobody, and nobody new is taken in; who has an account is served."""
    with world.put_back():
        _ops(world, "flag", "greeting", "off")
        _ops(world, "flag", "signups", "off")

        def shed() -> bool:
            body = json.dumps({"email": f"{secrets.token_hex(6)}@test.example", "name": "V", "password": "x"})
            return visitor.ask("/signup", body)[0] == 503 and visitor.greeting() is None

        wait_until(shed, _SECONDS)
        assert visitor.log_in() == 201
    wait_until(lambda: visitor.greeting() == "Vi", _SECONDS)


@on_processes
def test_a_blocked_account_is_refused(world: World, visitor: Visitor) -> None:
    """At login, upload and checkout; the list shows it; unblocked it is served again."""
    wait_until(lambda: visitor.upload() == 201, _SECONDS)
    assert "blocked 1 account, 0 of which" in _ops(world, "block", "account", visitor.email).stdout
    assert visitor.email in _ops(world, "block", "list").stdout
    assert visitor.log_in() == 403
    wait_until(lambda: visitor.upload() == 403, _SECONDS)
    assert visitor.ask("/orders", json.dumps({"card": "4000123412344242"}))[0] == 403
    assert "unblocked 1 account" in _ops(world, "unblock", "account", visitor.account).stdout
    assert visitor.log_in() == 201
    wait_until(lambda: visitor.upload() == 201, _SECONDS)


@on_processes
def test_a_cohort_is_blocked_with_whoever_falls_in(world: World, visitor: Visitor) -> None:
    """Those who were made in that time, and nobody else."""
    begin = _sql(world, "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')")
    inside = _signed_up(world)
    end = _sql(world, "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')")
    try:
        _ops(world, "block", "accounts", "--created", f"{begin}..{end}")
        assert (inside.log_in(), visitor.log_in()) == (403, 201)
    finally:
        _ops(world, "unblock", "all")
    assert inside.log_in() == 201


@on_processes
def test_an_account_is_limited(world: World, visitor: Visitor) -> None:
    """Its third upload within the minute is refused, and somebody else's first is not."""
    with world.put_back():
        _ops(world, "limit", "account", "/upload", "2/m")
        wait_until(lambda: visitor.upload() == 429, _SECONDS)
        other = _signed_up(world)
        wait_until(lambda: other.upload() == 201, _SECONDS)
    wait_until(lambda: visitor.upload() == 201, _SECONDS)


@on_processes
def test_charges_go_to_the_other_provider_and_back(world: World) -> None:
    """By name or by turns; new charges are the secondary's."""

    def provider() -> str:
        return _sql(world, "SELECT provider FROM charges ORDER BY created_at DESC LIMIT 1")

    with world.put_back():
        assert "provider primary → secondary" in _ops(world, "failover", "payments").stdout
        wait_until(lambda: provider() == "secondary", 3 * _SECONDS)
        assert "provider secondary → primary" in _ops(world, "failover", "payments", "primary").stdout
        wait_until(lambda: provider() == "primary", 3 * _SECONDS)


@on_processes
def test_keys_are_flushed(world: World) -> None:
    """Those that fit a pattern, and those alone; how many is said."""
    world.runtime.exec(
        "bastion", ["redis-cli", "-h", "cache", "MSET", "tea:1", "a", "tea:2", "b", "mug:1", "c"]
    )
    assert "2 keys removed, those like tea:*" in _ops(world, "flush", "cache", "tea:*").stdout
    left = world.runtime.exec("bastion", ["redis-cli", "-h", "cache", "EXISTS", "tea:1", "mug:1"]).stdout
    assert left.strip() == "1"
    world.runtime.exec("bastion", ["redis-cli", "-h", "queue", "SET", "tea:3", "a"])
    assert " keys removed" in _ops(world, "flush", "queue").stdout
    assert (
        world.runtime.exec("bastion", ["redis-cli", "-h", "queue", "EXISTS", "tea:3"]).stdout.strip() == "0"
    )


@on_processes
def test_a_query_is_ended(world: World) -> None:
    """The one that has run longest, or the one with that number; what it ran is said."""
    start = "psql -h ${SERVER} -c \"SELECT 'slow tea', pg_sleep(120)\" >/dev/null 2>&1 &"
    server = world.config("storefront").split("database: ")[1].split()[0]
    pid = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%slow tea%' AND pid <> pg_backend_pid()"
    for by_number in (False, True):
        world.runtime.exec("bastion", ["bash", "-c", start.replace("${SERVER}", server)])
        wait_until(lambda: _sql(world, pid).isdigit(), _SECONDS)
        which = _sql(world, pid) if by_number else "--longest"
        assert "slow tea" in _ops(world, "kill-query", which).stdout
        wait_until(lambda: not _sql(world, pid).isdigit(), _SECONDS)
    nobody = world.runtime.exec("bastion", ["ops", "kill-query", "999999"], timeout_s=60)
    assert (nobody.exit_code, "nobody was ended" in nobody.stdout) == (1, True)


def test_the_replica_becomes_the_database(world: World, visitor: Visitor) -> None:
    """What was there is there, customers' writes go on at the new one, and the old one takes none."""
    assert "database: db\n" in world.config("storefront")
    before = visitor.account
    done = _ops(world, "failover", "db")
    assert "db-replica is the shop's database; db takes no writes any more" in done.stdout
    assert visitor.account == before
    wait_until(lambda: visitor.upload() == 201, _SECONDS)
    taken = f"SELECT count(*) FROM photos WHERE account_id = {before}"
    assert int(_sql(world, taken)) >= 1
    ask = ["psql", "-h", "db-replica", "-XAtc", taken]
    assert int(world.runtime.exec("bastion", ask).stdout) >= 1
    write = ["psql", "-h", "db", "-XAtc", "DELETE FROM photos WHERE id = 0"]
    assert "read-only" in world.runtime.exec("bastion", write).stderr
    again = world.runtime.exec("bastion", ["ops", "failover", "db"], timeout_s=60)
    assert (again.exit_code, "no replica any more" in again.stdout) == (1, True)


# --- looking -------------------------------------------------------------------------------------


@on_processes
def test_top_shows_services_and_replicas(world: World) -> None:
    """Rates of the services, and what each replica takes by the replica's own name."""

    def shown() -> bool:
        lines = {line.split()[0]: line.split() for line in _ops(world, "top").stdout.splitlines() if line}
        storefront, replica = lines.get("storefront", []), lines.get("storefront-2", [])
        if "–" in (*storefront[:3], *replica[:3]):
            return False
        return (
            len(storefront) > 2 and float(storefront[2]) > 1 and len(replica) > 3 and float(replica[2]) > 10
        )

    wait_until(shown, _SECONDS)


def test_replicas_are_known_by_name(world: World) -> None:
    """Wherever they run, Prometheus's addresses are theirs."""
    wait_until(lambda: "storefront-2" in _ops(world, "top").stdout, _SECONDS)


def test_the_shell_has_its_tools_and_knows_the_names(world: World) -> None:
    """What is at hand on the bastion, and whom it reaches by name."""
    for script in (
        "command -v ops psql redis-cli curl jq git",
        "curl -fsS http://vision:8000/healthz | jq -e .status",
        "curl -fsS http://edge:8080/healthz",
        "psql -h db-replica -XAtc 'SELECT 1'",
        "redis-cli -h queue PING",
    ):
        done = world.runtime.exec("bastion", ["bash", "-ec", script])
        assert done.exit_code == 0, script + done.stderr


@on_processes
def test_the_topology_is_what_is_measured(world: World) -> None:
    """Whoever is counted as asking somebody is declared to do so, and the declared ways have figures."""
    metrics = Metrics(world.runtime)
    try:
        declared = {(each.source, each.target) for each in describe(load_stack()).edges}
        wait_until(lambda: len(measure(metrics)) > 15, _SECONDS)
        measured = measure(metrics)
        # After a failover everybody's database is the replica.
        assert {(source, target.replace("-replica", "")) for source, target in measured} <= declared
        busy = {pair for pair, edge in measured.items() if edge.rate}
        assert {("customers", "edge"), ("edge", "storefront"), ("storefront", "vision")} <= busy
        assert "storefront" in _ops(world, "topology").stdout
    finally:
        metrics.close()


@on_processes
def test_logs_are_narrowed_and_followed(world: World, visitor: Visitor) -> None:
    """By service, level, time and text; followed, what is written later comes too."""
    visitor.log_in()
    world.runtime.exec("bastion", ["ops", "sql", "SELECT 1"], timeout_s=60)
    lines = _ops(world, "logs", "accounts", "--since", "1m", "/sessions").stdout.splitlines()
    assert lines
    assert all(line.startswith("accounts-1 ") and "/sessions" in line for line in lines)
    assert "no such lines" in _ops(world, "logs", "accounts", "--until", "2001-01-01").stdout
    start = "timeout 60 ops logs storefront photo -f > $HOME/followed 2>&1 &"
    world.runtime.exec("bastion", ["bash", "-c", start])
    account = visitor.account
    wanted = ["grep", "-c", f'"account": {account},', f"{world.home}/followed"]

    def followed() -> bool:
        visitor.upload()
        return world.runtime.exec("bastion", wanted).stdout.strip() not in ("", "0")

    wait_until(followed, 2 * _SECONDS)


@on_processes
def test_traces_and_ranges_are_shown(world: World) -> None:
    """A trace from the list is drawn by its id; a range is a line a series."""
    wait_until(lambda: "no such traces" not in _ops(world, "traces", "slowest").stdout, _SECONDS)
    first = _ops(world, "traces", "slowest", "--since", "10m").stdout.split()[0]
    assert "━" in _ops(world, "traces", first[:12], "--since", "10m").stdout
    drawn = _ops(world, "metrics", "up", "--range", "20s", "--step", "2s").stdout
    assert "storefront" in drawn
    assert "min" in drawn.splitlines()[0]
