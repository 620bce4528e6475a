"""`make deploy`: a release build for the processor that samconfig.toml names, then `sam deploy`, which asks first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from build import REPOSITORY, functions

CONFIGURATION = REPOSITORY / "samconfig.toml"


def main() -> int:
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    named = re.search(r"Architecture=(\w+)", CONFIGURATION.read_text())
    architecture = named.group(1) if named else "arm64"

    build = ["cargo", "lambda", "build", "--release", "--arm64" if architecture == "arm64" else "--x86-64"]
    for name in functions():
        build += ["--package", name, "--bin", name]
    # The path of the configuration is given, because sam looks for it beside the template.
    deploy = ["sam", "deploy", "--config-file", str(CONFIGURATION), "--template-file", "infra/template.yaml"]
    for command in (build, deploy):
        answer = subprocess.run(command, cwd=REPOSITORY, env=environment)
        if answer.returncode != 0:
            return answer.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
