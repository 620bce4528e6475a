"""Points are spent on a reward, which is handed out."""

from __future__ import annotations

import uuid

from bootstrap import say

from .api import Api, Notes
from .merchant import REWARD


def redeem(till: Api, member: str, reward: str, notes: Notes) -> dict:
    """The redemption as it stands."""
    redemptions = f"/v1/members/{member}/redemptions"
    if known := notes.get("redemption_id"):
        say("The reward was handed out last time.")
        return till.ask("GET", f"{redemptions}/{known}")[1]
    # Noted before it is sent: a run that is interrupted here spends the points once.
    key = notes.get("redemption_key") or str(uuid.uuid4())
    notes.put(redemption_key=key)
    _, asked = till.ask("POST", redemptions, {"reward_id": reward}, key=key)
    _, given = till.ask("POST", f"{redemptions}/{asked['redemption_id']}/fulfil", {})
    notes.put(redemption_id=given["redemption_id"])
    say(f"{given['points']} points were spent on «{REWARD['name']}», which was handed out.")
    return given
