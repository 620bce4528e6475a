"""Two campaigns, one by e-mail and one by SMS, and a person who replies STOP."""

from __future__ import annotations

import json
import urllib.request
from datetime import datetime, timezone
from functools import partial

from bootstrap import say
from stack import Stack

from .api import Api, Notes, euros, eventually

STOP_NUMBER = "36200"
# The customers who consented at the counter: first name, last digits of the mobile.
PEOPLE = [
    ("Agnès", "0701"),
    ("Benoît", "0702"),
    ("Chloé", "0703"),
    ("Denis", "0704"),
    ("Élodie", "0705"),
    ("Fabien", "0706"),
    ("Gaëlle", "0707"),
    ("Hugo", "0708"),
    ("Inès", "0709"),
    ("Jérôme", "0710"),
]
EMAIL = {
    "name": "Rentrée littéraire, e-mail",
    "channel": "email",
    "content": {
        "subject": "Vos {{points}} points vous attendent, {{first_name|cher client}}",
        "body": "<p>Bonjour {{first_name|cher client}},</p>"
        "<p>{{merchant}} vous attend samedi : vos points comptent double sur les romans de la rentrée.</p>"
        '<p><a href="{{unsubscribe_url}}">Ne plus recevoir nos e-mails</a></p>',
    },
}
SMS = {
    "name": "Rentrée littéraire, SMS",
    "channel": "sms",
    "content": {"body": "{{merchant}} : samedi, vos points comptent double sur les romans."},
}


def run(operator: Api, till: Api, back_office: Api, stack: Stack, merchant: str, notes: Notes) -> dict:
    """The two finished campaigns, and the number of members that an SMS would reach after the STOP."""
    campaigns = f"/v1/merchants/{merchant}/campaigns"
    known = notes.get("campaigns")
    if known:
        say("The two campaigns were sent in an earlier run. The outbox loses its messages when the stack stops.")
    else:
        _prepare(operator, till, back_office, merchant)
        known = {}
        for channel, wanted in (("email", EMAIL), ("sms", SMS)):
            _, campaign = operator.ask("POST", campaigns, wanted)
            known[channel] = campaign["campaign_id"]
            path = f"{campaigns}/{known[channel]}"
            counted = _dry_run(operator, path)
            cost = euros(counted["estimated_cost_cents"])
            say(f"{wanted['name']}: {counted['recipients']} recipients, about {cost} …")
            operator.ask("POST", f"{path}/launch", {})
        notes.put(campaigns=known)
    ended = {
        channel: eventually(f"the campaign by {channel}", partial(_ended, operator, f"{campaigns}/{campaign_id}"))
        for channel, campaign_id in known.items()
    }
    if notes.get("stopped") is None:
        _stop(back_office, stack, notes)
    after = _dry_run(operator, f"{campaigns}/{known['sms']}")
    return {**ended, "after_stop": after["recipients"]}


def _prepare(operator: Api, till: Api, back_office: Api, merchant: str) -> None:
    """Sets the senders of both channels, and enrols the customers who consent to messages. Each buys something, so that
    the e-mail has points to speak of."""
    senders = f"/v1/merchants/{merchant}/senders"
    operator.ask(
        "PUT",
        f"{senders}/email",
        {
            "account": "sandbox-email",
            "address": "bonjour@example.com",
            "name": "Librairie des Remparts",
            "price_microeuros": 500,
        },
    )
    operator.ask(
        "PUT",
        f"{senders}/sms",
        {"account": "sandbox-sms", "shown": "Remparts", "stop_number": STOP_NUMBER, "price_microeuros": 45_000},
    )
    sold_at = datetime.now(timezone.utc).replace(microsecond=0).isoformat()
    for number, (first_name, digits) in enumerate(PEOPLE):
        mobile = f"+3363998{digits}"
        address = f"client-{digits}@example.com"
        person = {"mobile": mobile, "first_name": first_name, "last_name": "Exemple", "email": address}
        back_office.ask("POST", "/v1/members", {**person, "card_requested": True}, accept=(409,))
        _, member = back_office.ask("POST", "/v1/members/find", {"mobile": mobile})
        path = f"/v1/members/{member['member_id']}"
        back_office.ask("PATCH", path, {"first_name": first_name, "email": address})
        for channel in ("email", "sms"):
            consent = {"given": True, "text_version": "2026-01", "told_by": "till"}
            back_office.ask("PUT", f"{path}/consents/{channel}", consent)
        sale = {"type": "sale", "register": "C2", "receipt_number": f"E{digits}", "sold_at": sold_at}
        customer = {"total_cents": 1_290 + 350 * number, "member": {"mobile": mobile}}
        # An interrupted run may have sold before, at another second.
        till.ask("POST", "/v1/purchases", sale | customer, accept=(409,))
    say(f"{len(PEOPLE)} customers consented to e-mails and SMS at the counter.")


def _dry_run(operator: Api, path: str) -> dict:
    operator.ask("POST", f"{path}/dry-run", {})

    def done():
        _, counted = operator.ask("GET", f"{path}/dry-run")
        return counted if counted["state"] == "done" else None

    return eventually("the dry run", done)


def _ended(operator: Api, path: str) -> dict | None:
    """The campaign, once it is finished and the provider has reported every message."""
    _, campaign = operator.ask("GET", path)
    return campaign if campaign["state"] == "finished" and campaign["figures"]["by_state"]["sent"] == 0 else None


def _stop(back_office: Api, stack: Stack, notes: Notes) -> None:
    """A person replies STOP through the provider, as from a telephone."""
    first_name, digits = PEOPLE[0]
    mobile = f"+3363998{digits}"
    answer = json.dumps({"from": mobile, "to": STOP_NUMBER, "body": "Stop."}).encode()
    urllib.request.urlopen(f"{stack.sandbox.url}/control/inbound", data=answer, timeout=10).close()
    _, member = back_office.ask("POST", "/v1/members/find", {"mobile": mobile})

    def opposed():
        _, consents = back_office.ask("GET", f"/v1/members/{member['member_id']}/consents")
        sms = next(channel for channel in consents["channels"] if channel["channel"] == "sms")
        return not sms["permitted"]

    eventually("the STOP", opposed)
    notes.put(stopped=first_name)
    say(f"{first_name} replied STOP and gets no more SMS.")
