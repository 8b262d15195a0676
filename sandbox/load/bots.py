"""Those who are no customers: herds of accounts that do the same thing.

None come unless `bots` in `load.yaml` has entries:

    - {name: a, kind: uploads, accounts: 200, requests_each: 22, every_s: 1, together: true}
    - {name: b, kind: card-testing, …}          many small orders, each with another card
    - {name: c, kind: credential-stuffing, …}   logins of known addresses with passwords from elsewhere

The first two use accounts that were made for it, all in one minute and weeks ago.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import gevent
from gevent.pool import Group
from load.arrivals import BotRun
from load.shopper import Send, Shopper
from load.sli import Feed
from services import photos
from services.people import ACCOUNTS, Person, person

_DECLINED_CARDS = ("0002", "9995", "0069")
_GOOD_CARD_SHARE = 0.1
_SAME_PASSWORD_SHARE = 0.04

Act = Callable[[Shopper, random.Random, int], None]


class Bots:
    """Starts the runs that are new in the config, and ends those that were taken out."""

    def __init__(self, send: Send, feed: Feed) -> None:
        self._send = send
        self._feed = feed
        self._runs: dict[str, Group] = {}

    def follow(self, runs: tuple[BotRun, ...]) -> None:
        named = {run.name: run for run in runs}
        for gone in self._runs.keys() - named.keys():
            self._runs.pop(gone).kill(block=False)
        for run in runs:
            if run.name not in self._runs:
                group = self._runs[run.name] = Group()
                group.spawn(self._come, run, group)

    def _come(self, run: BotRun, group: Group) -> None:
        for number in range(run.first, run.first + run.accounts):
            group.spawn(self._play, run, number)
            if run.every_s:
                gevent.sleep(run.every_s)

    def _play(self, run: BotRun, number: int) -> None:
        draw = random.Random(f"{run.name}:{number}")
        guesses = run.kind == "credential-stuffing"
        bot = Shopper(self._send, self._feed, "bots", person(number if guesses else ACCOUNTS + number))
        act = {"uploads": self._upload, "card-testing": self._test_card, "credential-stuffing": self._guess}
        if run.together:
            # Logged in once, as a browser would be that opens many uploads side by side.
            if guesses or bot.journey("login", bot.log_in):
                self._all_at_once(act[run.kind], bot, draw, run.requests_each)
            return
        for turn in range(run.requests_each):
            act[run.kind](bot, draw, turn)
            if run.pause_s:
                gevent.sleep(run.pause_s * draw.uniform(0.5, 1.5))

    @staticmethod
    def _all_at_once(act: Act, bot: Shopper, draw: random.Random, requests: int) -> None:
        group = Group()
        for turn in range(requests):
            group.spawn(act, bot, draw, turn)
        try:
            group.join()
        finally:
            group.kill(block=False)

    def _upload(self, bot: Shopper, draw: random.Random, turn: int) -> None:
        image = photos.photo(1_000_000 + bot.person.number, turn)
        bot.journey("upload", lambda: bot.upload(image))

    def _test_card(self, bot: Shopper, draw: random.Random, turn: int) -> None:
        last = "4242" if draw.random() < _GOOD_CARD_SHARE else draw.choice(_DECLINED_CARDS)
        card, key = f"{draw.randrange(10**12):012}{last}", f"{draw.getrandbits(64):016x}"
        steps: tuple[Callable[[], None], ...] = (
            lambda: bot.put_in_cart(1, 1),
            lambda: bot.order(card, key),
        )
        bot.journey("buy", *steps)

    def _guess(self, bot: Shopper, draw: random.Random, turn: int) -> None:
        guess = Shopper(self._send, self._feed, "bots", self._guessed(bot.person, draw))
        guess.journey("login", guess.log_in)

    @staticmethod
    def _guessed(victim: Person, draw: random.Random) -> Person:
        """A real customer's address, with a password from somebody else's leak; a few are right."""
        leaked = f"{victim.name.split()[0].lower()}{draw.randrange(10**4)}"
        password = victim.password if draw.random() < _SAME_PASSWORD_SHARE else leaked
        return Person(victim.number, victim.name, victim.email, password)
