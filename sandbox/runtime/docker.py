"""The Docker engine, as the runtimes use it: the only module that speaks the SDK.

Each method is one thing that the engine does, with the SDK's loose types and many errors turned into
ours. The low-level client is used throughout: the high-level one asks the engine twice for most things.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import socket
import tarfile
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Self

from docker import APIClient, errors
from docker.constants import DEFAULT_DOCKER_API_VERSION
from docker.context import ContextAPI
from docker.types.daemon import CancellableStream
from docker.utils import kwargs_from_env

from sandbox.errors import MissingTool, SandboxError
from sandbox.runtime import docker_image, docker_plan
from sandbox.runtime.base import ExecResult
from sandbox.runtime.docker_plan import Part, Seen
from sandbox.runtime.docker_streams import EntryStream, split_outputs
from sandbox.stack.image import Tell

AT_MOST_AT_ONCE = 32
"""Requests that one client may have under way."""

_CPU_PERIOD_US = 100_000
_REGISTRY_ANSWERS_WITHIN_S = 8
_GOING_OR_GONE = (404, 409)
"""How the engine says that a container is being removed, or has been."""
_INPUT_FOLDER = "run/lumen"
"""Where the image lets every user remove files."""
_WITH_INPUT = 'exec <"$0" && rm -f "$0" && exec "$@"'


@contextlib.contextmanager
def speaking(about: str) -> Iterator[None]:
    """Turn what the SDK raises into one sentence.

    Raises:
        SandboxError: the engine refused, or does not answer any more.
    """
    try:
        yield
    except errors.APIError as error:
        raise SandboxError(f"{about}: {_one_line(error.explanation or error)}") from error
    except (errors.DockerException, OSError) as error:
        raise SandboxError(f"{about}: Docker does not answer any more: {_one_line(error)}") from error


def _one_line(said: object) -> str:
    return " ".join(str(said).split())


def _settings() -> dict[str, Any]:
    """Where the user's own `docker` command finds its engine: DOCKER_HOST, else the current context."""
    if os.environ.get("DOCKER_HOST"):
        return dict(kwargs_from_env())
    context = ContextAPI.get_current_context()
    tls: Any = context.TLSConfig
    return {"base_url": context.Host, **({"tls": tls} if tls else {})} if context.Host else {}


def _client(timeout_s: int) -> APIClient:
    """A client that speaks the engine's version; the SDK's own way of asking leaves sockets behind."""
    settings = {
        "timeout": timeout_s, "max_pool_size": AT_MOST_AT_ONCE, "use_ssh_client": True, **_settings(),
    }  # fmt: skip
    local = str(settings.get("base_url", "")).removeprefix("unix://")
    if local.startswith("/"):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(timeout_s)
            probe.connect(local)
    with contextlib.closing(APIClient(version=DEFAULT_DOCKER_API_VERSION, **settings)) as asking:
        version = str(asking.version(api_version=False)["ApiVersion"])
    return APIClient(version=version, **settings)


@dataclass(frozen=True)
class BuildLine:
    """One line that a build said."""

    text: str
    failed: bool


class Engine:
    """A connection to the engine; any number of threads may use it at once."""

    def __init__(self, timeout_s: int = 60) -> None:
        """Connect.

        Raises:
            MissingTool: no engine answers.
        """
        try:
            self._api = _client(timeout_s)
        except (errors.DockerException, OSError) as error:
            raise MissingTool(
                f"Docker does not answer ({_one_line(error)}); start it, or use --runtime process"
            ) from error
        self._close = weakref.finalize(self, self._api.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _url(self, path: str) -> str:
        return f"{self._api.base_url}/v{self._api.api_version}{path}"

    # --- images ----------------------------------------------------------------------------------

    def architecture(self) -> str:
        with speaking("asking for the engine's architecture"):
            return str(self._api.version()["Arch"])

    def has_image(self, name: str) -> bool:
        with speaking(f"looking for the image {name}"):
            return bool(self._api.images(name))

    def registry_has(self, name: str) -> bool:
        """Whether the engine reaches a registry that has this image, found out in a few seconds."""
        try:
            url = self._url(f"/distribution/{name}/json")
            with self._api.get(url, timeout=_REGISTRY_ANSWERS_WITHIN_S) as reply:
                return bool(reply.ok)
        except OSError:
            return False

    def pull(self, name: str) -> None:
        repository, _, tag = name.partition(":")
        with speaking(f"pulling {name}"):
            self._api.pull(repository, tag=tag)

    def import_rootfs(self, path: str, name: str) -> None:
        repository, _, tag = name.partition(":")
        with speaking(f"importing {name}"):
            self._api.import_image_from_file(path, repository=repository, tag=tag)

    def tag(self, name: str, other: str) -> None:
        repository, _, tag = other.partition(":")
        with speaking(f"tagging {name}"):
            self._api.tag(name, repository, tag, force=True)

    def build(self, context: IO[bytes], name: str, arguments: Mapping[str, str]) -> Iterator[BuildLine]:
        """Build an image from a context; what the engine says meanwhile."""
        with speaking(f"building {name}"):
            answers = self._api.build(
                fileobj=context, custom_context=True, tag=name, rm=True, forcerm=True, decode=True,
                buildargs=dict(arguments),
            )  # fmt: skip
            for answer in answers:
                text = str(answer.get("error") or answer.get("stream") or "").strip()
                if text:
                    yield BuildLine(text, failed="error" in answer)

    # --- what there is ---------------------------------------------------------------------------

    def containers(self, label: str) -> list[Seen]:
        """Containers with a label, running or not, in order of service and number."""
        with speaking("listing containers"):
            rows = self._api.containers(all=True, filters={"label": label})
        return sorted((docker_plan.seen(row) for row in rows), key=lambda each: (each.service, each.number))

    def networks(self, label: str) -> list[str]:
        with speaking("listing networks"):
            return [str(row["Name"]) for row in self._api.networks(filters={"label": label})]

    def volumes(self, label: str) -> list[str]:
        with speaking("listing volumes"):
            return [str(row["Name"]) for row in self._api.volumes(filters={"label": label})["Volumes"] or []]

    def state(self, container: str) -> dict[str, Any] | None:
        """The engine's `State` of a container, or None if it has gone."""
        with speaking(f"inspecting {container}"), contextlib.suppress(errors.NotFound):
            state: dict[str, Any] = self._api.inspect_container(container)["State"]
            return state
        return None

    # --- networks --------------------------------------------------------------------------------

    def create_network(
        self, name: str, driver: str, options: Mapping[str, str], labels: Mapping[str, str]
    ) -> None:
        with speaking("making the sandbox's network"):
            self._api.create_network(name, driver=driver, options=dict(options), labels=dict(labels))

    def network_options(self, name: str) -> dict[str, str]:
        with speaking(f"inspecting the network {name}"):
            return dict(self._api.inspect_network(name)["Options"])

    def remove_network(self, name: str) -> None:
        with speaking(f"removing the network {name}"), contextlib.suppress(errors.NotFound):
            self._api.remove_network(name)

    def remove_volume(self, name: str) -> None:
        with speaking(f"removing the volume {name}"), contextlib.suppress(errors.NotFound):
            self._api.remove_volume(name, force=True)

    def connect(self, container: str, network: str, aliases: Sequence[str]) -> None:
        with speaking(f"connecting {container}"):
            self._api.connect_container_to_network(container, network, aliases=list(aliases))

    def disconnect(self, container: str, network: str) -> None:
        with speaking(f"cutting off {container}"):
            self._api.disconnect_container_from_network(container, network)

    # --- containers ------------------------------------------------------------------------------

    def create(self, part: Part, image: str, labels: Mapping[str, str]) -> str:
        """Create a container without starting it; its id."""
        plan, network = part.definition, docker_plan.network_name(part.sandbox_id)
        memory = docker_plan.bytes_of(plan.mem_limit) if plan.mem_limit else None
        with speaking(f"creating {part.name}"):
            host = self._api.create_host_config(
                network_mode=network,
                init=plan.init,
                dns=list(plan.dns) or None,
                dns_opt=list(plan.dns_opt) or None,
                restart_policy={"Name": plan.restart},
                tmpfs=dict.fromkeys(plan.tmpfs, "ro"),
                mem_limit=memory,
                memswap_limit=memory,
                # Not nano_cpus: an engine refuses to change those while a container runs.
                cpu_period=_CPU_PERIOD_US if plan.cpus else None,
                cpu_quota=_quota(plan.cpus) if plan.cpus else None,
                port_bindings=dict.fromkeys(plan.published, ("127.0.0.1", None)),
            )
            endpoints: Any = {network: self._api.create_endpoint_config(aliases=part.aliases)}
            made = self._api.create_container(
                image,
                list(plan.command),
                name=part.name,
                hostname=part.host,
                user=plan.user,
                environment=plan.environment,
                ports=list(plan.published),
                labels=dict(labels),
                host_config=host,
                networking_config=self._api.create_networking_config(endpoints),
            )
            return str(made["Id"])

    def start(self, container: str) -> None:
        with speaking(f"starting {container}"):
            self._api.start(container)

    def stop(self, container: str, grace_s: int) -> None:
        with speaking(f"stopping {container}"):
            self._api.stop(container, timeout=grace_s)

    def restart(self, container: str, grace_s: int) -> None:
        with speaking(f"restarting {container}"):
            self._api.restart(container, timeout=grace_s)

    def remove(self, container: str) -> None:
        """End a container at once and take it away; one that has gone already is fine."""
        with speaking(f"removing {container}"), contextlib.suppress(errors.NotFound):
            self._api.remove_container(container, v=True, force=True)

    def pause(self, container: str, *, paused: bool) -> None:
        with speaking(f"{'pausing' if paused else 'resuming'} {container}"):
            (self._api.pause if paused else self._api.unpause)(container)

    def kill(self, container: str, signal: str) -> None:
        with speaking(f"killing {container}"):
            self._api.kill(container, signal)

    def limit(self, container: str, cpus: float | None, memory_bytes: int | None) -> None:
        settings: dict[str, int] = {}
        if cpus is not None:
            settings |= {"cpu_period": _CPU_PERIOD_US, "cpu_quota": _quota(cpus)}
        if memory_bytes is not None:
            settings |= {"mem_limit": memory_bytes, "memswap_limit": memory_bytes}
        with speaking(f"limiting {container}"):
            self._api.update_container(container, **settings)  # type: ignore[arg-type]

    # --- inside a container ----------------------------------------------------------------------

    def run(
        self,
        container: str,
        argv: Sequence[str],
        *,
        stdin: bytes | None = None,
        timeout_s: float = 30.0,
        user: str = "",
    ) -> ExecResult:
        """Run a command in a container; `timeout` inside ends it, because an engine can't."""
        words = ["timeout", "--kill-after=1", f"{timeout_s:g}", *argv]
        if stdin is not None:
            given = f"{_INPUT_FOLDER}/{secrets.token_hex(6)}"
            self.put(container, given, stdin)
            words = ["sh", "-c", _WITH_INPUT, f"/{given}", *words]
        begun = time.monotonic()
        with speaking(container):
            run = self._api.exec_create(container, words, user=user)["Id"]
            # The SDK's own reader takes the socket from under a buffer that may hold a quick answer.
            with self._api.post(
                self._url(f"/exec/{run}/start"),
                json={"Detach": False, "Tty": False},
                stream=True,
                timeout=timeout_s + 5,
            ) as reply:
                if not reply.ok:
                    raise SandboxError(f"{container}: {reply.json().get('message', reply.reason)}")
                out, err = split_outputs(reply.raw)
            code: int | None = self._api.exec_inspect(run)["ExitCode"]
        duration = time.monotonic() - begun
        # What had to be killed ends as if by itself; what went down with its container has no code.
        code = 137 if code is None else code
        code = 124 if code == 137 and duration >= timeout_s else code
        text = (out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
        return ExecResult(tuple(argv), code, *text, duration_s=duration)

    def put(self, container: str, path: str, data: bytes) -> None:
        """Write a file, with the folders that it needs; `path` is relative to the root."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            member = tarfile.TarInfo(path)
            member.size, member.mode, member.mtime = len(data), 0o644, int(time.time())
            tar.addfile(member, io.BytesIO(data))
        self.put_archive(container, "/", buffer.getvalue())

    def put_archive(self, container: str, folder: str, archive: bytes) -> None:
        with speaking(f"writing to {container}:{folder}"):
            self._api.put_archive(container, folder, archive)

    def get_archive(self, container: str, path: str) -> bytes:
        """A file or folder as a tar."""
        with speaking(f"reading {container}:{path}"):
            chunks, _ = self._api.get_archive(container, path)
            return b"".join(chunks)

    # --- logs ------------------------------------------------------------------------------------

    def log(self, container: str, since: float, *, follow: bool) -> EntryStream:
        with speaking(f"reading the log of {container}"):
            try:
                return _Log(
                    self._api.logs(
                        container, stream=True, follow=follow, timestamps=True, since=since or None
                    )
                )
            except errors.APIError as error:
                if error.status_code not in _GOING_OR_GONE:
                    raise
        return _NoLog()

    def last_words(self, container: str) -> str:
        with speaking(f"reading the log of {container}"):
            said = self._api.logs(container, tail=3).decode("utf-8", "replace")
        return " / ".join(said.splitlines()) or "it wrote nothing"


def ensure_image(tell: Tell) -> str:
    """The name of the sandbox's image, which is made first if its inputs have changed.

    Raises:
        MissingTool: the engine, the registry, the mirror or pip is missing, or a step of the build failed.
    """
    with Engine() as engine:
        if docker_image.is_there(engine):
            return docker_image.name()
    # A step of a build may say nothing for minutes.
    with Engine(timeout_s=900) as engine:
        return docker_image.make(engine, tell)


class _Log:
    """A log whose `close` can be called at any time, also when it has ended."""

    def __init__(self, stream: CancellableStream[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        # The SDK looks for the socket in places that are empty once the engine has closed it.
        with contextlib.suppress(AttributeError, OSError, errors.DockerException):
            self._stream.close()


class _NoLog:
    """The log of what nobody can read any more."""

    def __iter__(self) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None:
        """There is nothing to close."""


def _quota(cpus: float) -> int:
    return int(cpus * _CPU_PERIOD_US)
