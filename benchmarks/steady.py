"""How well customers are served when nothing is wrong, and what the company costs meanwhile.

    python benchmarks/steady.py [--runtime process|docker] [--minutes 10]

Budgets: availability ≥ 99.9 %, at most 0.8 core and 1.2 GiB.
"""

from __future__ import annotations

import argparse
import threading

from ground import company, cost, tally, watch

from sandbox.errors import SandboxError
from sandbox.load.sli import percentile


def measure(kind: str, minutes: float) -> None:
    with company(kind) as runtime:
        costs: dict[str, tuple[float, float]] = {}
        beside = threading.Thread(target=lambda: costs.update(cost(runtime, 60 * minutes - 5)))
        beside.start()
        seconds = watch(runtime, 60 * minutes)
        beside.join()
    per_journey = tally(seconds)
    good, count = (sum(getattr(each, name) for each in per_journey.values()) for name in ("good", "count"))
    print(f"{kind:8} availability {good / count:.4%} of {count} journeys in {minutes:g} min")
    for name, each in sorted(per_journey.items()):
        p95 = percentile(list(each.histogram), 0.95)
        print(f"{kind:8}   {name:<8} {each.availability:9.4%} of {each.count:>6}, p95 ≤ {p95:.0f} ms")
    cores, memory = (sum(each[i] for each in costs.values()) for i in (0, 1))
    print(f"{kind:8} idle cost {cores:.2f} cores, {memory:.0f} MiB")
    for service, (used, held) in sorted(costs.items(), key=lambda item: -item[1][0]):
        print(f"{kind:8}   {service:<12} {used:6.3f} cores {held:6.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runtime", choices=("process", "docker"), action="append")
    parser.add_argument("--minutes", type=float, default=10.0)
    given = parser.parse_args()
    for kind in given.runtime or ("process", "docker"):
        try:
            measure(kind, given.minutes)
        except SandboxError as error:
            print(f"{kind:8} not measured: {error}")


if __name__ == "__main__":
    main()
