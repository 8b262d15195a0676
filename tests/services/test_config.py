"""A service's config follows its file, and a bad file changes nothing."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from sandbox.services.accounts import AccountsConfig
from sandbox.services.bank import BankConfig
from sandbox.services.catalog import CatalogConfig
from sandbox.services.checkout import CheckoutConfig
from sandbox.services.kit.config import Config, Telemetry, typed
from sandbox.services.payments import PaymentsConfig
from sandbox.services.storefront import StorefrontConfig
from sandbox.services.vision import VisionConfig
from sandbox.services.worker import WorkerConfig
from sandbox.stack import CONFIG_FOLDER


@dataclass(frozen=True)
class Inner:
    rate: float


@dataclass(frozen=True)
class Outer:
    name: str
    size: int
    open: bool
    inner: Inner
    spare: int = 7


GOOD = "name: a\nsize: 3\nopen: true\ninner: {rate: 0.5}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def _put(path: Path, text: str) -> None:
    """Write by rename, as the platform does."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)


def test_a_new_file_comes_into_force(path: Path) -> None:
    """It is read once when it changes, and not again."""
    config = Config.of(Outer, path, logging.getLogger("test"))
    assert config.value == Outer("a", 3, True, Inner(0.5))
    assert not config.refresh()
    _put(path, GOOD.replace("3", "4"))
    assert config.refresh()
    assert config.value.size == 4
    assert not config.refresh()


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("name: [", "flow node"),
        ("just words", "expected a mapping"),
        ("", "expected a mapping"),
        (GOOD.replace("size: 3", ""), "it lacks size"),
        (GOOD.replace("size: 3", "size:"), "size: it has no value"),
        (GOOD.replace("size: 3", "size: many"), "size: invalid literal"),
        (GOOD.replace("open: true", "open: 1"), "open: expected true or false"),
        (GOOD.replace("{rate: 0.5}", "{}"), "inner: it lacks rate"),
        (GOOD.replace("{rate: 0.5}", "fast"), "inner: expected a mapping"),
    ],
)
def test_a_bad_file_leaves_the_last_good_one(
    path: Path, bad: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An error line says what is wrong, once, and the value stays."""
    config = Config.of(Outer, path, logging.getLogger("test"))
    before = config.value
    _put(path, bad)
    assert not config.refresh()
    assert not config.refresh()
    assert config.value is before
    (line,) = caplog.records
    assert line.levelno == logging.ERROR
    assert says in json.dumps(vars(line)["fields"])
    _put(path, GOOD)
    assert config.refresh()


def test_a_file_that_is_gone_leaves_the_last_good_one(path: Path) -> None:
    """The service goes on without its file."""
    config = Config.of(Outer, path, logging.getLogger("test"))
    path.unlink()
    assert not config.refresh()
    assert config.value.name == "a"


def test_without_any_good_file_a_service_does_not_start(path: Path) -> None:
    """There is nothing to fall back on, so it ends, with a line and no traceback."""
    path.write_text("name: [", encoding="utf-8")
    with pytest.raises(SystemExit):
        Config.of(Outer, path, logging.getLogger("test"))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("accounts", AccountsConfig), ("bank", BankConfig), ("catalog", CatalogConfig),
        ("checkout", CheckoutConfig), ("payments", PaymentsConfig), ("storefront", StorefrontConfig),
        ("telemetry", Telemetry), ("vision", VisionConfig), ("worker", WorkerConfig),
    ],
)  # fmt: skip
def test_what_is_shipped_is_valid(name: str, settings: type) -> None:
    """Every service's file has all that its settings ask for, and nothing that they don't know."""
    document = yaml.safe_load((CONFIG_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    typed(settings, document)
    assert set(document) == {field.name for field in dataclasses.fields(settings)}


def test_payments_know_two_providers() -> None:
    """A provider's name that is wrong is a bad config, not an outage."""
    document = {
        "database": "db", "database_pool": 1, "provider": "tertiary", "timeout_s": 1, "attempts": 1,
        "lock_orders": False,
    }  # fmt: skip
    with pytest.raises(ValueError, match="tertiary"):
        typed(PaymentsConfig, document)
