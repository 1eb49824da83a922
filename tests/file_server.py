"""A server on this machine that sends a few files, as well or as badly as it is told, for the tests of downloads."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer(ThreadingHTTPServer):
    """content: name → bytes; other names are answered with 404.

    resumes: whether it can send only what is asked for, from some byte on.
    stops_after: name → bytes after which it breaks off; if there is something that it waits for, it waits, and goes on.
    asked: (name, the Range that was asked for) of each request.   sent: bytes, in all.
    """

    daemon_threads = True

    def __init__(self, content: dict[str, bytes]):
        super().__init__(("127.0.0.1", 0), _Answer)
        self.content = content
        self.resumes = True
        self.stops_after: dict[str, int] = {}
        self.waits: threading.Event | None = None
        self.asked: list[tuple[str, str | None]] = []
        self.sent = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass  # a client that was killed, or does not wait


class _Answer(BaseHTTPRequestHandler):
    server: FileServer

    def log_message(self, *_):
        pass

    def do_GET(self):
        server, name, wanted = self.server, self.path.removeprefix("/"), self.headers.get("Range")
        server.asked.append((name, wanted))
        content = server.content.get(name)
        if content is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.resumes else 0
        if start and start >= len(content):
            self.send_error(416)
            return
        body = content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if name in server.stops_after:
            first, body = body[: server.stops_after[name]], body[server.stops_after[name] :]
            server.sent += len(first)
            self.wfile.write(first)
            self.wfile.flush()
            if server.waits is None:
                return
            server.waits.wait(30)
        server.sent += len(body)  # first: the client may be done before this thread goes on
        self.wfile.write(body)


@contextlib.contextmanager
def serving(content: dict[str, bytes]) -> Iterator[FileServer]:
    """A server that runs until the block ends."""
    server = FileServer(content)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
