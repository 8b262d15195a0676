"""How many sandboxes this machine carries at once, all with their customers served.

    python benchmarks/many.py [--runtime process|docker] [--number 2 --number 4] [--seconds 30]

Budget: at least 4 on 2 cores with 24 GiB.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from ground import Tally, company, tally, watch

from sandbox.errors import SandboxError

TARGET = 0.95


def measure(kind: str, number: int, seconds: int) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(number) as pool:
        begun = time.monotonic()
        # Entered side by side, left one after the other.
        runtimes = list(pool.map(lambda _: stack.enter_context(company(kind)), range(number)))
        up = time.monotonic() - begun
        seen: list[Mapping[str, Tally]] = list(
            pool.map(lambda runtime: tally(watch(runtime, seconds)), runtimes)
        )
    worst = min(each.availability for journeys in seen for each in journeys.values())
    served = sum(all(each.availability >= TARGET for each in journeys.values()) for journeys in seen)
    print(
        f"{kind:8} {number} at once: served after {up:.1f} s; {served} of {number} within the SLO "
        f"over {seconds} s, the worst journey of any {worst:.2%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runtime", choices=("process", "docker"), action="append")
    parser.add_argument("--number", type=int, action="append")
    parser.add_argument("--seconds", type=int, default=30)
    given = parser.parse_args()
    for kind in given.runtime or ("process", "docker"):
        for number in given.number or (2, 4):
            try:
                measure(kind, number, given.seconds)
            except SandboxError as error:
                print(f"{kind:8} {number} at once: not measured: {error}")


if __name__ == "__main__":
    main()
