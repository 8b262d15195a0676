"""The customers: people at their screens (a closed loop) and photos that keep arriving (an open loop).

A closed loop slows down when the shop does; real arrivals don't, so the uploads come at a set rate
whatever happens to the ones before. `load.yaml` can be changed while this runs.
"""

from __future__ import annotations

import random
import time
from typing import Any

import gevent
from gevent.pool import Pool
from load.arrivals import Arrivals
from load.bots import Bots
from load.shopper import Shopper
from load.sli import Feed
from locust import FastHttpUser, LoadTestShape, constant, events, task
from locust.env import Environment
from services import people, photos

feed = Feed()
arrivals = Arrivals()

_VISITS = 12
"""Of one person at one sitting, on average; then somebody else sits down."""
_PRODUCTS = 12
_CARD = "4000123412344242"

_numbers = iter(range(1, 1_000_000_000))


class Visitor(FastHttpUser):
    """What all visitors have in common. What is asked for fails by its status, not by an exception."""

    abstract = True
    network_timeout = 20.0
    connection_timeout = 5.0
    wait_time = constant(0)

    def send(self, method: str, path: str, **more: Any) -> Any:
        return self.client.request(method, path, **more)


class Someone(Visitor):
    """Looks around, and buys now and then."""

    def on_start(self) -> None:
        self.dice = random.Random(f"{arrivals.value.seed}:{next(_numbers)}")
        self.sit_down()
        # Not everybody comes at the same moment.
        gevent.sleep(self.dice.uniform(0.0, 2.0))

    def sit_down(self) -> None:
        """Be another customer: an old one, mostly, or a new one."""
        self.is_new = self.dice.random() < arrivals.value.signup_share
        if self.is_new:
            number = people.ACCOUNTS + people.SAME_MINUTE + 1 + self.dice.randrange(10**9)
        else:
            number = self.dice.randint(photos.CUSTOMERS + 1, people.ACCOUNTS)
        self.shopper = Shopper(self.send, feed, "customers", people.person(number))

    @task
    def visit(self) -> None:
        gevent.sleep(self.dice.uniform(1.0, 3.0))
        if self.dice.random() < 1 / _VISITS:
            self.sit_down()
        shopper, dice = self.shopper, self.dice
        product = dice.randint(1, _PRODUCTS)
        if dice.random() < arrivals.value.buy_share:
            self.buy(product)
        elif dice.random() < 0.5:
            shopper.journey("browse", shopper.home)
        else:
            shopper.journey("browse", lambda: shopper.product(product))

    def buy(self, product: int) -> None:
        """Cart, then order. New customers sign up before, others log in when they must."""
        shopper = self.shopper
        quantity, key = self.dice.choice((1, 1, 2, 5)), f"{self.dice.getrandbits(64):016x}"
        steps = [lambda: shopper.put_in_cart(product, quantity), lambda: shopper.order(_CARD, key)]
        if self.is_new:
            self.is_new = False
            steps.insert(0, shopper.sign_up)
        shopper.journey("buy", *steps)


class Uploads(Visitor):
    """Photos that arrive by themselves, as a Poisson stream, from customers who stay logged in."""

    concurrency = 800
    fixed_count = 1

    def on_start(self) -> None:
        self.dice = random.Random(f"{arrivals.value.seed}:uploads")
        self.fresh = 10_000
        self.under_way = Pool(400)
        self.shoppers = {
            number: Shopper(self.send, feed, "customers", people.person(number))
            for number in range(1, photos.CUSTOMERS + 1)
        }
        self.bots = Bots(self.send, feed)
        gevent.spawn(self.let_bots_in)

    def let_bots_in(self) -> None:
        while True:
            self.bots.follow(arrivals.value.bots)
            gevent.sleep(0.5)

    def pick(self) -> tuple[Shopper, bytes]:
        customer = self.dice.randint(1, photos.CUSTOMERS)
        number = self.dice.randrange(arrivals.value.album)
        if self.dice.random() < arrivals.value.new_photo_share:
            self.fresh += 1
            number = self.fresh
        return self.shoppers[customer], photos.photo(customer, number)

    @task
    def arrive(self) -> None:
        gevent.sleep(self.dice.expovariate(arrivals.value.uploads_per_s))
        if self.under_way.free_count() == 0:
            feed.record("customers", "upload", 1e3 * self.network_timeout, failed=True)
            return
        shopper, image = self.pick()
        self.under_way.spawn(shopper.journey, "upload", lambda: shopper.upload(image))


class Crowd(LoadTestShape):
    """As many people as `load.yaml` says, and the one user that lets photos arrive."""

    def tick(self) -> tuple[int, float]:
        return arrivals.value.people + 1, 50.0


@events.init.add_listener
def _tell(environment: Environment, **_: Any) -> None:
    def every_second() -> None:
        while True:
            now = time.time()
            gevent.sleep(1.0 - now % 1.0 + 0.02)
            feed.flush(time.time())
            arrivals.refresh()

    gevent.spawn(every_second)
