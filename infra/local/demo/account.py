"""A customer of the demonstration opens the account on the pages for members, with the code of an SMS."""

from __future__ import annotations

import http.client
import json
import urllib.parse
import urllib.request
from urllib.parse import urljoin, urlsplit

from bootstrap import say
from stack import Stack

from .api import DemoError, Notes, eventually
from .messages import PEOPLE

PASSWORD = "Librairie-2026"
FIRST_NAME, _DIGITS = PEOPLE[1]
MOBILE = f"+3363998{_DIGITS}"


def open_account(stack: Stack, demo: dict, notes: Notes) -> None:
    """Leads a customer with a card through the three pages of the counter, unless an earlier run did."""
    if notes.get("account"):
        return
    join = f"/join/{demo['merchant_id']}/{demo['establishment_id']}"
    pages = Pages(stack.account_url)
    sent_before = _last_sms(stack)
    pages.post(join, {"mobile": MOBILE})
    code = eventually("the SMS with the code", lambda: _code(stack, sent_before))
    pages.post(f"{join}/code", {"code": code})
    names = {"first_name": FIRST_NAME, "last_name": "Exemple", "email": f"client-{_DIGITS}@example.com"}
    pages.post(f"{join}/details", {**names, "password": PASSWORD, "old_enough": "yes"})
    notes.put(account=MOBILE)
    say(f"{FIRST_NAME} opened an account on the pages for members, with the code of an SMS.")


class Pages:
    """A browser without scripts. It keeps cookies for https from `localhost` by http, as browsers do."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._cookies: dict[str, str] = {}

    def post(self, path: str, fields: dict[str, str]) -> None:
        """Sends a form, which the service must accept by a redirection."""
        address = urlsplit(urljoin(self._origin, path))
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": self._origin,
            **({"cookie": cookies} if cookies else {}),
        }
        try:
            connection.request("POST", address.path, urllib.parse.urlencode(fields), headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        if answer.status != 303:
            raise DemoError(f"POST {path} answered {answer.status}:\n{text}")
        for cookie in answer.headers.get_all("set-cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self._cookies[name] = value


def _sms(stack: Stack) -> list[dict]:
    asked = urllib.parse.urlencode({"to": MOBILE, "channel": "sms"})
    with urllib.request.urlopen(f"{stack.sandbox.url}/outbox.json?{asked}", timeout=10) as answer:
        return json.load(answer)


def _last_sms(stack: Stack) -> int:
    return max((sms["number"] for sms in _sms(stack)), default=-1)


def _code(stack: Stack, after: int) -> str | None:
    """The code of an SMS after the one with the number `after`: the last six characters."""
    texts = [sms["text"] for sms in _sms(stack) if sms["number"] > after]
    return texts[0].strip()[-6:] if texts else None
