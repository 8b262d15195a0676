"""`compose.yaml`: a real Compose file, and the model that checks it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.errors import BadStack
from sandbox.stack.model import COMPOSE_FILE, load_stack


def _compose() -> list[str] | None:
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if shutil.which("docker"):
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        return ["docker", "compose"] if plugin.returncode == 0 else None
    return None


def test_stock_compose_accepts_the_file() -> None:
    """People can run the company with the tool that they know."""
    compose = _compose()
    if compose is None:
        pytest.skip("no Compose command here")
    done = subprocess.run(
        [*compose, "-f", str(COMPOSE_FILE), "config", "-q"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_service_starts_after_what_it_needs() -> None:
    """The start order is a topological one, and complete."""
    stack = load_stack()
    order = stack.start_order()
    assert sorted(order) == sorted(stack.services)
    for name, service in stack.services.items():
        assert all(order.index(needed) < order.index(name) for needed in service.depends_on)


def test_every_service_is_limited_and_alone_on_its_network() -> None:
    """No part can starve the machine, and every part is on the sandbox's network only."""
    for name, service in load_stack().services.items():
        assert service.networks == ("shop",), name
        assert service.one_shot or (service.mem_limit and service.cpus), name


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "compose.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("services: {web: {image: x, command: [y], memlimit: 1m}}", r"services\.web\.memlimit"),
        ("services: {web: {image: x}}", r"services\.web\.command"),
        ("services: [", "not valid YAML"),
        ("just words", "expected a mapping"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    """One sentence names the file, the key and what is wrong."""
    path = _written(tmp_path, text)
    with pytest.raises(BadStack, match=complaint) as refused:
        load_stack(path)
    assert str(path) in str(refused.value)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("needs", "complaint"), [("[gone]", "'gone', which is not a service"), ("[web]", "depends on itself")]
)
def test_impossible_dependencies_are_refused(tmp_path: Path, needs: str, complaint: str) -> None:
    """A circle or a stranger among the dependencies is found before anything starts."""
    path = _written(tmp_path, f"services: {{web: {{image: x, command: [y], depends_on: {needs}}}}}")
    with pytest.raises(BadStack, match=complaint):
        load_stack(path).start_order()


def test_variables_are_filled_in_as_compose_does(tmp_path: Path) -> None:
    """A default counts where nothing else is given."""
    text = "services: {web: {image: '${IMAGE:-plain}', command: ['${WORD}']}}"
    path = _written(tmp_path, text)
    assert load_stack(path).services["web"].image == "plain"
    filled = load_stack(path, {"IMAGE": "other", "WORD": "go"}).services["web"]
    assert (filled.image, filled.command) == ("other", ("go",))
