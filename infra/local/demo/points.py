"""The daily run of members' points, and the proof of the ledger."""

from __future__ import annotations

from bootstrap import say
from stack import Stack

from .api import Api, Notes, eventually, number
from .merchant import CUSTOMER, MERCHANT
from .schedule import call

FUNCTION = "FollowupsFunction"


def daily_run(back_office: Api, stack: Stack, demo: dict, member: str, notes: Notes) -> dict:
    """The points that the daily run gave for the birthday, and the proof."""
    given = notes.get("birthday_points")
    if given is None:
        call(stack, FUNCTION, {"merchant": demo["merchant_id"]})
        given = eventually("the birthday points", lambda: of_entry(back_office, member, "birthday"))
        notes.put(birthday_points=given)
        say(f"The daily run of points gave {CUSTOMER['first_name']} {given} points for the birthday.")
    proof = prove(stack, demo["merchant_id"])
    say(f"Proved the ledger of {MERCHANT['name']}, {number(proof['entries'])} entries: {verdict(proof)}.")
    return {"birthday": given, "proof": proof}


def verdict(proof: dict) -> str:
    wrong = len(proof["unproved"])
    members = number(proof["members"])
    if wrong:
        return f"{wrong} OF {members} BALANCES ARE NOT THE SUM OF THEIR ENTRIES"
    return f"all {members} balances are the sum of their entries"


def of_entry(back_office: Api, member: str, kind: str) -> int | None:
    """The points of a member's entry of this type, or None if the history has no such entry."""
    _, history = back_office.ask("GET", f"/v1/members/{member}/history?limit=50")
    return next((entry["points"] for entry in history["entries"] if entry["type"] == kind), None)


def prove(stack: Stack, merchant: str) -> dict:
    """The sums of the whole ledger. A large ledger takes several calls."""
    whole = {"members": 0, "entries": 0, "unproved": []}
    place: dict = {}
    while True:
        part = call(stack, FUNCTION, {"prove": {"merchant": merchant, **place}})
        whole = {name: whole[name] + part[name] for name in whole}
        if "next" not in part:
            return whole
        shard, after = part["next"]
        place = {"shard": shard, "after": after}
