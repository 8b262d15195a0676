"""What the rehearsals saw, as Markdown: one row per variant and runtime, from the records beside the packs.

Run as `python benchmarks/proofs.py [PACK ...]`; without a name it is about the whole library. It starts
nothing: `gameday rehearse PACK/VARIANT --runtime R --write` makes the records.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scenarios import LIBRARY
from scenarios.loader import load_pack, pack_names
from scenarios.model import Pack
from scenarios.rehearsal.keeping import committed_path
from scenarios.rehearsal.record import FixRun, Losses, Rehearsal, digest_of

RUNTIMES = ("process", "docker")
HEAD = (
    "variant", "runtime", "onset to violation", "onset to page", "worst SLI", "tempting", "accepted",
    "lost doing nothing", "lost with the best fix",
)  # fmt: skip


def records(pack: Pack) -> Iterator[Rehearsal]:
    """Those beside the pack that are about its variants as they are now, in the pack's order."""
    path = committed_path(pack)
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for variant in pack.scenario.variants:
        for runtime in RUNTIMES:
            if runtime in kept.get(variant.id, {}):
                record = Rehearsal.model_validate(kept[variant.id][runtime])
                if record.passed and record.digest == digest_of(pack, variant.id):
                    yield record


def row(record: Rehearsal) -> Sequence[str]:
    """One record's cells."""
    share = record.worst_sli
    return (
        f"{record.pack}/{record.variant}",
        record.runtime,
        _seconds(record.onset_to_violation_s),
        _seconds(record.onset_to_page_s),
        "" if share is None else f"{share:.2f}",
        _fixes(record, "tempting"),
        _fixes(record, "accepted"),
        _losses(record.doing_nothing),
        _losses(record.best_fix),
    )


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"


def _fixes(record: Rehearsal, kind: str) -> str:
    return ", ".join(f"{each.id} {_went(each)}" for each in record.fixes if each.kind == kind)


def _went(fix: FixRun) -> str:
    # A tempting fix that served customers was refused unless they were let down again within the hold.
    relapsed = " and relapsed" if fix.kind == "tempting" and fix.mitigated else ""
    if fix.lost is not None:
        return f"cost {fix.lost.customer_minutes:.2f} min"
    return _seconds(fix.restored_s) + relapsed


def _losses(lost: Losses | None) -> str:
    if lost is None:
        return ""
    return f"{lost.customer_minutes:.2f} min per customer, {lost.money:,.0f} in {lost.over_s:.0f} s"


def table(rows: Sequence[Sequence[str]]) -> str:
    """As Markdown."""
    lines = [HEAD, ["---"] * len(HEAD), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    packs = [load_pack(name, (LIBRARY,)) for name in sys.argv[1:] or pack_names((LIBRARY,))]
    proven = [record for pack in packs for record in records(pack)]
    print(table([row(record) for record in proven]))
    named = [f"{pack.scenario.id}/{each.id}" for pack in packs for each in pack.scenario.variants]
    for runtime in RUNTIMES:
        have = {f"{each.pack}/{each.variant}" for each in proven if each.runtime == runtime}
        missing = [name for name in named if name not in have]
        rest = f"; no record of {', '.join(missing)}" if missing else ""
        print(f"\n{len(have)} of {len(named)} have a record of {runtime}{rest}")
    machines = sorted(
        {
            f"{e.system} on {e.architecture}, {e.cpus} CPUs, {e.memory_gib:g} GiB"
            for e in (r.machine for r in proven)
        }
    )
    print(f"\nSeen on: {'; '.join(machines) or 'no machine yet'}")


if __name__ == "__main__":
    main()
