"""One visitor of the shop: how each thing that a customer can do is asked for, and how it went.

A journey is what a customer wants to get done. It is timed as a whole and recorded once, good or bad,
in the SLI feed; logging in again on the way, after a lost session, is part of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from load.sli import Feed
from services.people import Person

Send = Callable[..., Any]
"""Locust's `client.request`: method, path, and keywords; the answer has `status_code` and `text`."""


class Failed(Exception):
    """A step of the journey went wrong; the text says which."""


class Shopper:
    """A person, real or not, with a session or without."""

    def __init__(self, send: Send, feed: Feed, who: str, person: Person) -> None:
        self._send = send
        self._feed = feed
        self._who = who
        self.person = person
        self.token = ""

    def journey(self, name: str, *steps: Callable[[], object]) -> bool:
        """Take the steps one after the other; whether all went well."""
        started = time.perf_counter()
        failed = False
        try:
            for step in steps:
                step()
        except Failed:
            failed = True
        self._feed.record(self._who, name, 1e3 * (time.perf_counter() - started), failed=failed)
        return not failed

    def _ask(
        self, name: str, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Any:
        return self._send(method, path, name=name, headers={**self._session(), **(headers or {})}, **more)

    def _session(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def _must(self, answer: Any, wanted: int) -> Any:
        if answer.status_code != wanted:
            raise Failed(f"{answer.status_code}")
        return answer

    def _in_session(self, name: str, wanted: int, method: str, path: str, **more: Any) -> Any:
        """Ask as somebody known; log in first, or again if the session is gone."""
        if not self.token:
            self.log_in()
        answer = self._ask(name, method, path, **more)
        if answer.status_code == 401:
            self.log_in()
            answer = self._ask(name, method, path, **more)
        return self._must(answer, wanted)

    def log_in(self) -> None:
        self.token = ""
        body = {"email": self.person.email, "password": self.person.password}
        answer = self._must(self._ask("login", "POST", "/login", json=body), 201)
        self.token = json.loads(answer.text)["token"]

    def sign_up(self) -> None:
        body = {"email": self.person.email, "name": self.person.name, "password": self.person.password}
        answer = self._must(self._ask("signup", "POST", "/signup", json=body), 201)
        self.token = json.loads(answer.text)["token"]

    def home(self) -> None:
        self._must(self._ask("home", "GET", "/"), 200)

    def product(self, number: int) -> None:
        self._must(self._ask("product", "GET", f"/products/{number}"), 200)

    def upload(self, image: bytes) -> None:
        headers = {"content-type": "image/png"}
        self._in_session("upload", 201, "POST", "/upload", data=image, headers=headers)

    def put_in_cart(self, product: int, quantity: int) -> None:
        self._in_session("cart", 201, "POST", "/cart", json={"product": product, "quantity": quantity})

    def order(self, card: str, key: str) -> None:
        headers = {"idempotency-key": key}
        self._in_session("order", 201, "POST", "/orders", json={"card": card}, headers=headers)
