"""The escrow of the vault's secret: a file that holds the secret, encrypted for each keeper.

Each keeper has an RSA key of at least 3072 bits; the private half never meets this deployment. Every keeper can open
the file alone. The secret itself is written to no file and printed nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timezone
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SMALLEST_KEY = 3072
PADDING = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


class EscrowError(Exception):
    """The file or a key cannot be used. The message says what a person can do."""


def seal(secret: str, public_keys: list[Path], source: str) -> str:
    """The text of an escrow file. `source` is the ARN of the secret."""
    if not public_keys:
        raise EscrowError("Name the public key of at least one keeper.")
    key, nonce = AESGCM.generate_key(256), b"\0" * 12  # the key is used once
    keepers = [_read_public(path) for path in public_keys]
    record = {
        "source": source,
        "sealed_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "keepers": [{"key": _fingerprint(one), "sealed": _text(one.encrypt(key, PADDING))} for one in keepers],
        "secret": _text(AESGCM(key).encrypt(nonce, secret.encode(), source.encode())),
    }
    return json.dumps(record, indent=2) + "\n"


def open_sealed(text: str, private_key: Path) -> str:
    """The secret of an escrow file, opened by one keeper."""
    try:
        record = json.loads(text)
        sealed = {keeper["key"]: base64.b64decode(keeper["sealed"]) for keeper in record["keepers"]}
    except (ValueError, KeyError, TypeError) as error:
        raise EscrowError("This is no escrow file.") from error
    keeper = _read_private(private_key)
    mine = sealed.get(_fingerprint(keeper.public_key()))
    if mine is None:
        raise EscrowError("The file was not sealed for this key.")
    try:
        key = keeper.decrypt(mine, PADDING)
        secret = AESGCM(key).decrypt(b"\0" * 12, base64.b64decode(record["secret"]), record["source"].encode())
    except Exception as error:  # cryptography raises several kinds
        raise EscrowError("The file was changed, or is damaged.") from error
    return secret.decode()


def _read_public(path: Path) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except ValueError as error:
        raise EscrowError(f"{path} is no public key in PEM.") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise EscrowError(f"{path}: a keeper's key is RSA with at least {SMALLEST_KEY} bits.")
    return key


def _read_private(path: Path) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise EscrowError(f"{path} is no private key in PEM without a password.") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise EscrowError(f"{path} is no RSA key.")
    return key


def _fingerprint(key: rsa.RSAPublicKey) -> str:
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(encoded).hexdigest()


def _text(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()
