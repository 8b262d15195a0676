"""What can go wrong with a sandbox, each with the exit code that a command should end with.

SandboxError             4  the sandbox did not come up, or broke under us
├── BadStack             2  the Compose file, a config or an operation is not valid
├── MissingTool          3  a program, a daemon or an image is not there
└── Unsupported          2  this runtime cannot do that
"""


class SandboxError(Exception):
    """A sandbox failed; the text names the service and says what to do."""

    exit_code = 4


class BadStack(SandboxError):
    """The description of the company, or what was asked of it, is not valid."""

    exit_code = 2


class MissingTool(SandboxError):
    """A tool or daemon that the runtime needs is absent; the text says how to get it."""

    exit_code = 3


class Unsupported(SandboxError):
    """The runtime lacks the capability that was asked for."""

    exit_code = 2
