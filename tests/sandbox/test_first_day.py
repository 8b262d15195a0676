"""The database that sandboxes of plain processes copy: made once, whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from sandbox.errors import SandboxError
from sandbox.runtime import first_day, tools

pytestmark = pytest.mark.skipif(tools.find("postgres") is None, reason="PostgreSQL is not here")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv("GAMEDAY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "first-day"


def clusters(cache: Path) -> list[Path]:
    return [each for each in cache.iterdir() if each.is_dir()]


def servers_in(folder: Path) -> list[psutil.Process]:
    return [
        each
        for each in psutil.process_iter(["cmdline"])
        if any(str(folder) in word for word in each.info["cmdline"] or ())
    ]


def test_two_that_ask_at_once_get_copies_of_one_and_it_is_shut_down(cache: Path, tmp_path: Path) -> None:
    wanted = [tmp_path / "db", tmp_path / "db-replica"]
    with ThreadPoolExecutor() as pool:
        list(pool.map(first_day.copy_to, wanted))

    (kept,) = clusters(cache)
    for folder in wanted:
        assert (folder / "PG_VERSION").read_text() == (kept / "PG_VERSION").read_text()
        assert folder.stat().st_mode & 0o777 == 0o700, "PostgreSQL refuses a folder that others can read"
        assert not (folder / "postmaster.pid").exists()
    assert servers_in(cache) == []

    made = kept.stat().st_ino
    first_day.copy_to(tmp_path / "third")
    assert [each.stat().st_ino for each in clusters(cache)] == [made]


def test_what_was_made_from_other_programs_goes(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_day.make_ready()
    (before,) = clusters(cache)
    monkeypatch.setattr(first_day, "_digest", lambda: "of-a-changed-company")

    first_day.make_ready()

    assert [each.name for each in clusters(cache)] == ["of-a-changed-company"]
    assert not before.exists()


def test_what_could_not_be_filled_is_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    company = tmp_path / "company"
    (company / "services").mkdir(parents=True)
    (company / "services" / "__init__.py").touch()
    (company / "services" / "seed.py").write_text("raise SystemExit('cannot count the orders')\n")
    monkeypatch.setattr(first_day, "PACKAGE_ROOT", company)

    with pytest.raises(SandboxError, match="the database could not be made: cannot count the orders"):
        first_day.make_ready()

    assert clusters(cache) == []
    assert servers_in(cache) == []


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GAMEDAY_CACHE", str(tmp_path / "file"))

    with pytest.raises(SandboxError, match=r"could not be kept in .*file/first-day.*set GAMEDAY_CACHE"):
        first_day.make_ready()


def test_a_copy_that_finds_no_place_says_why(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"the database could not be copied: .*No such file or directory"):
        first_day.copy_to(tmp_path / "nowhere" / "db")
