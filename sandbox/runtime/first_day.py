"""The company's database as it is on the first day: made once, kept in the cache folder, copied by sandboxes.

It holds what the image of the containers holds (`sandbox/stack/Dockerfile`): years of customers and weeks of
orders, as old as they were when it was made; each sandbox's own `seed` makes them as old as they have to be.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.runtime import ground, tools
from sandbox.runtime.process_files import reason
from sandbox.stack import PACKAGE_ROOT

_ANSWERS_WITHIN_S = 60.0
_FILLED_WITHIN_S = 120.0
_LOOK_AGAIN_S = 0.03
_COMPLAINT = re.compile(r"FATAL|PANIC|ERROR|HINT|could not|cannot")
_COMPLAINTS_SHOWN = 3
_SERVER = (
    "-c",
    "fsync=off",
    "-c",
    "listen_addresses=",
    "-c",
    "max_connections=60",
    "-c",
    "max_wal_senders=4",
)
"""A follower that starts from a copy asks for the same limits that it was last run with."""


def copy_to(folder: Path) -> None:
    """Lay the database's files into a folder that isn't there yet; the first to ask makes them, in seconds.

    Raises:
        MissingTool: PostgreSQL isn't here.
        SandboxError: it could not be made, or one of the folders can't be written.
    """
    with _kept() as kept:
        # A thousand files: a program of its own doesn't keep the other parts' starters from working.
        _do(dict(os.environ), "cp", "-Rp", str(kept), str(folder), doing="copied")


def make_ready() -> None:
    """Make it now, so that no sandbox has to wait for it. Raises as `copy_to` does."""
    with _kept():
        return


@contextlib.contextmanager
def _kept() -> Iterator[Path]:
    """Where it lies, and nobody takes it away meanwhile."""
    home = tools.cache_home() / "first-day"
    place = home / _digest()
    with contextlib.ExitStack() as stack:
        try:
            home.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context((home / "lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_SH)
            while not place.is_dir():
                fcntl.flock(lock, fcntl.LOCK_EX)
                # Somebody else may have made it while this one waited to be alone.
                if not place.is_dir():
                    _make(home, place)
                fcntl.flock(lock, fcntl.LOCK_SH)
        except OSError as error:
            raise SandboxError(
                f"the database could not be kept in {home}: {reason(error)}; "
                "set GAMEDAY_CACHE to a folder that is writable"
            ) from error
        yield place


def _digest() -> str:
    """Of all that it is made from: the company's programs, the server, and this file."""
    whole = hashlib.sha256()
    server = tools.require("postgres")
    whole.update(f"{server} {server.stat().st_size} {server.stat().st_mtime_ns}".encode())
    for source in [Path(__file__), *sorted((PACKAGE_ROOT / "services").rglob("*.py"))]:
        whole.update(source.name.encode() + b"\0" + source.read_bytes())
    return whole.hexdigest()[:16]


def _make(home: Path, place: Path) -> None:
    """Make it beside its place and put it there whole; what was made from other programs goes."""
    for old in home.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    with (
        tempfile.TemporaryDirectory(dir=home) as beside,
        # A socket's path may be a hundred characters long, and the cache folder's may be longer.
        tempfile.TemporaryDirectory(prefix="lumen-") as short,
    ):
        work, cluster = Path(short), Path(beside) / "db"
        (work / "bin").mkdir()
        ground.lay_programs(work / "bin", tools.POSTGRES)
        environment = {
            "PATH": f"{work}/bin:{os.environ.get('PATH', '/usr/bin:/bin')}", "HOME": short, "LANG": "C.UTF-8",
            "TZ": "UTC", "PYTHONPATH": str(PACKAGE_ROOT), "PYTHONDONTWRITEBYTECODE": "1",
            "DATABASE_URL": f"postgresql://shop@/shop?host={short}",
        }  # fmt: skip
        data = ("-D", str(cluster))
        _do(environment, "initdb", *data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        _do(environment, "postgres", "--single", *data, "postgres", said="CREATE DATABASE shop;\n")
        with _serving(environment, cluster, short):
            _do(environment, "python3", "-m", "services.seed", "database")
        cluster.rename(place)


@contextlib.contextmanager
def _serving(environment: Mapping[str, str], cluster: Path, socket: str) -> Iterator[None]:
    """The server runs; afterwards it has been shut down in order."""
    log = Path(socket) / "log"
    with log.open("wb") as written:
        server = subprocess.Popen(
            ["postgres", "-D", str(cluster), "-k", socket, *_SERVER], env=environment,
            stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        asked = ["pg_isready", "-q", "-h", socket, "-U", "shop"]
        deadline = time.monotonic() + _ANSWERS_WITHIN_S
        while subprocess.run(asked, env=environment, check=False).returncode:
            if server.poll() is not None or time.monotonic() > deadline:
                raise SandboxError(f"the database could not be made: {_complaint(log.read_text())}")
            time.sleep(_LOOK_AGAIN_S)
        yield
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGINT)
            try:
                server.wait(_ANSWERS_WITHIN_S)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
    if server.returncode:
        raise SandboxError(f"the database could not be made: {_complaint(log.read_text())}")


def _do(environment: Mapping[str, str], *argv: str, said: str = "", doing: str = "made") -> None:
    try:
        done = subprocess.run(
            argv,
            env=environment,
            input=said,
            capture_output=True,
            text=True,
            timeout=_FILLED_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise SandboxError(f"the database was not {doing} within {_FILLED_WITHIN_S:.0f} s") from late
    if done.returncode:
        raise SandboxError(f"the database could not be {doing}: {_complaint(done.stderr or done.stdout)}")


def _complaint(text: str) -> str:
    """What went wrong; programs that tidy up after themselves say it before they say that."""
    lines = text.strip().splitlines()
    said = [line for line in lines if _COMPLAINT.search(line)] or lines
    return " / ".join(said[:_COMPLAINTS_SHOWN]) or "it said nothing"
