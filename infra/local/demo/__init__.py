"""The demonstration: a merchant, its purchase file, a sale with a coupon, a reward, campaigns by e-mail and SMS, a STOP
reply, a member's account, a webhook, and the daily runs of `followups` and `retention`. It uses the public API and the
pages for members, and calls the two scheduled functions.

The demonstration keeps notes in `stack.json` and `demo/`. A second run sends the same requests again, so nothing is
created, ingested, sold or sent twice. Only the webhook is shown by each run.
"""

from __future__ import annotations

import time

from stack import Stack

from . import account, closing, file, merchant, messages, points, retention, reward, sale, webhook
from .api import Api, DemoError, Notes

__all__ = ["DemoError", "show"]


def show(stack: Stack, began: float) -> None:
    folder = stack.directory / "demo"
    folder.mkdir(exist_ok=True)
    notes = Notes(folder / "notes.json")

    demo = merchant.open_programme(stack)
    url = stack.describe()["api_url"]
    till, back_office = Api(url, demo["till_key"]), Api(url, demo["back_office_key"])
    report = file.send(back_office, stack, folder, notes)
    sold, again = sale.make(till, notes)
    redeemed = reward.redeem(till, sold["member_id"], demo["reward_id"], notes)
    operator = merchant.operator(stack)
    sent = messages.run(operator, till, back_office, stack, demo["merchant_id"], notes)
    account.open_account(stack, demo, notes)
    posted = webhook.show(operator, till, demo["merchant_id"])
    given = points.daily_run(back_office, stack, demo, sold["member_id"], notes)
    retained = retention.run(operator, stack, demo, notes)

    closing.table(report, sold, again, redeemed, sent, posted, given, retained)
    print(f"Done in {time.monotonic() - began:.0f} s.\n")
    closing.refused_rows(report, folder)
    closing.next_steps(stack, folder, demo, report, sold)
