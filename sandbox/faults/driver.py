"""What all actions and probes share: which sandbox is meant, what it can do, and how failure is said."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from chaoslib.exceptions import ActivityFailed

from sandbox.errors import SandboxError
from sandbox.faults.catalog import ACTIONS, PROBES
from sandbox.faults.effects import Effect
from sandbox.faults.record import make
from sandbox.runtime.base import Runtime
from sandbox.runtime.choose import attach

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

released = threading.Event()
"""Set by the worker when the drill is over; `hold` ends then."""


def the_sandbox() -> Runtime:
    """The sandbox that the environment variable `GAMEDAY_SANDBOX` names."""
    try:
        return attach(os.environ["GAMEDAY_SANDBOX"])
    except KeyError:
        raise ActivityFailed(
            "set GAMEDAY_SANDBOX to the sandbox's name, as `gameday sandbox list` shows it"
        ) from None
    except SandboxError as error:
        raise ActivityFailed(str(error)) from error


def activity(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """An action or a probe: refused where the runtime can't do it, and failed in Chaos Toolkit's terms."""
    needs = {**ACTIONS, **PROBES}[function.__name__]

    @functools.wraps(function)
    def wrapped(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        lacks = needs - the_sandbox().capabilities() if needs else frozenset()
        if lacks:
            kind = the_sandbox().kind
            raise ActivityFailed(
                f"{function.__name__} needs {', '.join(sorted(lacks))}, which the {kind} runtime lacks"
            )
        try:
            return function(*args, **kwargs)
        except SandboxError as error:
            raise ActivityFailed(str(error)) from error

    return wrapped


def do(effect: Effect) -> str:
    """Make an effect on the sandbox; what it is, in a few words."""
    make(the_sandbox(), effect)
    return effect.says
