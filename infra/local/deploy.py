"""`make deploy`: a release build for the processor that samconfig.toml names, then `sam deploy`, which asks first. The
rest of a first deployment that failed is removed before, and the stack is protected after."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import tomlkit
from bootstrap import say
from build import REPOSITORY, functions
from operate.deployment import is_deployed, protect, remove_failed_creation

CONFIGURATION = REPOSITORY / "samconfig.toml"


def main() -> int:
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    settings = tomlkit.parse(CONFIGURATION.read_text())["default"]["deploy"]["parameters"]
    name = str(settings["stack_name"])
    client = boto3.Session(region_name=str(settings["region"])).client

    named = re.search(r"Architecture=(\w+)", " ".join(settings["parameter_overrides"]))
    architecture = named.group(1) if named else "arm64"
    build = ["cargo", "lambda", "build", "--release", "--arm64" if architecture == "arm64" else "--x86-64"]
    for function in functions():
        build += ["--package", function, "--bin", function]
    # The path of the configuration is given, because sam looks for it beside the template.
    deploy = ["sam", "deploy", "--config-file", str(CONFIGURATION), "--template-file", "infra/template.yaml"]

    if failed := _run(build, environment):
        return failed
    if remove_failed_creation(client, name):
        say(f"The first deployment of {name} had failed. What it left was removed.")
    if failed := _run(deploy, environment):
        return failed
    cloudformation = client("cloudformation")
    if not is_deployed(cloudformation, name):
        say(f"{name} was not deployed, so there is nothing to protect.")
        return 0
    protect(cloudformation, name)
    say("Protected: the stack cannot be deleted, and no update replaces what holds data.")
    return 0


def _run(command: list[str], environment: dict[str, str]) -> int:
    return subprocess.run(command, cwd=REPOSITORY, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
