"""What was changed at Lumen in the past weeks, written backwards from what is.

An edit says what a file reads after it and what it read before. Undone from the newest to the oldest
they lead from today's files to the oldest tree, from which the history is then built forwards. So the
newest commit is exactly what runs, whatever becomes of the files, and nothing here can go out of date
unnoticed: a test fails if an edit no longer applies.

These are ordinary changes. None of them matters to anything that breaks later; some look as if.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sandbox.world.cast import CAST, Engineer

Tree = Mapping[str, bytes]
"""Path in the repository → content."""


@dataclass(frozen=True)
class Edit:
    """One commit."""

    when: str
    """`12 16:40`: so many working days ago at that time; or `2h`, `40m`: so long ago, at most 5 hours."""
    author: str
    message: str
    path: str
    """A file, or a pattern for files that are changed alike."""
    after: str = ""
    before: str = ""
    """What stood in the place of `after`. With neither, the commit is the one that made the file."""
    tag: str = ""
    also: tuple[Edit, ...] = ()
    """What the same commit did to other files."""


@dataclass(frozen=True)
class Commit:
    """An edit that took place: who, when, and what it left."""

    author: Engineer
    at: int
    """UNIX seconds."""
    message: str
    changed: Mapping[str, bytes | None]
    """Path → content; None is a file that was removed."""
    tag: str = ""


def moment(when: str, now: float) -> int:
    """An edit's `when` in UNIX seconds. Later ones come out later, whatever day it is today."""
    today = datetime.fromtimestamp(now, UTC)
    if when.endswith("h"):
        return int(now - float(when[:-1]) * 3600)
    if when.endswith("m"):
        return int(now - float(when[:-1]) * 60)
    days, _, clock = when.partition(" ")
    hour, _, minute = clock.partition(":")
    day = today
    for _ in range(int(days)):
        day -= timedelta(days=1)
        while day.weekday() >= 5:
            day -= timedelta(days=1)
    return int(day.replace(hour=int(hour), minute=int(minute), second=17, microsecond=0).timestamp())


def undo(tree: Tree, edit: Edit) -> dict[str, bytes | None]:
    """What the files that an edit touched were before it; empty if it doesn't fit this tree."""
    undone = _undo_one(tree, edit)
    for other in edit.also:
        more = _undo_one(_with(tree, undone), other)
        if not (undone and more):
            return {}
        undone |= more
    return undone


def _undo_one(tree: Tree, edit: Edit) -> dict[str, bytes | None]:
    touched = fnmatch.filter(sorted(tree), edit.path)
    if not edit.after and not edit.before:
        return dict.fromkeys(touched)
    after, before = edit.after.encode(), edit.before.encode()
    fitting = [path for path in touched if tree[path].count(after) == 1]
    return {path: tree[path].replace(after, before) for path in fitting}


def _with(tree: Tree, changed: Mapping[str, bytes | None]) -> dict[str, bytes]:
    merged: dict[str, bytes | None] = {**tree, **changed}
    return {path: content for path, content in merged.items() if content is not None}


def _rewound(tree: Tree, edits: Sequence[Edit]) -> tuple[list[dict[str, bytes]], list[Edit]]:
    """Every state from before the first edit that fits to today's, and those edits."""
    states, fitting = [dict(tree)], []
    for edit in reversed(edits):
        undone = undo(states[-1], edit)
        if undone:
            states.append(_with(states[-1], undone))
            fitting.append(edit)
    return states[::-1], fitting[::-1]


def unfit(tree: Tree, edits: Sequence[Edit]) -> list[Edit]:
    """Edits that no longer apply to these files, and so are left out."""
    fitting = _rewound(tree, edits)[1]
    return [edit for edit in edits if edit not in fitting]


def commits(tree: Tree, edits: Sequence[Edit], now: float) -> list[Commit]:
    """The history that ends with `tree`, oldest first; the first commit imports the oldest tree.

    Args:
        edits: oldest first.
        now: UNIX seconds; all commits lie before it.
    """
    states, fitting = _rewound(tree, edits)
    made = [Commit(CAST[IMPORT.author], moment(IMPORT.when, now), IMPORT.message, dict(states[0]))]
    for edit, old, new in zip(fitting, states, states[1:], strict=False):
        paths = sorted(path for path in {*old, *new} if old.get(path) != new.get(path))
        changed = {path: new.get(path) for path in paths}
        made.append(Commit(CAST[edit.author], moment(edit.when, now), edit.message, changed, edit.tag))
    return made


IMPORT = Edit(
    "44 10:02", "marta", "Import from the old monorepo\n\nOne repository for what runs, at last.", "*"
)

_RELEASE = Edit("", "lea", "", "deploy/*.yaml")


def _release(when: str, number: int, notes: str) -> Edit:
    """A release: every service goes to the next tag, which is this commit."""
    return replace(
        _RELEASE, when=when, message=f"Release r{number}\n\n{notes}", tag=f"r{number}",
        after=f"version: r{number}\n", before=f"version: r{number - 1}\n",
    )  # fmt: skip


LATEST = "r57"
"""The release that runs; its code is today's."""

EDITS: tuple[Edit, ...] = (
    Edit(
        "43 15:20", "marta", "README: say how a change goes out", "README.md",
        " A config that is YAML but makes no sense goes out, and the service\nrefuses it: it keeps the last"
        " good one and says so in its log.",
        "",
    ),
    _release("42 11:05", 52, "First one from this repository. No changes in behaviour."),
    Edit("40 09:48", "sam", "runbooks: what to do when the database is slow", "runbooks/database.md"),
    Edit(
        "39 14:12", "ines", "vision: finish what was begun, and say so\n\nCancelling half way leaves slots in"
        " a state that the runtime does not like.", "services/vision.py",
        "As in most model servers, work that was begun is finished, even when nobody\n"
        "waits for it any more.\n",
        "\n",
    ),
    Edit(
        "38 10:31", "noor", "edge: uploads may take 8 s\n\nPhotos from the new phones are larger.",
        "config/edge.yaml",
        "    prefix: /upload\n    service: storefront\n    timeout_s: 8\n",
        "    prefix: /upload\n    service: storefront\n    timeout_s: 6\n",
    ),
    _release("36 11:10", 53, "Vision finishes what it began."),
    Edit(
        "34 16:03", "tomas", "architecture: a small pool of connections each", "docs/architecture.md",
        " Services keep a small pool of connections each.",
        "",
    ),
    Edit(
        "33 09:15", "ines", "vision: model 7\n\nBetter with pets. The old results expire by themselves.",
        "config/vision.yaml", "model_version: lumen-caption-7\n", "model_version: lumen-caption-6\n",
    ),
    Edit(
        "32 13:44", "lea", "runbooks: shedding load at the edge", "runbooks/edge-limits.md",
    ),
    Edit(
        "31 10:20", "sam", "config: comment on what a slot is", "config/vision.yaml",
        "# The image model. Four slots a replica: one accelerator runs four images at a time.\n",
        "# The image model.\n",
    ),
    _release("30 11:02", 54, "Small things by Sam."),
    Edit("29 15:37", "lea", "runbooks: a rollout went wrong", "runbooks/deploys.md"),
    Edit(
        "27 14:50", "noor", "storefront: 3 to 2 replicas, the spring sale is over", "deploy/storefront.yaml",
        "replicas: 2\n", "replicas: 3\n",
    ),
    Edit(
        "26 09:40", "ines", "vision: two more moods", "services/captions.py",
        '"after rain", "in the morning")', '"after rain")',
    ),
    Edit(
        "25 17:21", "sam", "kit: keep idle connections for a minute\n\nAs the gateway does.",
        "services/kit/serving.py", "timeout_keep_alive=60", "timeout_keep_alive=30",
    ),
    _release("24 11:00", 55, "Vision: a mood for the morning. Connections are kept longer."),
    Edit(
        "22 10:12", "yuki", "runbooks: backups were moved", "runbooks/database.md",
        " (Ask Yuki where; they were moved.)", "",
    ),
    Edit("21 16:45", "sam", "runbooks: changing a config", "runbooks/config.md"),
    Edit(
        "20 13:30", "ines", "vision: queue 16 instead of 12\n\nTwelve refused people at the weekend although"
        " we would have made it in time.", "config/vision.yaml", "max_queue: 16\n", "max_queue: 12\n",
    ),
    Edit(
        "19 11:18", "noor", "edge: say what limit_rps does", "config/edge.yaml",
        "# The first matching prefix wins. limit_rps: requests a second let through, the rest get 429.\n",
        "# The first matching prefix wins.\n",
    ),
    _release("18 11:07", 56, "No changes in behaviour."),
    Edit(
        "16 09:55", "marta", "kit: accept 512 waiting connections\n\nThe kernel's own limit is above that.",
        "services/kit/serving.py", "backlog=512", "backlog=256",
    ),
    Edit(
        "15 15:02", "lea", "runbooks: being on call, reviewed", "runbooks/on-call.md",
        "2. `ops changes`: most of what breaks was changed. What was changed last isn't always what broke.\n",
        "2. `git log`: most of what breaks was changed.\n",
    ),
    Edit(
        "13 10:26", "tomas", "architecture: how a photo goes", "docs/architecture.md",
        " Work that was\nbegun is finished, even when nobody waits for it any more.", "",
    ),
    Edit(
        "11 14:08", "sam", "vision: a picnic is something that we can see", "services/captions.py",
        '"bicycle", "picnic", ', '"bicycle", ',
    ),
    Edit(
        "10 16:33", "noor", "edge: one try of an upload gets 2.5 s\n\nTwo were too few for large photos.",
        "config/edge.yaml", "    per_try_timeout_s: 2.5\n", "    per_try_timeout_s: 2.0\n",
    ),
    _release("9 11:04", 57, "Longer queues for connections; vision sees picnics."),
    Edit(
        "7 10:47", "yuki", "README: releases are tags", "README.md",
        "\nReleases are tags (`r57`). Lea cuts one when enough has come together.\n", "",
    ),
    Edit(
        "6 15:28", "lea", "runbooks: prefer what can be taken back", "runbooks/on-call.md",
        "3. Say what you are about to do before you do it. Prefer what can be taken back.\n",
        "3. Say what you are about to do before you do it.\n",
    ),
    Edit(
        "4 09:36", "marta", "runbooks: nobody copies files by hand any more", "runbooks/deploys.md",
        "- Don't copy files onto a machine by hand. The next rollout overwrites them, usually at night.\n",
        "",
    ),
    Edit(
        "3 14:19", "ines", "vision: round the time that a megapixel takes\n\n0.58 was from a quiet day.",
        "config/vision.yaml", "per_megapixel_s: 0.6\n", "per_megapixel_s: 0.58\n",
    ),
    Edit(
        "2 11:52", "sam", "runbooks: raise a limit in steps", "runbooks/edge-limits.md",
        " Raise it in steps, and wait for the latency to settle in between.", "",
    ),
    Edit(
        "1 16:14", "noor", "edge: browsing may be tried again once", "config/edge.yaml",
        "    prefix: /\n    service: storefront\n    timeout_s: 5\n    retries: 1\n",
        "    prefix: /\n    service: storefront\n    timeout_s: 5\n    retries: 0\n",
    ),
    Edit(
        "1 17:40", "marta", "architecture: why we scrape every second", "docs/architecture.md",
        "\nPrometheus scrapes every second, because our customers are impatient and so are we.\n", "",
    ),
    Edit(
        "3h", "marta", "CODEOWNERS: say whom to ask", "CODEOWNERS",
        "# Nobody's? Ask Marta.\n", "",
    ),
    Edit(
        "2h", "sam", "runbooks: say where a rejected config shows", "runbooks/config.md",
        "\nIf the service doesn't take it, its log says `config rejected, last good one stays`.\n", "",
    ),
)  # fmt: skip
"""Oldest first."""
