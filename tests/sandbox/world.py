"""A company that is looked after, as tests use it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.runtime.base import ExecResult, Runtime
from sandbox.world import repo
from sandbox.world.cast import CAST
from sandbox.world.deployer import Rollout
from sandbox.world.keeper import Keeper, ShellLine
from sandbox.world.proposals import Proposal, Swap

SMALLER_POOL = Proposal(
    "smaller-pool", CAST["tomas"], "50m", "checkout: a smaller pool",
    (Swap("config/checkout.yaml", "database_pool: 8", "database_pool: 6"),),
)  # fmt: skip
"""In the history besides the company's own."""


@dataclass
class World:
    """A company that is looked after."""

    runtime: Runtime
    keeper: Keeper
    told: list[ShellLine] = field(default_factory=list)

    def bash(self, script: str) -> ExecResult:
        """Run a script on the bastion, in the engineer's clone as it is on main."""
        start = 'cd "$HOME/lumen" && git fetch -q && git checkout -qB main origin/main && set -e\n'
        return self.runtime.exec("bastion", ["bash", "-c", start + script], timeout_s=60)

    def push(self, script: str) -> str:
        """Commit what the script does and push it; the commit."""
        done = self.bash(f"{script}\ngit commit -qam change && git push -q && git rev-parse HEAD")
        assert done.exit_code == 0, done.stderr
        return done.stdout.split()[-1]

    def became(self, revision: str) -> tuple[Rollout, ...]:
        return self.keeper.deployer.wait_for(revision, 60)

    @property
    def home(self) -> str:
        """The engineer's folder on the bastion."""
        return self.runtime.exec("bastion", ["sh", "-c", "echo $HOME"]).stdout.strip()

    def replicas(self, service: str) -> list[int]:
        return sorted(each.number for each in self.runtime.status() if each.service == service)

    def config(self, service: str) -> str:
        return self.runtime.read_out(service, f"/etc/lumen/{service}.yaml").decode()

    @contextlib.contextmanager
    def put_back(self) -> Iterator[None]:
        """Afterwards main has the files that it had, and they are rolled out."""
        before = repo.git(self.runtime, ["rev-parse", "main"]).stdout.strip()
        try:
            yield
        finally:
            done = self.bash(
                f"git checkout -q {before} -- . && git diff --cached --quiet || git commit -qm 'as before'\n"
                "git push -q && git rev-parse HEAD"
            )
            self.became(done.stdout.split()[-1])
