"""Whether Chaos Toolkit takes an experiment; a program of its own, as whoever asks may not load it.

    python -m sandbox.faults.validate EXPERIMENT …

Prints the reason for each that it doesn't take, and then ends with 2. It judges and calls nothing.
"""

from __future__ import annotations

import logging
import sys

from chaoslib.exceptions import ChaosException
from chaoslib.experiment import ensure_experiment_is_valid
from chaoslib.loader import load_experiment


def main(paths: list[str]) -> int:
    logging.disable(logging.CRITICAL)
    bad = 0
    for path in paths:
        try:
            ensure_experiment_is_valid(load_experiment(path))
        except ChaosException as error:
            bad = 2
            sys.stdout.write(f"{path}: {' '.join(str(error).split())}\n")
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
