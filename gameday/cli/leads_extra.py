"""What a lead's commands need beside a drill's: the libraries of the extra `leads`, and files to write to."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from gameday.errors import GamedayError, MissingExtra


def need(what: str, *modules: str) -> None:
    """See that these libraries are installed.

    Raises:
        MissingExtra: one of them isn't.
    """
    lacking = [name for name in modules if find_spec(name) is None]
    if lacking:
        raise MissingExtra(
            f"{what} needs {' and '.join(lacking)}; get what leads need with: pip install 'gameday[leads]'"
        )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, all of it or nothing; folders on the way are made.

    Raises:
        GamedayError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        except OSError:
            if temporary.is_file():
                temporary.unlink()
            raise
    except OSError as error:
        raise GamedayError(f"{path} cannot be written: {error.strerror}") from error
