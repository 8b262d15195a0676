"""The customers: people at their screens (a closed loop) and photos that keep arriving (an open loop).

A closed loop slows down when the shop does; real arrivals don't, so the uploads come at a set rate
whatever happens to the ones before. `load.yaml` can be changed while this runs.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

import gevent
import yaml
from gevent.pool import Pool
from load.sli import JOURNEYS, Feed
from locust import FastHttpUser, LoadTestShape, constant, events, task
from locust.env import Environment
from services import photos

feed = Feed()
ETC = Path(os.environ.get("ETC", "/etc/lumen"))


class Arrivals:
    """`load.yaml`, read again when it changes."""

    def __init__(self) -> None:
        self.uploads_per_s = 8.0
        self.new_photo_share = 0.05
        self.people = 16
        self.seed = 1
        self._stamp = 0
        self.refresh()

    def refresh(self) -> None:
        path = ETC / "load.yaml"
        stamp = path.stat().st_mtime_ns
        if stamp != self._stamp:
            self._stamp = stamp
            document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
            self.uploads_per_s = float(document["uploads_per_s"])
            self.new_photo_share = float(document["new_photo_share"])
            self.people = int(document["people"])
            self.seed = int(document["seed"])


arrivals = Arrivals()


class Person(FastHttpUser):
    """Looks around, and buys now and then."""

    network_timeout = 20.0
    connection_timeout = 5.0
    wait_time = constant(0)

    def on_start(self) -> None:
        self.dice = random.Random(f"{arrivals.seed}:{next(_numbers)}")

    @task
    def visit(self) -> None:
        gevent.sleep(self.dice.uniform(1.0, 3.0))
        if self.dice.random() < 0.15:
            order = {"customer": self.dice.randint(1, photos.CUSTOMERS), "product": self.dice.randint(1, 12)}
            self.client.post("/orders", json=order, name="buy")
        else:
            self.client.get("/", name="browse")


class Uploads(FastHttpUser):
    """Photos that arrive by themselves, as a Poisson stream."""

    network_timeout = 20.0
    connection_timeout = 5.0
    concurrency = 500
    fixed_count = 1
    wait_time = constant(0)

    def on_start(self) -> None:
        self.dice = random.Random(f"{arrivals.seed}:uploads")
        self.fresh = 10_000
        self.under_way = Pool(400)

    def pick(self) -> tuple[int, bytes]:
        customer = self.dice.randint(1, photos.CUSTOMERS)
        if self.dice.random() < arrivals.new_photo_share:
            self.fresh += 1
            return customer, photos.photo(customer, self.fresh)
        return customer, photos.photo(customer, self.dice.randrange(photos.ALBUM))

    def send(self, customer: int, image: bytes) -> None:
        body: Any = image  # Locust's types know only text; its client takes bytes.
        self.client.post(
            f"/upload?customer={customer}", data=body, name="upload", headers={"content-type": "image/png"}
        )

    @task
    def arrive(self) -> None:
        gevent.sleep(self.dice.expovariate(arrivals.uploads_per_s))
        if self.under_way.free_count() == 0:
            feed.record("customers", "upload", 1e3 * self.network_timeout, failed=True)
            return
        self.under_way.spawn(self.send, *self.pick())


class Crowd(LoadTestShape):
    """As many people as `load.yaml` says, and the one user that lets photos arrive."""

    def tick(self) -> tuple[int, float]:
        return arrivals.people + 1, 50.0


_numbers = iter(range(1, 1_000_000))


@events.request.add_listener
def _measured(name: str, response_time: float, exception: Exception | None, **_: Any) -> None:
    if name in JOURNEYS:
        feed.record("customers", name, response_time, failed=exception is not None)


@events.init.add_listener
def _tell(environment: Environment, **_: Any) -> None:
    def every_second() -> None:
        while True:
            now = time.time()
            gevent.sleep(1.0 - now % 1.0 + 0.02)
            feed.flush(time.time())
            arrivals.refresh()

    gevent.spawn(every_second)
