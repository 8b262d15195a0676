"""Answers an `ops` line from the bastion where nobody else does: understand it, do it, say it."""

from __future__ import annotations

import time

from sandbox.errors import BadStack
from sandbox.operate.execute import Operator
from sandbox.operate.lines import Operation, parse, usage
from sandbox.runtime.base import Runtime
from sandbox.stack.model import Stack
from sandbox.world.deployer import Deployer
from sandbox.world.keeper import Reply


class Answerer:
    """One sandbox without a drill."""

    def __init__(self, runtime: Runtime, stack: Stack, deployer: Deployer) -> None:
        self._stack = stack
        self._operator = Operator(runtime, stack, deployer)

    def close(self) -> None:
        self._operator.close()

    def answer(self, line: str, *, sure: bool) -> Reply:
        if line.strip() == "help":
            return Reply(0, usage())
        try:
            operation = parse(self._stack, line)
        except BadStack as error:
            return Reply(error.exit_code, str(error))
        if operation.tier == "write" and not sure:
            return Reply(0, "", would=operation.blast_radius)
        begun = time.time()
        outcome = self._operator.carry_out(operation)
        changed = outcome.changed if operation.tier == "write" else ""
        cursor = begun if operation.follow and not outcome.exit_code else 0.0
        return Reply(outcome.exit_code, outcome.text, changed=changed, cursor=cursor)

    def more(self, line: str, after: float) -> Reply:
        """What came since for a line that is followed."""
        try:
            return more_of(self._operator, parse(self._stack, line), after)
        except BadStack as error:
            return Reply(error.exit_code, str(error))


def more_of(operator: Operator, operation: Operation, after: float) -> Reply:
    """Lines that came after a time (UNIX seconds); waits a little for the first of them."""
    if not operation.follow:
        return Reply(BadStack.exit_code, f"{operation.verb} is nothing that can be followed")
    lines, cursor = operator.look.since(operation.words, after)
    return Reply(0, "\n".join(lines), cursor=cursor)
