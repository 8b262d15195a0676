"""The photos that customers own: small, valid, deterministic PNG files.

The shop's seed and the customers must know the same photos, so they are drawn from numbers and not
stored. A photo is a 1-bit image of believable size whose text chunk makes its bytes unique.
"""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Iterator

CUSTOMERS = 40
ALBUM = 3
"""Photos per customer that were uploaded before, again and again, for another product each time; the
customers' own configuration says the same, and may say more."""

_SIZES = ((640, 480), (800, 600), (1024, 768), (1200, 900))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@functools.cache
def _pixels(width: int, height: int) -> bytes:
    row = b"\x00" + b"\xaa" * ((width + 7) // 8)
    return zlib.compress(row * height)


def photo(customer: int, number: int, *, size: tuple[int, int] | None = None) -> bytes:
    """The PNG of one customer's photo; the same numbers give the same bytes."""
    width, height = size or _SIZES[(customer + number) % len(_SIZES)]
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    name = f"Title\0customer {customer} photo {number}".encode()
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"tEXt", name)
        + _chunk(b"IDAT", _pixels(width, height))
        + _chunk(b"IEND", b"")
    )


def albums(each: int = ALBUM) -> Iterator[bytes]:
    """Every photo of every customer's album, with so many photos each."""
    for customer in range(1, CUSTOMERS + 1):
        for number in range(each):
            yield photo(customer, number)
