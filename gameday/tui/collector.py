"""Python's garbage collector, kept out of the way of the first picture and of keys.

A full collection walks all that was ever imported, for a tenth of a second in which no key is painted. None
of that is ever garbage, so it is set aside once it is there, and collections walk only what came later.
"""

from __future__ import annotations

import gc

_minding = False


def hold() -> None:
    """Collect nothing while the program starts; from now on `settle` does something."""
    global _minding
    _minding = True
    gc.disable()


def settle(*, tidy: bool = True) -> None:
    """Set aside what is there now, without its garbage if `tidy`, and collect what comes."""
    if _minding:
        if tidy:
            gc.collect()
        gc.freeze()
        gc.enable()
