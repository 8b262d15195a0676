"""Where the files of a service's machine lie in a process sandbox's folder, and how they are written."""

from __future__ import annotations

import io
import os
import re
import shutil
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sandbox.errors import BadStack
from sandbox.runtime import ground

_CODE = PurePosixPath("/srv/lumen")
_CONFIG = PurePosixPath("/etc/lumen")
_ERRNO = re.compile(r"\[Errno \d+\] ([^:]+).*", re.DOTALL)


def inside(root: Path, service: str, path: str) -> Path:
    """A path of a service's machine in the sandbox's folder; all but code and load is shared.

    Raises:
        BadStack: it leaves the folder.
    """
    wanted = PurePosixPath("/", path)
    base, below = root, wanted.relative_to("/")
    if wanted.is_relative_to(_CODE):
        base, below = ground.code_of(root, service), wanted.relative_to(_CODE)
    elif service == "customers" and wanted.is_relative_to(_CONFIG):
        base, below = ground.customers_folder(root), wanted.relative_to(_CONFIG)
    target = (base / below).resolve()
    if not target.is_relative_to(base.resolve()):
        raise BadStack(f"{path} leaves the sandbox")
    return target


def put(path: Path, data: bytes) -> None:
    """Write by rename, so that readers never see half."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    fresh.write_bytes(data)
    fresh.replace(path)


def reason(error: OSError) -> str:
    """Why files could not be written; a copied tree has many reasons, of which the first is enough."""
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return _ERRNO.sub(r"\1", str(error.args[0][0][-1]))
    return error.strerror or str(error)


def files_in(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of a tar.

    Raises:
        tarfile.TarError: it is none.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None:
                yield member.name, content.read()
