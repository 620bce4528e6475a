"""Spends points on a reward and hands the reward out."""

from __future__ import annotations

import uuid

from bootstrap import say

from .api import Api, Notes
from .merchant import REWARD


def redeem(till: Api, member: str, reward: str, notes: Notes) -> dict:
    """The redemption of this run, or of an earlier run."""
    redemptions = f"/v1/members/{member}/redemptions"
    if known := notes.get("redemption_id"):
        say("The reward was handed out in an earlier run.")
        return till.ask("GET", f"{redemptions}/{known}")[1]
    # The key is stored before the request is sent, so a run that is interrupted here spends the points once.
    key = notes.get("redemption_key") or str(uuid.uuid4())
    notes.put(redemption_key=key)
    _, requested = till.ask("POST", redemptions, {"reward_id": reward}, key=key)
    _, fulfilled = till.ask("POST", f"{redemptions}/{requested['redemption_id']}/fulfil", {})
    notes.put(redemption_id=fulfilled["redemption_id"])
    say(f"Spent {fulfilled['points']} points on «{REWARD['name']}», which was handed out.")
    return fulfilled
