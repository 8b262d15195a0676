"""The war room: a view of one drill's events in a terminal. It draws events and sends commands, no more."""

import os

# What changes while Textual paints waits for one to two frames: at its usual 60 a second that is up to 33 ms
# from a key to its character. A room changes a dozen times a second, so more frames cost nothing. Textual
# reads this when it is imported.
os.environ.setdefault("TEXTUAL_FPS", "240")
