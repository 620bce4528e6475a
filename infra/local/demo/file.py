"""The merchant's file of sales, sent to S3 and watched until its report is there."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import date, timedelta
from pathlib import Path

import sample
from bootstrap import say
from process import short
from stack import Stack

from .api import Api, DemoFailed, Notes, number

INGESTED_WITHIN = 300


def send(till: Api, stack: Stack, folder: Path, notes: Notes) -> dict:
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
                f"The file was not ingested within {INGESTED_WITHIN} s. .local/ministack.aws.log holds what ingest says; "
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
    return f"[{'█' * filled}{'·' * (30 - filled)}] {report['status'].replace('_', ' ')}, {number(read)} rows"
