"""The captions that customers' albums leave in the cache: who lacks them, and how they get there.

A company that has been open for weeks has seen its customers' photos before. Whoever makes it forget them,
or gives the customers larger albums, has to be able to count them and to put them there.
"""

from __future__ import annotations

from typing import Literal

import yaml

from sandbox.errors import SandboxError
from sandbox.runtime.base import Runtime

# Run where the services' code and vision's config lie.
_ALBUMS = """
import asyncio, hashlib, os, sys
import redis.asyncio as redis, yaml
from services import captions, photos, seed
from services.kit.config import etc

async def main():
    word, album = sys.argv[1], int(sys.argv[2])
    version = str(yaml.safe_load(etc("vision.yaml").read_text())["model_version"])
    if word != "count":
        await seed.fill_cache(os.environ["CACHE_URL"], version, album)
    cache = redis.from_url(os.environ["CACHE_URL"])
    digests = (hashlib.sha256(image).hexdigest() for image in photos.albums(album))
    keys = [captions.cache_key(digest, version) for digest in digests]
    if word == "only":
        known = set(keys)
        kept = [key.decode() async for key in cache.scan_iter("vision:*", count=1000)]
        others = [key for key in kept if key not in known]
        for first in range(0, len(others), 500):
            await cache.unlink(*others[first : first + 500])
    print(len(keys) - await cache.exists(*keys), len(keys))
    await cache.aclose()

asyncio.run(main())
"""
_WITHIN_S = 60.0


def album_of(runtime: Runtime) -> int:
    """Photos per customer that come again and again."""
    document = yaml.safe_load(runtime.read_out("customers", "/etc/lumen/load.yaml"))
    return int(document["album"])


def missing_share(
    runtime: Runtime, word: Literal["count", "fill", "only"] = "count", album: int | None = None
) -> float:
    """Share of the customers' albums whose captions the cache lacks.

    Args:
        word: `fill` puts them there before; `only` also takes out what else is kept of photos, such as what
            other people's were found to be, or what another model said.
        album: photos per customer, if not as many as the customers' configuration says.

    Raises:
        SandboxError: the cache, or vision, does not answer.
    """
    size = album_of(runtime) if album is None else album
    done = runtime.exec("vision", ["python3", "-c", _ALBUMS, word, str(size)], timeout_s=_WITHIN_S)
    if done.exit_code:
        raise SandboxError(f"the albums' captions could not be looked up: {done.stderr.strip()[-300:]}")
    lacks, all_of_them = done.stdout.split()
    return int(lacks) / int(all_of_them)
