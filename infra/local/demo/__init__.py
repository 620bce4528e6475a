"""The demonstration: a merchant, its file of purchases, a sale at its till with a coupon, a reward, campaigns by e-mail
and SMS, a STOP, and the nights of points and of data, through the public doors only.

What it makes is remembered in `stack.json` and `demo/`, so that a second run asks for the same things again
and is answered that they are known: nothing is made, ingested, sold or sent twice.
"""

from __future__ import annotations

import time

from stack import Stack

from . import closing, file, merchant, messages, night, points, reward, sale
from .api import Api, DemoFailed, Notes

__all__ = ["DemoFailed", "show"]


def show(stack: Stack, began: float) -> None:
    folder = stack.directory / "demo"
    folder.mkdir(exist_ok=True)
    notes = Notes(folder / "notes.json")

    demo = merchant.open_programme(stack)
    till = Api(stack.describe()["api_url"], demo["till_key"])
    report = file.send(till, stack, folder, notes)
    sold, again = sale.make(till, notes)
    redeemed = reward.redeem(till, sold["member_id"], demo["reward_id"], notes)
    operator = merchant.operator(stack)
    sent = messages.run(operator, till, stack, demo["merchant_id"], notes)
    told = points.night(till, stack, demo, sold["member_id"], notes)
    cleaned = night.run(operator, stack, demo, notes)

    closing.table(report, sold, again, redeemed, sent, told, cleaned)
    print(f"Done in {time.monotonic() - began:.0f} s.\n")
    closing.refused_rows(report, folder)
    closing.next_steps(stack, folder, demo, report, sold)
