"""The bank has a bad day: one of its providers is slow, fails, or takes fewer requests."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import yaml

from sandbox.faults.effects.base import Failed, run, until
from sandbox.runtime.base import Runtime

_FILE = "/etc/lumen/bank.yaml"
_FOLLOWED_WITHIN_S = 8.0
_SURE = 0.001
"""Chance at which a share of failures would go unseen."""
_MOST = 40

# Asks the bank as payments does, side by side; prints each answer's status and time.
_ASK = """
import json, os, sys, time, urllib.error, urllib.request, uuid
from concurrent.futures import ThreadPoolExecutor

def ask(_):
    body = json.dumps({"amount_cents": 1, "card": "4000000000000002"}).encode()
    headers = {"content-type": "application/json", "idempotency-key": uuid.uuid4().hex}
    url = os.environ["BANK_URL"] + "/" + sys.argv[1] + "/authorisations"
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=15) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError:
        status = 0
    return [status, time.monotonic() - begun]

many = int(sys.argv[2])
with ThreadPoolExecutor(many) as pool:
    print(json.dumps(list(pool.map(ask, range(many)))))
"""


def read_bank(runtime: Runtime) -> dict[str, Any]:
    """`bank.yaml` as it is."""
    document: dict[str, Any] = yaml.safe_load(runtime.read_out("bank", _FILE))
    return document


@dataclass(frozen=True)
class Provider:
    """How one provider does: `latency_s`, `jitter_s`, `failure_rate`, `limit_rps`."""

    kind: ClassVar[str] = "provider"
    lasting: ClassVar[bool] = True
    provider: str
    wanted: Mapping[str, float]
    before: Mapping[str, float]

    @property
    def says(self) -> str:
        return f"the bank's {self.provider} provider is degraded"

    def _write(self, runtime: Runtime, conditions: Mapping[str, float]) -> None:
        document = read_bank(runtime)
        if self.provider not in document or not isinstance(document[self.provider], dict):
            raise Failed(f"the bank has no provider {self.provider!r}")
        document[self.provider] = dict(conditions)
        runtime.copy_in("bank", _FILE, yaml.safe_dump(document, sort_keys=False).encode())

    def apply(self, runtime: Runtime) -> None:
        self._write(runtime, self.wanted)
        if not until(lambda: self._shows(runtime), _FOLLOWED_WITHIN_S):
            raise Failed(f"the bank's {self.provider} provider does as it did before")

    def _shows(self, runtime: Runtime) -> bool:
        """Whether its answers look as they were to look."""
        many = self._how_many()
        words = ["python3", "-c", _ASK, self.provider, str(many)]
        answers: list[tuple[int, float]] = json.loads(run(runtime, "payments", words, timeout_s=30.0))
        if self.wanted["limit_rps"]:
            return any(status == 429 for status, _ in answers)
        slow = sorted(took for _, took in answers)[len(answers) // 2]
        if slow < self.wanted["latency_s"] - self.wanted["jitter_s"]:
            return False
        return self.wanted["failure_rate"] == 0 or any(status == 503 for status, _ in answers)

    def _how_many(self) -> int:
        """Enough to see a share of failures, or to go over the limit."""
        if self.wanted["limit_rps"]:
            return min(_MOST, 2 * int(self.wanted["limit_rps"]) + 4)
        rate = self.wanted["failure_rate"]
        if 0 < rate < 1:
            return min(_MOST, math.ceil(math.log(_SURE) / math.log(1 - rate)))
        return 3

    def undo(self, runtime: Runtime) -> None:
        self._write(runtime, self.before)

    def present(self, runtime: Runtime) -> bool:
        now = read_bank(runtime).get(self.provider)
        return bool(self.wanted != self.before and now == self.wanted)
