"""Makes the sandbox's image where it is missing, with whatever this machine and its network allow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import MissingTool, SandboxError
from sandbox.stack import image
from sandbox.stack.image import Tell

if TYPE_CHECKING:
    from sandbox.runtime.docker import Engine

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


def name() -> str:
    """What the image is called as long as its inputs are what they are now."""
    return image.tag()


def is_there(engine: Engine) -> bool:
    return engine.has_image(name())


def obstacle(engine: Engine) -> str | None:
    """Why there can be no image here, or None: it is there, or what making it takes is."""
    if is_there(engine):
        return None
    if image.find_pip() is None:
        return "the sandbox's image isn't built, and there is no pip to build it with (python -m ensurepip)"
    based = any(engine.has_image(base) for base in (image.OWN_BASE, image.PUBLIC_BASE))
    if based or image.can_make_base() or engine.registry_has(image.PUBLIC_BASE):
        return None
    return (
        f"the sandbox's image isn't built, no registry answers, and only a Debian can make {image.OWN_BASE}"
    )


def make(engine: Engine, tell: Tell) -> str:
    """Make the image; its name.

    Raises:
        MissingTool: the registry, the mirror or pip is missing, or a step of the build failed.
    """
    try:
        architecture = engine.architecture()
        machine = image.machine_of(architecture)
        base = _ensure_base(engine, architecture, tell)
        _build(engine, name(), base, image.fetch_packages(machine, tell), tell)
        engine.tag(name(), f"{image.REPOSITORY}:latest")
    except MissingTool:
        raise
    except SandboxError as error:
        raise MissingTool(f"the sandbox's image could not be made: {error}") from error
    return name()


def _ensure_base(engine: Engine, architecture: str, tell: Tell) -> str:
    for known in (image.OWN_BASE, image.PUBLIC_BASE):
        if engine.has_image(known):
            return known
    tell(f"asking the registry for {image.PUBLIC_BASE}")
    if engine.registry_has(image.PUBLIC_BASE):
        engine.pull(image.PUBLIC_BASE)
        return image.PUBLIC_BASE
    rootfs = image.make_base(architecture, tell)
    tell(f"importing {image.OWN_BASE}")
    engine.import_rootfs(str(rootfs), image.OWN_BASE)
    return image.OWN_BASE


def _build(engine: Engine, called: str, base: str, site: Path, tell: Tell) -> None:
    proxies = {key: value for key in _PROXIES if (value := os.environ.get(key))}
    step: list[str] = []
    with image.context_file(site) as context:
        for line in engine.build(context, called, {"BASE": base, **proxies}):
            if line.text.startswith("Step "):
                step.clear()
                tell(line.text.splitlines()[0])
            step.append(line.text)
            if line.failed:
                raise MissingTool(f"the sandbox's image could not be built: {' / '.join(step[-4:])}")
