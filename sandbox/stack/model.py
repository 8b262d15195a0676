"""The company's description: `compose.yaml` as a typed, checked model.

Only the part of the Compose specification that we use is accepted; an unknown key is an error, so
that a misspelt limit can't be silently ignored. Variables are filled in as Compose does it
(`${NAME}` and `${NAME:-default}`), which is how one file serves runtimes that address parts
differently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sandbox.errors import BadStack

COMPOSE_FILE = Path(__file__).with_name("compose.yaml")

Condition = Literal["service_started", "service_healthy", "service_completed_successfully"]

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Healthcheck(_Part):
    """How a part says that it is ready."""

    test: tuple[str, ...]
    """`["CMD", program, argument, …]`, run inside the part."""
    interval: str = "1s"
    timeout: str = "5s"
    retries: int = 30

    @property
    def argv(self) -> tuple[str, ...]:
        return self.test[1:]


class Deploy(_Part):
    replicas: int = 1


class Dependency(_Part):
    condition: Condition = "service_started"


class AsProcess(_Part):
    """What differs when the part is a plain process."""

    first_day: str | None = None
    """Where the database of the first day, which the image holds, is laid before the first start."""
    command: tuple[str, ...] | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    ready: tuple[str, ...] | None = None
    """Ends with 0 once this replica can do its work; without it, running is ready."""


class CompanyRules(_Part):
    owner: str
    max_replicas: int
    """The most copies that the company's quota allows."""
    calls: tuple[str, ...] = ()
    """Whom it asks for something, through the gateway or directly."""


def _dependencies(value: Any) -> Any:
    """Compose allows a list of names as well as a mapping with conditions."""
    return {name: {} for name in value} if isinstance(value, list) else value


class Service(_Part):
    """One part of the company."""

    image: str
    command: tuple[str, ...]
    networks: tuple[str, ...] = ()
    restart: Literal["no", "unless-stopped", "on-failure", "always"] = "no"
    init: bool = False
    user: str | None = None
    dns: tuple[str, ...] = ()
    """Who is asked for names that are not the sandbox's own."""
    dns_opt: tuple[str, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict)
    expose: tuple[int, ...] = ()
    ports: tuple[str, ...] = ()
    healthcheck: Healthcheck | None = None
    deploy: Deploy = Deploy()
    depends_on: Annotated[dict[str, Dependency], BeforeValidator(_dependencies)] = Field(default_factory=dict)
    tmpfs: tuple[str, ...] = ()
    """Folders that lie empty over the image's; on the process runtime a part has only what it needs."""
    mem_limit: str | None = None
    cpus: float | None = None
    process: AsProcess = Field(default=AsProcess(), alias="x-process")
    rules: CompanyRules | None = Field(default=None, alias="x-lumen")

    @property
    def one_shot(self) -> bool:
        """It does its work and ends, and others wait for that."""
        return self.restart == "no"

    @property
    def published(self) -> tuple[int, ...]:
        """Container ports that the trainer can reach."""
        return tuple(int(port.rsplit(":", 1)[-1]) for port in self.ports)


class Network(_Part):
    driver: str = "bridge"
    driver_opts: dict[str, str] = Field(default_factory=dict)


class Stack(_Part):
    """The whole company."""

    services: dict[str, Service]
    networks: dict[str, Network] = Field(default_factory=dict)

    def start_order(self) -> tuple[str, ...]:
        """Service names, each after all that it depends on.

        Raises:
            BadStack: two services wait for each other, or one waits for a stranger.
        """
        ordered: list[str] = []
        waiting: set[str] = set()

        def visit(name: str) -> None:
            if name in ordered:
                return
            if name not in self.services:
                raise BadStack(f"{COMPOSE_FILE.name}: something depends on {name!r}, which is not a service")
            if name in waiting:
                raise BadStack(f"{COMPOSE_FILE.name}: {name} depends on itself by way of others")
            waiting.add(name)
            for dependency in self.services[name].depends_on:
                visit(dependency)
            ordered.append(name)

        for name in self.services:
            visit(name)
        return tuple(ordered)


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """Fill in `${NAME}` and `${NAME:-default}`; an unknown name without a default becomes empty."""
    return _VARIABLE.sub(lambda found: variables.get(found[1]) or found[2] or "", text)


def load_stack(path: Path = COMPOSE_FILE, variables: Mapping[str, str] | None = None) -> Stack:
    """Read and check a Compose file.

    Raises:
        BadStack: with the file, the place and what is wrong there.
    """
    try:
        document = yaml.safe_load(substitute(path.read_text(encoding="utf-8"), variables or {}))
    except OSError as error:
        raise BadStack(f"{path}: cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise BadStack(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise BadStack(f"{path}: expected a mapping with the key 'services'")
    ours = {key: value for key, value in document.items() if not key.startswith("x-")}
    try:
        return Stack.model_validate(ours)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise BadStack(f"{path}: {where}: {first['msg']}") from error
