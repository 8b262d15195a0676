"""How a company is set before it opens: how busy its customers are, and how much its services write down.

Both are files that are followed while it runs, so they can be set as soon as it is up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import yaml

from sandbox.runtime.base import Runtime
from sandbox.stack.model import Stack
from sandbox.world.albums import missing_share
from sandbox.world.tree import runs_our_code

Profile = Literal["evening", "afternoon", "night"]

BUSY: Mapping[Profile, float] = {"evening": 1.0, "afternoon": 0.6, "night": 0.2}
"""Share of an evening's customers. An evening is what the company's own files say."""

_LOAD = ("customers", "/etc/lumen/load.yaml")
_TELEMETRY = "/etc/lumen/telemetry.yaml"


@dataclass(frozen=True)
class Setting:
    """What differs from the company's own files; None leaves it as it is."""

    profile: Profile = "evening"
    people: int | None = None
    uploads_per_s: float | None = None
    new_photo_share: float | None = None
    """Share of the uploads that are photos which nobody has seen before."""
    log_sampling: float | None = None
    trace_sampling: float | None = None
    album: int | None = None
    """Photos per customer that come again and again, and that the cache knows."""

    def load(self, document: Mapping[str, object]) -> dict[str, object]:
        """`load.yaml` with it."""
        share = BUSY[self.profile]
        people = max(1, round(float(str(document["people"])) * share)) if self.people is None else self.people
        rate = self.uploads_per_s
        uploads = round(float(str(document["uploads_per_s"])) * share, 3) if rate is None else rate
        new = document["new_photo_share"] if self.new_photo_share is None else self.new_photo_share
        album = document["album"] if self.album is None else self.album
        changed = {"people": people, "uploads_per_s": uploads, "new_photo_share": new, "album": album}
        return {**document, **changed}

    def telemetry(self, document: Mapping[str, object]) -> dict[str, object]:
        """`telemetry.yaml` with it."""
        wanted = {"log_sampling": self.log_sampling, "trace_sampling": self.trace_sampling}
        return {**document, **{key: value for key, value in wanted.items() if value is not None}}


def apply(runtime: Runtime, stack: Stack, setting: Setting) -> None:
    """Set a running company; what wouldn't change is not written.

    Raises:
        SandboxError: a file could not be read or written.
    """
    before = yaml.safe_load(runtime.read_out(*_LOAD))
    after = setting.load(before)
    if after["album"] != before["album"]:
        # They were uploaded before: what comes again is known.
        missing_share(runtime, "fill", int(str(after["album"])))
    if after != before:
        runtime.copy_in(*_LOAD, yaml.safe_dump(after, sort_keys=False).encode())
    for name, service in stack.services.items():
        # What has no rules is not the company's own, or has run and ended.
        if not runs_our_code(service) or service.rules is None:
            continue
        before = yaml.safe_load(runtime.read_out(name, _TELEMETRY))
        after = setting.telemetry(before)
        if after != before:
            runtime.copy_in(name, _TELEMETRY, yaml.safe_dump(after, sort_keys=False).encode())
