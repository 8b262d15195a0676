"""The read tier as data: what is made of what the company's own programs say."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gameday.drill.views import Changed, NoViews, changed
from sandbox.errors import SandboxError
from sandbox.runtime.base import ExecResult
from sandbox.runtime.fake import FakeRuntime
from sandbox.world import repo
from sandbox.world.deployer import Rollout

COMMIT = repo.Change("9b1f0c2d" * 5, "Yuki Arai", 1_750_000_000, "Right-size the caches")


class SayingRuntime(FakeRuntime):
    """Answers every command with the same words."""

    def __init__(self, says: str) -> None:
        super().__init__("lumen-saying")
        self._says = says

    def exec(
        self,
        service: str,
        argv: Sequence[str],
        *,
        replica: int = 1,
        stdin: bytes | None = None,
        timeout_s: float = 30.0,
    ) -> ExecResult:
        return ExecResult(tuple(argv), 0, self._says, "", 0.0)


def _entry(revision: str, subject: str, *files: str) -> str:
    return (
        "\x1e"
        + "\x1f".join((revision, "Yuki Arai", "1750000000", subject))
        + "\n\n"
        + "\n".join(files)
        + "\n"
    )


def test_commits_come_with_the_files_that_they_touched() -> None:
    said = _entry("a" * 40, "one", "config/cache.yaml", "docs/x.md") + _entry("b" * 40, "two: a merge")
    found = repo.log_with_files(SayingRuntime(said), 5)
    assert [(change.revision[0], change.subject, files) for change, files in found] == [
        ("a", "one", ("config/cache.yaml", "docs/x.md")),
        ("b", "two: a merge", ()),
    ]


def test_a_commit_whose_subject_breaks_the_log_is_left_out_alone() -> None:
    """Anybody with a shell can write one; the others are still seen."""
    said = _entry("a" * 40, "nasty \x1e again", "config/a.yaml") + _entry("b" * 40, "fine", "config/b.yaml")
    found = repo.log_with_files(SayingRuntime(said), 5)
    assert ("fine", ("config/b.yaml",)) in [(change.subject, files) for change, files in found]
    assert len(found) == 2


def test_a_commit_tells_what_became_of_it() -> None:
    """Of its own rollouts only; one that failed makes it a failed one."""

    def rollout(revision: str, service: str, *, ok: bool) -> Rollout:
        return Rollout(service, "config", revision, "Yuki Arai", "s", 0.0, 1.0, ok, "restarted")

    seen = changed(
        COMMIT,
        ["config/cache.yaml"],
        [
            rollout(COMMIT.revision, "cache", ok=True),
            rollout(COMMIT.revision, "vision", ok=False),
            rollout("f" * 40, "edge", ok=True),
        ],
    )
    assert seen == Changed(
        revision=COMMIT.revision,
        author="Yuki Arai",
        at=1_750_000_000.0,
        subject="Right-size the caches",
        files=("config/cache.yaml",),
        rollouts=("cache config: restarted", "vision config failed: restarted"),
        failed=True,
    )


async def test_without_a_company_every_look_says_so() -> None:
    views = NoViews("not yet")
    looks = (
        views.metrics("up", 60.0),
        views.metric_names(),
        views.traces(60.0),
        views.topology(),
        views.changes(5),
        views.diff("main"),
    )
    for look in looks:
        with pytest.raises(SandboxError, match="not yet"):
            await look
