"""The end-to-end tests, against a stack of their own in target/e2e: the tests in Rust, the tests in a browser, the
till's collection, the comparison of the rights with the calls, then the drills.

The stack is created again for each run and stopped at its end, so a stack that `make run` left running is
neither used nor disturbed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import browser
import collection
import drills
from bootstrap import SetupError, say
from build import REPOSITORY
from demo import merchant
from demo.api import DemoError
from process import StackError, occupied
from roles import comparison
from stack import PAGES_PORT_AFTER, REGION, ROOT, SANDBOX_PORT_AFTER, Stack

DIRECTORY = REPOSITORY / "target" / "e2e"
FIRST_PORT = 4577
PARAMETERS = {
    "Stage": "test",
    # A file that cannot be planned reaches the dead-letter queue after five deliveries, and a test waits for that.
    "UploadRedeliverySeconds": "8",
    # A range takes longer here than on AWS, and must not be delivered again while a function works on it.
    "RangeRedeliverySeconds": "30",
    # With small ranges and a low limit of expansion, small files show what large files do.
    "RangeBytes": "65536",
    "MaxExpandedBytes": "16777216",
    # Tests wait until an interrupted message is delivered again.
    "CampaignRedeliverySeconds": "10",
    "SendRedeliverySeconds": "10",
    "FollowupsRedeliverySeconds": "20",
    "CouponRedeliverySeconds": "20",
    "RetentionRedeliverySeconds": "20",
}


def main() -> int:
    try:
        with _alone():
            return _against_a_stack()
    except (StackError, DemoError, SetupError, drills.DrillError) as error:
        print(f"\n✗ {error}", file=sys.stderr)
        return 1


@contextmanager
def _alone():
    """One run of a clone at a time, because the stack of the tests has one directory."""
    with (REPOSITORY / "target" / "e2e.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another `make test` of this clone has its stack up. Waiting for it …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _against_a_stack() -> int:
    Stack(DIRECTORY).stop()
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    stack = Stack(DIRECTORY, _port())
    try:
        stack.start(DIRECTORY / "calls.jsonl")
        stack.deploy(PARAMETERS)
        failed = _nextest(stack) or browser.run(stack) or _collection(stack)
        if failed:
            print(f"\nThe stack's log: {os.path.relpath(stack.aws.log, REPOSITORY)}", file=sys.stderr)
        failed = failed or comparison.check(stack, DIRECTORY / "calls.jsonl")
        if not failed:
            drills.run(stack, PARAMETERS)
        return failed
    finally:
        stack.stop()


def _nextest(stack: Stack) -> int:
    # The whole workspace with a filter: with another choice of packages cargo would compile them again.
    choice = ("--profile", "stack", "--no-tests", "warn", "-E", "package(e2e)")
    command = ["cargo", "nextest", "run", "--workspace", *choice]
    environment = {**os.environ, **ROOT, "AWS_REGION": REGION, "ZEROSIX_STACK": str(stack.directory / "stack.json")}
    return subprocess.run(command, cwd=REPOSITORY, env=environment).returncode


def _collection(stack: Stack) -> int:
    """The calls of docs/till-collection at a merchant of their own."""
    try:
        collection.check_node()
    except SetupError as missing:
        say(f"docs/till-collection was not run. {missing}")
        return 0
    merchant.open_programme(stack)
    return collection.run(stack)


def _port() -> int:
    """ZEROSIX_TEST_PORT, or the first free port from 4577, so that the tests of two clones can run side by side."""
    if named := os.environ.get("ZEROSIX_TEST_PORT"):
        return int(named)
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        if not any(occupied(port + after) for after in (0, SANDBOX_PORT_AFTER, PAGES_PORT_AFTER)):
            return port
    raise StackError("No free port for the tests' stack. Choose one: ZEROSIX_TEST_PORT=… make test")


if __name__ == "__main__":
    sys.exit(main())
