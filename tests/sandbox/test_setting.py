"""How a company is set before it opens."""

from __future__ import annotations

from typing import Any, cast

import yaml

from sandbox.runtime.base import ExecResult, Runtime
from sandbox.services import photos
from sandbox.stack import CONFIG_FOLDER
from sandbox.stack.model import Stack
from sandbox.world import setting

SHIPPED: dict[str, Any] = yaml.safe_load((CONFIG_FOLDER / "load.yaml").read_text(encoding="utf-8"))


class Company:
    """Keeps the customers' file, and what happened in which order."""

    def __init__(self) -> None:
        self.load = yaml.safe_dump(SHIPPED).encode()
        self.did: list[str] = []

    def read_out(self, service: str, path: str) -> bytes:
        return self.load

    def copy_in(self, service: str, path: str, content: bytes) -> None:
        self.did.append(f"copy_in {service}")
        self.load = content

    def exec(self, service: str, command: list[str], timeout_s: float) -> ExecResult:
        self.did.append(f"exec {service} {' '.join(command[3:])}")
        return ExecResult(tuple(command), 0, "0 1200\n", "", 0.1)


def test_the_seed_knows_the_albums_that_customers_have() -> None:
    """What the cache is filled with at the start is what customers upload again and again."""
    assert SHIPPED["album"] == photos.ALBUM


def test_a_larger_album_is_known_before_it_comes() -> None:
    """The cache is filled first; the customers follow their file at once."""
    company = Company()
    setting.apply(cast("Runtime", company), Stack(services={}), setting.Setting(album=30))
    assert company.did == ["exec vision fill 30", "copy_in customers"]
    assert yaml.safe_load(company.load) == SHIPPED | {"album": 30}


def test_what_is_not_set_stays() -> None:
    """An evening is what the company's own files say."""
    company = Company()
    setting.apply(cast("Runtime", company), Stack(services={}), setting.Setting())
    assert company.did == []
