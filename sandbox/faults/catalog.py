"""Every action and probe, and what it needs of the runtime: for whoever must know before anything runs.

It imports nothing, so that a pack can be judged without loading the driver. `hold` and the probes need no
more than that the sandbox is there.
"""

from __future__ import annotations

from collections.abc import Mapping

ACTIONS: Mapping[str, frozenset[str]] = {
    "push_commit": frozenset({"exec", "copy_in", "restart", "scale"}),
    "set_cache_memory": frozenset({"exec"}),
    "flush_cache": frozenset({"exec"}),
    "restart_cache": frozenset({"exec", "restart"}),
    "run_sql": frozenset({"exec"}),
    "start_job": frozenset({"exec"}),
    "change_arrivals": frozenset({"copy_in"}),
    "start_bots": frozenset({"copy_in"}),
    "degrade_provider": frozenset({"exec", "copy_in"}),
    "add_alert": frozenset({"exec", "copy_in", "kill"}),
    "pause": frozenset({"pause"}),
    "kill": frozenset({"kill", "restart"}),
    "limit_resources": frozenset({"exec", "limit"}),
    "cut_link": frozenset({"exec", "partition"}),
    "break_name": frozenset({"exec", "names"}),
    "hold": frozenset(),
    "take_back": frozenset(),
    "take_back_newest": frozenset(),
}
"""Function of `sandbox.faults.actions` → capabilities, as `sandbox.runtime.base` names them."""

PROBES: Mapping[str, frozenset[str]] = {
    "customers_are_served": frozenset(),
    "share_served": frozenset(),
    "alert_fires": frozenset(),
    "metric": frozenset(),
}
"""Function of `sandbox.faults.probes` → capabilities of the runtime."""
