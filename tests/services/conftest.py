"""One real sandbox of plain processes for the tests that need the whole shop."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.runtime import registry, tools
from sandbox.runtime.base import Runtime
from sandbox.runtime.process import ProcessRuntime
from sandbox.services import photos
from tests.waiting import wait_until

GOOD_CARD = "4000123412344242"


class Shop:
    """The company as its customers and its engineers reach it."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.edge = httpx.Client(
            base_url=f"http://{runtime.address('edge', 8080)}", timeout=20, trust_env=False
        )
        self._prometheus = f"http://{runtime.address('metrics', 9090)}/api/v1/"

    def customer(self) -> Customer:
        return Customer(self)

    def sql(self, statement: str, host: str = "db") -> str:
        """The first value of a statement, asked on the bastion."""
        port = str(self.runtime.address(host, 5432).port)
        done = self.runtime.exec("bastion", ["psql", "-h", host, "-p", port, "-XAtc", statement])
        assert done.exit_code == 0, done.stderr
        return done.stdout.strip()

    def redis(self, host: str, *words: str) -> str:
        done = self.runtime.exec("bastion", ["redis-cli", "-h", host, *words])
        assert done.exit_code == 0, done.stderr
        return done.stdout.strip()

    def prometheus(self, path: str, **params: str) -> Any:
        document = httpx.get(f"{self._prometheus}{path}", params=params, trust_env=False).json()
        assert document["status"] == "success"
        return document["data"]

    def value(self, promql: str) -> float:
        """The first series' value, 0 if there is none."""
        result = self.prometheus("query", query=promql)["result"]
        return float(result[0]["value"][1]) if result else 0.0

    def lines(self, service: str | None = None) -> list[dict[str, Any]]:
        """The JSON lines of the logs."""
        texts = (line.text for line in self.runtime.logs(service))
        return [json.loads(text) for text in texts if text.startswith("{")]

    def config(self, service: str) -> str:
        return self.runtime.read_out(service, f"/etc/lumen/{service}.yaml").decode()

    def configure(self, service: str, text: str) -> None:
        """Push a config and wait until every replica has said what it thinks of it."""

        def said() -> int:
            return sum("config" in line.get("msg", "") for line in self.lines(service))

        replicas = sum(each.service == service for each in self.runtime.status())
        before = said()
        self.runtime.copy_in(service, f"/etc/lumen/{service}.yaml", text.encode())
        wait_until(lambda: said() >= before + replicas, 10)


class Customer:
    """Somebody with an account of their own."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.email = f"{secrets.token_hex(6)}@test.example"
        self.password = secrets.token_hex(8)
        body = {"email": self.email, "name": "Test", "password": self.password}
        answer = self.post("/signup", json=body)
        assert answer.status_code == 201, answer.text
        self.account = int(answer.json()["account"])

    def post(self, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        return self._shop.edge.post(path, headers={**self._session(), **(headers or {})}, **more)

    def get(self, path: str) -> httpx.Response:
        return self._shop.edge.get(path, headers=self._session())

    def _session(self) -> dict[str, str]:
        token = getattr(self, "token", "")
        return {"authorization": f"Bearer {token}"} if token else {}

    def log_in(self) -> httpx.Response:
        answer = self.post("/login", json={"email": self.email, "password": self.password})
        if answer.status_code == 201:
            self.token = answer.json()["token"]
        return answer

    def upload(self, number: int = 1) -> httpx.Response:
        return self.post("/upload", content=photos.photo(900_000 + self.account, number))

    def fill_cart(self, product: int = 5, quantity: int = 1) -> None:
        answer = self.post("/cart", json={"product": product, "quantity": quantity})
        assert answer.status_code == 201, answer.text

    def order(
        self, *, card: str = GOOD_CARD, key: str | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        own = {"idempotency-key": key or secrets.token_hex(8), **(headers or {})}
        return self.post("/orders", json={"card": card}, headers=own)

    def status_of(self, order: int) -> str:
        return str(self.get(f"/orders/{order}").json()["status"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop, open, with customers in it."""
    if tools.missing():
        pytest.skip(f"the process runtime lacks {', '.join(tools.missing())}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAMEDAY_STATE", str(tmp_path_factory.mktemp("state")))
        runtime = ProcessRuntime(registry.new_id())
        runtime.up(lambda _: None)
        try:
            made = Shop(runtime)
            yield made
            made.edge.close()
        finally:
            runtime.down()


@pytest.fixture
def customer(shop: Shop) -> Customer:
    """Somebody who has just signed up and logged in."""
    made = shop.customer()
    assert made.log_in().status_code == 201
    return made
