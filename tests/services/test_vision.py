"""What vision keeps of what it has computed."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.services import captions, photos
from sandbox.services.vision import Vision
from sandbox.stack import CONFIG_FOLDER


class Shelf:
    """The cache, as far as vision asks it."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    async def set(self, key: str, value: bytes) -> None:
        self.kept[key] = value


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of configs for a vision that computes in no time."""
    monkeypatch.setenv("ETC", str(tmp_path))
    monkeypatch.setenv("CACHE_URL", "redis://127.0.0.1:1/0")
    (tmp_path / "telemetry.yaml").write_bytes((CONFIG_FOLDER / "telemetry.yaml").read_bytes())
    return tmp_path


@pytest.mark.parametrize(("keep_within_s", "kept"), [(60, 1), (-1, 0)])
async def test_a_result_that_comes_too_late_is_not_kept(
    etc: Path, monkeypatch: pytest.MonkeyPatch, keep_within_s: int, kept: int
) -> None:
    """It is still answered; only what came in time is there for the next who asks."""
    (etc / "vision.yaml").write_text(
        "{model_version: m1, slots: 1, max_queue: 4, base_s: 0, per_megapixel_s: 0, "
        f"keep_within_s: {keep_within_s}}}",
        encoding="utf-8",
    )
    vision, shelf = Vision(), Shelf()
    monkeypatch.setattr(vision, "cache", shelf)
    transport = httpx.ASGITransport(Starlette(routes=[*vision.routes()]))
    async with httpx.AsyncClient(transport=transport, base_url="http://vision") as client:
        answer = await client.post("/caption", content=photos.photo(1, 1))
    assert answer.status_code == 200
    assert answer.json()["model"] == "m1"
    assert len(shelf.kept) == kept
    assert all(key.startswith(captions.cache_key("", "m1")) for key in shelf.kept)
