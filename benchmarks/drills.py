"""Ten whole drills in a row, alternately on both runtimes, from one script: are their scores stable?

    python benchmarks/drills.py [--drills 10] [--runtime process|docker]

Prints the spread of the time to mitigate, what the trainer itself costs, and how long after it could be
known a mitigation is shown. Whatever a drill leaves behind, in processes, containers or files, ends the
measurement with exit code 1. Budget of the trainer: 150 MiB and 0.15 core.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

SCRIPT = """
- wait: {for: page, within: 120}
- wait: 2
- acknowledge
- believe: {components: [cache], mechanisms: [cache-eviction], confidence: 0.7}
- ops: redis cache CONFIG SET maxmemory 256mb
- ops: config set edge routes.upload.retries 0
- ops: limit /upload 6
- diagnose:
    components: [cache]
    mechanisms: [cache-eviction]
    trigger: configuration-push
    contributing: [retry-amplification, missing-alert]
    confidence: 0.9
- wait: 20
- ops: limit /upload off
- wait: {for: mitigated, within: 300}
"""
SEED = 4
_LOOKS_EVERY_S = 0.5
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Played:
    """One drill and what it cost. Times are in seconds."""

    runtime: str
    took_s: float
    mitigate_s: float
    mitigated: bool
    stable: tuple[object, ...]
    """Entries of the scorecard that the same script has to bring about each time."""
    cores: float
    """Of the trainer alone, from the briefing to the end of the drill."""
    peak_mib: float
    lag_s: float | None
    """From the end of the window that settled the mitigation to its being shown."""


def play(runtime: str, home: Path, script: Path) -> Played:
    """One drill, in folders of its own.

    Raises:
        SystemExit: it failed, or left something behind.
    """
    state, data = home / "state", home / "data"
    environment = {**os.environ, "GAMEDAY_STATE": str(state), "GAMEDAY_DATA": str(data)}
    words = ["drill", "cache-loss/maxmemory", "--headless", "--json", "--script", str(script)]
    begun = time.monotonic()
    with (home / "said.txt").open("w+", encoding="utf-8") as said:
        trainer = subprocess.Popen(
            [sys.executable, "-m", "gameday", *words, "--seed", str(SEED), "--runtime", runtime],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True,
        )  # fmt: skip
        samples = watch(trainer)
        assert trainer.stdout is not None
        printed = trainer.stdout.read()
        if trainer.wait():
            said.seek(0)
            raise SystemExit(f"{runtime}: exit code {trainer.returncode}: {said.read()[-600:]}")
    took_s = time.monotonic() - begun
    left = leftovers(state, environment)
    if left:
        raise SystemExit(f"{runtime}: left behind: {', '.join(left)}")
    (folder,) = (data / "runs").iterdir()
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]
    return measured(runtime, took_s, json.loads(printed), events, samples)


def watch(trainer: subprocess.Popen[str]) -> list[tuple[float, float, float]]:
    """Wall time, processor seconds so far and resident bytes of the trainer, until it ends."""
    process, samples = psutil.Process(trainer.pid), []
    while trainer.poll() is None:
        try:
            with process.oneshot():
                used = process.cpu_times()
                samples.append((time.time(), used.user + used.system, float(process.memory_info().rss)))
        except psutil.Error:
            break
        time.sleep(_LOOKS_EVERY_S)
    return samples


def measured(
    runtime: str,
    took_s: float,
    card: dict[str, Any],
    events: Sequence[dict[str, Any]],
    samples: Sequence[tuple[float, float, float]],
) -> Played:
    """What one drill's journal, scorecard and samples say."""
    first = {event["kind"]: event for event in reversed(events)}
    since, until = first["briefing_given"]["wall"], first["drill_ended"]["wall"]
    during = [(wall, cpu_s) for wall, cpu_s, _ in samples if since <= wall <= until]
    (began, cpu_before), (ended, cpu_after) = during[0], during[-1]
    shown = first.get("mitigated")
    hold_s = first["drill_started"]["data"]["hold_s"]
    return Played(
        runtime=runtime,
        took_s=took_s,
        mitigate_s=card["time_to_mitigate_s"],
        mitigated=card["mitigated"],
        stable=(
            card["mitigated"],
            card["diagnosis"]["score"],
            len(card["harmful"]),
            card["stabilised_first"],
        ),
        cores=(cpu_after - cpu_before) / (ended - began),
        peak_mib=max(held for _, _, held in samples) / _MIB,
        lag_s=None if shown is None else shown["wall"] - (shown["data"]["since"] + hold_s),
    )


def leftovers(state: Path, environment: dict[str, str]) -> list[str]:
    """Sandboxes, processes and files that are still there."""
    listed = subprocess.run(
        [sys.executable, "-m", "gameday", "sandbox", "list", "--json"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    ours = {path.name for path in (state / "sandboxes").glob("*")} | {
        path.stem for path in (state / "done").glob("*")
    }
    left = [f"files of {name}" for name in sorted(ours)]
    left += [f"sandbox {each['name']}" for each in json.loads(listed.stdout) if each["name"] in ours]
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(state):
                left.append(f"process {process.pid} ({process.name()})")
        except (psutil.Error, OSError):
            continue
    return left


def spread(name: str, values: Sequence[float], unit: str, digits: int = 1) -> str:
    """Least, median and most, and the standard deviation."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    three = min(values), statistics.median(values), max(values)
    least, middle, most = (f"{each:.{digits}f}" for each in three)
    return f"{name} {least} / {middle} / {most} {unit} (SD {deviation:.{digits}f}, n {len(values)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--drills", type=int, default=10)
    parser.add_argument("--runtime", choices=("process", "docker"), action="append")
    given = parser.parse_args()
    kinds = given.runtime or ["process", "docker"]
    played: list[Played] = []
    with tempfile.TemporaryDirectory(prefix="drills-") as folder:
        script = Path(folder) / "script.yaml"
        script.write_text(SCRIPT, encoding="utf-8")
        for number in range(given.drills):
            home = Path(folder) / str(number)
            home.mkdir()
            one = play(kinds[number % len(kinds)], home, script)
            played.append(one)
            lag = "–" if one.lag_s is None else f"{one.lag_s:.2f} s"
            print(
                f"{number + 1:>2} {one.runtime:<8} {one.took_s:.1f} s, mitigated {one.mitigate_s:.1f} s,"
                f" trainer {one.cores:.3f} cores, {one.peak_mib:.0f} MiB, lag {lag}; nothing left",
                flush=True,
            )
    for kind in kinds:
        mine = [each for each in played if each.runtime == kind]
        if mine:
            report(kind, mine)


def report(kind: str, played: Sequence[Played]) -> None:
    """The figures of one runtime: least, median, most."""
    print(f"{kind}: {spread('time to mitigate', [each.mitigate_s for each in played], 's')}")
    print(f"{kind}: {spread('whole drill', [each.took_s for each in played], 's')}")
    print(f"{kind}: {spread('trainer', [each.cores for each in played], 'cores', 3)}")
    print(f"{kind}: {spread('trainer peak', [each.peak_mib for each in played], 'MiB', 0)}")
    lags = [each.lag_s for each in played if each.lag_s is not None]
    if lags:
        print(f"{kind}: {spread('oracle lag', lags, 's', 2)}")
    scores = {each.stable for each in played}
    print(f"{kind}: the same script scored {'the same' if len(scores) == 1 else 'differently'}: {scores}")


if __name__ == "__main__":
    main()
