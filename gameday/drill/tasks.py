"""Small helpers around asyncio that the conductor's promises rest on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def in_loop(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: Any) -> None:
    """Call in the loop's own thread: at once if this is it, else as soon as it can."""
    try:
        here = asyncio.get_running_loop()
    except RuntimeError:
        here = None
    if here is loop:
        call(*arguments)
    else:
        loop.call_soon_threadsafe(call, *arguments)


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The exception that a person should hear of: the first that is not a group."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Await something that must not be left half done, however often the task is cancelled."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled and not task.cancelled() and task.exception() is None:
        raise asyncio.CancelledError
    return task.result()
