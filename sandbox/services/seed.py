"""Puts the shop into the state it has been in for weeks: products on the shelf, a warm cache."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

import asyncpg
import redis.asyncio as redis
import yaml

from . import kit, photos, vision

PRODUCTS = (
    ("Print 10x15", 49), ("Print 13x18", 99), ("Poster 50x70", 1990), ("Canvas 40x40", 3990),
    ("Mug", 1290), ("Photo book A5", 1990), ("Photo book A4", 3490), ("Calendar A3", 2490),
    ("Puzzle 500", 2990), ("Phone case", 1990), ("Cushion", 2490), ("Tote bag", 1490),
)  # fmt: skip

SCHEMA = """
CREATE TABLE IF NOT EXISTS products (
    id int PRIMARY KEY, name text NOT NULL, price_cents int NOT NULL, stock int NOT NULL);
CREATE TABLE IF NOT EXISTS photos (
    id bigserial PRIMARY KEY, customer_id int NOT NULL, caption text NOT NULL, bytes int NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS orders (
    id bigserial PRIMARY KEY, customer_id int NOT NULL, product_id int NOT NULL REFERENCES products,
    price_cents int NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
"""


async def fill_database(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(SCHEMA)
        rows = [(number, name, cents, 1_000_000) for number, (name, cents) in enumerate(PRODUCTS, 1)]
        await connection.executemany(
            "INSERT INTO products VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", rows
        )
    finally:
        await connection.close()


async def fill_cache(url: str, config: vision.VisionConfig) -> int:
    """The results that customers' albums have left in the cache; the number of entries."""
    cache = redis.from_url(url)
    try:
        pipeline = cache.pipeline(transaction=False)
        known = 0
        for image in photos.albums():
            digest = hashlib.sha256(image).hexdigest()
            pipeline.set(
                vision.cache_key(digest, config.model_version), vision.describe(digest, config.model_version)
            )
            known += 1
        await pipeline.execute()
        return known
    finally:
        await cache.aclose()


async def main() -> None:
    log = kit.logger("seed")
    document: dict[str, Any] = yaml.safe_load(Path(kit.etc("vision.yaml")).read_text(encoding="utf-8"))
    await fill_database(os.environ["DATABASE_URL"])
    entries = await fill_cache(os.environ["CACHE_URL"], vision.VisionConfig.parse(document))
    log.info("ready", extra={"fields": {"products": len(PRODUCTS), "cached": entries}})


if __name__ == "__main__":
    asyncio.run(main())
