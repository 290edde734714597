"""A server on this machine that hands out one file, as well or as badly as it's told."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NAME = "mivos-fusion"
"""Whose checkpoint is handed out: the smallest one's."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("[!.]*")) if folder.is_dir() else []


@dataclass
class Served:
    """What is handed out, and how; ``asked`` are the headers of each request.

    ``breaks_after`` bytes of each answer the connection is cut; ``pause`` waits before that.
    """

    content: bytes
    etag: str | None = '"1"'
    modified: str | None = None
    has_ranges: bool = True
    ignores_versions: bool = False
    breaks_after: int | None = None
    status: int = 200
    kind: str = "application/octet-stream"
    claimed: int | None = None
    moved_to: str | None = None
    is_chunked: bool = False
    pause: threading.Event | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serve(served: Served) -> Iterator[Served]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.asked.append(dict(self.headers))
            if served.moved_to and self.path != "/moved":
                self.send_response(302)
                self.send_header("Location", served.moved_to)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if served.status != 200:
                self.send_error(served.status)
                return
            self._send(self._start())

        def _start(self) -> int:
            """The first byte that is asked for, if this version may be gone on with."""
            wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            condition = self.headers.get("If-Range")
            is_same = served.ignores_versions or condition in (served.etag, served.modified)
            return int(wanted[1]) if wanted and is_same and served.has_ranges else 0

        def _send(self, start: int) -> None:
            whole = len(served.content)
            if start > whole:
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
            self.send_header("Content-Type", served.kind)
            for name, value in (("ETag", served.etag), ("Last-Modified", served.modified)):
                if value is not None:
                    self.send_header(name, value)
            body = served.content[start:]
            if served.is_chunked:
                self.send_header("Transfer-Encoding", "chunked")
                body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
            else:
                self.send_header("Content-Length", str(served.claimed or len(body)))
            self.end_headers()
            self.wfile.write(body[: served.breaks_after])
            self.wfile.flush()
            if served.pause is not None:
                served.pause.wait(30)
            if served.breaks_after is not None:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}/file.pth"
    try:
        yield served
    finally:
        if served.pause is not None:
            served.pause.set()
        server.shutdown()
        server.server_close()
        thread.join()
