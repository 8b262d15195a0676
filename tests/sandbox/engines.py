"""Docker engines that are not as one would wish: one that is cut off, and one that has no image."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

ENGINE = "/var/run/docker.sock"
_CHUNK = 65_536


class CutEngine:
    """Relays to the real engine until a request comes that matches for the N-th time; then it is dead."""

    def __init__(self, path: Path, verb: str, ending: str, *, nth: int) -> None:
        self.path = path
        self.url = f"unix://{path}"
        self.dead = threading.Event()
        self._verb, self._ending = verb.encode(), ending.encode()
        self._missing = nth
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._thread = threading.Thread(target=self._accept, name="relay", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(ENGINE)
                with self._lock:
                    self._open += [client, engine]
                for pair in ((client, engine, True), (engine, client, False)):
                    threading.Thread(target=self._relay, args=pair, daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, asks: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                if asks and self._is_last(data):
                    self.cut()
                    return
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def _is_last(self, data: bytes) -> bool:
        verb, _, rest = data.split(b"\r\n", 1)[0].partition(b" ")
        if verb != self._verb or not rest.split(b" ")[0].split(b"?")[0].endswith(self._ending):
            return False
        with self._lock:
            self._missing -= 1
            return self._missing == 0

    def cut(self) -> None:
        """Nothing more passes, and nobody answers any more."""
        self.path.unlink(missing_ok=True)
        with self._lock:
            for each in (self._listener, *self._open):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
        self.dead.set()


class _NoImages(BaseHTTPRequestHandler):
    """An engine without images, whose registry can't be reached."""

    def do_GET(self) -> None:
        if self.path.endswith("/version"):
            self._say(200, '{"ApiVersion": "1.41", "Arch": "amd64"}')
        elif "/distribution/" in self.path:
            self._say(500, '{"message": "no route to the registry"}')
        else:
            self._say(200, "[]")

    def _say(self, code: int, text: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def address_string(self) -> str:
        return "a socket"

    def log_message(self, format: str, *args: object) -> None:
        """Tests have their own words."""


@contextlib.contextmanager
def engine_without_images(path: Path) -> Iterator[str]:
    """The address of such an engine while it lasts."""
    with socketserver.ThreadingUnixStreamServer(str(path), _NoImages) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"unix://{path}"
        finally:
            server.shutdown()
            thread.join()
