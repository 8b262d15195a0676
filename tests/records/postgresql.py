"""A real PostgreSQL of a test's own, on a socket in a folder of its own."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.runtime import tools
from tests.waiting import wait_until

# PostgreSQL refuses to be root's; in a user namespace of its own it isn't.
_OTHER_USER = (
    ("unshare", "--user", "--map-user=1000") if os.geteuid() == 0 and sys.platform == "linux" else ()
)


class Server:
    """One server; `fresh` gives the URL of an empty database in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*_OTHER_USER, str(tools.require(program)), *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def sql(self, statement: str, database: str = "postgres") -> None:
        strictly = ("-v", "ON_ERROR_STOP=1")
        place = ("-h", str(self._folder), "-U", "test", "-d", database)
        done = self.run("psql", *place, *strictly, "-c", statement)
        assert done.returncode == 0, done.stderr

    def url(self, database: str, user: str = "test") -> str:
        return f"postgresql://{user}@/{database}?host={self._folder}"

    def fresh(self) -> str:
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return self.url(name)


@contextmanager
def serving() -> Iterator[Server]:
    """Start a server, and stop it. A socket's path must be short, so it isn't in pytest's folders."""
    with tempfile.TemporaryDirectory(prefix="records-") as name:
        folder = Path(name)
        server = Server(folder)
        made = server.run(
            "initdb", "-D", str(folder / "data"), "-U", "test", "-A", "trust", "--no-locale", "-N"
        )
        assert made.returncode == 0, made.stderr
        program = [*_OTHER_USER, str(tools.require("postgres")), "-D", str(folder / "data"), "-h", ""]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([*program, "-k", name, "-F"], stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: server.run("pg_isready", "-h", name).returncode == 0, 30)
            yield server
        finally:
            process.terminate()
            process.wait(30)
