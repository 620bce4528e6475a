"""`make run`: starts the service on this machine and shows its main job with a demonstration merchant."""

from __future__ import annotations

import sys
import time

import demo
from bootstrap import say
from build import REPOSITORY, BuildError, build
from process import StackError
from stack import Stack, wanted_port


def main() -> int:
    began = time.monotonic()
    stack = Stack(REPOSITORY / ".local", wanted_port())
    try:
        say("Building the functions (some minutes the first time) …")
        build()
        started = stack.start()
        say(f"The local AWS listens on {stack.endpoint}" + ("" if started else " (it was already running)"))
        say("Deploying infra/template.yaml (about 15 s; skipped if nothing has changed) …")
        if not stack.deploy():
            say("Nothing has changed since the last deployment.")
        demo.show(stack, began)
    except BuildError:
        return 1
    except (StackError, demo.DemoError) as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The stack keeps running; `make stop` stops it.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
