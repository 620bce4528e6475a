"""Builds the functions and the providers' sandbox for this machine, and copies them to where the template and
the local stack look for them.

Uses plain `cargo build`, in the profile of the tests, so that cargo compiles a crate once for both.
docs/decisions/0002-two-ways-to-build.md says why only releases use cargo-lambda.
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


class BuildError(Exception):
    """The build failed. Without a message, cargo has printed the reason."""


def functions() -> list[str]:
    """The names of the functions. Each is a folder, a package and a binary of that name."""
    return sorted(folder.parent.name for folder in (REPOSITORY / "functions").glob("*/Cargo.toml"))


def packages() -> list[str]:
    """The functions and the sandbox, as arguments of cargo."""
    return [argument for name in [*functions(), SANDBOX.name] for argument in ("--package", name)]


def with_clock_of_simulation() -> list[str]:
    """`packages`, with the feature of tokio that the simulation needs. The tests run with it."""
    return [*packages(), "--package", "simulation"]


def build(after_tests: bool = False) -> dict[str, Path]:
    """The `bootstrap` of each function, and the sandbox. Leaves files that have not changed alone. After the tests,
    every library is compiled already: one that is compiled again is an error."""
    command = ["cargo", "build", "--message-format=json-render-diagnostics", *with_clock_of_simulation()]
    for name in [*functions(), SANDBOX.name]:
        command += ["--bin", name]
    answer = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    if answer.returncode != 0:
        raise BuildError

    laid_out, twice = {}, []
    for line in answer.stdout.splitlines():
        message = json.loads(line)
        if message["reason"] != "compiler-artifact":
            continue
        if not message.get("executable"):
            if after_tests and not message["fresh"]:
                twice.append(f"  {message['target']['name']}: {', '.join(message['features'])}")
            continue
        name = message["target"]["name"]
        bootstrap = SANDBOX if name == SANDBOX.name else LAID_OUT / name / "bootstrap"
        bootstrap.parent.mkdir(parents=True, exist_ok=True)
        if not bootstrap.exists() or not filecmp.cmp(message["executable"], bootstrap, shallow=False):
            shutil.copy2(message["executable"], bootstrap)
        laid_out[name] = bootstrap
    if twice:
        raise BuildError(
            "cargo compiled these crates twice, for the tests and for the functions. The first one has other features\n"
            "in the tests. Let a function have them too, in [workspace.dependencies] of Cargo.toml; let api have them\n"
            "among its [build-dependencies] where the crate runs on the build machine:\n" + "\n".join(twice)
        )
    return laid_out
