"""Watching goes on when the company's own metrics don't answer."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from gameday.drill import watch
from sandbox.errors import SandboxError
from sandbox.observe.metrics import Alert
from sandbox.runtime.base import Runtime

FIRING = Alert("UploadSlow", "firing", "page", "storefront", "uploads are slow")


class Restarted:
    """Metrics that are gone at first, as while an engineer restarts them."""

    def __init__(self, _: Runtime) -> None:
        self.asked = 0

    def alerts(self) -> list[Alert]:
        self.asked += 1
        if self.asked == 1:
            raise SandboxError("metrics does not answer")
        return [FIRING]


async def test_metrics_that_are_restarted_do_not_end_the_drill(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alerts of later seconds are heard all the same."""
    monkeypatch.setattr(watch, "Metrics", Restarted)
    watching = watch.Watch(cast(Runtime, None), asyncio.get_running_loop())
    heard: list[Alert] = []

    def hear(alerts: object) -> None:
        heard.extend(cast(list[Alert], alerts))
        watching.stop()

    await asyncio.wait_for(watching.follow_alerts(hear), timeout=20)
    assert heard == [FIRING]
