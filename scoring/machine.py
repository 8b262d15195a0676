"""From when on a machine takes part in what is measured on it."""

from __future__ import annotations

FULL = 0.9
"""So much of its processors' time, 0 to 1, leaves nothing: what was slow then may be the machine's doing."""
