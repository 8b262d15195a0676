"""The one file out of which the company's programs import in the image."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.stack import bundle

HOOK = Path(bundle.__file__).read_text(encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with a package of two modules, and Python's hook, with a bundle of the package."""
    package = tmp_path / "greeter"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "words.py").write_text(
        "HELLO = 'hello'\ndef fail():\n    raise ValueError\n", encoding="utf-8"
    )
    (tmp_path / "ours.py").write_text("VERSION = 1\n", encoding="utf-8")
    hook = HOOK.replace(bundle.PATH, str(tmp_path / "modules"))
    assert hook != HOOK
    (tmp_path / "sitecustomize.py").write_text(hook, encoding="utf-8")
    made = "sitecustomize.make(sitecustomize.PATH, ['greeter.words', 'ours', '_json', 'json'], ['ours'])"
    assert said(tmp_path, f"import sitecustomize; print({made} > 3)") == "True"
    return tmp_path


def said(site: Path, program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_module_comes_out_of_the_file_and_knows_where_it_is_from(site: Path) -> None:
    words = site / "greeter" / "words.py"
    words.write_text(words.read_text().replace("'hello'", "'other'"), encoding="utf-8")
    assert said(site, "from greeter import words; print(words.HELLO, words.__file__)") == f"hello {words}"
    where = (
        "import inspect, greeter; from greeter import words as w; "
        "print(greeter.__path__, 'other' in inspect.getsource(w))"
    )
    assert said(site, where) == f"['{site}/greeter'] True"


def test_what_was_left_out_and_what_nobody_asked_for_comes_from_its_folder(site: Path) -> None:
    (site / "ours.py").write_text("VERSION = 2\n", encoding="utf-8")
    (site / "greeter" / "late.py").write_text("WHEN = 'late'\n", encoding="utf-8")
    assert said(site, "import ours, greeter.late; print(ours.VERSION, greeter.late.WHEN)") == "2 late"


def test_modules_that_are_no_python_come_along(site: Path) -> None:
    assert said(
        site, "import _json, json; print(_json.__spec__.loader.__class__.__name__, json.loads('1'))"
    ) == ("ExtensionFileLoader 1")


def test_a_program_that_closes_what_it_finds_open_still_imports(site: Path) -> None:
    assert said(site, "import os; os.closerange(3, 100); from greeter import words; print(words.HELLO)") == (
        "hello"
    )


@pytest.mark.parametrize("damage", ["gone", "another Python's"])
def test_without_a_file_that_it_can_read_python_is_as_ever(site: Path, damage: str) -> None:
    modules = site / "modules"
    if damage == "gone":
        modules.unlink()
    else:
        modules.write_bytes(b"\0" * 4 + modules.read_bytes()[4:])
    words = site / "greeter" / "words.py"
    words.write_text(words.read_text().replace("'hello'", "'other'"), encoding="utf-8")
    assert said(site, "from greeter import words; print(words.HELLO)") == "other"
