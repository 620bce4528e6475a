"""Serves the pages of `account` at the root of a port of this machine, as their domain does on AWS.

MiniStack serves an HTTP API under a path, and the links of the pages begin at the root: `/assets/…`. So this program
passes each request on to the API, with that path in front of its own. Bodies pass as they are, compressed or not.

    proxy.py --port 4601 --description .local/stack.json

The description says where MiniStack is and which API to serve. It is read for each request, because a deployment may
create another API.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

# The path that this program answers itself. No page begins with it.
HEALTH = "/_proxy/health"
# Headers of one connection, which are not passed on (RFC 9110, 7.6.1). The length is that of the body that was read.
OF_A_CONNECTION = {
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
# A function answers within 10 seconds. Before that, the first call starts the function.
ANSWERED_WITHIN = 60


class Pages(ThreadingHTTPServer):
    """The server. `description` is the path of stack.json."""

    daemon_threads = True

    def __init__(self, port: int, description: Path) -> None:
        super().__init__(("127.0.0.1", port), _Request)
        self.description = description

    def api(self) -> tuple[str, str] | None:
        """The network address of MiniStack, and the path of the API there. None before the first deployment."""
        try:
            description = json.loads(self.description.read_text())
            address = urlsplit(description["endpoint_url"]).netloc
            return address, f"/_aws/execute-api/{description['outputs']['AccountApiId']}/$default"
        except (OSError, ValueError, KeyError):
            return None


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Pages

    def _pass_on(self) -> None:
        if self.path == HEALTH:
            self._say(200, "ok")
            return
        if "transfer-encoding" in self.headers:
            self.close_connection = True  # the body stays unread
            self._say(411, "This program needs the length of a body.")
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        api = self.server.api()
        if api is None:
            self._say(503, "The template is not deployed yet: make run")
            return
        address, path = api
        try:
            with contextlib.closing(http.client.HTTPConnection(address, timeout=ANSWERED_WITHIN)) as connection:
                # The header Host stays the browser's own, as on AWS.
                connection.putrequest(self.command, path + self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in _passed_on(self.headers.items()):
                    connection.putheader(name, value)
                connection.putheader("content-length", str(len(body)))
                connection.endheaders(body)
                answer = connection.getresponse()
                self._answer(answer.status, answer.getheaders(), answer.read())
        except (OSError, http.client.HTTPException) as error:
            self._say(502, f"MiniStack gave no answer: {error}")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _pass_on  # noqa: N815

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in _passed_on(headers):
            self.send_header(name, value)
        if self.command != "HEAD" and status not in (204, 304):
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _say(self, status: int, sentence: str) -> None:
        self._answer(status, [("content-type", "text/plain; charset=utf-8")], f"{sentence}\n".encode())

    def log_message(self, *_) -> None:
        """Nothing: the path of a page can name a member."""


def _passed_on(headers) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in OF_A_CONNECTION]


def main() -> int:
    arguments = argparse.ArgumentParser(description="Serves the pages of account at the root of a port.")
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--description", type=Path, required=True)
    chosen = arguments.parse_args()
    Pages(chosen.port, chosen.description).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
