"""A headless Chromium, spoken to over its DevTools pipe, so that no driver has to be installed."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
DEADLINE_S = 100.0


def program() -> str | None:
    """The browser's program, if one is on PATH."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One tab."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.heard: list[dict[str, Any]] = []
        """Events, such as requests."""

    def start(self) -> None:
        """Open the tab; waits for the browser."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def show(self, page: Path, *, width: int, height: int = 900, dark: bool = False, media: str = "") -> None:
        """Open a file at a width, and wait until it is drawn."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.heard.clear()
        self.call("Page.navigate", url=page.resolve().as_uri())
        self._wait_for("Page.loadEventFired")
        self.value("document.fonts.ready.then(() => true)")

    def value(self, script: str) -> Any:
        """What a script comes to."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self) -> bytes:
        """The whole page as PNG."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        return base64.b64decode(answer["data"])

    def requests(self) -> list[str]:
        """What was asked for since the page was opened."""
        return [
            each["params"]["request"]["url"]
            for each in self.heard
            if each["method"] == "Network.requestWillBeSent"
        ]

    def call(self, method: str, **params: object) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def _wait_for(self, event: str) -> None:
        while not any(each["method"] == event for each in self.heard):
            self._next()

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + DEADLINE_S
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._reading], [], [], max(0.0, until - time.monotonic()))
            assert ready, "the browser says nothing"
            got = os.read(self._reading, 1 << 16)
            assert got, "the browser has gone"
            self._rest += got
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        if "method" in message:
            self.heard.append(message)
        return message


@contextmanager
def browser(found: str, home: Path) -> Iterator[Browser]:
    """A browser of the test's own, in a folder of its own; gone at the end."""
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()

    def as_three_and_four() -> None:
        # Either might be 3 or 4 already, so both go out of the way first.
        reading, writing = os.dup(to_read), os.dup(from_write)
        os.dup2(reading, 3)
        os.dup2(writing, 4)

    process = subprocess.Popen(
        [
            found, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--hide-scrollbars", f"--user-data-dir={home}",
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=as_three_and_four,  # noqa: PLW1509 (no thread runs here)
        close_fds=False, start_new_session=True,
    )  # fmt: skip
    os.close(to_read)
    os.close(from_write)
    tab = Browser(from_read, to_write)
    try:
        tab.start()
        yield tab
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=DEADLINE_S)
        os.close(from_read)
        os.close(to_write)
