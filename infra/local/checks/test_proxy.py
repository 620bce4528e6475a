"""The program that serves the pages of `account` at the root of a port."""

import gzip
import http.client
import json
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from proxy import HEALTH, Pages

BINARY = bytes(range(256))
PAGE = gzip.compress(b"<!doctype html>")


class MiniStack(BaseHTTPRequestHandler):
    """Notes each request and answers it with a compressed page and two cookies."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.requests.append((self.command, self.path, self.headers, body))
        self.send_response(404 if "unknown" in self.path else 200)
        for name, value in (
            ("Content-Type", "text/html"),
            ("Content-Encoding", "gzip"),
            ("Set-Cookie", "__Host-session=1; Secure"),
            ("Set-Cookie", "__Host-ticket=2; Secure"),
            ("Content-Length", str(len(PAGE))),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(PAGE)

    do_POST = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_):
        pass


class TheProxy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.description = Path(folder.name) / "stack.json"
        self.aws = self.served(ThreadingHTTPServer(("127.0.0.1", 0), MiniStack))
        self.aws.requests = []
        self.pages = self.served(Pages(0, self.description))
        self.describe(self.aws.server_port)

    def served(self, server):
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def describe(self, port: int):
        description = {"endpoint_url": f"http://127.0.0.1:{port}", "outputs": {"AccountApiId": "a1b2c3d4"}}
        self.description.write_text(json.dumps(description))

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.pages.server_port, timeout=10)
        self.addCleanup(connection.close)
        headers = {"Host": "localhost:4601", **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()

    def test_passes_a_request_on_to_the_api_under_the_same_path(self):
        self.ask("GET", "/join/01M/vieux-port?lang=en&next=%2Fcard", cookie="a=1; b=2", accept_encoding="gzip")
        ((method, path, headers, body),) = self.aws.requests
        prefix = "/_aws/execute-api/a1b2c3d4/$default"
        self.assertEqual((method, path), ("GET", f"{prefix}/join/01M/vieux-port?lang=en&next=%2Fcard"))
        self.assertEqual((headers["host"], headers["cookie"]), ("localhost:4601", "a=1; b=2"))
        self.assertEqual((headers["accept-encoding"], body), ("gzip", b""))

    def test_gives_the_answer_back_with_its_compressed_body_and_both_cookies(self):
        answer, body = self.ask("GET", "/assets/pico.css")
        self.assertEqual((answer.status, body, answer.getheader("content-encoding")), (200, PAGE, "gzip"))
        self.assertEqual(len(answer.headers.get_all("set-cookie")), 2)
        self.assertEqual(len(answer.headers.get_all("content-length")), 1)
        self.assertEqual(len(answer.headers.get_all("date")), 1)

    def test_passes_a_binary_body_of_a_form_on(self):
        self.ask("POST", "/sign-in", BINARY, content_type="application/octet-stream", origin="http://localhost:4601")
        ((method, _, headers, body),) = self.aws.requests
        self.assertEqual((method, body, headers["origin"]), ("POST", BINARY, "http://localhost:4601"))
        self.assertEqual(len(headers.get_all("content-length")), 1)

    def test_keeps_refusals_and_answers_to_head_as_they_are(self):
        self.assertEqual(self.ask("GET", "/unknown")[0].status, 404)
        answer, body = self.ask("HEAD", "/card")
        self.assertEqual((answer.status, body), (200, b""))

    def test_says_what_is_missing(self):
        self.describe(1)  # nothing listens on this port
        self.assertEqual(self.ask("GET", "/card")[0].status, 502)
        self.description.unlink()
        answer, body = self.ask("GET", "/card")
        self.assertEqual(answer.status, 503)
        self.assertIn(b"make run", body)
        self.assertEqual(self.ask("GET", HEALTH)[0].status, 200)

    def test_refuses_a_body_without_a_length(self):
        answer, _ = self.ask("POST", "/sign-in", transfer_encoding="chunked")
        self.assertEqual(answer.status, 411)
        self.assertEqual(self.aws.requests, [])


if __name__ == "__main__":
    unittest.main()
