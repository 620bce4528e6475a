"""The daily runs on simulated days: points expire, a card that was never activated is erased, a merchant that left is
archived."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from bootstrap import say
from stack import Stack

from . import points
from .api import Api, Notes, eventually
from .merchant import new_key
from .schedule import call

FUNCTION = "RetentionFunction"

MERCHANT = {
    "reference": "DEMO-0002",
    "name": "Optique Belsunce",
    "sector": "optical",
    "terms": {"version": "2026-01", "signed_on": "2026-01-05", "signatory": "Claude Belsunce"},
    "processing_contract": {"version": "2026-01", "signed_on": "2026-01-05", "signatory": "Claude Belsunce"},
    "programme": {"spend": [{"points": 1, "per_cents": 100}], "expiry": {"after": "earning", "months": 1}},
}
NEVER_ACTIVATED = {"mobile": "+33639980801", "first_name": "Karim", "last_name": "Exemple", "card_requested": True}
ACTIVATED = {"mobile": "+33639980802", "first_name": "Léa", "last_name": "Exemple", "card_requested": True}
# More than three months after the invitation, whatever the month.
MONTHS_LATER = timedelta(days=100)


def run(operator: Api, stack: Stack, demo: dict, notes: Notes) -> dict:
    """The results of the daily runs for a second merchant, and of a dry run for the first merchant."""
    later = (date.today() + MONTHS_LATER).isoformat()
    would = call(stack, FUNCTION, {"today": later, "dry_run": True, "merchant": demo["merchant_id"]})
    done = notes.get("night")
    if done:
        say(f"{MERCHANT['name']} left in an earlier run. Its archive is in the bucket.")
        return {**done, "would": would["counts"]}

    merchant, till, back_office, member = _second_merchant(operator, stack)
    say(f"The daily runs of {later} for {MERCHANT['name']}: points expire, a card that was never activated is erased …")
    call(stack, points.FUNCTION, {"today": later, "merchant": merchant})
    expired = eventually("the expiry of points", lambda: points.of_entry(back_office, member, "expiry"))
    call(stack, FUNCTION, {"today": later, "merchant": merchant})
    eventually("the erasure", lambda: _status(till, NEVER_ACTIVATED) == 404)
    _, erasures = operator.ask("GET", f"/v1/merchants/{merchant}/erasures?day={later}")
    kept = _status(till, ACTIVATED) == 200

    ends = date.today()
    say(f"Its contract ends on {ends}. The next daily run archives the merchant and clears the table …")
    operator.ask("PUT", f"/v1/merchants/{merchant}/contract-end", {"ended_on": ends.isoformat()})
    call(stack, FUNCTION, {"today": (ends + timedelta(days=1)).isoformat(), "merchant": merchant})
    gone = f"/v1/merchants/{merchant}"
    eventually("the archive", lambda: operator.ask("GET", gone, accept=(404,))[0] == 404)
    erased = erasures["counts"]["never_activated"]
    done = {"date": later, "ended": -expired, "erased": erased, "kept": kept, "objects": _archived(stack, merchant)}
    notes.put(night=done)
    return {**done, "would": would["counts"]}


def _archived(stack: Stack, merchant: str) -> int:
    """The number of objects in a merchant's archive."""
    bucket = stack.describe()["archives_bucket"]
    pages = stack.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{merchant}/")
    return sum(page["KeyCount"] for page in pages)


def _second_merchant(operator: Api, stack: Stack) -> tuple[str, Api, Api, str]:
    """The merchant's identifier, its till, its back office, and the member who activated the card and bought."""
    _, merchant = operator.ask("POST", "/v1/merchants", MERCHANT)
    merchant_id = merchant["merchant_id"]
    place = f"/v1/merchants/{merchant_id}/establishments/belsunce"
    operator.ask("PUT", place, {"name": "Belsunce", "time_zone": "Europe/Paris"})
    url = stack.describe()["api_url"]
    till, back_office = (Api(url, new_key(operator, place, scope)) for scope in ("till", "back_office"))
    for person in (NEVER_ACTIVATED, ACTIVATED):
        till.ask("POST", "/v1/members", person, accept=(409,))
    _, member = till.ask("POST", "/v1/members/find", {"mobile": ACTIVATED["mobile"]})
    _, unused = till.ask("POST", "/v1/members/find", {"mobile": NEVER_ACTIVATED["mobile"]})
    now = datetime.now(timezone.utc).replace(microsecond=0).isoformat()
    back_office.ask("PUT", f"/v1/members/{unused['member_id']}/registration", {"invited_at": now})
    back_office.ask("PUT", f"/v1/members/{member['member_id']}/registration", {"invited_at": now, "activated_at": now})
    sale = {
        "type": "sale",
        "receipt_number": "B1",
        "sold_at": now,
        "member": {"member_id": member["member_id"]},
        "total_cents": 12_000,
    }
    till.ask("POST", "/v1/purchases", sale, accept=(409,))
    return merchant_id, till, back_office, member["member_id"]


def _status(till: Api, person: dict) -> int:
    return till.ask("POST", "/v1/members/find", {"mobile": person["mobile"]}, accept=(404,))[0]
