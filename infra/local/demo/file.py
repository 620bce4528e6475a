"""Sends the merchant's purchase file to S3 and waits for its report."""

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

from .api import Api, DemoError, Notes, number

INGESTED_WITHIN = 300


def send(back_office: Api, stack: Stack, folder: Path, notes: Notes) -> dict:
    file = folder / "ventes.csv"
    if not file.exists():
        sample.write(file, date.today() - timedelta(days=1))

    if upload := notes.get("upload_id"):
        status, report = back_office.ask("GET", f"/v1/uploads/{upload}", accept=(404,))
        if status == 200 and report["status"] in ("finished", "refused"):
            say(f"{short(file)} is already ingested.")
            return report
        if status == 200 and report["status"] != "awaiting_file":
            return _watch(back_office, upload, notes)

    _, form = back_office.ask("POST", "/v1/uploads", {"file_name": file.name})
    notes.put(upload_id=form["upload_id"])
    say(f"Sending {short(file)} ({file.stat().st_size // 1024} KB) to S3, with the upload form of the API …")
    _post_form(form["url"], form["fields"], file)
    return _watch(back_office, form["upload_id"], notes)


def _post_form(url: str, fields: dict[str, str], file: Path) -> None:
    """Posts a form as a browser does: the fields of the API first, then the file."""
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
        raise DemoError(f"S3 refused the file: {refusal.code}\n{refusal.read().decode(errors='replace')}") from None


def _watch(back_office: Api, upload: str, notes: Notes) -> dict:
    """Waits for the report and prints the progress when it changes."""
    deadline = time.monotonic() + INGESTED_WITHIN
    terminal = sys.stdout.isatty()
    drawn = ""
    while True:
        _, report = back_office.ask("GET", f"/v1/uploads/{upload}")
        line = _progress(report)
        if line != drawn:
            if terminal:
                print(f"\r  {line:<78}", end="", flush=True)
            else:
                print(f"  {line}", flush=True)
            drawn = line
        if report["status"] in ("finished", "refused"):
            if terminal:
                print()
            return report
        if time.monotonic() > deadline:
            notes.put(upload_id=None)  # the next run sends the file again; rows already ingested are recognised
            raise DemoError(
                f"The file was not ingested within {INGESTED_WITHIN} s. The functions log to .local/ministack.log. "
                "A message that failed five times is in a dead-letter queue."
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
