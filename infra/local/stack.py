"""The service's stack on this machine: MiniStack, and the real template deployed into it.

    stack.py start  [--dir .local] [--port 4566]
    stack.py deploy [--dir .local] [--parameter Name=Value …]
    stack.py status [--dir .local]
    stack.py stop   [--dir .local]

Everything of a stack lies in its directory: `state/` (what AWS would keep), `stack.json` (where to find
things), `ministack.pid`, `ministack.log`, `deploy.log`. Two stacks with two directories and two ports
never meet, which is how the tests leave a developer's stack alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "infra" / "template.yaml"
BOOTSTRAPS = REPOSITORY / "target" / "lambda"

NAME = "zerosix"
REGION = "eu-west-3"
PORT = 4566
# MiniStack's root account. Not a secret: it opens nothing but a stack that listens on this machine alone.
ROOT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
# What the template is told here and not on AWS; docs/operations.md gives the reason of each.
PARAMETERS = {
    "Local": "true",
    "Stage": "local",
    "DeletionProtection": "false",
    "UploadRedeliverySeconds": "60",
    "RangeRedeliverySeconds": "60",
    "RangeBytes": "65536",
}

STARTS_WITHIN = 60
STOPS_WITHIN = 30


class StackError(Exception):
    """Something a person should read and can act on."""


class Stack:
    def __init__(self, directory: Path, port: int = PORT) -> None:
        self.directory = directory.resolve()
        self.wanted_port = port
        self.log = self.directory / "ministack.log"
        self._pid_file = self.directory / "ministack.pid"
        self._description = self.directory / "stack.json"
        self._deployed = self.directory / "deployed"

    # ── What is there ──────────────────────────────────────────────────────────────────────────────

    def process(self) -> dict | None:
        """The MiniStack we started, if it still runs: {pid, started, port}."""
        try:
            noted = json.loads(self._pid_file.read_text())
        except (OSError, ValueError):
            return None
        return noted if _started(noted["pid"]) == noted["started"] else None

    @property
    def port(self) -> int:
        running = self.process()
        return running["port"] if running else self.wanted_port

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str):
        """An AWS client of this stack, whatever AWS account the person is logged in to."""
        import boto3

        session = boto3.Session(
            aws_access_key_id=ROOT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ROOT["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        return session.client(service, endpoint_url=self.endpoint)

    def outputs(self) -> dict[str, str]:
        """The template's outputs; empty where it is not deployed."""
        stack = self._stack()
        if stack is None or not stack["StackStatus"].endswith(("CREATE_COMPLETE", "UPDATE_COMPLETE")):
            return {}
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _stack(self) -> dict | None:
        from botocore.exceptions import ClientError

        try:
            return self.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0]
        except ClientError:
            return None

    def describe(self) -> dict:
        """What `stack.json` says."""
        try:
            return json.loads(self._description.read_text())
        except (OSError, ValueError):
            return {}

    def write_description(self, **changes) -> dict:
        """Writes `stack.json`, for its owner's eyes only: it holds the demonstration's till key."""
        description = {**self.describe(), **changes}
        unfinished = self._description.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(description, indent=2) + "\n")
        unfinished.replace(self._description)
        return description

    # ── Start and stop ─────────────────────────────────────────────────────────────────────────────

    def start(self) -> bool:
        """True if it had to be started."""
        if self.process():
            return False
        if _occupied(self.wanted_port):
            raise StackError(
                f"Port {self.wanted_port} is in use by another program.\n"
                f"Choose another port: ZEROSIX_PORT={self.wanted_port + 11} make run"
            )
        state = self.directory / "state"
        for name in ("services", "objects", "temporary"):
            (state / name).mkdir(parents=True, exist_ok=True)

        # The functions inherit MiniStack's environment, so it is given one as bare as Lambda's.
        environment = {
            **_bare_environment(),
            **ROOT,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.wanted_port}",
            "MINISTACK_REGION": REGION,
            "GATEWAY_PORT": str(self.wanted_port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",  # a service we do not use, which would listen to the whole network
            # Roles, queue policies and signatures are enforced: a right that a function lacks on AWS, it lacks here.
            "AUTH": "true",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state / "services"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "objects"),
            "TMPDIR": str(state / "temporary"),
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                env=environment,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        noted = {"pid": process.pid, "started": _started(process.pid), "port": self.wanted_port}
        self._pid_file.write_text(json.dumps(noted))

        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(f"{self.endpoint}/_ministack/health"):
            if process.poll() is not None:
                self._pid_file.unlink(missing_ok=True)
                raise StackError(f"MiniStack ended as soon as it started. Its last words:\n{_tail(self.log)}")
            if time.monotonic() > deadline:
                self.stop()
                raise StackError(f"MiniStack did not answer within {STARTS_WITHIN} s. Its log: {short(self.log)}")
            time.sleep(0.1)
        return True

    def stop(self) -> bool:
        """True if it ran. Ends the process we started, and what that process started; nothing else."""
        running = self.process()
        if running is None:
            self._pid_file.unlink(missing_ok=True)
            return False
        # It writes its state as it ends. It leads its own session, so its group is itself and the functions.
        os.kill(running["pid"], signal.SIGTERM)
        deadline = time.monotonic() + STOPS_WITHIN
        while _started(running["pid"]) == running["started"]:
            if time.monotonic() > deadline:
                os.killpg(running["pid"], signal.SIGKILL)
                self._pid_file.unlink(missing_ok=True)
                raise StackError(f"MiniStack did not end within {STOPS_WITHIN} s and was killed: what it kept last may be lost.")
            time.sleep(0.1)
        try:
            os.killpg(running["pid"], signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            pass
        self._pid_file.unlink(missing_ok=True)
        return True

    # ── Deploy ─────────────────────────────────────────────────────────────────────────────────────

    def deploy(self, parameters: dict[str, str] | None = None) -> bool:
        """Deploys the template and the functions; False if nothing had changed since the last time."""
        overrides = {**PARAMETERS, "Architecture": _architecture(), **(parameters or {})}
        wanted = _fingerprint(overrides)
        changed = not (self.outputs() and self._deployed.exists() and self._deployed.read_text() == wanted)
        if changed:
            self._sam_deploy(overrides)
            self._deployed.write_text(wanted)
        outputs = self.outputs()
        self.write_description(
            api_url=f"{self.endpoint}/_aws/execute-api/{outputs['ApiId']}/$default",
            uploads_bucket=outputs["UploadsBucket"],
            table=outputs["TableName"],
            endpoint_url=self.endpoint,
            region=REGION,
            outputs=outputs,
        )
        return changed

    def _sam_deploy(self, overrides: dict[str, str]) -> None:
        stack = self._stack()
        if stack and stack["StackStatus"] == "ROLLBACK_COMPLETE":  # a first deployment that failed
            self.client("cloudformation").delete_stack(StackName=NAME)
            self.client("cloudformation").get_waiter("stack_delete_complete").wait(StackName=NAME)
        command = [
            str(Path(sys.executable).with_name("sam")),
            "deploy",
            *("--config-file", str(REPOSITORY / "samconfig.toml"), "--config-env", "local"),
            *("--template-file", str(TEMPLATE)),
            *("--parameter-overrides", *(f"{name}={value}" for name, value in overrides.items())),
        ]
        environment = {
            **_bare_environment(),
            **ROOT,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(self.directory / "sam"),
        }
        log = self.directory / "deploy.log"
        with log.open("wb") as output:
            answer = subprocess.run(command, env=environment, cwd=REPOSITORY, stdout=output, stderr=subprocess.STDOUT)
        if answer.returncode != 0:
            raise StackError(f"The deployment failed:\n{_tail(log)}\n{self._why_it_failed()}")

    def _why_it_failed(self) -> str:
        from botocore.exceptions import ClientError

        try:
            events = self.client("cloudformation").describe_stack_events(StackName=NAME)["StackEvents"]
        except ClientError:
            return ""
        return "\n".join(
            f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
            for event in events
            if event["ResourceStatus"].endswith("FAILED")
        )


def _architecture() -> str:
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def _fingerprint(overrides: dict[str, str]) -> str:
    """Of everything a deployment is made from."""
    digest = hashlib.sha256(json.dumps(overrides, sort_keys=True).encode())
    for file in [TEMPLATE, REPOSITORY / "samconfig.toml", *sorted(BOOTSTRAPS.glob("*/bootstrap"))]:
        with file.open("rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _bare_environment() -> dict[str, str]:
    """Without the person's AWS account, proxies or anything else of theirs."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "USER") if name in os.environ}


def _started(pid: int) -> str | None:
    """When this process started, which tells it from a later one of the same number; None if it is gone."""
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


def _occupied(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _tail(file: Path, lines: int = 30) -> str:
    return "\n".join("  " + line for line in file.read_text(errors="replace").splitlines()[-lines:])


def short(path: Path) -> str:
    """As a person standing in the repository would write it."""
    return os.path.relpath(path, REPOSITORY)


def main() -> int:
    arguments = argparse.ArgumentParser(description="The service's stack on this machine.")
    arguments.add_argument("action", choices=["start", "deploy", "status", "stop"])
    arguments.add_argument("--dir", type=Path, default=REPOSITORY / ".local")
    arguments.add_argument("--port", type=int, default=int(os.environ.get("ZEROSIX_PORT", PORT)))
    arguments.add_argument("--parameter", action="append", default=[], metavar="Name=Value")
    chosen = arguments.parse_args()
    stack = Stack(chosen.dir, chosen.port)
    try:
        if chosen.action == "stop":
            print("Stopped; its state is kept." if stack.stop() else "Nothing of ours was running.")
        elif chosen.action == "status":
            running = stack.process()
            print(f"Running on {stack.endpoint}" if running else "Stopped.")
        else:
            stack.start()
            if chosen.action == "deploy":
                stack.deploy(dict(one.split("=", 1) for one in chosen.parameter))
            print(f"Ready on {stack.endpoint}")
    except StackError as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
