"""What a person does to a deployment after a loss or a theft, done to the stack of the tests: the escrow of the vault's
secret, the replacement of a master key, and a restored table."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import restore
from bootstrap import say
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from demo.api import Api
from demo.merchant import ESTABLISHMENT, new_key, operator
from operate import standstill
from stack import NAME, Stack
from vault import Vault, VaultError


class DrillError(Exception):
    """A drill failed. The message says what was expected."""


def run(stack: Stack, parameters: dict[str, str]) -> None:
    """Every drill. `parameters` are those of the deployed stack."""
    merchant = _merchant(operator(stack))
    _escrow(stack, merchant)
    _replaced_master_key(stack, merchant)
    _restored_table(stack, parameters, merchant)


def _escrow(stack: Stack, merchant: str) -> None:
    """The secret is sealed for a keeper, proved, lost, refused, and restored."""
    vault, file = Vault(stack.client, NAME), stack.directory / "vault.escrow"
    public, private = _keeper(stack.directory)
    vault.seal(file, [public])
    vault.prove(file, private)
    another = '{"current": "1", "1": "another secret"}'
    stack.client("secretsmanager").put_secret_value(SecretId=vault.arn, SecretString=another)
    try:
        vault.prove(file, private)
    except VaultError:
        pass
    else:
        raise DrillError("The file was accepted for another secret.")
    stack.client("secretsmanager").delete_secret(SecretId=vault.arn, RecoveryWindowInDays=7)
    vault.restore(file, private)
    vault.prove(file, private)
    _expect(stack, merchant, 200, "after the secret was restored")
    say("The vault's secret was sealed, overwritten, deleted and restored")


def _replaced_master_key(stack: Stack, merchant: str) -> None:
    vault = Vault(stack.client, NAME)
    number = vault.add()
    vault.use(number)
    rewrapped = vault.rewrap()
    if rewrapped < 1 or vault.rewrap() != 0:
        raise DrillError(f"{rewrapped} keys were wrapped, and then others.")
    vault.drop("1")
    _expect(stack, merchant, 200, "after the master key was replaced")
    say(f"The keys of {rewrapped} merchants are wrapped by master key {number}, and key 1 is gone")


def _restored_table(stack: Stack, parameters: dict[str, str], merchant: str) -> None:
    created, member = [], _Member.enrol(stack, merchant)
    own = stack.outputs()["TableName"]

    def switch(table: dict[str, str]) -> None:
        restored = table != restore.OWN_TABLE
        if restored:
            member.oppose()  # after the moment
        stack.deploy({**parameters, **table})
        _expect(stack, merchant, 200, "with the restored table" if restored else "with the stack's own table")
        if restored:
            created.append(_merchant(operator(stack)))
            _carried(stack, member, own)

    standstill.stop(stack.client, NAME)
    _expect(stack, merchant, 429, "while everything stands still")
    standstill.start(stack.client, NAME, ["retention"])
    _expect(stack, merchant, 429, "while only retention has started")
    standstill.start(stack.client, NAME)
    _expect(stack, merchant, 200, "after everything was started again")
    say("Tills were refused and the queues were not read, and then everything was started again")
    restore.drill(stack.client, NAME, switch)
    _expect(stack, created[0], 404, "because this merchant was written to the restored table")


def _carried(stack: Stack, member: _Member, opposed_in: str) -> None:
    """Carries the opposition that another table recorded. A second call changes no member."""
    for expected in (1, 0):
        carried = restore.carry_over(stack.client, NAME, opposed_in)
        if carried.opposed != expected:
            raise DrillError(f"The oppositions of {carried.opposed} members were carried, and not of {expected}.")
        history = member.history()
        if member.permits_sms() or len(history) != 2:
            raise DrillError(f"After the oppositions were carried, a member has {history}.")


@dataclass(frozen=True)
class _Member:
    """A member who consented to SMS, and the key of the merchant's office."""

    office: Api
    path: str

    @classmethod
    def enrol(cls, stack: Stack, merchant: str) -> _Member:
        place = f"/v1/merchants/{merchant}/establishments/{ESTABLISHMENT}"
        setting_up = operator(stack)
        setting_up.ask("PUT", place, {"name": "Vieux-Port", "time_zone": "Europe/Paris"})
        office = Api(stack.describe()["api_url"], new_key(setting_up, place, "back_office"))
        person = {"mobile": "+33639980777", "card_requested": True}
        _, created = office.ask("POST", "/v1/members", person)
        member = cls(office, f"/v1/members/{created['member_id']}/consents")
        office.ask("PUT", f"{member.path}/sms", {"given": True, "text_version": "2026-01", "told_by": "till"})
        return member

    def oppose(self) -> None:
        self.office.ask("PUT", f"{self.path}/sms", {"given": False})

    def history(self) -> list[dict]:
        _, answer = self.office.ask("GET", f"{self.path}/history")
        return answer["changes"]

    def permits_sms(self) -> bool:
        _, consents = self.office.ask("GET", self.path)
        return any(one["channel"] == "sms" and one["permitted"] for one in consents["channels"])


def _merchant(setting_up: Api) -> str:
    """A new merchant. Reading it needs its key, which a master key has wrapped."""
    signed = {"version": "2026-01", "signed_on": "2026-01-05", "signatory": "A. Gérant"}
    merchant = {
        "reference": f"drill-{secrets.token_hex(8)}",
        "name": "Boutique Exemple",
        "sector": "retail",
        "terms": signed,
        "processing_contract": signed,
        "programme": {"spend": [{"points": 1, "per_cents": 100}]},
    }
    _, answer = setting_up.ask("POST", "/v1/merchants", merchant)
    return answer["merchant_id"]


def _expect(stack: Stack, merchant: str, status: int, when: str) -> None:
    accepted = (404, 429, 500, 503)
    found, _ = operator(stack).ask("GET", f"/v1/merchants/{merchant}", accept=accepted)
    deadline = time.monotonic() + 60  # an instance that is being replaced may still answer
    while found != status and time.monotonic() < deadline:
        time.sleep(1)
        found, _ = operator(stack).ask("GET", f"/v1/merchants/{merchant}", accept=accepted)
    if found != status:
        raise DrillError(f"The API answered {found} and not {status} {when}.")


def _keeper(folder: Path) -> tuple[Path, Path]:
    """The public and the private key of a keeper."""
    key = rsa.generate_private_key(65537, 3072)
    public, private = folder / "keeper.pub.pem", folder / "keeper.pem"
    pem = serialization.Encoding.PEM
    public.write_bytes(key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    unsealed = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unsealed))
    return public, private
