"""Password checks take their turn: so many at a time, so many in the queue, and no more."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from pathlib import Path

import pytest

from sandbox.services import passwords
from sandbox.services.accounts import AccountsConfig, Busy, Checks
from sandbox.services.kit.config import Config
from sandbox.stack import CONFIG_FOLDER


def checks(tmp_path: Path, **changes: float) -> Checks:
    path = tmp_path / "accounts.yaml"
    path.write_bytes((CONFIG_FOLDER / "accounts.yaml").read_bytes())
    config = Config.of(AccountsConfig, path, logging.getLogger("accounts"))
    config.value = dataclasses.replace(config.value, **changes)  # type: ignore[arg-type]
    return Checks(config)


async def test_who_finds_the_queue_full_is_refused_and_the_others_get_their_turn(tmp_path: Path) -> None:
    """One at a time and two may wait: of four at once the first three are checked."""
    some = checks(tmp_path, password_check_s=0.01, password_checks_at_once=1, password_queue=2)
    stored = passwords.hashed("right", cost=2)
    first = asyncio.create_task(some.matches("right", stored))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(some.matches(word, stored)) for word in ("right", "wrong")]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await some.matches("right", stored)
    assert [await first, *[await each for each in waiting]] == [True, True, False]
