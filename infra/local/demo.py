"""The demonstration: a merchant, its file of purchases and a sale at its till, through the public doors only.

What it makes is remembered in `stack.json` and `demo/`, so that a second run asks for the same things again
and is answered that they are known: nothing is made, ingested or sold twice.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import sample
from bootstrap import say
from stack import Stack, short

MERCHANT = {
    "reference": "DEMO-0001",
    "name": "Librairie des Remparts",
    "sector": "retail",
    "terms": {"version": "2026-01", "signed_on": "2026-01-05", "signatory": "Camille Remparts"},
    "processing_contract": {"version": "2026-01", "signed_on": "2026-01-05", "signatory": "Camille Remparts"},
    "earning_rule": {"points": 1, "per_cents": 100, "rounding": "down"},
}
ESTABLISHMENT = "vieux-port"
CUSTOMER = {"mobile": "+33639980606", "last_name": "Démonstration", "first_name": "Dominique"}
REPLAYED_FOR = timedelta(days=6)  # the API takes a sale again for 7 days
INGESTED_WITHIN = 300


class DemoFailed(Exception):
    """The service did not do what the demonstration asked."""


class Api:
    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def ask(self, method: str, path: str, body: dict | None = None, accept: tuple[int, ...] = ()) -> tuple[int, dict]:
        """Status and answer; another refusal than those accepted ends the demonstration."""
        request = urllib.request.Request(
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "authorization": f"Token {self._key}",
                "content-type": "application/json",
                "user-agent": "zerosix-demo/1",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            said = refusal.read().decode(errors="replace")
            if refusal.code in accept:
                return refusal.code, {}
            raise DemoFailed(f"{method} {path} was answered {refusal.code}:\n{said}") from None


def show(stack: Stack, began: float) -> None:
    folder = stack.directory / "demo"
    folder.mkdir(exist_ok=True)
    notes = Notes(folder / "notes.json")

    demo = _merchant(stack)
    till = Api(stack.describe()["api_url"], demo["till_key"])
    report = _file(till, stack, folder, notes)
    sale, again = _sale(till, notes)
    _closing_table(stack, folder, demo, report, sale, again, time.monotonic() - began)


class Notes:
    """What the demonstration did, kept between two runs."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._notes = json.loads(file.read_text()) if file.exists() else {}

    def get(self, name: str):
        return self._notes.get(name)

    def put(self, **changes) -> None:
        self._notes.update(changes)
        self._file.write_text(json.dumps(self._notes, indent=2) + "\n")


# ── A merchant ─────────────────────────────────────────────────────────────────────────────────────


def _merchant(stack: Stack) -> dict:
    description = stack.describe()
    known = description.get("demo")
    if known and Api(description["api_url"], known["till_key"]).ask(
        "POST", "/v1/members/find", {"mobile": CUSTOMER["mobile"]}, accept=(401, 403, 404)
    )[0] in (200, 404):
        say(f"The demonstration merchant is there: {MERCHANT['name']}, {ESTABLISHMENT}.")
        return known

    secret = stack.client("secretsmanager").get_secret_value(SecretId=description["outputs"]["OperatorSecretArn"])
    operator = Api(description["api_url"], secret["SecretString"])
    _, merchant = operator.ask("POST", "/v1/merchants", MERCHANT)
    place = f"/v1/merchants/{merchant['merchant_id']}/establishments/{ESTABLISHMENT}"
    operator.ask("PUT", place, {"name": "Vieux-Port", "time_zone": "Europe/Paris"})
    _, key = operator.ask("POST", f"{place}/keys", {"mode": "live", "label": "demonstration"})
    demo = {"merchant_id": merchant["merchant_id"], "establishment_id": ESTABLISHMENT, "till_key": key["key"]}
    stack.write_description(demo=demo)
    say(f"A merchant opened its programme: {MERCHANT['name']}, {ESTABLISHMENT}, 1 point per euro.")
    return demo


# ── Its file ───────────────────────────────────────────────────────────────────────────────────────


def _file(till: Api, stack: Stack, folder: Path, notes: Notes) -> dict:
    file = folder / "ventes.csv"
    if not file.exists():
        sample.write(file, date.today() - timedelta(days=1))

    if upload := notes.get("upload_id"):
        status, report = till.ask("GET", f"/v1/uploads/{upload}", accept=(404,))
        if status == 200 and report["status"] in ("finished", "refused"):
            say(f"{short(file)} is already ingested.")
            return report
        if status == 200 and report["status"] != "awaiting_file":
            return _watch(till, upload, notes)

    _, door = till.ask("POST", "/v1/uploads", {"file_name": file.name})
    notes.put(upload_id=door["upload_id"])
    say(f"Sending {short(file)} ({file.stat().st_size // 1024} KB) to S3 by the address that the API gave …")
    _post_form(door["url"], door["fields"], file)
    return _watch(till, door["upload_id"], notes)


def _post_form(url: str, fields: dict[str, str], file: Path) -> None:
    """A browser's form: the fields as they were given, then the file."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
        "Content-Type: text/csv\r\n\r\n".encode()
    )
    parts += [file.read_bytes(), f"\r\n--{boundary}--\r\n".encode()]
    request = urllib.request.Request(
        url, data=b"".join(parts), headers={"content-type": f"multipart/form-data; boundary={boundary}"}
    )
    try:
        urllib.request.urlopen(request, timeout=60).close()
    except urllib.error.HTTPError as refusal:
        raise DemoFailed(f"S3 refused the file: {refusal.code}\n{refusal.read().decode(errors='replace')}") from None


def _watch(till: Api, upload: str, notes: Notes) -> dict:
    """Until the report is there; says how far it is whenever that changed."""
    deadline = time.monotonic() + INGESTED_WITHIN
    drawn = ""
    while True:
        _, report = till.ask("GET", f"/v1/uploads/{upload}")
        line = _progress(report)
        if line != drawn:
            print(f"\r  {line:<78}" if sys.stdout.isatty() else f"  {line}", end="" if sys.stdout.isatty() else "\n", flush=True)
            drawn = line
        if report["status"] in ("finished", "refused"):
            print() if sys.stdout.isatty() else None
            return report
        if time.monotonic() > deadline:
            notes.put(upload_id=None)  # the next run sends it anew; what was ingested is known by then
            raise DemoFailed(
                f"The file was not ingested within {INGESTED_WITHIN} s. .local/ministack.log holds what ingest says; "
                "a message that failed five times lies in the dead letters."
            )
        time.sleep(0.2)


def _progress(report: dict) -> str:
    progress = report.get("progress") or {}
    done, total = progress.get("ranges_done", 0), progress.get("ranges_total", 0)
    if report["status"] == "finished":
        done = total = total or 1
    filled = 30 * done // total if total else 0
    read = (report.get("rows") or {}).get("read", 0)
    return f"[{'█' * filled}{'·' * (30 - filled)}] {report['status'].replace('_', ' ')}, {_number(read)} rows"


# ── A sale ─────────────────────────────────────────────────────────────────────────────────────────


def _sale(till: Api, notes: Notes) -> tuple[dict, bool]:
    """The answer, and whether the same sale was made before."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    body = notes.get("sale")
    known = body is not None and now - datetime.fromisoformat(body["sold_at"]) < REPLAYED_FOR
    if not known:
        body = {
            "type": "sale",
            "register": "C1",
            "receipt_number": f"D{now:%Y%m%d%H%M%S}",
            "sold_at": now.isoformat(),
            "member": {"mobile": CUSTOMER["mobile"]},
            "total_cents": 4_280,
            "lines": [
                _line("9782070360024", "L'Étranger", "Poche", 790),
                _line("9782253004226", "Germinal", "Poche", 590),
                _line("9782205049671", "Une bande dessinée", "Bande dessinée", 2_900),
            ],
        }
    till.ask("POST", "/v1/members", {**CUSTOMER, "card_requested": True}, accept=(409,))
    _, answer = till.ask("POST", "/v1/purchases", body)
    notes.put(sale=body)
    say("The sale of last time was sent again." if known else "A sale was made at the till.")
    return answer, known


def _line(sku: str, label: str, category: str, cents: int) -> dict:
    return {
        "sku": sku,
        "label": label,
        "category": category,
        "quantity": "1",
        "unit_price_cents": cents,
        "discount_cents": 0,
    }


# ── What came of it ────────────────────────────────────────────────────────────────────────────────


def _closing_table(
    stack: Stack, folder: Path, demo: dict, report: dict, sale: dict, again: bool, seconds: float
) -> None:
    rows = report.get("rows") or {}
    lines = [
        ("The file", report["status"] + (f": {report['reason']}" if report.get("reason") else "")),
        ("  rows read", _number(rows.get("read", 0))),
        ("  accepted", _number(rows.get("accepted", 0))),
        ("  already known", _number(rows.get("already_known", 0))),
        ("  not enrolled (card not asked for)", _number(rows.get("not_enrolled", 0))),
        ("  without a customer", _number(rows.get("without_customer", 0))),
        ("  of erased persons, not ingested", _number(rows.get("erased", 0))),
        ("  refused", _number(rows.get("refused", 0))),
        ("  new members", _number(report.get("members_created", 0))),
        ("  points earned", _number(report.get("points_earned", 0))),
        ("The sale", "the same as last time: answered alike, nothing written" if again else "42,80 €"),
        ("  points earned", _number(sale["points"])),
        ("  new balance", _number(sale["balance"])),
    ]
    width = max(len(name) for name, _ in lines)
    rule = "─" * (width + 32)
    print(f"\n{rule}")
    for name, value in lines:
        print(f"{name:<{width}}  {value:>12}" if name.startswith(" ") else f"{name:<{width}}  {value}")
    print(rule)
    print(f"Done in {seconds:.0f} s.\n")

    if report.get("refused_rows_url"):
        print(f"The refused rows, each with its reason ({short(folder / 'refused.csv')}):\n")
        for line in _refused_rows(report["refused_rows_url"], folder / "refused.csv"):
            print(f"  {line}")
        print()

    header = folder / "authorization"
    header.touch(mode=0o600)
    header.write_text(f"Authorization: Token {demo['till_key']}\n")
    call = f"curl -sS -H @{short(header)}"
    url = stack.describe()["api_url"]
    print("To try next, as the till would (the header file holds the demonstration's key):\n")
    print(f"  {call} '{url}/v1/health'")
    print(f"  {call} -d '{json.dumps({'mobile': CUSTOMER['mobile']})}' -H 'content-type: application/json' '{url}/v1/members/find'")
    print(f"  {call} '{url}/v1/members/{sale['member_id']}/history'")
    if report.get("upload_id"):
        print(f"  {call} '{url}/v1/uploads/{report['upload_id']}'")
    print("\nWhere things are:\n")
    print(f"  {short(stack.directory / 'stack.json'):<26} addresses, names and the demonstration's till key, for scripts")
    print(f"  {short(stack.log):<26} what the functions say")
    print(f"  {short(folder / 'ventes.csv'):<26} the file that was sent")
    print("\n  make stop                  stops it and keeps its state; make run starts it again")


def _refused_rows(url: str, file: Path) -> list[str]:
    """Fetched as the merchant would, by the address that the report gives for a quarter of an hour."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        file.write_bytes(answer.read())
    return file.read_text(encoding="utf-8-sig").splitlines()[:12]


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
