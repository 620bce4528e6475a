"""`make test`: every check, from a fresh clone. The first that fails ends it.

The end-to-end tests have a stack of their own in target/e2e, made anew each time and stopped at the end,
so a stack that `make run` left running is neither used nor disturbed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import bootstrap
from build import REPOSITORY, BuildFailed, build
from process import StackError, occupied
from stack import REGION, ROOT, SANDBOX_PORT_AFTER, Stack

DIRECTORY = REPOSITORY / "target" / "e2e"
FIRST_PORT = 4577
# A file that cannot be planned reaches the dead letters after five deliveries, and a test waits for that. A range
# takes longer here than on AWS, and must not be given again while it is worked on.
# Small ranges and a low limit of expansion let small files show what large ones do.
PARAMETERS = {
    "Stage": "test",
    "UploadRedeliverySeconds": "8",
    "RangeRedeliverySeconds": "30",
    "RangeBytes": "65536",
    "MaxExpandedBytes": "16777216",
    # A lost answer is asked for again while a test waits.
    "CampaignRedeliverySeconds": "10",
    "SendRedeliverySeconds": "10",
    "FollowupsRedeliverySeconds": "20",
    "CouponRedeliverySeconds": "20",
    "RetentionRedeliverySeconds": "20",
}


class Failed(Exception):
    """A check failed, and has said why."""


def main() -> int:
    began = time.monotonic()
    took: list[tuple[str, float]] = []

    def check(name: str, action) -> None:
        print(f"\n── {name} " + "─" * max(3, 90 - len(name)), flush=True)
        start = time.monotonic()
        action()
        took.append((name, time.monotonic() - start))

    try:
        check("tools", _tools)
        check("format", lambda: _run("cargo", "fmt", "--all", "--check"))
        check("lints", lambda: _run("cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"))
        check("licences, sources, duplicates", lambda: _run("cargo", "deny", "check", "bans", "licenses", "sources"))
        check("template", lambda: _run(_tool("cfn-lint"), "infra/template.yaml"))
        check("unit, property and store tests", lambda: _nextest("not package(e2e)"))
        check("end to end", _end_to_end)
    except (Failed, BuildFailed):
        print(f"\n✗ {_minutes(time.monotonic() - began)}: the check above failed.", file=sys.stderr)
        return 1
    except (StackError, bootstrap.Missing) as error:
        print(f"\n✗ {error}", file=sys.stderr)
        return 1

    print()
    for name, seconds in took:
        print(f"  ✓ {name:<34}{_minutes(seconds):>10}")
    print(f"\n✓ Every check passed in {_minutes(time.monotonic() - began)}.")
    return 0


def _tools() -> None:
    bootstrap.cargo_tool("nextest", bootstrap.CARGO_NEXTEST)
    bootstrap.cargo_tool("deny", bootstrap.CARGO_DENY)


def _end_to_end() -> None:
    # The functions as `make run` builds them, not as the tests' own features would have them.
    build()
    with _alone():
        _against_a_stack()


@contextmanager
def _alone():
    """One run of a clone at a time: the stack of the tests has one directory."""
    with (REPOSITORY / "target" / "e2e.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another `make test` of this clone has its stack up; waiting for it …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _against_a_stack() -> None:
    old = Stack(DIRECTORY)
    old.stop()
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    stack = Stack(DIRECTORY, _port())
    try:
        stack.start()
        stack.deploy(PARAMETERS)
        _nextest(
            "package(e2e)",
            {**ROOT, "AWS_REGION": REGION, "ZEROSIX_STACK": str(DIRECTORY / "stack.json")},
        )
    except Failed:
        print(f"\nThe stack's log: {os.path.relpath(stack.aws.log, REPOSITORY)}", file=sys.stderr)
        raise
    finally:
        stack.stop()


def _port() -> int:
    """ZEROSIX_TEST_PORT, or the first free one from 4577 on: two clones may be tested side by side."""
    if named := os.environ.get("ZEROSIX_TEST_PORT"):
        return int(named)
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        if not occupied(port) and not occupied(port + SANDBOX_PORT_AFTER):
            return port
    raise StackError("No free port for the tests' stack. Name one: ZEROSIX_TEST_PORT=… make test")


def _nextest(which: str, environment: dict[str, str] | None = None) -> None:
    # Always the whole workspace, and a filter: another choice of packages would compile them with other features.
    _run("cargo", "nextest", "run", "--workspace", "--no-tests", "warn", "-E", which, environment=environment)


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    if subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **(environment or {})}).returncode != 0:
        raise Failed


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
