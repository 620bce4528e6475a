"""The results of the demonstration, and calls to try next."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from process import short
from stack import Stack

from . import account
from .api import SOFTWARE, euros, number
from .merchant import COUPON, CUSTOMER, REWARD, operator_key
from .messages import PEOPLE
from .points import verdict


def table(
    report: dict, sale: dict, again: bool, redeemed: dict, sent: dict, posted: str, given: dict, retained: dict
) -> None:
    rows = report.get("rows") or {}
    dry_run = retained["would"]
    lines = [
        ("The file", report["status"] + (f": {report['reason']}" if report.get("reason") else "")),
        ("  rows read", number(rows.get("read", 0))),
        ("  accepted", number(rows.get("accepted", 0))),
        ("  already recorded", number(rows.get("already_known", 0))),
        ("  without a request for the card", number(rows.get("not_enrolled", 0))),
        ("  without a customer", number(rows.get("without_customer", 0))),
        ("  of erased persons, left out", number(rows.get("erased", 0))),
        ("  refused", number(rows.get("refused", 0))),
        ("  new members", number(report.get("members_created", 0))),
        ("  points earned", number(report.get("points_earned", 0))),
        ("The sale", "sent again: the same answer, nothing written" if again else euros(sale["total_cents"])),
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
        ("  recipients after the STOP", number(sent["after_stop"])),
        ("The webhook", posted),
        ("The daily run of points", "today"),
        ("  points for a birthday", number(given["birthday"])),
        ("The ledger", verdict(given["proof"])),
        ("  entries", number(given["proof"]["entries"])),
        ("The daily run of retention", f"on {retained['date']}, simulated"),
        ("  points expired", number(retained["ended"])),
        ("  cards never activated, erased", number(retained["erased"])),
        ("  activated card kept", "yes" if retained["kept"] else "NO"),
        ("  objects in the second merchant's archive", number(retained["objects"])),
        ("  dry run: first merchant's cards to erase", number(dry_run["erase_never_activated"])),
    ]
    width = max(len(name) for name, _ in lines)
    rule = "─" * (width + 32)
    print(f"\n{rule}")
    for name, value in lines:
        print(f"{name:<{width}}  {value:>12}" if name.startswith(" ") else f"{name:<{width}}  {value}")
    print(rule)


def refused_rows(report: dict, folder: Path) -> None:
    """Fetches the refused rows by the address in the report, which is valid for a quarter of an hour."""
    if not report.get("refused_rows_url"):
        return
    file = folder / "refused.csv"
    with urllib.request.urlopen(report["refused_rows_url"], timeout=60) as answer:
        file.write_bytes(answer.read())
    print(f"The refused rows with their reasons ({short(file)}):\n")
    for line in file.read_text(encoding="utf-8-sig").splitlines()[:12]:
        print(f"  {line}")
    print()


def _header(file: Path, key: str) -> Path:
    """Writes a file of headers that only its owner can read."""
    file.touch(mode=0o600)
    file.write_text(f"Authorization: Token {key}\nUser-Agent: {SOFTWARE}\n")
    return file


def next_steps(stack: Stack, folder: Path, demo: dict, report: dict, sale: dict) -> None:
    header = _header(folder / "authorization", demo["till_key"])
    back_office = _header(folder / "authorization-back-office", demo["back_office_key"])
    of_operator = _header(folder / "authorization-operator", operator_key(stack))
    call = f"curl -sS -H @{short(header)}"
    url = stack.describe()["api_url"]
    print(f"Read the messages since the start of the stack, as the recipients would: {stack.sandbox.url}\n")
    counter = f"{stack.account_url}/join/{demo['merchant_id']}/{demo['establishment_id']}"
    print("Join as a customer at the counter, with a mobile that begins with 06 39 98, in a browser on this machine:\n")
    print(f"  {counter}\n")
    print(f"The SMS with the code is in the same list of messages: {stack.sandbox.url}\n")
    person, mobile, password = account.FIRST_NAME, account.MOBILE, account.PASSWORD
    print(f"Or sign in as {person}, with the mobile {mobile} and the password {password}:\n")
    print(f"  {stack.account_url}/sign-in/{demo['merchant_id']}\n")
    print("Try these calls of a till and of a back office. A header file holds a key and the name of its software.\n")
    print(f"  {call} '{url}/v1/health'")
    asks = f"{call} -H 'content-type: application/json'"
    customer = {"mobile": CUSTOMER["mobile"]}
    # The demonstration's own customer has used the coupon, which a customer may use once.
    _, digits = PEOPLE[1]
    basket = {"total_cents": 4_280, "member": {"mobile": f"+3363998{digits}"}, "coupons": [{"code": COUPON}]}
    print(f"  {asks} -d '{json.dumps(customer)}' '{url}/v1/members/find'")
    print(f"  {asks} -d '{json.dumps(basket)}' '{url}/v1/purchases/dry-run'")
    member = f"{url}/v1/members/{sale['member_id']}"
    print(f"  {call} '{member}/rewards'")
    call = f"curl -sS -H @{short(back_office)}"
    print(f"  {call} '{member}/history'")
    if report.get("upload_id"):
        print(f"  {call} '{url}/v1/uploads/{report['upload_id']}'")
    print(
        "\nAnd this one of the operator, who sets up merchants and sends campaigns (docs/operations.md#a-campaign):\n"
    )
    print(f"  curl -sS -H @{short(of_operator)} '{url}/v1/merchants/{demo['merchant_id']}/campaigns'")
    print("\nFiles:\n")
    print(f"  {short(stack.directory / 'stack.json'):<26} addresses, names and the keys, for scripts")
    print(f"  {short(stack.aws.log):<26} the log of the functions")
    print(f"  {short(folder / 'ventes.csv'):<26} the file that was sent")
    print("\nStop the stack with `make stop`. The state is kept; `make run` starts the stack again.")
