"""In how many variants of the library `pattern`'s natural diagnosis is right.

    python benchmarks/balance.py [--runtime process|docker] [PACK/VARIANT ...]

Budget: 40 to 60 % of the library. An assistant that is always wrong teaches distrust, and one that is always
right teaches nothing. Each variant is broken as `gameday rehearse` does it, on a quiet company; when the
assistant of a drill would speak first, it is asked, and that is the end.
"""

from __future__ import annotations

import argparse
import sys

from gameday.advisors.look import Reader
from gameday.advisors.pattern import CONCLUDES_AFTER_S, diagnosis, findings
from gameday.advisors.snapshot import Snapshot
from gameday.journal.events import HintShown
from sandbox.errors import SandboxError
from sandbox.faults.signatures import signatures
from sandbox.observe.metrics import Metrics
from sandbox.runtime import registry
from sandbox.runtime.choose import choose
from scenarios.loader import load_pack, pack_names, split_name
from scenarios.model import Case
from scenarios.rehearsal.company import Company
from scenarios.rehearsal.run import rehearse_on
from scoring.diagnosis import right
from scoring.timeline import Claim, Truth

_LOOK_EVERY_S = 3.0
_AT_MOST_S = 40.0
"""After the page; whoever has said nothing by then says nothing."""


class Spoken(Exception):
    """The assistant has had its say; the rest of a rehearsal is another matter."""


class Watched(Company):
    """A company at which the assistant looks, as in a drill: while all is well, and once the pager rang."""

    said: HintShown | None = None
    _before: Snapshot | None = None

    def inject(self) -> float:
        if self._before is None:
            self._before = self._look()
        return super().inject()

    def leaks(self) -> list[str]:
        """The first thing that is asked after the page, and while nobody has touched anything."""
        if not self.pages():
            return list(super().leaks())
        self._ask(self.pages()[0])
        raise Spoken

    def _ask(self, rang: float) -> None:
        assert self._before is not None
        self.wait(max(0.0, rang + CONCLUDES_AFTER_S - self.now()))
        while self.said is None and self.now() < rang + _AT_MOST_S:
            self.said = diagnosis(findings(self._before, self._look()))
            if self.said is None:
                self.wait(_LOOK_EVERY_S)

    def _look(self) -> Snapshot:
        metrics = Metrics(self._company)
        try:
            return Reader(self._company, metrics).look()
        finally:
            metrics.close()


def is_right(said: HintShown | None, case: Case) -> bool:
    """Graded as a person's answer is."""
    if said is None or said.claim is None:
        return False
    truth = Claim(frozenset(case.truth.components), frozenset(case.truth.mechanisms))
    claim = Claim(frozenset(said.claim.components), frozenset(said.claim.mechanisms))
    return right(claim, Truth(truth, case.truth.trigger, frozenset(case.truth.contributing)))


def measure(kind: registry.Kind, name: str) -> bool | None:
    """Whether it is right about this variant; None if the variant did not get that far."""
    pack_name, variant = split_name(name)
    pack = load_pack(pack_name, functions=signatures())
    case = pack.scenario.of(variant or "")
    company = Watched(kind, pack, case)
    asked = False
    try:
        rehearse_on(company, pack, case.variant.id, lambda words: print(words, file=sys.stderr))
    except Spoken:
        asked = True
    finally:
        company.close()
    claim = company.said.claim if company.said else None
    words = "nothing" if claim is None else f"{'+'.join(claim.components)}: {'+'.join(claim.mechanisms)}"
    verdict = is_right(company.said, case) if asked else None
    grade = {True: "right", False: "wrong", None: "not asked"}[verdict]
    says = company.said.says if company.said else ""
    print(f"{name:36} {kind:8} {grade:9} {words:36} {says}", flush=True)
    return verdict


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runtime", choices=("process", "docker"), default="process")
    parser.add_argument("names", nargs="*", metavar="PACK/VARIANT")
    given = parser.parse_args()
    names = given.names or [
        f"{name}/{each.id}" for name in pack_names() for each in load_pack(name).scenario.variants
    ]
    kind = choose(given.runtime, lambda words: print(words, file=sys.stderr)).kind
    grades = []
    for name in names:
        try:
            grades.append(measure(kind, name))
        except SandboxError as error:
            print(f"{name:36} {given.runtime:8} not measured: {error}")
    known = [each for each in grades if each is not None]
    if known:
        print(f"right in {sum(known)} of {len(known)} ({sum(known) / len(known):.0%})")


if __name__ == "__main__":
    main()
