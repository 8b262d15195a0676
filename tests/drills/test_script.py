"""Scripts as they are read, and as they are played against a session."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gameday.drill.commands import Begin, Believe, PagePerson, Reflect
from gameday.drill.script import BadScript, Player, Step, Wait, read_script
from gameday.journal.events import BriefingGiven, CheckpointAsked, Event, PersonAnswered
from gameday.tui.fake import FakeSession


def steps(tmp_path: Path, text: str) -> list[Step]:
    path = tmp_path / "script.yaml"
    path.write_text(text, encoding="utf-8")
    return read_script(path)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("- page: ines", PagePerson("ines")),
        ("- page: {who: ines, question: 'is it full?'}", PagePerson("ines", "is it full?")),
        ("- wait: checkpoint", Wait("checkpoint", 300.0)),
        ("- wait: {for: answer, within: 60}", Wait("answer", 60.0)),
        ("- felt: {seconds: 600}", Reflect(600.0)),
        ("- felt: {seconds: 600, without_ai: 1.5}", Reflect(600.0, 1.5)),
        ("- believe: {}", Believe((), (), 0.0)),
    ],
)
def test_a_step_is_one_command(tmp_path: Path, text: str, step: Step) -> None:
    """Or one wait."""
    assert steps(tmp_path, text) == [step]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- page: {question: why}", r"step 1 \(page\): it lacks 'who'"),
        ("- believe: {components: [cache]}", r"step 1 \(believe\): it lacks 'confidence'"),
        ("- wait: lunch", "not for 'lunch'"),
        ("- wait: {for: [page], within: 5}", "not for \\['page'\\]"),
        ("- wait: .inf", "from 0 to 86400 seconds, not inf"),
        ("- wait: .nan", "from 0 to 86400 seconds, not nan"),
        ("- wait: -1", "from 0 to 86400 seconds, not -1"),
        ("- wait: {for: page, within: 1.0e+9}", "from 0 to 86400 seconds"),
        ("- diagnose: cache", r"step 1 \(diagnose\)"),
        ("- accept: 1", r"step 1 \(accept\)"),
        ("- dance", "step 1: 'dance' is no step; there are: wait"),
        ("- {ops: top, shell: ls}", "step 1: .* is no step"),
        ("ops: top", "a script is a list of steps"),
        ("- [", "not valid YAML"),
        ("\\xff", "is a list of steps"),
    ],
)
def test_a_step_that_lacks_something_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """With the number of the step and what is wrong with it."""
    with pytest.raises(BadScript, match=says):
        steps(tmp_path, text)


def test_a_script_that_never_ends_is_refused() -> None:
    """A device that gives bytes for ever, and a few lines that unfold to billions."""
    with pytest.raises(BadScript, match="at most 1,000,000 bytes long"):
        read_script(Path("/dev/zero"))


def test_a_script_that_unfolds_is_refused_shortly(tmp_path: Path) -> None:
    """Its 10^9 words are not told one by one."""
    bomb = "\n".join(["- &a0 [lol]", *(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10))])
    with pytest.raises(BadScript, match=r"step 1: .* is no step") as refused:
        steps(tmp_path, bomb)
    assert len(str(refused.value)) < 1_000


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    """As is a file that is not there."""
    path = tmp_path / "script.yaml"
    with pytest.raises(BadScript, match="cannot be read"):
        read_script(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadScript, match="not text in UTF-8"):
        read_script(path)


async def test_a_checkpoint_is_answered_when_it_is_asked(tmp_path: Path) -> None:
    """And what comes of a page is waited for."""
    session = FakeSession()
    player = Player(
        session, steps(tmp_path, "[{page: ines}, {wait: answer}, {wait: checkpoint}, {believe: {}}]")
    )
    session.listen(player)
    playing = asyncio.create_task(player.play())
    happenings: list[tuple[Event, int]] = [
        (BriefingGiven(text="a shop"), 2),
        (PersonAnswered(who="ines", name="Inês Duarte", reached=True, says="No."), 2),
        (CheckpointAsked(checkpoint=1, moment="after_page"), 3),
    ]
    for event, sent in happenings:
        session.emit(event)
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(session.sent) == sent
    await playing
    assert session.sent == [Begin(), PagePerson("ines"), Believe((), (), 0.0)]
