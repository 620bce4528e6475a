"""A client of the service's public API, and the notes that the demonstration keeps between two runs."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

# The name of the demonstration's till software.
SOFTWARE = "zerosix-demo/1"


class DemoError(Exception):
    """The service did not do what the demonstration asked for."""


class Api:
    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def ask(
        self, method: str, path: str, body: dict | None = None, accept: tuple[int, ...] = (), key: str | None = None
    ) -> tuple[int, dict]:
        """The status and the answer. A refusal with a status outside `accept` ends the demonstration.

        `key` is the `Idempotency-Key`.
        """
        request = urllib.request.Request(
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "authorization": f"Token {self._key}",
                "content-type": "application/json",
                "user-agent": SOFTWARE,
                **({"idempotency-key": key} if key else {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refusal:
            body = refusal.read().decode(errors="replace")
            if refusal.code in accept:
                return refusal.code, {}
            raise DemoError(f"{method} {path} answered {refusal.code}:\n{body}") from None


class Notes:
    """The results of the demonstration, kept between two runs."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._notes = json.loads(file.read_text()) if file.exists() else {}

    def get(self, name: str):
        return self._notes.get(name)

    def put(self, **changes) -> None:
        self._notes.update(changes)
        self._file.write_text(json.dumps(self._notes, indent=2) + "\n")


def eventually(what: str, ask, within: int = 120):
    """Calls `ask` until it returns a result. After `within` seconds the demonstration ends."""
    deadline = time.monotonic() + within
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise DemoError(
                f"{what}: no result within {within} s. The functions log to .local/ministack.log. A message that "
                "failed five times is in a dead-letter queue."
            )
        time.sleep(0.2)


def number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def euros(cents: int) -> str:
    return f"{cents / 100:.2f} €".replace(".", ",")
