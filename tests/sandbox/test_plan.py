"""What the deployer makes of a difference, and what it does about it, without a sandbox."""

from __future__ import annotations

import base64

import pytest

from sandbox.errors import BadStack, SandboxError
from sandbox.stack.model import load_stack
from sandbox.world.deployer import parse_comparison
from sandbox.world.plan import LARGEST, Difference, Step, plan

STACK = load_stack()


def _plan(path: str, before: str | None, after: bytes | str | None) -> list[Step]:
    new = after.encode() if isinstance(after, str) else after
    return plan(STACK, {path: Difference(path, before.encode() if before is not None else None, new)})


def test_a_config_is_written_as_it_is() -> None:
    """Also one whose values make no sense: that is the service's to say."""
    (step,) = _plan("config/vision.yaml", "slots: 4\n", "slotz: four\n")
    assert (step.service, step.kind, step.content, step.problem) == ("vision", "config", b"slotz: four\n", "")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"a: 1\nslots: [\n", r"config/vision\.yaml, line 3 is not YAML: .*; nothing was written"),
        (b"\xff\xfe\xfa", "is not YAML"),
        (b"a: " + b"[" * 20_000, "is not YAML"),
        (b"a: 1\n" * LARGEST, "is larger than"),
        (b"!!python/object/apply:os.system [id]", "is not YAML"),
        (None, "is gone; the running config stays"),
    ],
    ids=["torn", "binary", "deep", "large", "tagged", "gone"],
)
def test_what_is_not_yaml_is_refused(content: bytes | None, complaint: str) -> None:
    """The sentence names the file and the line."""
    (step,) = _plan("config/vision.yaml", "slots: 4\n", content)
    assert step.problem
    with pytest.raises(BadStack, match=complaint):
        raise BadStack(step.problem)


def test_a_version_rolls_and_a_number_scales() -> None:
    """Both in one commit are two steps, the number first."""
    before, after = "version: r57\nreplicas: 2\n", "version: 0123456\nreplicas: 3\n"
    steps = _plan("deploy/vision.yaml", before, after)
    assert [(s.kind, s.version, s.replicas, s.problem) for s in steps] == [
        ("scale", "", 3, ""),
        ("code", "0123456", 0, ""),
    ]


def test_a_comment_in_a_manifest_rolls_nothing() -> None:
    """Only values count."""
    assert _plan("deploy/vision.yaml", "version: r57\n", "# mine\nversion: r57\n") == []


@pytest.mark.parametrize(
    ("path", "after", "complaint"),
    [
        ("deploy/vision.yaml", "version: r57\nreplicas: 5\n", "the quota allows vision at most 4 replicas"),
        ("deploy/vision.yaml", "version: r57\nreplicas: 0\n", "'0' is no number of replicas"),
        ("deploy/vision.yaml", "version: r57\nreplicas: ³\n", "is no number of replicas"),
        ("deploy/vision.yaml", "version: r57\n", "'' is no number of replicas"),
        ("deploy/vision.yaml", "version: --exec\nreplicas: 2\n", "'--exec' is no tag and no commit"),
        ("deploy/vision.yaml", "replicas: [\n", "is not YAML"),
        ("deploy/vision.yaml", "words\n", "no list of keys"),
        ("deploy/vision.yaml", None, "what runs stays"),
        ("deploy/cache.yaml", "version: r1\nreplicas: 2\n", "doesn't run our code"),
        ("deploy/ghost.yaml", "version: r1\n", "there is no service ghost"),
        ("config/ghost.yaml", "a: 1\n", "there is no service ghost"),
        ("config/load.yaml", "a: 1\n", "there is no service load"),
        ("config/customers.yaml", "a: 1\n", "there is no service customers"),
        ("deploy/bastion.yaml", "replicas: 1\n", "there is no service bastion"),
    ],
)
def test_what_can_not_be_rolled_out_says_why(path: str, after: str | None, complaint: str) -> None:
    """One step with one sentence; nothing is done."""
    (step,) = _plan(path, "version: r57\nreplicas: 2\n", after)
    assert complaint in step.problem


def test_other_files_are_nobodys_business() -> None:
    """The deployer follows two folders."""
    for path in ("README.md", "services/vision.py", "config/a/b.yaml", "config/x.yml", "config/../y.yaml"):
        assert _plan(path, "a", "b") == []


def _field(content: bytes) -> str:
    return "+" + base64.b64encode(content).decode()


def test_a_comparison_is_read_back() -> None:
    """Content comes whole, whatever bytes it has; what isn't there is told from what is empty."""
    text = (
        f"bbb\nbbb aaa \nconfig/vision.yaml - {_field(bytes(range(256)))}\naaa\x1fInês\x1f7\x1fone: two\n"
        f"odd name {_field(b'')} -\nbbb\x1fx\x1f8\x1f\n"
    )
    compared = parse_comparison(text)
    assert (compared.head, compared.revisions) == ("bbb", ("bbb", "aaa"))
    assert compared.differences["config/vision.yaml"] == Difference(
        "config/vision.yaml", None, bytes(range(256))
    )
    assert compared.differences["odd name"] == Difference("odd name", b"", None)
    assert (compared.changes["config/vision.yaml"].author, compared.changes["odd name"].subject) == (
        "Inês", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "aaa\n", "a\nb\nconfig/vision.yaml + +\n", "a\nb\nx +* -\na\x1fb\x1f1\x1fc\n"]
)
def test_an_answer_that_makes_no_sense_is_an_error(text: str) -> None:
    """Not a crash of the thread that reads it."""
    with pytest.raises(SandboxError):
        parse_comparison(text)
