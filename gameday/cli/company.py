"""What `scenarios lint` has to know of the company, asked of the sandbox's own code."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from sandbox.errors import BadStack, SandboxError
from sandbox.faults.signatures import signatures
from sandbox.operate.lines import parse
from sandbox.stack.model import load_stack
from sandbox.world.cast import CAST
from sandbox.world.proposals import misfits, read_proposals
from sandbox.world.tree import company_tree, deployed
from scenarios.lint import Company

_OUTSIDE = ("bank", "customers")
_VALID_WITHIN_S = 60.0


def the_company() -> Company:
    """Lumen, as it is in this version."""
    stack = load_stack()

    def line_problem(line: str) -> str | None:
        try:
            parse(stack, line)
        except BadStack as error:
            return str(error)
        return None

    def decoys(folder: Path, variant: str) -> int:
        try:
            return sum(each.is_history for each in read_proposals(folder, variant))
        except BadStack:
            return 0

    def commit_problems(folder: Path, variants: Sequence[str]) -> Iterable[str]:
        try:
            whole = read_proposals(folder)
        except BadStack as error:
            return [str(error)]
        said = [
            f"{each.name}: there is no variant {name!r}"
            for each in whole
            for name in each.variants
            if name not in variants
        ]
        for variant in variants:
            said += misfits(company_tree(stack), read_proposals(folder, variant), time.time())
        return said

    return Company(
        components=frozenset({*deployed(stack), *_OUTSIDE}),
        people=frozenset(CAST),
        functions=signatures(),
        line_problem=line_problem,
        decoys=decoys,
        commit_problems=commit_problems,
        reach=_reach,
        experiment_problems=_experiment_problems,
    )


def _reach(folder: Path) -> list[tuple[str, str]]:
    try:
        found = read_proposals(folder)
    except BadStack:
        return []
    return [
        (str(folder / f"{each.name}.yaml"), text)
        for each in found
        for text in (
            each.message,
            each.tag,
            *(
                words
                for swap in each.swaps
                for words in (swap.path, swap.before, swap.after, swap.content or "")
            ),
        )
    ]


def _experiment_problems(paths: Sequence[Path]) -> list[str]:
    words = [sys.executable, "-m", "sandbox.faults.validate", *(str(path.resolve()) for path in paths)]
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            timeout=_VALID_WITHIN_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise SandboxError(f"Chaos Toolkit took more than {_VALID_WITHIN_S:.0f} s to judge them") from error
    if done.returncode and not done.stdout.strip():
        return [(done.stderr.strip().splitlines() or ["Chaos Toolkit ended without a word"])[-1]]
    return done.stdout.splitlines()
