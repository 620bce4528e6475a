"""`make collection`: runs the till's calls (docs/till-collection) against the stack that `make run` started.
`make test` runs them against its own stack, where Node is installed.

The run sells, returns and cancels as the demonstration's till, with new receipts each time. It uses a coupon of
the demonstration and gives the coupon back. The collection is in Bruno's format. Bruno's command line runs on
Node.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from bootstrap import SetupError, say
from build import REPOSITORY
from process import StackError
from stack import Stack

COLLECTION = REPOSITORY / "docs" / "till-collection"
BRUNO = "@usebruno/cli@4.1.0"
OLDEST_NODE = 20


def main() -> int:
    try:
        return run(Stack(REPOSITORY / ".local"))
    except (SetupError, StackError) as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1


def run(stack: Stack) -> int:
    """The exit code of Bruno's command line.

    Raises `SetupError` without Node, and `StackError` without a running stack that has the demonstration's merchant.
    """
    check_node()
    environment = _settings_of(stack)
    say("Running docs/till-collection (the first time npm fetches Bruno's command line, about a minute) …")
    command = ["npx", "--yes", BRUNO, "run", "--env", "local"]
    return subprocess.run(command, cwd=COLLECTION, env={**os.environ, **environment}).returncode


def check_node() -> None:
    """Raises `SetupError`."""
    if shutil.which("npx") is None:
        raise SetupError(f"The collection runs on Node {OLDEST_NODE} or later, with npm. See https://nodejs.org")
    found = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    if int(found.lstrip("v").split(".")[0] or 0) < OLDEST_NODE:
        raise SetupError(f"The collection needs Node {OLDEST_NODE} or later; this is {found}.")


def _settings_of(stack: Stack) -> dict[str, str]:
    """The variables of the collection's environment. They are not arguments: every user can read a command line."""
    description = stack.describe()
    if stack.aws.running() is None or "back_office_key" not in description.get("demo", {}):
        raise StackError("The local stack does not run. Start it with: make run")
    return {
        "ZEROSIX_API_URL": description["api_url"],
        "ZEROSIX_TILL_KEY": description["demo"]["till_key"],
        "ZEROSIX_BACK_OFFICE_KEY": description["demo"]["back_office_key"],
        "ZEROSIX_COUPON": description["demo"]["coupon"],
    }


if __name__ == "__main__":
    sys.exit(main())
