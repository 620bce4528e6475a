"""A sale at the till with a coupon, and the rules that gave its points."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bootstrap import say

from .api import Api, Notes, euros
from .merchant import COUPON, CUSTOMER

REPLAYED_FOR = timedelta(days=6)  # the API accepts a sale for 7 days


def make(till: Api, notes: Notes) -> tuple[dict, bool]:
    """The answer, and whether an earlier run made the same sale."""
    till.ask("POST", "/v1/members", {**CUSTOMER, "card_requested": True}, accept=(409,))
    now = datetime.now(timezone.utc).replace(microsecond=0)
    body = notes.get("sale")
    known = body is not None and now - datetime.fromisoformat(body["sold_at"]) < REPLAYED_FOR
    if not known:
        body = _paid(till, now)
    _, answer = till.ask("POST", "/v1/purchases", body)
    notes.put(sale=body)
    if known:
        say("Sent the sale of an earlier run again.")
    else:
        _explain(answer, body)
    return answer, known


def _paid(till: Api, now: datetime) -> dict:
    """The sale to send. A dry run gives the discount of the coupon, if the customer may still use it."""
    basket = {
        "member": {"mobile": CUSTOMER["mobile"]},
        "total_cents": 4_280,
        "lines": [
            _line("9782070360024", "L'Étranger", "Poche", 790),
            _line("9782253004226", "Germinal", "Poche", 590),
            _line("9782205049671", "Une bande dessinée", "Bande dessinée", 2_900),
        ],
    }
    _, dry_run = till.ask("POST", "/v1/purchases/dry-run", {**basket, "coupons": [{"code": COUPON}]})
    accepted = [coupon for coupon in dry_run["coupons"] if coupon["valid"]]
    return {
        **basket,
        "type": "sale",
        "register": "C1",
        "receipt_number": f"D{now:%Y%m%d%H%M%S}",
        "sold_at": now.isoformat(),
        "total_cents": dry_run["to_pay_cents"],
        "coupons": [{"code": coupon["code"], "discount_cents": coupon["discount_cents"]} for coupon in accepted],
    }


def _explain(answer: dict, body: dict) -> None:
    off = "".join(f", {euros(coupon['discount_cents'])} off with {coupon['code']}" for coupon in body["coupons"])
    say(f"Sold for {euros(body['total_cents'])} at the till{off}. The sale earned {answer['points']} points:")
    for part in answer["earned"]:
        print(f"    {part['points']:>4}  {part['source']}" + (f", «{part['name']}»" if "name" in part else ""))
    print("  The ticket prints:")
    for line in answer["ticket"]:
        print(f"    {line}")


def _line(sku: str, label: str, category: str, cents: int) -> dict:
    return {
        "sku": sku,
        "label": label,
        "category": category,
        "quantity": "1",
        "unit_price_cents": cents,
        "discount_cents": 0,
    }
