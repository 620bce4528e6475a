"""What came of it, and what to try next."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from process import short
from stack import Stack

from .api import SOFTWARE, euros, number
from .merchant import COUPON, CUSTOMER, REWARD
from .points import verdict


def table(report: dict, sale: dict, again: bool, redeemed: dict, sent: dict, told: dict, cleaned: dict) -> None:
    rows = report.get("rows") or {}
    would = cleaned["would"]
    lines = [
        ("The file", report["status"] + (f": {report['reason']}" if report.get("reason") else "")),
        ("  rows read", number(rows.get("read", 0))),
        ("  accepted", number(rows.get("accepted", 0))),
        ("  already known", number(rows.get("already_known", 0))),
        ("  not enrolled (card not asked for)", number(rows.get("not_enrolled", 0))),
        ("  without a customer", number(rows.get("without_customer", 0))),
        ("  of erased persons, not ingested", number(rows.get("erased", 0))),
        ("  refused", number(rows.get("refused", 0))),
        ("  new members", number(report.get("members_created", 0))),
        ("  points earned", number(report.get("points_earned", 0))),
        ("The sale", "the same as last time: answered alike, nothing written" if again else euros(sale["total_cents"])),
        ("  points earned", number(sale["points"])),
        ("  new balance", number(sale["balance"])),
        ("The reward", f"{REWARD['name']}, {redeemed['state']}"),
        ("  points spent", number(redeemed["points"])),
    ]
    for channel, name in (("email", "The campaign by e-mail"), ("sms", "The campaign by SMS")):
        figures = sent[channel]["figures"]
        lines += [
            (name, sent[channel]["state"]),
            ("  recipients", number(figures["recipients"])),
            ("  delivered", number(figures["by_state"]["delivered"])),
        ]
    lines += [
        ("  after a STOP it would reach", number(sent["after_stop"])),
        ("The night of points", "of today"),
        ("  given for a birthday", number(told["birthday"])),
        ("The ledger", verdict(told["proof"])),
        ("  entries", number(told["proof"]["entries"])),
        ("The night", f"of {cleaned['date']}, simulated"),
        ("  points that had ended", number(cleaned["ended"])),
        ("  cards never activated, erased", number(cleaned["erased"])),
        ("  activated card kept", "yes" if cleaned["kept"] else "NO"),
        ("  objects in the archive of who left", number(cleaned["objects"])),
        ("  it would erase of the first merchant", number(would["erase_never_activated"])),
    ]
    width = max(len(name) for name, _ in lines)
    rule = "─" * (width + 32)
    print(f"\n{rule}")
    for name, value in lines:
        print(f"{name:<{width}}  {value:>12}" if name.startswith(" ") else f"{name:<{width}}  {value}")
    print(rule)


def refused_rows(report: dict, folder: Path) -> None:
    """Fetched as the merchant would, by the address that the report gives for a quarter of an hour."""
    if not report.get("refused_rows_url"):
        return
    file = folder / "refused.csv"
    with urllib.request.urlopen(report["refused_rows_url"], timeout=60) as answer:
        file.write_bytes(answer.read())
    print(f"The refused rows, each with its reason ({short(file)}):\n")
    for line in file.read_text(encoding="utf-8-sig").splitlines()[:12]:
        print(f"  {line}")
    print()


def next_steps(stack: Stack, folder: Path, demo: dict, report: dict, sale: dict) -> None:
    header = folder / "authorization"
    header.touch(mode=0o600)
    header.write_text(f"Authorization: Token {demo['till_key']}\nUser-Agent: {SOFTWARE}\n")
    call = f"curl -sS -H @{short(header)}"
    url = stack.describe()["api_url"]
    print(f"The messages, as their recipients would read them: {stack.sandbox.url}\n")
    print("To try next, as the till would (the header file holds the demonstration's key and the name of its software):\n")
    print(f"  {call} '{url}/v1/health'")
    asks = f"{call} -H 'content-type: application/json'"
    customer = {"mobile": CUSTOMER["mobile"]}
    basket = {"total_cents": 4_280, "member": customer, "coupons": [COUPON]}
    print(f"  {asks} -d '{json.dumps(customer)}' '{url}/v1/members/find'")
    print(f"  {asks} -d '{json.dumps(basket)}' '{url}/v1/purchases/dry-run'")
    member = f"{url}/v1/members/{sale['member_id']}"
    print(f"  {call} '{member}/rewards'")
    print(f"  {call} '{member}/history'")
    if report.get("upload_id"):
        print(f"  {call} '{url}/v1/uploads/{report['upload_id']}'")
    print("\nWhere things are:\n")
    print(f"  {short(stack.directory / 'stack.json'):<26} addresses, names and the demonstration's till key, for scripts")
    print(f"  {short(stack.aws.log):<26} what the functions say")
    print(f"  {short(folder / 'ventes.csv'):<26} the file that was sent")
    print("\n  make stop                  stops it and keeps its state; make run starts it again")
