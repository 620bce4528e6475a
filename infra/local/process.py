"""A program of the local stack. It is started once, recognised later by its process id and start time, and stopped
with every process that it started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from build import REPOSITORY

STARTS_WITHIN = 60
STOPS_WITHIN = 30


class StackError(Exception):
    """The stack failed. The message says what a person can do."""


class Process:
    def __init__(self, name: str, directory: Path, port: int, health: str) -> None:
        self.name = name
        self.log = directory / f"{name}.log"
        self._directory = directory
        self._wanted_port = port
        self._health = health
        self._pid_file = directory / f"{name}.pid"

    def running(self) -> dict | None:
        """The process that an earlier call started, if it still runs: {pid, started, port}."""
        try:
            noted = json.loads(self._pid_file.read_text())
        except (OSError, ValueError):
            return None
        return noted if _started(noted["pid"]) == noted["started"] else None

    @property
    def port(self) -> int:
        running = self.running()
        return running["port"] if running else self._wanted_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, command: list[str], environment: dict[str, str]) -> bool:
        """True if this call started the process, false if the process was running."""
        if self.running():
            return False
        if occupied(self._wanted_port):
            raise StackError(
                f"{self.name} needs port {self._wanted_port}, and another program uses it.\n"
                "Choose other ports: ZEROSIX_PORT=4666 make run"
            )
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                env=environment,
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        noted = {"pid": process.pid, "started": _started(process.pid), "port": self._wanted_port}
        self._pid_file.write_text(json.dumps(noted))

        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(self.url + self._health):
            if process.poll() is not None:
                self._pid_file.unlink(missing_ok=True)
                raise StackError(f"{self.name} stopped as soon as it started. The end of its log:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                self.stop()
                raise StackError(f"{self.name} did not answer within {STARTS_WITHIN} s. Its log: {short(self.log)}")
            time.sleep(0.1)
        return True

    def stop(self) -> bool:
        """True if the process ran. Stops that process and its children, and no other process."""
        running = self.running()
        if running is None:
            self._pid_file.unlink(missing_ok=True)
            return False
        # The process may write its state while it stops, so its children are stopped only afterwards. It leads
        # its own session: its process group is itself and its children.
        os.kill(running["pid"], signal.SIGTERM)
        deadline = time.monotonic() + STOPS_WITHIN
        while _started(running["pid"]) == running["started"]:
            if time.monotonic() > deadline:
                os.killpg(running["pid"], signal.SIGKILL)
                self._pid_file.unlink(missing_ok=True)
                raise StackError(
                    f"{self.name} did not stop within {STOPS_WITHIN} s and was killed. Its last changes may be lost."
                )
            time.sleep(0.1)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(running["pid"], signal.SIGTERM)
        self._pid_file.unlink(missing_ok=True)
        return True


def _started(pid: int) -> str | None:
    """The start time of a process, or None if the process is gone. The system may give a later process the same id."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    except OSError:
        pass
    if sys.platform == "linux":
        return None
    answer = subprocess.run(["ps", "-o", "lstart=,stat=", "-p", str(pid)], capture_output=True, text=True)
    *started, state = answer.stdout.split() or ["Z"]
    return None if state.startswith("Z") else " ".join(started)


def occupied(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def tail(file: Path, lines: int = 30) -> str:
    return "\n".join("  " + line for line in file.read_text(errors="replace").splitlines()[-lines:])


def short(path: Path) -> str:
    """The path relative to the repository."""
    return os.path.relpath(path, REPOSITORY)
