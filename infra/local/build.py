"""Builds the functions for this machine and lays them where the template looks for them, and the providers' sandbox.

Plain `cargo build`, in the profile that the tests use, so that every crate is compiled once for both.
docs/decisions/0002-two-ways-to-build.md says why cargo-lambda is kept for releases.
"""

from __future__ import annotations

import filecmp
import json
import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LAID_OUT = REPOSITORY / "target" / "lambda"
SANDBOX = REPOSITORY / "target" / "local" / "sandbox"


class BuildFailed(Exception):
    """cargo has already said why."""


def functions() -> list[str]:
    """The functions' names: one folder, one package and one binary each."""
    return sorted(folder.parent.name for folder in (REPOSITORY / "functions").glob("*/Cargo.toml"))


def build() -> dict[str, Path]:
    """Each function's `bootstrap`. Does nothing that is already done."""
    command = ["cargo", "build", "--message-format=json-render-diagnostics"]
    for name in [*functions(), SANDBOX.name]:
        command += ["--package", name, "--bin", name]
    answer = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    if answer.returncode != 0:
        raise BuildFailed

    laid_out = {}
    for line in answer.stdout.splitlines():
        message = json.loads(line)
        if message["reason"] != "compiler-artifact" or not message.get("executable"):
            continue
        name = message["target"]["name"]
        bootstrap = SANDBOX if name == SANDBOX.name else LAID_OUT / name / "bootstrap"
        bootstrap.parent.mkdir(parents=True, exist_ok=True)
        if not bootstrap.exists() or not filecmp.cmp(message["executable"], bootstrap, shallow=False):
            shutil.copy2(message["executable"], bootstrap)
        laid_out[name] = bootstrap
    return laid_out
