"""What a real runtime's company does by itself, whatever it runs on; a fake one does none of this."""

from __future__ import annotations

import io
import tarfile
import time

import httpx
import pytest

from sandbox.runtime.base import Runtime
from sandbox.runtime.docker import Engine
from sandbox.stack.prometheus import SCRAPED
from tests.sandbox.runtimes import REAL
from tests.sandbox.test_image import TELLTALE
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.parametrize("runtime", REAL, indirect=True, scope="package"),
]


def _marked() -> bytes:
    """A tar with one more program of the services'."""
    content = b"print('here')"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo("services/marked.py")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def test_customers_are_served(runtime: Runtime) -> None:
    """Whole seconds of good uploads show in the customers' log."""

    def good_uploads() -> bool:
        return any('"upload"' in line.text and '"sli": 1' in line.text for line in runtime.logs("customers"))

    wait_until(good_uploads, 20, every_s=0.5)


def test_every_service_has_code_of_its_own(runtime: Runtime) -> None:
    """A version that is laid into one service is not in another, and its programs find it."""
    runtime.unpack("vision", "/srv/lumen", _marked())
    ask = ["python3", "-m", "services.marked"]
    assert [runtime.exec("vision", ask, replica=n).stdout for n in (1, 2)] == ["here\n", "here\n"]
    assert runtime.exec("storefront", ask).exit_code != 0


def test_a_database_that_is_killed_from_inside_comes_back(runtime: Runtime) -> None:
    """As after the system's own out-of-memory killer: nobody outside asked for it."""
    ask = ["psql", "-XAtc", "SELECT pg_postmaster_start_time()"]
    before = runtime.exec("bastion", ask).stdout
    assert before
    runtime.exec(
        "bastion", ["psql", "-Xc", "COPY (SELECT 1) TO PROGRAM 'kill -KILL $(head -n 1 postmaster.pid)'"]
    )

    def is_another() -> bool:
        now = runtime.exec("bastion", ask)
        return now.exit_code == 0 and now.stdout != before

    wait_until(is_another, 30, every_s=0.5)


def test_what_was_signalled_is_left_to_its_end(runtime: Runtime) -> None:
    """Whoever sends a part a signal means it, whatever the signal is; only what ends by itself comes back."""
    runtime.kill("bank", signal="HUP")
    try:
        wait_until(lambda: {e.state for e in runtime.status() if e.service == "bank"} == {"exited"}, 10)
    finally:
        runtime.restart("bank")


def test_address_reaches_prometheus(runtime: Runtime) -> None:
    """The trainer reads metrics of every copy at the published port."""
    url = f"http://{runtime.address('metrics', 9090)}/api/v1/query"

    def scraped() -> bool:
        found = httpx.get(url, params={"query": "up == 1"}, timeout=5).json()["data"]["result"]
        jobs = [series["metric"]["job"] for series in found]
        return sorted(jobs) == sorted(each.service for each in runtime.status() if each.service in SCRAPED)

    wait_until(scraped, 20, every_s=0.5)


def test_nothing_inside_finds_a_way_out(runtime: Runtime) -> None:
    """Nothing is masqueraded, an outside address does not answer, outside names do not resolve."""
    if "names" not in runtime.capabilities():
        pytest.skip("plain processes share the host's network")
    for service in ("bastion", "vision"):
        outside = ["curl", "-sS", "-m", "3", "-o", "/dev/null", "http://192.0.2.1/"]
        assert runtime.exec(service, outside).exit_code in (7, 28)
        begun = time.monotonic()
        assert runtime.exec(service, ["getent", "hosts", "outside.example.org"]).exit_code == 2
        assert time.monotonic() - begun < 8
    with Engine() as engine:
        options = engine.network_options(f"{runtime.sandbox_id}_shop")
    assert options["com.docker.network.bridge.enable_ip_masquerade"] == "false"


def test_nothing_inside_tells_what_it_is_for(runtime: Runtime) -> None:
    """No file, host name or environment variable in a participant's reach speaks of exercises."""
    if "names" not in runtime.capabilities():
        pytest.skip("plain processes share the host's files")
    look = "find / -xdev -not -path '/proc/*' -not -path '/sys/*' 2>/dev/null; env; hostname"
    for service in ("bastion", "customers"):
        told = runtime.exec(service, ["sh", "-c", look]).stdout.splitlines()
        assert [line for line in told if TELLTALE.search(line)] == []


def test_the_bastion_does_not_know_who_comes(runtime: Runtime) -> None:
    """The customers' own program, and with it the kinds of bots that there are, can't be read there."""
    assert runtime.exec("customers", ["ls", "load"]).stdout
    assert runtime.exec("bastion", ["ls", "-A", "load"]).stdout == ""


def test_a_config_that_is_not_yaml_leaves_the_last_good_one(runtime: Runtime) -> None:
    """The running service says so, once, and goes on serving with what it had."""
    path = "/etc/lumen/vision.yaml"
    good = runtime.read_out("vision", path)
    runtime.copy_in("vision", path, b"slots: [\n")
    try:

        def refused() -> bool:
            lines = [line.text for line in runtime.logs("vision") if "last good one stays" in line.text]
            return any("vision.yaml" in text and "flow" in text for text in lines)

        wait_until(refused, 20, every_s=0.5)
        assert {each.state for each in runtime.status() if each.service == "vision"} == {"running"}
        ask = ["curl", "-fsS", "http://vision:8000/healthz"]
        assert runtime.exec("bastion", ask).exit_code == 0
    finally:
        runtime.copy_in("vision", path, good)
