"""The checks that need no Rust compiler: Python, the syntax of the tests in a browser, the template with its roles and
alarms, and the paths that the documents name.

lint.py            reports
lint.py --write    formats the Python code (`make fmt`)
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import browser
import checkov
import documents
from build import REPOSITORY


def main() -> int:
    if "--write" in sys.argv[1:]:
        return _run("ruff", "format") or _run("ruff", "check", "--fix")
    # All of them run, so that one run reports every problem.
    results = [
        _run("ruff", "check", "--quiet"),
        _run("ruff", "format", "--check", "--quiet"),
        _run("cfn-lint", "infra/template.yaml", "infra/merchant-uploads.yaml"),
        browser.check_syntax(),
        _checks(),
        checkov.main(),
        documents.main(),
    ]
    return max(results)


def _checks() -> int:
    """The tests of `checks/`, each named by a sentence."""
    scripts = Path(__file__).parent
    command = [
        sys.executable,
        "-Wignore",  # the warnings are those of parliament's own code
        "-m",
        "unittest",
        "discover",
        "--start-directory",
        "checks",
        "--top-level-directory",
        ".",
    ]
    return subprocess.run([*command, "--quiet"], cwd=scripts).returncode


def _run(tool: str, *arguments: str) -> int:
    program = Path(sys.executable).with_name(tool)
    return subprocess.run([str(program), *arguments], cwd=REPOSITORY).returncode


if __name__ == "__main__":
    sys.exit(main())
