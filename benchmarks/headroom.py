"""How many requests a second the company takes at its edge before customers notice.

    python benchmarks/headroom.py [--runtime process|docker] [--step 1.25] [--seconds 15]

People and uploads are raised together, step by step, until a journey misses its SLO (95 % good). The
last rate that held is the headroom that scenarios have. Vision's compute slots, not the machine, end it
first; so the run is made a second time without uploads.
"""

from __future__ import annotations

import argparse

import yaml
from ground import company, tally, watch

from sandbox.errors import SandboxError
from sandbox.observe.customers import SliSecond
from sandbox.observe.metrics import Metrics
from sandbox.runtime.base import Runtime

TARGET = 0.95
EDGE_RATE = 'sum(rate(envoy_vhost_vcluster_upstream_rq{envoy_virtual_host="public"}[10s]))'


def load(runtime: Runtime, people: int, uploads_per_s: float) -> None:
    """Say who comes from now on."""
    document = yaml.safe_load(runtime.read_out("customers", "/etc/lumen/load.yaml"))
    document |= {"people": people, "uploads_per_s": uploads_per_s}
    runtime.copy_in("customers", "/etc/lumen/load.yaml", yaml.safe_dump(document).encode())


def held(seconds: list[SliSecond]) -> bool:
    return all(each.availability >= TARGET for each in tally(seconds).values())


def climb(runtime: Runtime, people: float, uploads_per_s: float, step: float, seconds: int) -> None:
    """Raise the load until the SLO breaks, and print what held last."""
    metrics = Metrics(runtime)
    last = "nothing"
    while True:
        load(runtime, round(people), uploads_per_s)
        watch(runtime, 5)
        seen = watch(runtime, seconds)
        at_edge = sum(sample.value for sample in metrics.query(EDGE_RATE))
        journeys = sum(each.count for each in tally(seen).values()) / seconds
        now = f"{at_edge:.0f} requests/s at the edge ({journeys:.0f} journeys/s, {people:.0f} people, "
        now += f"{uploads_per_s:.1f} uploads/s)"
        if not held(seen):
            worst = min(tally(seen).items(), key=lambda item: item[1].availability)
            print(f"{runtime.kind:8} held {last}; broken by {worst[0]} at {now}")
            break
        last = now
        people, uploads_per_s = people * step, uploads_per_s * step
    metrics.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runtime", choices=("process", "docker"), action="append")
    parser.add_argument("--step", type=float, default=1.25)
    parser.add_argument("--seconds", type=int, default=15)
    given = parser.parse_args()
    for kind in given.runtime or ("process", "docker"):
        for uploads in (10.0, 0.1):
            try:
                with company(kind) as runtime:
                    climb(runtime, 22, uploads, given.step, given.seconds)
            except SandboxError as error:
                print(f"{kind:8} not measured: {error}")


if __name__ == "__main__":
    main()
