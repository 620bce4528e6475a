"""The service's stack on this machine: MiniStack, the providers' sandbox, and the real template deployed into it.

    stack.py start  [--dir .local] [--port 4566]
    stack.py deploy [--dir .local] [--parameter Name=Value …]
    stack.py status [--dir .local]
    stack.py stop   [--dir .local]

Everything of a stack lies in its directory: `state/` (what AWS would keep), `stack.json` (where to find
things), `deploy.log`, and a log and a number for each of its two programs. Two stacks with two directories
and two ports never meet, which is how the tests leave a developer's stack alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from build import LAID_OUT, REPOSITORY, SANDBOX
from process import Process, StackError, short, tail

TEMPLATE = REPOSITORY / "infra" / "template.yaml"

NAME = "zerosix"
REGION = "eu-west-3"
PORT = 4566
# The sandbox listens beside MiniStack: 4600 beside 4566.
SANDBOX_PORT_AFTER = 34
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
    "CampaignRedeliverySeconds": "60",
    "SendRedeliverySeconds": "60",
    "FollowupsRedeliverySeconds": "60",
    "CouponRedeliverySeconds": "60",
    "RetentionRedeliverySeconds": "60",
    # A receiver of events stands on this machine.
    "WebhookRedeliverySeconds": "60",
    "WebhookAddresses": "any",
    # Numbers reserved for fiction, addresses reserved for examples.
    "AllowedRecipients": "+3363998*,*@example.com",
    "SmsHours": "ignored",
}
# The accounts that the sandbox plays: nothing is secret about them.
ACCOUNTS = {
    "sandbox-email": {"api_key": "xkeysib-sandbox", "callback_secret": "sandbox-email-callbacks"},
    "sandbox-sms": {"plan": "sandbox", "token": "sandbox-token", "callback_secret": "sandbox-sms-callbacks"},
}


class Stack:
    def __init__(self, directory: Path, port: int | None = None) -> None:
        """Without a port, on the one its state was made with, or else on 4566."""
        self.directory = directory.resolve()
        self._description = self.directory / "stack.json"
        self._deployed = self.directory / "deployed"
        self._port_of_state = urlsplit(self.describe().get("endpoint_url", "")).port
        self._port = port or self._port_of_state or PORT
        self.aws = Process("ministack", self.directory, self._port, "/_ministack/health")
        self.sandbox = Process("sandbox", self.directory, self._port + SANDBOX_PORT_AFTER, "/health")

    # ── What is there ──────────────────────────────────────────────────────────────────────────────

    @property
    def endpoint(self) -> str:
        return self.aws.url

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
        if self._port != (self._port_of_state or self._port):
            raise StackError(
                f"The state in {short(self.directory)} was made on port {self._port_of_state}, and its queues are read on "
                "no other.\nLeave ZEROSIX_PORT out, or begin again from nothing: make stop && rm -r .local"
            )
        self.directory.mkdir(parents=True, exist_ok=True)
        state = self.directory / "state"
        for name in ("services", "objects", "temporary"):
            (state / name).mkdir(parents=True, exist_ok=True)
        # The functions inherit MiniStack's environment, so it is given one as bare as Lambda's.
        environment = {
            **_bare_environment(),
            **ROOT,
            "AWS_ENDPOINT_URL": self.endpoint,
            "MINISTACK_REGION": REGION,
            "GATEWAY_PORT": str(self.aws.port),
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
        started = self.aws.start([sys.executable, "-m", "ministack"], environment)
        self.sandbox.start([str(SANDBOX), "--port", str(self.sandbox.port)], _bare_environment())
        return started

    def stop(self) -> bool:
        """True if it ran."""
        stopped = self.sandbox.stop()
        return self.aws.stop() or stopped

    # ── Deploy ─────────────────────────────────────────────────────────────────────────────────────

    def deploy(self, parameters: dict[str, str] | None = None) -> bool:
        """Deploys the template and the functions; False if nothing had changed since the last time."""
        overrides = {
            **PARAMETERS,
            "Architecture": _architecture(),
            "LocalEndpoint": self.endpoint,
            "BrevoUrl": f"{self.sandbox.url}/brevo",
            "SinchUrl": f"{self.sandbox.url}/sinch",
            **(parameters or {}),
        }
        wanted = _fingerprint(overrides)
        changed = not (self.outputs() and self._deployed.exists() and self._deployed.read_text() == wanted)
        if changed:
            self._sam_deploy(overrides)
            self._deployed.write_text(wanted)
        outputs = self.outputs()
        api_url = f"{self.endpoint}/_aws/execute-api/{outputs['ApiId']}/$default"
        self._open_accounts(api_url)
        self.write_description(
            api_url=api_url,
            sandbox_url=self.sandbox.url,
            uploads_bucket=outputs["UploadsBucket"],
            archives_bucket=outputs["ArchivesBucket"],
            table=outputs["TableName"],
            endpoint_url=self.endpoint,
            region=REGION,
            outputs=outputs,
        )
        return changed

    def _open_accounts(self, api_url: str) -> None:
        """What an operator does by hand on AWS: a secret for each account, and the address that the provider calls."""
        secrets = self.client("secretsmanager")
        for account, secret in ACCOUNTS.items():
            try:
                secrets.create_secret(Name=f"{NAME}/providers/{account}", SecretString=json.dumps(secret))
            except secrets.exceptions.ResourceExistsException:
                pass
        told = {
            provider: {
                "url": f"{api_url}/callbacks/{provider}/{account}",
                "secret": ACCOUNTS[account]["callback_secret"],
            }
            for provider, account in (("brevo", "sandbox-email"), ("sinch", "sandbox-sms"))
        }
        request = urllib.request.Request(f"{self.sandbox.url}/control/callbacks", data=json.dumps(told).encode())
        urllib.request.urlopen(request, timeout=10).close()

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
            raise StackError(f"The deployment failed:\n{tail(log)}\n{self._why_it_failed()}")

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
    for file in [TEMPLATE, REPOSITORY / "samconfig.toml", *sorted(LAID_OUT.glob("*/bootstrap"))]:
        with file.open("rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _bare_environment() -> dict[str, str]:
    """Without the person's AWS account, proxies or anything else of theirs."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "USER") if name in os.environ}


def wanted_port() -> int | None:
    """The one that the person names, if any."""
    named = os.environ.get("ZEROSIX_PORT")
    return int(named) if named else None


def main() -> int:
    arguments = argparse.ArgumentParser(description="The service's stack on this machine.")
    arguments.add_argument("action", choices=["start", "deploy", "status", "stop"])
    arguments.add_argument("--dir", type=Path, default=REPOSITORY / ".local")
    arguments.add_argument("--port", type=int, default=wanted_port())
    arguments.add_argument("--parameter", action="append", default=[], metavar="Name=Value")
    chosen = arguments.parse_args()
    stack = Stack(chosen.dir, chosen.port)
    try:
        if chosen.action == "stop":
            print("Stopped; its state is kept." if stack.stop() else "Nothing of ours was running.")
        elif chosen.action == "status":
            running = stack.aws.running()
            print(f"Running on {stack.endpoint}; the outbox is {stack.sandbox.url}" if running else "Stopped.")
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
