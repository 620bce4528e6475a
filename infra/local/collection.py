"""`make collection`: runs the till's collection (docs/till-collection) against the stack that `make run` left running.

It sells, takes back and cancels as the demonstration's till, with receipts of its own each time, and uses a coupon of
the demonstration's, which it gives back. The collection's format is Bruno's; its command line runs on Node, which nothing
else here needs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from bootstrap import Missing, say
from build import REPOSITORY
from process import StackError
from stack import Stack

COLLECTION = REPOSITORY / "docs" / "till-collection"
BRUNO = "@usebruno/cli@4.1.0"
OLDEST_NODE = 20


def main() -> int:
    try:
        _check_node()
        environment = _of_the_stack(Stack(REPOSITORY / ".local"))
    except (Missing, StackError) as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    say("Running docs/till-collection (the first time npm fetches Bruno's command line, about a minute) …")
    command = ["npx", "--yes", BRUNO, "run", "--env", "local"]
    return subprocess.run(command, cwd=COLLECTION, env={**os.environ, **environment}).returncode


def _check_node() -> None:
    """Raises `Missing`."""
    if shutil.which("npx") is None:
        raise Missing(f"The collection runs on Node {OLDEST_NODE} or later, with npm. See https://nodejs.org")
    found = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    if int(found.lstrip("v").split(".")[0] or 0) < OLDEST_NODE:
        raise Missing(f"The collection needs Node {OLDEST_NODE} or later; this is {found}.")


def _of_the_stack(stack: Stack) -> dict[str, str]:
    """What the collection's environment reads. The key goes by the environment: a command line is for all to see."""
    description = stack.describe()
    if stack.aws.running() is None or "coupon" not in description.get("demo", {}):
        raise StackError("The local stack does not run. Start it with: make run")
    return {
        "ZEROSIX_API_URL": description["api_url"],
        "ZEROSIX_TILL_KEY": description["demo"]["till_key"],
        "ZEROSIX_COUPON": description["demo"]["coupon"],
    }


if __name__ == "__main__":
    sys.exit(main())
