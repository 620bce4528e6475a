"""MiniStack with a record of the calls that the functions make.

hypercorn serves the `app` of this module in place of MiniStack's own. The record says which function called which
action on which resource, and the partition keys in the table, which hold identifiers and hashes. It holds no body,
because a body may hold personal data. `comparison.py` compares the record with the template.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from calls import calls_of
from ministack.app import app as ministack

# A file that this process appends to: one JSON object for each call.
RECORD = Path(os.environ["ZEROSIX_CALLS"])

# The template names each function to the SDK by AWS_SDK_UA_APP_ID.
FUNCTION = re.compile(r"\bapp/zerosix-([a-z]+)")
# `Credential=KEY/day/region/service/aws4_request`
SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")


async def app(scope, receive, send):
    if scope["type"] != "http":
        await ministack(scope, receive, send)
        return
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    function = FUNCTION.search(headers.get("user-agent", ""))
    service = SERVICE.search(headers.get("authorization", ""))
    if function is None or service is None:
        await ministack(scope, receive, send)
        return
    body, status = bytearray(), 0

    async def receive_and_keep():
        message = await receive()
        body.extend(message.get("body", b""))
        return message

    async def send_and_note(message):
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    await ministack(scope, receive_and_keep, send_and_note)
    calls = calls_of(service[1], scope, headers, bytes(body), status)
    with RECORD.open("a", encoding="utf-8") as record:
        for call in calls:
            record.write(json.dumps({"function": function[1], "status": status, **call}) + "\n")
