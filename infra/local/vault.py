"""The master keys of the vault, which a person handles a few times in the life of a deployment. docs/operations.md says
when, and who may.

    vault.py seal FILE --for KEEPER.pem [--for …]   writes the escrow file
    vault.py prove FILE --key PRIVATE.pem           opens the file and compares it with the deployed secret
    vault.py restore FILE --key PRIVATE.pem         writes the file's secret into the deployment
    vault.py add                                    adds a master key that wraps nothing yet
    vault.py use NUMBER                             this master key wraps from now on
    vault.py rewrap                                 wraps every merchant's key with it
    vault.py drop NUMBER                            removes a master key that wraps nothing any more
    vault.py replicate REGION                       keeps a replica in another region of the European Union

Without --stack the commands use the stack of `make run`; --stack NAME is a stack on AWS, with the credentials of the
shell.
"""

from __future__ import annotations

import argparse
import hmac
import json
import secrets
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from build import REPOSITORY
from operate import retention
from operate.escrow import EscrowError, open_sealed, seal
from stack import NAME, REGION, Stack

# The length of the first key, which Secrets Manager generates.
KEY_CHARACTERS = 64
REPLICA_REGIONS = ("eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class VaultError(Exception):
    """The command was refused. The message says what a person can do."""


class Vault:
    """The vault's secret of a deployment. `client` makes the AWS client of a service."""

    def __init__(self, client, stack: str) -> None:
        self._client = client
        outputs = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        self._outputs = {output["OutputKey"]: output["OutputValue"] for output in outputs}
        self.arn = self._outputs["VaultSecretArn"]

    # ── Escrow ─────────────────────────────────────────────────────────────────────────────────────

    def seal(self, file: Path, public_keys: list[Path]) -> None:
        sealed = seal(self._secret(), public_keys, self.arn)
        file.touch(mode=0o600)
        file.write_text(sealed, encoding="utf-8")

    def prove(self, file: Path, private_key: Path) -> None:
        sealed = open_sealed(file.read_text(encoding="utf-8"), private_key)
        if not hmac.compare_digest(sealed.encode(), self._secret().encode()):
            raise VaultError("The file holds another secret than the deployment. Seal a new file.")

    def restore(self, file: Path, private_key: Path) -> None:
        """Also undoes a deletion of the secret, while AWS still keeps it."""
        sealed = open_sealed(file.read_text(encoding="utf-8"), private_key)
        _read(sealed)
        if "DeletedDate" in self._client("secretsmanager").describe_secret(SecretId=self.arn):
            self._client("secretsmanager").restore_secret(SecretId=self.arn)
        self._write(sealed)

    def replicate(self, region: str) -> None:
        """The parameter VaultReplicaRegion of a first deployment does the same; no later deployment may change the
        secret's definition."""
        if region not in REPLICA_REGIONS:
            raise VaultError(f"The data stay in the European Union: choose one of {', '.join(REPLICA_REGIONS)}.")
        self._client("secretsmanager").replicate_secret_to_regions(
            SecretId=self.arn, AddReplicaRegions=[{"Region": region}]
        )

    # ── Replacement of a master key ────────────────────────────────────────────────────────────────

    def add(self) -> str:
        """The number of a new key. The functions know the key from now on, and the current key still wraps."""
        keys = _read(self._secret())
        number = str(max(int(name) for name in keys if name != "current") + 1)
        keys[number] = "".join(secrets.choice(ALPHABET) for _ in range(KEY_CHARACTERS))
        self._write(json.dumps(keys))
        return number

    def use(self, number: str) -> None:
        keys = _read(self._secret())
        if number not in keys or number == "current":
            raise VaultError(f"The secret holds no key number {number}.")
        self._write(json.dumps({**keys, "current": number}))

    def rewrap(self) -> int:
        """The number of merchants whose key was wrapped again."""
        rewrapped, after = 0, None
        while True:
            answer = self._invoke({"rewrap_keys": True, **({"after": after} if after else {})})
            rewrapped += answer["rewrapped"]
            after = answer.get("next")
            if after is None:
                return rewrapped

    def drop(self, number: str) -> None:
        """Refused while the key is the current one, or wraps a merchant's key."""
        keys = _read(self._secret())
        if number not in keys or number == "current":
            raise VaultError(f"The secret holds no key number {number}.")
        if keys["current"] == number:
            raise VaultError(f"Key number {number} is the current one. Use another key first.")
        if self.rewrap() > 0:
            raise VaultError(
                "Some merchants' keys were wrapped just now. Wait a quarter of an hour, and send the command again."
            )
        del keys[number]
        self._write(json.dumps(keys))

    # ── AWS ────────────────────────────────────────────────────────────────────────────────────────

    def _secret(self) -> str:
        return self._client("secretsmanager").get_secret_value(SecretId=self.arn)["SecretString"]

    def _write(self, secret: str) -> None:
        written = self._client("secretsmanager").put_secret_value(SecretId=self.arn, SecretString=secret)
        self._restart(written["VersionId"])

    def _restart(self, version: str) -> None:
        """A function reads the secret when it starts, and AWS starts new instances after a change of the function's
        settings. The next deployment removes this variable again."""
        functions = self._client("lambda")
        names = [value for name, value in self._outputs.items() if name.endswith("Function")]
        for name in names:
            variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            variables["VAULT_SECRET_VERSION"] = version
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        for name in names:
            functions.get_waiter("function_updated").wait(FunctionName=name)

    def _invoke(self, request: dict) -> dict:
        functions = self._client("lambda", config=retention.ONE_LONG_CALL)
        return retention.call(functions, self._outputs["RetentionFunction"], request)


def _read(secret: str) -> dict[str, str]:
    """The content of the secret: the number of the current key, and each key by its number."""
    try:
        keys = json.loads(secret)
        numbers = {name for name in keys if name != "current"}
        if keys["current"] not in numbers or not all(name.isdigit() for name in numbers):
            raise KeyError
    except (ValueError, KeyError, TypeError) as error:
        raise VaultError("The secret does not hold the master keys of a vault.") from error
    return keys


def main() -> int:
    chosen = _arguments()
    try:
        vault = Vault(*_deployment(chosen.stack))
        print(_run(vault, chosen))
    except (VaultError, EscrowError, retention.RetentionError, BotoCoreError, OSError) as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    except ClientError as error:
        print(f"\n{error}\n", file=sys.stderr)
        if "explicit deny" in str(error):
            print("Only the keeper may do this: deploy with VaultKeeperArn, and assume that role.\n", file=sys.stderr)
        return 1
    return 0


def _run(vault: Vault, chosen: argparse.Namespace) -> str:
    match chosen.action:
        case "seal":
            vault.seal(chosen.file, chosen.keepers)
            return f"{chosen.file} holds the secret of {vault.arn} for {len(chosen.keepers)} keepers."
        case "prove":
            vault.prove(chosen.file, chosen.key)
            return f"{chosen.file} holds the deployed secret."
        case "restore":
            vault.restore(chosen.file, chosen.key)
            return f"The secret of {vault.arn} is the secret of {chosen.file}."
        case "add":
            return f"Key number {vault.add()} was added."
        case "use":
            vault.use(chosen.number)
            return f"Key number {chosen.number} wraps from now on."
        case "rewrap":
            return f"The keys of {vault.rewrap()} merchants were wrapped again."
        case "replicate":
            vault.replicate(chosen.region)
            return f"{chosen.region} holds a replica of {vault.arn}."
        case _:
            print(
                f"Nothing will open any more what key number {chosen.number} wrapped: archives of the last 12 months, "
                "restored tables, and the stack's own table while a restored one is in use."
            )
            if input("Write the number of the key again to remove it: ") != chosen.number:
                raise VaultError("Nothing was removed.")
            vault.drop(chosen.number)
            return f"Key number {chosen.number} was removed."


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description="The master keys of the vault.")
    arguments.add_argument("--stack", help="a stack on AWS; without it, the stack of `make run`")
    actions = arguments.add_subparsers(dest="action", required=True)
    for name in ("seal", "prove", "restore"):
        action = actions.add_parser(name)
        action.add_argument("file", type=Path)
        if name == "seal":
            action.add_argument("--for", dest="keepers", type=Path, action="append", required=True)
        else:
            action.add_argument("--key", type=Path, required=True)
    for name in ("add", "rewrap"):
        actions.add_parser(name)
    for name in ("use", "drop"):
        actions.add_parser(name).add_argument("number")
    actions.add_parser("replicate").add_argument("region")
    return arguments.parse_args()


def _deployment(stack: str | None) -> tuple:
    """What makes the AWS client of a service, and the name of the stack."""
    if stack is None:
        return Stack(REPOSITORY / ".local").client, NAME
    import boto3

    session = boto3.Session(region_name=REGION)
    return session.client, stack


if __name__ == "__main__":
    sys.exit(main())
