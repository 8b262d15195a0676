"""What vision says about a photo, and under which name it is kept: pure, shared with the seed."""

from __future__ import annotations

import base64
import json
import random
import struct

_PNG = b"\x89PNG\r\n\x1a\n"
_NOUNS = ("harbour", "orchard", "staircase", "bicycle", "picnic", "lighthouse", "kitchen", "meadow")
_MOODS = ("at dusk", "in spring", "under snow", "with friends", "after rain", "in the morning")


def megapixels(image: bytes) -> float:
    """Size of a PNG from its header.

    Raises:
        ValueError: the bytes are not a PNG.
    """
    if len(image) < 24 or not image.startswith(_PNG):
        raise ValueError("not a PNG")
    width, height = struct.unpack(">II", image[16:24])
    return float(width * height) / 1e6


def cache_key(digest: str, model_version: str) -> str:
    """Where a finished result is kept: another model's words about the same image are another result."""
    return f"vision:{model_version}:{digest}"


def describe(digest: str, model_version: str) -> bytes:
    """What the model says about an image: caption, labels and its embedding, as JSON."""
    draw = random.Random(f"{model_version}:{digest}")
    noun, mood = draw.choice(_NOUNS), draw.choice(_MOODS)
    embedding = base64.b64encode(draw.randbytes(61_440)).decode("ascii")
    record = {"caption": f"{noun} {mood}", "labels": [noun], "model": model_version, "embedding": embedding}
    return json.dumps(record).encode()
