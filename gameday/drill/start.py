"""From what a person asked for to a conductor with its run folder, journal and sandbox."""

from __future__ import annotations

import os
import random
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from gameday.drill.conductor import Conductor
from gameday.drill.projection import score_run
from gameday.drill.rules import Rules, draw_codename
from gameday.errors import BadJournal, GamedayError
from gameday.journal.atomic import write_atomically
from gameday.journal.clock import SystemClock
from gameday.journal.events import AdvisorName, Mode, Policy, Style
from gameday.journal.home import runs_home
from gameday.journal.manifest import Assignment, Manifest, read_manifest, write_manifest
from gameday.journal.writer import Journal
from sandbox.faults.signatures import signatures
from sandbox.runtime.base import Runtime
from sandbox.runtime.registry import folder_of
from scenarios.loader import load_pack, pack_names, split_name
from scenarios.model import Pack, Variant
from scoring.scorecard import Scorecard, to_json

SCORECARD_FILE = "scorecard.json"

_LATEST = 50
"""So many runs are looked at for one that goes on."""


def find_run(name: str) -> Path:
    """The folder of a run, by its path, its name, or `last`.

    Raises:
        BadJournal: there is none.
    """
    runs = runs_home()
    if name == "last":
        known = sorted(path for path in runs.glob("*") if path.is_dir())
        if not known:
            raise BadJournal(f"there are no runs in {runs} yet")
        return known[-1]
    for folder in (Path(name), runs / name):
        if folder.is_dir():
            return folder
    raise BadJournal(f"there is no run {name!r}, neither as a folder nor in {runs}")


def being_played() -> str | None:
    """The codename of a drill on this machine whose sandbox is still there, or None."""
    for folder in sorted(runs_home().glob("*"), reverse=True)[:_LATEST]:
        try:
            manifest = read_manifest(folder)
        except BadJournal:
            continue
        if folder_of(manifest.sandbox_id).is_dir():
            return manifest.codename
    return None


@dataclass(frozen=True)
class Wish:
    """What a person asked for; None is left to us."""

    pack: str | None = None
    """`PACK` or `PACK/VARIANT`."""
    mode: Mode = "manual"
    advisor: AdvisorName = "pattern"
    policy: Policy = "natural"
    style: Style = "verdict"
    engineer: str = ""
    seed: int | None = None
    limit_s: float | None = None
    spoiled: bool = True
    """Naming a pack spoils a drill, unless it was named by us."""
    assignment: Assignment | None = None
    """What a plan assigned, if the drill belongs to one."""
    observer: str = ""
    """Who watches the drill."""


def rules_for(wish: Wish) -> Rules:
    """Settle what was left open.

    Raises:
        ScenarioError: there is no such pack.
        GamedayError: there is no such variant.
    """
    seed = wish.seed if wish.seed is not None else secrets.randbelow(2**31)
    dice = random.Random(f"drill:{seed}")
    name, variant = split_name(wish.pack or "")
    pack = load_pack(name, functions=signatures()) if name else _drawn(dice)
    rules = Rules(
        pack=pack,
        variant=_variant(pack, variant, dice),
        mode=wish.mode,
        advisor=wish.advisor,
        policy=wish.policy,
        style=wish.style,
        engineer=wish.engineer,
        seed=seed,
        spoiled=wish.pack is not None and wish.spoiled,
        limit_s=wish.limit_s,
        assignment=wish.assignment,
        observer=wish.observer,
    )
    rules.check()
    return rules


def _drawn(dice: random.Random) -> Pack:
    """A pack that nobody named, each as likely as the next; what is only a draft isn't drawn.

    Raises:
        GamedayError: everything is a draft.
    """
    names = list(pack_names())
    dice.shuffle(names)
    # Reading a pack takes a moment, so the rest stays unread.
    for name in names:
        pack = load_pack(name, functions=signatures())
        if _ready(pack):
            return pack
    raise GamedayError("no pack of the library is proven; name one to play it")


def _ready(pack: Pack) -> tuple[Variant, ...]:
    return tuple(variant for variant in pack.scenario.variants if not variant.draft)


def _variant(pack: Pack, name: str, dice: random.Random) -> Variant:
    if not name:
        return dice.choice(_ready(pack) or pack.scenario.variants)
    try:
        return pack.variant(name)
    except KeyError:
        known = ", ".join(each.id for each in pack.scenario.variants)
        raise GamedayError(f"{pack.scenario.id} has no variant {name!r}; there are: {known}") from None


def open_drill(rules: Rules, runtime: Runtime, *, reflect_within_s: float = 0.0) -> Conductor:
    """A conductor whose run folder is made and whose journal is open.

    Args:
        reflect_within_s: how long whoever plays may take to say how it felt; 0 doesn't ask.

    Raises:
        GamedayError: the runtime can't do what the drill needs.
        BadJournal: the run folder cannot be written.
    """
    lacks = set(rules.pack.scenario.needs) - runtime.capabilities()
    if lacks:
        raise GamedayError(
            f"this drill needs {', '.join(sorted(lacks))}, which the {runtime.kind} runtime can't do; "
            "play it on another one (--runtime), and it is there still"
        )
    clock = SystemClock()
    codename = draw_codename(random.Random())
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(clock.wall()))
    run = f"{stamp}-{codename.lower()}"
    folder = runs_home() / run
    journal = Journal(folder, run, clock)
    manifest = Manifest(
        run=run, codename=codename, pack=rules.pack.scenario.id, variant=rules.variant.id, mode=rules.mode,
        seed=rules.seed, runtime=runtime.kind, sandbox_id=runtime.sandbox_id, created=clock.wall(),
        trainer_pid=os.getpid(), family=rules.pack.scenario.family, advisor=rules.advisor,
        policy=rules.policy, style=rules.style, assignment=rules.assignment, observer=rules.observer,
    )  # fmt: skip
    write_manifest(folder, manifest, veiled=True)
    return Conductor(rules, codename, runtime, journal, clock, reflect_within_s=reflect_within_s)


def write_scorecard(folder: Path) -> Scorecard:
    """Fold the run's journal into its scorecard and keep it.

    Raises:
        BadJournal: the drill was not finished, so that there is nothing to score.
    """
    card = score_run(folder)
    write_atomically(folder / SCORECARD_FILE, to_json(card))
    return card
