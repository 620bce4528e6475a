"""`make run`: the service on this machine, with a demonstration merchant and the main job done before your eyes."""

from __future__ import annotations

import sys
import time

import demo
from bootstrap import say
from build import REPOSITORY, BuildFailed, build
from process import StackError
from stack import Stack, wanted_port


def main() -> int:
    began = time.monotonic()
    stack = Stack(REPOSITORY / ".local", wanted_port())
    try:
        say("Building the functions (the first time takes some minutes) …")
        build()
        started = stack.start()
        say(f"The local AWS listens on {stack.endpoint}" + ("" if started else " (it was running)"))
        say("Deploying infra/template.yaml (about 15 s, nothing if nothing changed) …")
        if not stack.deploy():
            say("Nothing had changed.")
        demo.show(stack, began)
    except BuildFailed:
        return 1
    except (StackError, demo.DemoFailed) as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. What runs keeps running; `make stop` ends it.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
