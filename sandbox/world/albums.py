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
    if word == "fill":
        await seed.fill_cache(os.environ["CACHE_URL"], version, album)
    cache = redis.from_url(os.environ["CACHE_URL"])
    digests = (hashlib.sha256(image).hexdigest() for image in photos.albums(album))
    keys = [captions.cache_key(digest, version) for digest in digests]
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
    runtime: Runtime, word: Literal["count", "fill"] = "count", album: int | None = None
) -> float:
    """Share of the customers' albums whose captions the cache lacks; with `fill`, after putting them there.

    Args:
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
