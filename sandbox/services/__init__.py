"""Lumen's own programs, one file each over the small shared kit.

Fourteen of them start at once, so each starts as cheaply as it can. The trainer reads a few facts from here,
under another name, and keeps its own ways.
"""

import gc
import sys

if __name__ == "services":
    # What a program imports stays, and looking through all of it again and again takes a tenth of its start.
    gc.set_threshold(50_000)

    # httpx's own command line, which nobody asks for, brings half of all that is imported with it. This is
    # how Python says that a module isn't there, and httpx does without it then.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
