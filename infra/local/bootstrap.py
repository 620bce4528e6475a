"""Checks that the machine has what the scripts need, installs the pinned tools, then starts the script.

Runs on the machine's own Python, so this file uses the standard library only. The Python tools are
installed into `.tools/` of the repository. The cargo tools are installed into the user's cache, which
several clones share.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".tools"
VENV = TOOLS / "venv"
CHECKOV_VENV = TOOLS / "checkov"
CARGO_TOOLS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zerosix" / "tools"

OLDEST_PYTHON = (3, 10)
CARGO_DENY = "0.20.2"
CARGO_NEXTEST = "0.9.143"

# The requirement files of each script; requirements.txt for a script that is not listed.
REQUIREMENTS = {
    "deploy.py": ("requirements.txt", "requirements-deploy.txt"),
    "test.py": (),  # installs requirements.txt itself, while cargo compiles
}


class SetupError(Exception):
    """The machine lacks something. The message says what to install."""


def say(text: str) -> None:
    print(f"▸ {text}", flush=True)


def check_machine() -> None:
    """Raises one `SetupError` that lists everything that is missing."""
    problems = []
    if sys.version_info < OLDEST_PYTHON:
        oldest = ".".join(str(part) for part in OLDEST_PYTHON)
        problems.append(
            f"Python {oldest} or later is needed; {sys.executable} is {sys.version.split()[0]}.\n"
            "    Name another one: make run PYTHON=python3.12"
        )
    if sys.platform not in ("linux", "darwin"):
        problems.append("The local stack runs native Linux or macOS programs. On Windows, use WSL.")
    problems += _rust_problems()
    if problems:
        raise SetupError("Install these first:\n  - " + "\n  - ".join(problems))


def _rust_problems() -> list[str]:
    if shutil.which("cargo") is None:
        return ["Rust is not installed, or cargo is not on the PATH. See https://rustup.rs"]
    wanted = re.search(r'^channel\s*=\s*"([\d.]+)"', (REPOSITORY / "rust-toolchain.toml").read_text(), re.MULTILINE)
    answer = subprocess.run(["cargo", "--version"], cwd=REPOSITORY, capture_output=True, text=True)
    if answer.returncode != 0:
        return [f"cargo does not start here: {answer.stderr.strip()}"]
    found = answer.stdout.split()[1]
    if wanted and _numbers(found) < _numbers(wanted.group(1)):
        return [f"Rust {wanted.group(1)} or later is needed; this is {found}. Run: rustup update"]
    return []


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def environment(*requirement_files: str, venv: Path = VENV) -> Path:
    """The Python of the virtual environment. Creates or renews the environment when the files have changed."""
    files = [Path(__file__).with_name(name) for name in requirement_files]
    # The programs of a virtual environment hold its path, so a folder that was moved needs a new one.
    place = venv / "place"
    wanted = hashlib.sha256(
        b"".join(file.read_bytes() for file in files) + f"{sys.version.split()[0]} {venv}".encode()
    ).hexdigest()
    mark = venv / f"installed-{'-'.join(file.stem for file in files)}"
    python = venv / "bin" / "python"
    if python.exists() and mark.exists() and mark.read_text() == wanted:
        return python

    say("Installing the Python tools (once, about half a minute) …")
    moved = not place.exists() or place.read_text() != str(venv)
    if moved or not python.exists() or _python_of(python) != sys.version.split()[0]:
        shutil.rmtree(venv, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True)
        if made.returncode != 0:
            shutil.rmtree(venv, ignore_errors=True)
            raise SetupError(
                "Python cannot create a virtual environment:\n"
                f"{(made.stdout + made.stderr).strip()}\n"
                "On Debian or Ubuntu: apt install python3-venv"
            )
        place.write_text(str(venv))
    _install(python, files)
    mark.write_text(wanted)
    return python


def _install(python: Path, files: list[Path]) -> None:
    """The files list every package to the last version, so pip has no dependency to resolve; `pip check` proves it.

    Python compiles a module when it is first imported. Compiling all of them here takes half of the time.
    """
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-compile"]
    for file in files:
        install += ["--requirement", str(file)]
    if subprocess.run(install).returncode != 0:
        raise SetupError("The Python tools could not be installed. The lines above say why. Then run this again.")
    check = subprocess.run([*pip, "check"], capture_output=True, text=True)
    if check.returncode != 0:
        raise SetupError(f"infra/local/requirements*.txt do not fit together:\n{check.stdout}")


def _python_of(python: Path) -> str:
    code = "import sys; print(sys.version.split()[0])"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True).stdout.strip()


def cargo_tool(name: str, version: str) -> None:
    """Makes `cargo name` available at this version or a later one. Builds the tool if the PATH has none."""
    tools = str(CARGO_TOOLS / "bin")
    if tools not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    answer = subprocess.run(["cargo", name, "--version"], cwd=REPOSITORY, capture_output=True, text=True)
    found = re.search(r"\d+\.\d+\.\d+", answer.stdout) if answer.returncode == 0 else None
    if found and _numbers(found.group()) >= _numbers(version):
        return
    say(f"Building cargo-{name} {version} (once for this machine, a few minutes) …")
    command = ["cargo", "install", "--quiet", "--locked", f"cargo-{name}@{version}", "--root", str(CARGO_TOOLS)]
    CARGO_TOOLS.mkdir(parents=True, exist_ok=True)
    # The tool runs for seconds, so a quick build is worth more than a fast program.
    quick = {"LTO": "off", "CODEGEN_UNITS": "16", "OPT_LEVEL": "1"}
    environment = {**os.environ, **{f"CARGO_PROFILE_RELEASE_{name}": value for name, value in quick.items()}}
    # Started outside the repository, so that rust-toolchain.toml does not choose the compiler of the tool.
    if subprocess.run(command, cwd=CARGO_TOOLS, env=environment).returncode != 0:
        raise SetupError(f"cargo-{name} could not be built. The lines above say why.")


def main() -> None:
    """`bootstrap.py SCRIPT …`: checks the machine, installs the tools, then becomes the script."""
    script, *arguments = sys.argv[1:]
    requirements = REQUIREMENTS.get(script, ("requirements.txt",))
    try:
        check_machine()
        python = environment(*requirements) if requirements else Path(sys.executable)
    except SetupError as error:
        sys.exit(f"\n{error}\n")
    os.execv(python, [str(python), str(Path(__file__).with_name(script)), *arguments])


if __name__ == "__main__":
    main()
