"""The exceptions a command may end with, each with the exit code it means.

    GamedayError             2  usage or bad input
    ├── BadJournal           2  a run folder that cannot be read
    ├── BadRecords           2  a database that is damaged, read-only, or of a newer Gameday
    │   └── NoRecords        3  a database that does not answer, is locked, or lacks its driver
    └── DrillAborted       130  the person stopped it

`sandbox.errors.SandboxError` and `scenarios.errors.ScenarioError` are their own roots, because
those packages know nothing of this one; they carry `exit_code` in the same way.
"""


class GamedayError(Exception):
    """Something the user can mend; its text is one clear sentence."""

    exit_code = 2


class BadJournal(GamedayError):
    """A run folder whose journal is missing, torn in the middle, or of an unknown schema."""


class BadRecords(GamedayError):
    """The database of past drills cannot be used as it is; the text says what to do."""


class NoRecords(BadRecords):
    """The database of past drills cannot be reached now: no server, no driver, or somebody's lock."""

    exit_code = 3


class DrillAborted(GamedayError):
    """The person at the keyboard stopped the drill."""

    exit_code = 130
