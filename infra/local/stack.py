"""The service's stack on this machine: MiniStack, the providers' sandbox, the proxy of the pages for members, and the
real template deployed into it.

    stack.py start  [--dir .local] [--port 4566]
    stack.py deploy [--dir .local] [--parameter Name=Value …]
    stack.py status [--dir .local]
    stack.py stop   [--dir .local]

A stack keeps everything in its directory: `state/` (the data that AWS would hold), `stack.json` (addresses and
names), `deploy.log`, and a log and a process id for each of its three programs. Two stacks with two directories and
two ports share nothing, so the tests do not disturb a developer's stack.
"""

from __future__ import annotations

import argparse
import contextlib
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
from operate.deployment import remove_failed_creation
from process import Process, StackError, short, tail
from proxy import HEALTH
from template import TEMPLATE

NAME = "zerosix"
REGION = "eu-west-3"
PORT = 4566
# The ports of the sandbox and of the pages for members, counted from MiniStack's: 4600 and 4601 for 4566.
SANDBOX_PORT_AFTER = 34
PAGES_PORT_AFTER = 35
# How `sam deploy` reads the empty value of a parameter.
EMPTY = '""'
# MiniStack's root account. It is no secret: it gives access only to a stack that listens on this machine.
ROOT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
# The parameters that differ from AWS. docs/operations.md gives the reason of each.
PARAMETERS = {
    "Local": "true",
    "Stage": "local",
    "DeletionProtection": "false",
    # Small ranges, so that the progress of a file shows early: five ranges at a time share this machine, and each of
    # them took longer than a minute with 64 KiB. A message must not be delivered again while a function works on it.
    "RangeBytes": "16384",
    "UploadRedeliverySeconds": "120",
    "RangeRedeliverySeconds": "120",
    "CampaignRedeliverySeconds": "60",
    "SendRedeliverySeconds": "60",
    "FollowupsRedeliverySeconds": "60",
    "CouponRedeliverySeconds": "60",
    "RetentionRedeliverySeconds": "60",
    "WebhookRedeliverySeconds": "60",
    # The receiver of events is on this machine.
    "WebhookAddresses": "any",
    # Mobiles reserved for fiction, and addresses reserved for examples.
    "AllowedRecipients": "+3363998*,*@example.com",
    "SmsHours": "ignored",
}
# The secrets of the sandbox's accounts. Nothing in them is secret. An account has one secret that sends, and another
# one that proves its callbacks.
SECRETS = {
    "providers/sandbox-email": {"api_key": "xkeysib-sandbox"},
    "providers/sandbox-sms": {"plan": "sandbox", "token": "sandbox-token"},
    "callbacks/sandbox-email": {"callback_secret": "sandbox-email-callbacks"},
    "callbacks/sandbox-sms": {"callback_secret": "sandbox-sms-callbacks"},
}


class Stack:
    def __init__(self, directory: Path, port: int | None = None) -> None:
        """Without a port: the port that the state was created on, or 4566 for a new stack."""
        self.directory = directory.resolve()
        self._description = self.directory / "stack.json"
        self._deployed = self.directory / "deployed"
        self._port_of_state = urlsplit(self.describe().get("endpoint_url", "")).port
        self._port = port or self._port_of_state or PORT
        self.aws = Process("ministack", self.directory, self._port, "/_ministack/health")
        self.sandbox = Process("sandbox", self.directory, self._port + SANDBOX_PORT_AFTER, "/health")
        self.proxy = Process("proxy", self.directory, self._port + PAGES_PORT_AFTER, HEALTH)

    # ── Read ──────────────────────────────────────────────────────────────────────────────

    @property
    def endpoint(self) -> str:
        return self.aws.url

    @property
    def account_url(self) -> str:
        """The origin of the pages for members. A browser accepts cookies for https from `localhost` by http too."""
        return f"http://localhost:{self.proxy.port}"

    def client(self, service: str, config=None):
        """An AWS client of this stack. It ignores the AWS account that the user is logged in to."""
        import boto3

        session = boto3.Session(
            aws_access_key_id=ROOT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ROOT["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        return session.client(service, endpoint_url=self.endpoint, config=config)

    def outputs(self) -> dict[str, str]:
        """The outputs of the template. Empty if the template is not deployed."""
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
        """The content of `stack.json`."""
        try:
            return json.loads(self._description.read_text())
        except (OSError, ValueError):
            return {}

    def write_description(self, **changes) -> dict:
        """Updates `stack.json`. Only its owner can read the file, because it holds the demonstration's keys."""
        description = {**self.describe(), **changes}
        unfinished = self._description.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(description, indent=2) + "\n")
        unfinished.replace(self._description)
        return description

    # ── Start and stop ─────────────────────────────────────────────────────────────────────────────

    def start(self, record: Path | None = None) -> bool:
        """True if this call started the stack, false if the stack was running. With `record`, MiniStack appends the
        calls of the functions to that file."""
        if self._port != (self._port_of_state or self._port):
            raise StackError(
                f"The state in {short(self.directory)} was created on port {self._port_of_state}. Its queues work on "
                "that port only.\nLeave ZEROSIX_PORT out, or start again from nothing: make stop && rm -r .local"
            )
        self.directory.mkdir(parents=True, exist_ok=True)
        state = self.directory / "state"
        for name in ("services", "objects", "temporary"):
            (state / name).mkdir(parents=True, exist_ok=True)
        # The functions inherit MiniStack's environment, so MiniStack gets one that is as bare as Lambda's.
        environment = {
            **_bare_environment(),
            **ROOT,
            "AWS_ENDPOINT_URL": self.endpoint,
            "MINISTACK_REGION": REGION,
            "GATEWAY_PORT": str(self.aws.port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",  # an unused service, which would listen on the whole network
            # MiniStack enforces roles, queue policies and signatures. A function lacks the same rights here as on AWS.
            "AUTH": "true",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state / "services"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "objects"),
            "TMPDIR": str(state / "temporary"),
        }
        command = [sys.executable, "-m", "ministack"]
        if record:
            environment |= {"ZEROSIX_CALLS": str(record), "PYTHONPATH": str(Path(__file__).with_name("roles"))}
            bind = f"127.0.0.1:{self.aws.port}"
            command = [sys.executable, "-m", "hypercorn", "recorder:app", "--bind", bind, "--keep-alive", "75"]
        if not self.aws.running():
            forget_stream_positions(state / "services")
        started = self.aws.start(command, environment)
        self.sandbox.start([str(SANDBOX), "--port", str(self.sandbox.port)], _bare_environment())
        serve_pages = [sys.executable, str(Path(__file__).with_name("proxy.py")), "--port", str(self.proxy.port)]
        self.proxy.start([*serve_pages, "--description", str(self._description)], _bare_environment())
        return started

    def stop(self) -> bool:
        """True if the stack ran."""
        stopped = [self.proxy.stop(), self.sandbox.stop(), self.aws.stop()]
        return any(stopped)

    # ── Deploy ─────────────────────────────────────────────────────────────────────────────────────

    def deploy(self, parameters: dict[str, str] | None = None) -> bool:
        """Deploys the template and the functions. False if nothing has changed since the last deployment."""
        overrides = {
            **PARAMETERS,
            "Architecture": _architecture(),
            "LocalEndpoint": self.endpoint,
            "LocalOrigin": self.account_url,
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
            account_url=self.account_url,
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
        """Creates the secrets of each provider account and gives the sandbox the callback addresses.

        On AWS an operator does both by hand.
        """
        secrets = self.client("secretsmanager")
        for name, secret in SECRETS.items():
            with contextlib.suppress(secrets.exceptions.ResourceExistsException):
                secrets.create_secret(Name=f"{NAME}/{name}", SecretString=json.dumps(secret))
        callbacks = {
            provider: {
                "url": f"{api_url}/callbacks/{provider}/{account}",
                "secret": SECRETS[f"callbacks/{account}"]["callback_secret"],
            }
            for provider, account in (("brevo", "sandbox-email"), ("sinch", "sandbox-sms"))
        }
        request = urllib.request.Request(f"{self.sandbox.url}/control/callbacks", data=json.dumps(callbacks).encode())
        urllib.request.urlopen(request, timeout=10).close()

    def _sam_deploy(self, overrides: dict[str, str]) -> None:
        remove_failed_creation(self.client, NAME)
        command = [
            str(Path(sys.executable).with_name("sam")),
            "deploy",
            *("--config-file", str(REPOSITORY / "samconfig.toml"), "--config-env", "local"),
            *("--template-file", str(TEMPLATE)),
            *("--parameter-overrides", *(f"{name}={value or EMPTY}" for name, value in overrides.items())),
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


def forget_stream_positions(services: Path) -> None:
    """Lets the stream of the table be read from its beginning by the next start of MiniStack.

    MiniStack keeps how far the mapping of the stream has read, and loses the stream itself when it stops: a new
    stream begins at 0. With the old position, no change would reach `webhooks` until the new stream is as long
    as the old one.
    """
    kept = services / "lambda.json"
    if not kept.exists():
        return
    state = json.loads(kept.read_text())
    if state["payload"].pop("dynamodb_stream_positions", None) is not None:
        unfinished = kept.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(state))
        unfinished.replace(kept)


def _architecture() -> str:
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def _fingerprint(overrides: dict[str, str]) -> str:
    """A digest of everything that a deployment is made from."""
    digest = hashlib.sha256(json.dumps(overrides, sort_keys=True).encode())
    for file in [TEMPLATE, REPOSITORY / "samconfig.toml", *sorted(LAID_OUT.glob("*/bootstrap"))]:
        with file.open("rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _bare_environment() -> dict[str, str]:
    """An environment without the user's AWS account, proxies and other settings."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "USER") if name in os.environ}


def wanted_port() -> int | None:
    """The port that the user chose, if any."""
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
            print("Stopped. The state is kept in .local." if stack.stop() else "The stack was not running.")
        elif chosen.action == "status":
            running = stack.aws.running()
            places = f"The outbox: {stack.sandbox.url}. The pages for members: {stack.account_url}"
            print(f"Running on {stack.endpoint}. {places}" if running else "Stopped.")
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
