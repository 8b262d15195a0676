"""What a pack should be besides valid: whole, without giveaways, and in the company's own words.

What the company is (its parts, people, operations) is passed in, as scenarios don't know the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scenarios import LIBRARY
from scenarios.errors import ScenarioError
from scenarios.experiment import Functions, check_calls, read_experiment
from scenarios.loader import SCENARIO_FILE, read_pack
from scenarios.model import Case, Pack
from scenarios.reading import document, find, read_text
from scenarios.runbooks import read_runbooks
from scenarios.terms import nearest, plain

TELLTALE = re.compile(r"(?<![a-z])(chaos|scenarios?|faults?|gameday|drills?|decoys?)(?![a-z])", re.IGNORECASE)
"""Words that nobody at the company has a reason to write."""
_VARIANTS, _DECOYS, _FIXES = 3, 2, 2


@dataclass(frozen=True)
class Company:
    """What lint has to know of the company that is broken."""

    components: frozenset[str]
    people: frozenset[str]
    functions: Functions
    """What an experiment may call."""
    line_problem: Callable[[str], str | None]
    """Why a line of the `ops` vocabulary isn't one, or None."""
    decoys: Callable[[Path, str], int]
    """How many commits of a folder lie in the history for a variant."""
    commit_problems: Callable[[Path, Sequence[str]], Iterable[str]]
    """Why commits of a folder are not valid or don't apply; given the variants."""
    reach: Callable[[Path], Iterable[tuple[str, str]]]
    """What of the commits a participant can read: file and text."""
    experiment_problems: Callable[[Sequence[Path]], Iterable[str]]
    """Why Chaos Toolkit doesn't take experiments."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or could be better."""

    level: Literal["error", "warning"]
    where: str
    """File, with its line where it is known."""
    says: str


def lint(folder: Path, company: Company) -> list[Finding]:
    """Everything that is to be said about a pack; errors first."""
    try:
        pack = read_pack(folder)
    except ScenarioError as error:
        return [Finding("error", str(folder), str(error))]
    found = [*_errors(pack, company), *_warnings(pack, company)]
    return sorted(found, key=lambda finding: finding.level)


# --- errors --------------------------------------------------------------------------------------


def _errors(pack: Pack, company: Company) -> Iterator[Finding]:
    path = pack.folder / SCENARIO_FILE
    scenario = pack.scenario
    if scenario.id != pack.folder.resolve().name:
        yield _error(path, f"id: is {scenario.id!r}, but the folder is {pack.folder.resolve().name!r}", "id")
    cases = [scenario.of(variant.id) for variant in scenario.variants]
    # What is common to variants is said once.
    yield from dict.fromkeys(each for case in cases for each in _of_case(path, case, company))
    yield from _experiments(pack, company)
    commits = pack.commits
    if commits.is_dir():
        yield from _commit_files(commits)
        problems = company.commit_problems(commits, [variant.id for variant in scenario.variants])
        yield from (Finding("error", str(commits), each) for each in dict.fromkeys(problems))
    yield from _giveaways(pack, company, cases)


def _error(path: Path, says: str, *at: str) -> Finding:
    _, tree = document(path, read_text(path))
    line, _ = find(tree, at)
    return Finding("error", f"{path}:{line}", says)


def _of_case(path: Path, case: Case, company: Company) -> Iterator[Finding]:
    advice = (*case.advice.right, *case.advice.wrong)
    parts = [*case.truth.components, *(c for line in advice if line.claim for c in line.claim.components)]
    parts += [owner.knows for owner in case.cast.owners]
    for name in parts:
        if name not in company.components:
            says = f"there is no component {name!r}; {nearest(name, sorted(company.components))}"
            yield _error(path, says, "truth")
    for who in (*(line.who for line in case.cast.channel), *(owner.who for owner in case.cast.owners)):
        if who not in company.people:
            says = f"{who!r} doesn't work here; {nearest(who, sorted(company.people))}"
            yield _error(path, says, "cast")
    fixes = case.fixes
    for fix in (*fixes.accepted, *fixes.tempting, *fixes.harmful):
        for step in fix.steps:
            problem = _step_problem(step, company)
            if problem:
                yield _error(path, f"{fix.id}: {step!r}: {problem}", "fixes")
    for line in advice:
        problem = company.line_problem(line.suggests) if line.suggests else None
        if problem:
            yield _error(path, f"suggests: {line.suggests!r}: {problem}", "advice")


def _step_problem(step: str, company: Company) -> str | None:
    head, _, rest = step.partition(" ")
    if head == "wait":
        return None if rest.strip().isdigit() else "wait takes a number of seconds"
    return company.line_problem(step)


def _experiments(pack: Pack, company: Company) -> Iterator[Finding]:
    paths = sorted({pack.experiment(variant.id) for variant in pack.scenario.variants})
    for path in paths:
        try:
            check_calls(path, company.functions)
        except ScenarioError as error:
            yield Finding("error", str(path), str(error))
    for variant in pack.scenario.variants:
        path = pack.experiment(variant.id)
        takes = read_experiment(path)[0].get("configuration") or {}
        for key in variant.configuration:
            if key not in takes:
                says = (
                    f"{variant.id}: {path.name} has no configuration {key!r}; {nearest(key, sorted(takes))}"
                )
                yield _error(pack.folder / SCENARIO_FILE, says, "variants")
    for problem in company.experiment_problems(paths):
        yield Finding("error", str(pack.folder), problem)


def _commit_files(folder: Path) -> Iterator[Finding]:
    for path in sorted(folder.iterdir()):
        if path.suffix != ".yaml":
            yield Finding("error", str(path), "is no commit; each is a .yaml file")
            continue
        try:
            text = read_text(path)
            document(path, text)
            plain(text)
        except (ScenarioError, ValueError) as error:
            yield Finding("error", str(path), str(error))


def _giveaways(pack: Pack, company: Company, cases: Sequence[Case]) -> Iterator[Finding]:
    """A word within the participant's reach that names the pack, a variant, or what this is."""
    names = [pack.scenario.id, *(v.id for v in pack.scenario.variants if "-" in v.id)]
    slugs = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in names), re.IGNORECASE)
    reach = [(str(book.path), f"{book.name} {book.text}") for book in read_runbooks(pack.folder)]
    reach += company.reach(pack.commits)
    reach += [(str(pack.folder / SCENARIO_FILE), words) for case in cases for words in _spoken(case)]
    for where, text in dict.fromkeys(reach):
        for pattern in (TELLTALE, slugs):
            word = pattern.search(text)
            if word:
                yield Finding("error", where, f"{word.group(0)!r} gives it away to whoever reads it")


def _spoken(case: Case) -> Iterator[str]:
    cast = case.cast
    for line in (*cast.channel, *cast.executive, *cast.support):
        yield line.says
    for owner in cast.owners:
        yield from owner.answers.values()


# --- warnings ------------------------------------------------------------------------------------


def _warnings(pack: Pack, company: Company) -> Iterator[Finding]:
    path = str(pack.folder / SCENARIO_FILE)
    scenario = pack.scenario
    if len(scenario.variants) < _VARIANTS:
        says = f"has {len(scenario.variants)} variant(s); with {_VARIANTS} a second drill is no memory test"
        yield Finding("warning", path, says)
    for variant in scenario.variants:
        case = scenario.of(variant.id)
        yield from (Finding("warning", path, f"{variant.id}: {says}") for says in _thin(pack, case, company))
    books = read_runbooks(pack.folder)
    others = {path.name for path in LIBRARY.glob("*/runbooks/*.md") if path.parents[1].name != scenario.id}
    for book in books:
        if book.kind is None:
            yield Finding("warning", str(book.path), "doesn't say its kind: right, outdated or wrong")
        if book.path.name in others:
            says = "another pack has one of that name, and this takes its place: that tells which pack it is"
            yield Finding("warning", str(book.path), says)
    if not any(book.kind in ("outdated", "wrong") for book in books):
        yield Finding(
            "warning", str(pack.folder / "runbooks"), "no runbook misleads (kind: outdated or wrong)"
        )
    if not (pack.folder / "README.md").is_file():
        yield Finding("warning", str(pack.folder), "has no README.md for facilitators")


def _thin(pack: Pack, case: Case, company: Company) -> Iterator[str]:
    decoys = company.decoys(pack.commits, case.variant.id) if pack.commits.is_dir() else 0
    if decoys < _DECOYS:
        yield f"has {decoys} innocent commit(s); {_DECOYS} or more hide what matters"
    for kind in ("right", "wrong"):
        if not getattr(case.advice, kind):
            yield f"advice.{kind} is empty; comparisons need both"
    if case.truth.is_nothing:
        return
    if len(case.fixes.accepted) < _FIXES:
        yield f"has {len(case.fixes.accepted)} accepted fix(es); reality mostly has {_FIXES}"
    if not any(fix.stabilising for fix in case.fixes.accepted):
        yield "no accepted fix is stabilising, leaving the cause in place"
    if not case.truth.discriminators:
        yield "has no discriminator, so that nothing tells it apart from what it looks like"
