"""The exceptions a command may end with, each with the exit code it means.

    GamedayError             2  usage or bad input
    ├── BadJournal           2  a run folder that cannot be read
    ├── BadRecords           2  a database that is damaged, read-only, or of a newer Gameday
    │   ├── MixedRecords     2  a simulated drill for a store of real ones, or the other way round
    │   └── NoRecords        3  a database that does not answer, is locked, or lacks its driver
    ├── MissingExtra         3  a library of an optional part isn't installed
    ├── BadRoster            2  a roster that is not valid
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


class MixedRecords(BadRecords):
    """A simulated drill was to go into a store of real ones, or a real one into a simulated store."""


class NoRecords(BadRecords):
    """The database of past drills cannot be reached now: no server, no driver, or somebody's lock."""

    exit_code = 3


class MissingExtra(GamedayError):
    """A library of an optional part isn't installed; the text says how to get it."""

    exit_code = 3


class BadRoster(GamedayError):
    """A roster is not valid; the text names the file, the line, the key and what would be right."""


class DrillAborted(GamedayError):
    """The person at the keyboard stopped the drill."""

    exit_code = 130
