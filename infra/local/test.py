"""`make test`: every check, from a fresh clone. The first check that fails ends the run.

The run has two lanes. The main lane compiles and tests the Rust code. The side lane installs the Python tools and
runs the checks that need no build, while cargo compiles: pip waits for the network, and cargo leaves a core idle
now and then. This script starts on the machine's own Python, because the side lane installs the other one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import bootstrap
import features
from build import REPOSITORY, BuildError, build


class CheckError(Exception):
    """A check failed. Its output has been printed, or is the message of this error."""


class SideLane(threading.Thread):
    """Runs checks one after the other in a thread, until one fails."""

    def __init__(self, checks: list[tuple[str, Callable[[], None]]]) -> None:
        super().__init__()
        self._checks = checks
        self._failure: Exception | None = None
        self.took: list[tuple[str, float]] = []

    def run(self) -> None:
        for name, action in self._checks:
            start = time.monotonic()
            try:
                action()
            except Exception as error:  # raised by `finish`, in the main thread
                self._failure = error
                return
            self.took.append((name, time.monotonic() - start))

    def finish(self) -> None:
        """Waits for the checks. Raises the error of the one that failed."""
        self.join()
        if self._failure:
            raise self._failure


def main() -> int:
    began = time.monotonic()
    took: list[tuple[str, float]] = []
    if os.environ.get("CI"):
        # A machine that builds once has no use for the state that makes the next build faster.
        os.environ.setdefault("CARGO_INCREMENTAL", "0")

    def check(name: str, action: Callable[[], None]) -> None:
        print(f"\n{_title(name)}", flush=True)
        start = time.monotonic()
        action()
        took.append((name, time.monotonic() - start))

    side = SideLane(
        [
            ("features", features.check),
            ("Python tools", _install),
            ("browser", lambda: _run_quietly(*_python("browser.py"), "install")),
            ("Python, template, documents", lambda: _run_quietly(*_python("lint.py"))),
            ("licences, sources, duplicates", _licences),
        ]
    )
    try:
        check("format", lambda: _run("cargo", "fmt", "--all", "--check"))
        side.start()
        try:
            check("lints", lambda: _run("cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"))
        finally:
            check("checks beside", side.finish)
        took += [(f"beside: {name}", seconds) for name, seconds in side.took]
        check("tools", lambda: bootstrap.cargo_tool("nextest", bootstrap.CARGO_NEXTEST))
        # The whole workspace with a filter: with another choice of packages cargo would compile them again.
        nextest = ("cargo", "nextest", "run", "--workspace", "--no-tests", "warn", "-E")
        unit = "not (package(simulation) or package(e2e))"
        check("unit, property and store tests", lambda: _run(*nextest, unit))
        check("simulation", lambda: _run(*nextest, "package(simulation)"))
        check("functions", lambda: build(after_tests=True))
        check("end to end", lambda: _run(*_python("end_to_end.py")))
    except (CheckError, BuildError, features.FeatureError) as error:
        print(f"{error}\n✗ {_minutes(time.monotonic() - began)}: the check above failed.", file=sys.stderr)
        return 1
    except bootstrap.SetupError as error:
        print(f"\n✗ {error}", file=sys.stderr)
        return 1

    print()
    for name, seconds in took:
        print(f"  ✓ {name:<34}{_minutes(seconds):>10}")
    print(f"\n✓ Every check passed in {_minutes(time.monotonic() - began)}.")
    return 0


def _install() -> None:
    bootstrap.environment("requirements.txt")


def _licences() -> None:
    bootstrap.cargo_tool("deny", bootstrap.CARGO_DENY)
    _run_quietly("cargo", "deny", "check", "bans", "licenses", "sources")


def _python(script: str) -> tuple[str, str]:
    """A script on the Python of the installed tools."""
    return str(bootstrap.VENV / "bin" / "python"), str(REPOSITORY / "infra" / "local" / script)


def _run(*command: str) -> None:
    if subprocess.run(command, cwd=REPOSITORY).returncode != 0:
        raise CheckError


def _run_quietly(*command: str) -> None:
    """For the side lane: its output would stand between the lines of the main lane."""
    answer = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if answer.returncode != 0:
        raise CheckError(answer.stdout)


def _title(name: str) -> str:
    return f"── {name} " + "─" * max(3, 90 - len(name))


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
