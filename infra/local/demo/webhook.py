"""A webhook: a sale, posted by the service to a receiver that listens on this machine for the length of the step."""

from __future__ import annotations

import http.server
import json
import threading
from datetime import datetime, timezone

from bootstrap import say

from .api import Api, eventually

# By this path a later run recognises an endpoint that an interrupted run left.
PATH = "/zerosix-demo"


def show(operator: Api, till: Api, merchant: str) -> str:
    """The type of the event that arrived. Each run creates an endpoint, sells without a customer, cancels the sale and
    deletes the endpoint. So a stack that started again shows that changes of the table still become events."""
    webhooks = f"/v1/merchants/{merchant}/webhooks"
    _, left = operator.ask("GET", webhooks)
    for webhook in left["webhooks"]:
        if webhook["url"].endswith(PATH):
            operator.ask("DELETE", f"{webhooks}/{webhook['webhook_id']}")
    with _Receiver() as receiver:
        new = {"mode": "live", "url": receiver.url, "events": ["purchase.created"]}
        _, webhook = operator.ask("POST", webhooks, new)
        now = datetime.now(timezone.utc).replace(microsecond=0)
        sale = {
            "type": "sale",
            "receipt_number": f"W{now:%Y%m%d%H%M%S}",
            "sold_at": now.isoformat(),
            "total_cents": 100,
        }
        _, sold = till.ask("POST", "/v1/purchases", sale)
        event = eventually("the webhook", lambda: receiver.event_of(sold["purchase_id"]))
        till.ask("POST", f"/v1/purchases/{sold['purchase_id']}/cancel", {})
        operator.ask("DELETE", f"{webhooks}/{webhook['webhook_id']}")
    say(f"A webhook arrived: {event['type']}.")
    return event["type"]


class _Receiver:
    def __init__(self) -> None:
        events: list[dict] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                events.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_) -> None:
                pass

        self._events = events
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def __enter__(self) -> _Receiver:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    def event_of(self, purchase: str) -> dict | None:
        return next((event for event in self._events if event["data"].get("purchase_id") == purchase), None)
