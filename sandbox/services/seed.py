"""Puts the shop into the state it has been in for weeks: customers, products, orders, a warm cache."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import redis.asyncio as redis
import yaml

from . import captions, passwords, people, photos
from .kit.config import etc
from .kit.logs import logger
from .schema import ROLES, SCHEMA

PRODUCTS = (
    ("Print 10x15", 49), ("Print 13x18", 99), ("Poster 50x70", 1990), ("Canvas 40x40", 3990),
    ("Mug", 1290), ("Photo book A5", 1990), ("Photo book A4", 3490), ("Calendar A3", 2490),
    ("Puzzle 500", 2990), ("Phone case", 1990), ("Cushion", 2490), ("Tote bag", 1490),
)  # fmt: skip
STOCK = 1_000_000
ORDERS = 3_000
_AT_ONCE = 100
"""Entries that go to the cache in one piece; each has eighty kilobytes."""
_OVER_TWO_YEARS = timedelta(days=730)
_OVER_SIX_WEEKS = timedelta(days=42)
_THAT_MINUTE = timedelta(days=23, hours=5, minutes=17)

_TIMES = {
    "accounts": ("created_at", "last_seen_at"),
    "photos": ("created_at",),
    "orders": ("created_at", "paid_at", "published_at", "fulfilled_at"),
    "charges": ("created_at", "attempted_at", "settled_at"),
}  # fmt: skip

Row = tuple[object, ...]


def accounts(now: datetime) -> list[Row]:
    """Every account, in the order in which they were made.

    Customers came evenly over two years; and there was that minute.
    """
    draw = random.Random("accounts")
    rows = []
    for number in range(1, people.ACCOUNTS + 1):
        age = _OVER_TWO_YEARS * (1 - (number - draw.random()) / people.ACCOUNTS)
        rows.append(_account(number, draw, now - age, now - age * draw.random() ** 2))
    for number in range(people.ACCOUNTS + 1, people.ACCOUNTS + people.SAME_MINUTE + 1):
        made = now - _THAT_MINUTE + timedelta(minutes=draw.random())
        rows.append(_account(number, draw, made, made))
    rows.sort(key=lambda row: row[-2])
    return [(identity, *row) for identity, row in enumerate(rows, 1)]


def _account(
    number: int, draw: random.Random, made: datetime, seen: datetime
) -> tuple[str, str, str, bool, datetime, datetime]:
    who = people.person(number)
    stored = passwords.hashed(who.password, cost=people.OLD_COST, salt=draw.randbytes(16))
    return who.email, who.name, stored, False, made, seen


def _ages_of_orders(draw: random.Random) -> list[timedelta]:
    """The oldest first; the newest is older than five minutes."""
    ages = sorted((_OVER_SIX_WEEKS * draw.random() for _ in range(ORDERS)), reverse=True)
    return [age + timedelta(minutes=5) for age in ages]


class History:
    """Weeks of orders, with their items and charges, as rows of three tables."""

    def __init__(self, now: datetime) -> None:
        draw = random.Random("orders")
        self.orders: list[Row] = []
        self.items: list[Row] = []
        self.charges: list[Row] = []
        for number, age in enumerate(_ages_of_orders(draw), 1):
            at = now - age
            total = 0
            for product in draw.sample(range(1, len(PRODUCTS) + 1), draw.choice((1, 1, 1, 2))):
                quantity, price = draw.choice((1, 1, 2, 5)), PRODUCTS[product - 1][1]
                total += quantity * price
                self.items.append((number, product, quantity, price))
            account = draw.randint(1, people.ACCOUNTS * 9 // 10)
            paid, done = at + timedelta(seconds=0.3), at + timedelta(seconds=2)
            key = f"{draw.getrandbits(64):016x}"
            self.orders.append(
                (number, account, total, "fulfilled", f"{account}:{key}", at, paid, paid, done)
            )
            charge = (f"order-{number}", number, total, f"{draw.randrange(10_000):04}", "primary", "approved")
            self.charges.append((*charge, f"{draw.getrandbits(64):016x}", at, at, paid))


def pictures(now: datetime) -> Iterator[Row]:
    """What customers have uploaded in the last weeks."""
    draw = random.Random("photos")
    ages = sorted((_OVER_SIX_WEEKS * draw.random() for _ in range(2_000)), reverse=True)
    for number, age in enumerate(ages, 1):
        account = draw.randint(1, people.ACCOUNTS * 9 // 10)
        yield number, account, f"photo {number}", draw.randint(400, 900), now - age


async def fill_database(url: str, now: datetime) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(SCHEMA)
        if await connection.fetchval("SELECT EXISTS (SELECT FROM products)"):
            await _bring_up_to(now, connection)
            return
        shelf: list[Row] = [(number, name, cents, STOCK) for number, (name, cents) in enumerate(PRODUCTS, 1)]
        history = History(now)
        tables: dict[str, list[Row]] = {
            "products": shelf, "accounts": accounts(now), "photos": list(pictures(now)),
            "orders": history.orders, "order_items": history.items, "charges": history.charges,
        }  # fmt: skip
        async with connection.transaction():
            for table, rows in tables.items():
                await connection.copy_records_to_table(table, records=rows)
            for table in ("accounts", "photos", "orders"):
                await connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                )
        await connection.execute(ROLES)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _bring_up_to(now: datetime, connection: asyncpg.Connection) -> None:
    """Make everything as much younger as it has lain about; what has had customers since stays as it is."""
    number, made = await connection.fetchrow("SELECT id, created_at FROM orders ORDER BY id DESC LIMIT 1")
    if number != ORDERS:
        return
    since = now - _ages_of_orders(random.Random("orders"))[-1] - made
    async with connection.transaction():
        for table, times in _TIMES.items():
            moved = ", ".join(f"{each} = {each} + $1" for each in times)
            await connection.execute(f"UPDATE {table} SET {moved}", since)


async def fill_cache(url: str, model_version: str, album: int = photos.ALBUM) -> int:
    """The results that customers' albums, of so many photos each, have left in the cache; their number."""
    cache = redis.Redis.from_url(url)
    try:
        pipeline = cache.pipeline(transaction=False)
        known = 0
        for image in photos.albums(album):
            digest = hashlib.sha256(image).hexdigest()
            pipeline.set(captions.cache_key(digest, model_version), captions.describe(digest, model_version))
            known += 1
            if known % _AT_ONCE == 0:
                await pipeline.execute()
        await pipeline.execute()
        return known
    finally:
        await cache.aclose()


async def main(parts: Sequence[str]) -> None:
    """Fill the named parts, `database` and `cache`; without a name both."""
    log = logger("seed")
    if not parts or "database" in parts:
        await fill_database(os.environ["DATABASE_URL"], datetime.now(UTC))
        log.info("database ready", extra={"fields": {"products": len(PRODUCTS)}})
    if not parts or "cache" in parts:
        vision: dict[str, Any] = yaml.safe_load(Path(etc("vision.yaml")).read_text(encoding="utf-8"))
        entries = await fill_cache(os.environ["CACHE_URL"], str(vision["model_version"]))
        log.info("cache ready", extra={"fields": {"cached": entries}})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
