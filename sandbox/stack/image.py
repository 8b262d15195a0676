"""The company's image: what goes into it, and the supplies that the host fetches for it.

The image's tag carries a digest of its inputs, so it is made again when they change and only then.
No engine is spoken to here, and no registry is needed: Python packages come through the host's own
pip, the base from the Debian mirror. That is what works behind a company's proxy.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from sandbox.errors import MissingTool
from sandbox.runtime import tools
from sandbox.stack import PACKAGE_ROOT
from sandbox.stack.prometheus import scrape_config

Tell = Callable[[str], object]

REPOSITORY = "gameday/sandbox"
OWN_BASE = "gameday/base:bookworm"
PUBLIC_BASE = "debian:bookworm-slim"
SUITE = "bookworm"

_PYTHON = "3.11"
"""Bookworm's Python, for which the packages are fetched; the host's may be another."""

_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}
_GLIBC = range(17, 37)
"""Minor versions of the C library up to bookworm's, which a wheel may ask for."""

_COMPANY = "company"
"""Folder of the build context that is laid over the image's root."""

_NOT_NEEDED = ("doc", "info", "locale", "man")


# --- what goes in --------------------------------------------------------------------------------


def context_files(package_root: Path = PACKAGE_ROOT) -> dict[str, bytes]:
    """Path in the build context → content, for all that we bring ourselves."""
    stack = package_root / "stack"
    alerts = scrape_config(Path("/etc/lumen/alerts.yml"), targets=None)
    files = {
        "Dockerfile": (stack / "Dockerfile").read_bytes(),
        f"{_COMPANY}/etc/lumen/alerts.yml": (stack / "alerts.yml").read_bytes(),
        f"{_COMPANY}/etc/lumen/prometheus.yml": alerts.encode(),
    }
    for path in sorted((stack / "config").glob("*.yaml")):
        files[f"{_COMPANY}/etc/lumen/{path.name}"] = path.read_bytes()
    for package in ("services", "load"):
        for path in sorted((package_root / package).rglob("*.py")):
            files[f"{_COMPANY}/srv/lumen/{path.relative_to(package_root).as_posix()}"] = path.read_bytes()
    return files


def requirements(package_root: Path = PACKAGE_ROOT) -> bytes:
    """The pinned list of Python packages."""
    return (package_root / "stack" / "requirements-image.txt").read_bytes()


def inputs_digest(package_root: Path = PACKAGE_ROOT) -> str:
    """Twelve hex digits that change when an input changes, and only then."""
    digest = hashlib.sha256()
    inputs = {**context_files(package_root), "requirements": requirements(package_root)}
    for name, content in sorted(inputs.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


def tag(package_root: Path = PACKAGE_ROOT) -> str:
    """The image's name: `gameday/sandbox:<version>-<digest of its inputs>`."""
    try:
        version = importlib.metadata.version("gameday")
    except importlib.metadata.PackageNotFoundError:
        version = "dev"
    return f"{REPOSITORY}:{version.replace('+', '-')}-{inputs_digest(package_root)}"


def write_context(into: IO[bytes], files: Mapping[str, bytes], site: Path) -> None:
    """Write the build context as a tar: our own files, and the Python packages as the folder `site`.

    Times and owners are left out of it, so that an engine's cache recognises what it has seen.
    """
    with tarfile.open(fileobj=into, mode="w") as tar:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for path in sorted(site.rglob("*")):
            if path.is_file():
                member = tarfile.TarInfo(f"site/{path.relative_to(site).as_posix()}")
                member.size = path.stat().st_size
                member.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
                with path.open("rb") as content_of:
                    tar.addfile(member, content_of)


@contextlib.contextmanager
def context_file(site: Path) -> Iterator[IO[bytes]]:
    """The build context of the image as it is now, in a file that is gone afterwards.

    Raises:
        MissingTool: there is no room for it.
    """
    try:
        handle = _written_context(site)
    except OSError as error:
        raise MissingTool(
            f"cannot write the image's build context to {tempfile.gettempdir()}: {error.strerror}; "
            "set TMPDIR to a folder that has room for it"
        ) from error
    with handle:
        yield handle


def _written_context(site: Path) -> IO[bytes]:
    handle = tempfile.TemporaryFile(prefix="gameday-context-")  # noqa: SIM115
    try:
        write_context(handle, context_files(), site)
        handle.seek(0)
    except BaseException:
        # It is gone then, but has first tried to write the rest once more.
        with contextlib.suppress(OSError):
            handle.close()
        raise
    return handle


# --- Python packages, through the host's pip -----------------------------------------------------


def machine_of(engine_architecture: str) -> str:
    """The engine's architecture as wheels call it.

    Raises:
        MissingTool: there are no wheels for it.
    """
    try:
        return _MACHINES[engine_architecture]
    except KeyError:
        raise MissingTool(
            f"the Docker engine runs on {engine_architecture}, for which there is no Envoy; "
            "use an engine on amd64 or arm64, or --runtime process"
        ) from None


def find_pip() -> list[str] | None:
    """How the host's pip is called, or None; an environment made by uv or pipx may have none of its own."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    found = shutil.which("pip3") or shutil.which("pip")
    return [found] if found else None


def _pip_words(machine: str, into: Path, wanted: Path) -> list[str]:
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in _GLIBC]
    platforms += [f"manylinux2014_{machine}", f"manylinux1_{machine}", f"linux_{machine}"]
    return [
        "install", "--target", str(into), "--requirement", str(wanted), "--only-binary=:all:", "--no-compile",
        "--no-deps", "--no-warn-conflicts", "--disable-pip-version-check", "--no-input", "--progress-bar=off",
        "--implementation", "cp", "--python-version", _PYTHON,
        *(word for platform in platforms for word in ("--platform", platform)),
    ]  # fmt: skip


def fetch_packages(machine: str, tell: Tell, package_root: Path = PACKAGE_ROOT) -> Path:
    """The folder with the image's Python packages, fetched unless the cache has it.

    Raises:
        MissingTool: there is no pip, or it can't reach its index.
    """
    wanted = requirements(package_root)
    key = hashlib.sha256(wanted + machine.encode()).hexdigest()[:12]
    site = tools.cache_home() / "image" / f"site-{key}"
    if site.is_dir():
        return site
    pip = find_pip()
    if pip is None:
        raise MissingTool(
            "the image needs Python packages and there is no pip here; get it with: python -m ensurepip"
        )
    tell("fetching the image's Python packages with pip")
    with _workplace(site) as work:
        listed = work / "requirements.txt"
        listed.write_bytes(wanted)
        _run(
            [*pip, *_pip_words(machine, work / "site", listed)],
            "pip could not fetch the image's packages",
            tell,
        )
        # These start with this host's interpreter, which the image hasn't got.
        shutil.rmtree(work / "site" / "bin", ignore_errors=True)
        _settle(work / "site", site)
    return site


# --- the base, from the Debian mirror ------------------------------------------------------------


def can_make_base() -> bool:
    """Whether this host has what it takes to make a Debian without a registry."""
    return bool(shutil.which("mmdebstrap") or (shutil.which("apt-get") and shutil.which("dpkg-deb")))


def _mmdebstrap(tell: Tell) -> str:
    on_path = shutil.which("mmdebstrap")
    if on_path:
        return on_path
    unpacked = tools.cache_home() / "mmdebstrap"
    if not (unpacked / "usr/bin/mmdebstrap").is_file():
        tools.unpack_distribution_package("mmdebstrap", unpacked, tell)
    return str(unpacked / "usr/bin/mmdebstrap")


def make_base(architecture: str, tell: Tell) -> Path:
    """A tar of a minimal Debian, made from the mirror without root and without installing anything.

    Raises:
        MissingTool: this host is no Debian, or its mirror can't be reached.
    """
    rootfs = tools.cache_home() / "image" / f"{SUITE}-{architecture}.tar"
    if rootfs.is_file():
        return rootfs
    program = _mmdebstrap(tell)
    tell("making a minimal Debian from the mirror with mmdebstrap")
    with _workplace(rootfs) as work:
        made = work / "rootfs.tar"
        words = ["--variant=minbase", f"--architectures={architecture}", SUITE, str(made)]
        left_out = [f"--dpkgopt=path-exclude=/usr/share/{kind}/*" for kind in _NOT_NEEDED]
        _run([program, *left_out, *words], "mmdebstrap could not make the base image", tell)
        _settle(made, rootfs)
    return rootfs


# --- running and keeping -------------------------------------------------------------------------


@contextlib.contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """A folder beside the target, gone afterwards, so that what is ready can be moved in one step."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=target.parent) as name:
            yield Path(name)
    except OSError as error:
        raise MissingTool(
            f"cannot write to {target.parent}: {error.strerror}; set GAMEDAY_CACHE to a writable folder"
        ) from error


def _settle(made: Path, target: Path) -> None:
    try:
        made.rename(target)
    except OSError:
        # Another process was faster, and its result is as good as ours.
        if not target.exists():
            raise


def _run(words: Sequence[str], failed: str, tell: Tell) -> None:
    """Run a program, passing on the lines that tell of progress.

    Raises:
        MissingTool: it failed; with its last words.
    """
    last: deque[str] = deque(maxlen=3)
    with subprocess.Popen(
        words,
        # mmdebstrap looks for its own helper, mmtarfilter, on PATH; unpacked, it lies beside it.
        env={
            **os.environ,
            "PATH": f"{Path(words[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as program:
        assert program.stdout is not None
        try:
            for line in program.stdout:
                last.append(line.strip())
                if line.startswith(("Collecting ", "I: ")):
                    tell(line.partition(" (from ")[0].strip())
        except BaseException:
            program.terminate()
            raise
    if program.returncode:
        raise MissingTool(f"{failed}: {' / '.join(last) or 'it said nothing'}")
