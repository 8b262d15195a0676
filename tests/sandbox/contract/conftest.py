"""One sandbox for each runtime, shared by all tests here, which leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.runtime import registry
from sandbox.runtime.base import Runtime
from sandbox.runtime.choose import open_runtime
from tests.sandbox.runtimes import EVERY, Kind, require


@pytest.fixture(scope="package", params=EVERY)
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A sandbox that is up."""
    kind: Kind = request.param
    require(kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAMEDAY_STATE", str(tmp_path_factory.mktemp("state")))
        made = open_runtime(kind, registry.new_id())
        try:
            made.up(lambda _: None)
            yield made
        finally:
            made.down()
