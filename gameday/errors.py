"""The exceptions a command may end with, each with the exit code it means.

    GamedayError             2  usage or bad input
    ├── BadJournal           2  a run folder that cannot be read
    └── DrillAborted       130  the person stopped it

`sandbox.errors.SandboxError` and `scenarios.errors.ScenarioError` are their own roots, because
those packages know nothing of this one; they carry `exit_code` in the same way.
"""


class GamedayError(Exception):
    """Something the user can mend; its text is one clear sentence."""

    exit_code = 2


class BadJournal(GamedayError):
    """A run folder whose journal is missing, torn in the middle, or of an unknown schema."""


class DrillAborted(GamedayError):
    """The person at the keyboard stopped the drill."""

    exit_code = 130
