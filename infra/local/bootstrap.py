"""Makes sure that the tools are there, then hands over to them.

Runs on the bare Python of the machine, so it uses the standard library only. Everything it installs
lies in `.tools/` of the repository, or in the user's cache where it may serve several clones.
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
CARGO_TOOLS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zerosix" / "tools"

OLDEST_PYTHON = (3, 10)
CARGO_DENY = "0.20.2"
CARGO_NEXTEST = "0.9.143"

# What each script needs; requirements.txt where it is not named.
REQUIREMENTS = {"deploy.py": ("requirements.txt", "requirements-deploy.txt")}


class Missing(Exception):
    """Something the machine lacks, said so that a person can mend it."""


def say(text: str) -> None:
    print(f"▸ {text}", flush=True)


def check_machine() -> None:
    """Raises `Missing`, with all that is missing and not only the first."""
    problems = []
    if sys.version_info < OLDEST_PYTHON:
        problems.append(
            f"Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or later is needed; {sys.executable} is {sys.version.split()[0]}.\n"
            "    Name another one: make run PYTHON=python3.12"
        )
    if sys.platform not in ("linux", "darwin"):
        problems.append("The local stack runs Linux or macOS programs as they are. On Windows, use WSL.")
    problems += _rust_problems()
    if problems:
        raise Missing("Before we can start:\n  - " + "\n  - ".join(problems))


def _rust_problems() -> list[str]:
    if shutil.which("cargo") is None:
        return ["Rust is not installed, or cargo is not on the PATH. See https://rustup.rs"]
    wanted = re.search(r'^channel\s*=\s*"([\d.]+)"', (REPOSITORY / "rust-toolchain.toml").read_text(), re.M)
    answer = subprocess.run(["cargo", "--version"], cwd=REPOSITORY, capture_output=True, text=True)
    if answer.returncode != 0:
        return [f"cargo does not start here: {answer.stderr.strip()}"]
    found = answer.stdout.split()[1]
    if wanted and _numbers(found) < _numbers(wanted.group(1)):
        return [f"Rust {wanted.group(1)} or later is needed; this is {found}. Run: rustup update"]
    return []


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def environment(*requirement_files: str) -> Path:
    """The virtual environment with the pinned packages; made, or renewed, when they changed."""
    files = [Path(__file__).with_name(name) for name in requirement_files]
    # A virtual environment's programs name the place they were installed in: one that was moved is made anew.
    place = VENV / "place"
    wanted = hashlib.sha256(
        b"".join(file.read_bytes() for file in files) + f"{sys.version.split()[0]} {VENV}".encode()
    ).hexdigest()
    mark = VENV / f"installed-{'-'.join(file.stem for file in files)}"
    python = VENV / "bin" / "python"
    if python.exists() and mark.exists() and mark.read_text() == wanted:
        return python

    say("Installing the tools (once, about a minute) …")
    moved = not place.exists() or place.read_text() != str(VENV)
    if moved or not python.exists() or _python_of(python) != sys.version.split()[0]:
        shutil.rmtree(VENV, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
        if made.returncode != 0:
            shutil.rmtree(VENV, ignore_errors=True)
            raise Missing(
                "Python cannot make a virtual environment:\n"
                f"{(made.stdout + made.stderr).strip()}\n"
                "On Debian or Ubuntu: apt install python3-venv"
            )
        place.write_text(str(VENV))
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for file in files:
        command += ["--requirement", str(file)]
    if subprocess.run(command).returncode != 0:
        raise Missing("The tools could not be installed. The lines above say why; run it again once that is mended.")
    mark.write_text(wanted)
    return python


def _python_of(python: Path) -> str:
    code = "import sys; print(sys.version.split()[0])"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True).stdout.strip()


def cargo_tool(name: str, version: str) -> None:
    """`cargo name` at this version or a later one: the one on the PATH, or one built from the registry."""
    os.environ["PATH"] = f"{CARGO_TOOLS / 'bin'}{os.pathsep}{os.environ['PATH']}"
    answer = subprocess.run(["cargo", name, "--version"], cwd=REPOSITORY, capture_output=True, text=True)
    found = re.search(r"\d+\.\d+\.\d+", answer.stdout) if answer.returncode == 0 else None
    if found and _numbers(found.group()) >= _numbers(version):
        return
    say(f"Building cargo-{name} {version} (once for this machine, a few minutes) …")
    command = ["cargo", "install", "--quiet", "--locked", f"cargo-{name}@{version}", "--root", str(CARGO_TOOLS)]
    CARGO_TOOLS.mkdir(parents=True, exist_ok=True)
    # From outside the repository: the toolchain it asks for is not this tool's affair.
    if subprocess.run(command, cwd=CARGO_TOOLS).returncode != 0:
        raise Missing(f"cargo-{name} could not be built. The lines above say why.")


def main() -> int:
    """`bootstrap.py script.py …`: checks, installs, then becomes the script."""
    script, *arguments = sys.argv[1:]
    try:
        check_machine()
        python = environment(*REQUIREMENTS.get(script, ("requirements.txt",)))
    except Missing as missing:
        print(f"\n{missing}\n", file=sys.stderr)
        return 1
    os.execv(python, [str(python), str(Path(__file__).with_name(script)), *arguments])


if __name__ == "__main__":
    sys.exit(main())
