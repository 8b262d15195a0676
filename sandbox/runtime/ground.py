"""What a sandbox of plain processes stands on: loopback addresses, a file tree, programs by name."""

from __future__ import annotations

import os
import py_compile
import shutil
import socket
import stat
import sys
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.runtime import registry, tools
from sandbox.stack import CONFIG_FOLDER, PACKAGE_ROOT
from sandbox.stack.model import Service, Stack
from sandbox.stack.prometheus import ALERTS_FILE, scrape_config

SUPERVISE = Path(__file__).with_name("supervise.sh")

_ADDRESSES = range(1, 31)
"""Numbers of the addresses that the parts of a sandbox get, and some copies more."""
_LOWEST = 3
"""Second number of the lowest of the sandboxes' networks; below it are those that programs like to use."""
_NETWORKS = 250 * 250
_NOBODY_S = "127.255.255.253"
"""A loopback address on which nobody listens but who listens on all."""

_BY_CONTENT = py_compile.PycInvalidationMode.CHECKED_HASH

_NAMED_TOOLS = ("redis-cli", "psql", "pg_isready")
"""Clients whose `-h NAME` is translated on the bastion, where names don't resolve by themselves."""


def pick_network(sandbox_id: str, ports: Iterable[int]) -> str:
    """Three free numbers of a loopback network, or empty where only 127.0.0.1 exists (macOS).

    Args:
        sandbox_id: says where the search begins, so that two which begin at the same moment and know nothing
            of each other (each has a state folder of its own) don't find the same.
        ports: what parts listen on; nobody else may do so on the addresses that they get.

    Raises:
        SandboxError: a program has one of the ports on every address, or no network is free.
    """
    if sys.platform != "linux":
        return ""
    taken = set()
    for known in registry.known_ids():
        try:
            taken.add(registry.load(known).network)
        except SandboxError:
            continue
    wanted = sorted(set(ports))
    first = zlib.crc32(sandbox_id.encode())
    for step in range(_NETWORKS):
        number = (first + step) % _NETWORKS
        network = f"127.{_LOWEST + number // 250}.{1 + number % 250}"
        if network in taken:
            continue
        blocked = [port for n in _ADDRESSES for port in wanted if not _free(f"{network}.{n}", port)]
        if not blocked:
            return network
        everywhere = [port for port in blocked if not _free(_NOBODY_S, port)]
        if everywhere:
            raise SandboxError(
                f"port {everywhere[0]} is taken on every address, by a program that listens on 0.0.0.0:"
                f"{everywhere[0]}; stop that program, or use --runtime docker"
            )
    raise SandboxError("no loopback network is free; `gameday sweep` removes sandboxes that were left behind")


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # Connections that have just been closed don't count, as they don't for the parts themselves.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def place(service: Service, network: str, taken: Iterable[str]) -> tuple[str, dict[str, int]]:
    """A host and ports for one more replica: its own address, or ports of its own on the one there is."""
    if not network:
        return "127.0.0.1", {str(port): free_port() for port in service.expose}
    used = set(taken)
    host = next(f"{network}.{n}" for n in range(1, 255) if f"{network}.{n}" not in used)
    return host, {str(port): port for port in service.expose}


def variables(placed: Mapping[str, tuple[str, Mapping[str, int]]], root: Path) -> dict[str, str]:
    """What `compose.yaml` is filled in with: `HOST_DB`, `PORT_DB_5432`, `ADDR_DB_5432`, `ETC`, `SRV`, …"""
    filled = {
        "ETC": str(root / "etc/lumen"),
        "ETC_CUSTOMERS": str(customers_folder(root)),
        "SRV": str(root / "srv"),
        "RUN": str(root / "run/lumen"),
        "DISCOVERY": str(root / "run/discovery.json"),
    }
    for name, (host, ports) in placed.items():
        upper = name.upper().replace("-", "_")
        filled[f"HOST_{upper}"] = host
        for port, real in ports.items():
            filled[f"PORT_{upper}_{port}"] = str(real)
            filled[f"ADDR_{upper}_{port}"] = f"{host}:{real}"
    return filled


def customers_folder(root: Path) -> Path:
    """Who comes to the shop isn't the shop's to set: their config lies outside the company's tree."""
    return root.parent / "customers"


def _script(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def code_of(root: Path, service: str) -> Path:
    """The `/srv/lumen` of a service: its own, so that one can be rolled without the others."""
    return root / "code" / service


def lay_tree(root: Path, services: Iterable[str]) -> None:
    """The files that the image would hold: each service's code, config, programs."""
    for folder in ("bin", "run/lumen", "var/lib/lumen", "home", "srv"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    first, *others = services
    _lay_code(PACKAGE_ROOT / "services", code_of(root, first) / "services")
    for service in others:
        shutil.copytree(
            code_of(root, first) / "services", code_of(root, service) / "services", copy_function=_name_again
        )
    _lay_code(PACKAGE_ROOT / "load", code_of(root, "customers") / "load")
    shutil.copytree(CONFIG_FOLDER, root / "etc/lumen")
    customers_folder(root).mkdir()
    (root / "etc/lumen/load.yaml").rename(customers_folder(root) / "load.yaml")
    shutil.copy(ALERTS_FILE, root / "etc/lumen/alerts.yml")
    config = scrape_config(root / "etc/lumen/alerts.yml", targets=root / "run/targets.json")
    (root / "etc/lumen/prometheus.yml").write_text(config, encoding="utf-8")
    lay_programs(root / "bin")


def _name_again(source: str, target: str) -> None:
    """One more name for a file, which costs a small part of a new file, and a service has seventy.

    Whoever changes one later replaces it, so that the others keep theirs.
    """
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _lay_code(package: Path, into: Path) -> None:
    """A package with Python's own caches, which are checked by content as in the image."""
    shutil.copytree(package, into, ignore=shutil.ignore_patterns("__pycache__"))
    for source in into.rglob("*.py"):
        py_compile.compile(str(source), doraise=True, invalidation_mode=_BY_CONTENT)


def lay_programs(folder: Path, names: Iterable[str] = tools.NEEDED) -> None:
    """What parts call by a plain name: these programs, Python, and what restarts a part."""
    # PostgreSQL refuses to run as root. A user namespace gives it another identity over the same files.
    other_user = "unshare --user --map-user=1000 " if os.geteuid() == 0 and sys.platform == "linux" else ""
    for tool in names:
        prefix = other_user if tool in ("postgres", "initdb") else ""
        _script(folder / tool, f'#!/bin/sh\nexec {prefix}"{tools.require(tool)}" "$@"\n')
    _script(folder / "supervise", SUPERVISE.read_text(encoding="utf-8"))
    _script(folder / "python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')


def lay_bastion(root: Path, stack: Stack, placed: Mapping[str, tuple[str, Mapping[str, int]]]) -> None:
    """The on-call engineer's own programs: clients that know the company's names."""
    folder = root / "bastion-bin"
    folder.mkdir(exist_ok=True)
    cases = "\n".join(f'    {name}) word="{host}";;' for name, (host, _) in placed.items())
    for tool in _NAMED_TOOLS:
        loop = (
            f'for word in "$@"; do\n  shift\n  case "$word" in\n{cases}\n  esac\n  set -- "$@" "$word"\ndone'
        )
        _script(folder / tool, f'#!/bin/sh\n{loop}\nexec "{tools.require(tool)}" "$@"\n')
    lines = [
        f'connect-to = "{name}:{port}:{host}:{ports[str(port)]}"'
        for name, (host, ports) in placed.items()
        for port in stack.services[name].expose
    ]
    (root / "home/.curlrc").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _script(folder / "ops", f'#!/bin/sh\nexec "{sys.executable}" -P -m services.ops "$@"\n')
    hosts = "".join(f"{host}\t{name}\n" for name, (host, _) in placed.items())
    (root / "home/hosts").write_text(hosts, encoding="utf-8")
