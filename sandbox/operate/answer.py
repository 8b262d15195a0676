"""Answers an `ops` line from the bastion where nobody else does: understand it, do it, say it."""

from __future__ import annotations

from sandbox.errors import BadStack
from sandbox.operate.execute import Operator
from sandbox.operate.lines import parse, usage
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
        outcome = self._operator.carry_out(operation)
        return Reply(outcome.exit_code, outcome.text)
