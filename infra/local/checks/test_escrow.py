"""The escrow file of the vault's secret."""

import json
import tempfile
import unittest
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from operate.escrow import EscrowError, open_sealed, seal

SECRET = json.dumps({"current": "1", "1": "x" * 64})


def keeper(folder: Path, name: str, bits: int = 3072) -> tuple[Path, Path]:
    """The public and the private key of a keeper."""
    key = rsa.generate_private_key(65537, bits)
    public, private = folder / f"{name}.pub.pem", folder / f"{name}.pem"
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


class TheEscrow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        folder = Path(cls.folder.name)
        cls.first, cls.second, cls.stranger = (keeper(folder, name) for name in ("first", "second", "stranger"))
        cls.text = seal(SECRET, [cls.first[0], cls.second[0]], "arn:secret")

    def test_is_opened_by_each_keeper_alone(self):
        for _, private in (self.first, self.second):
            self.assertEqual(open_sealed(self.text, private), SECRET)

    def test_is_opened_by_nobody_else(self):
        with self.assertRaisesRegex(EscrowError, "not sealed for this key"):
            open_sealed(self.text, self.stranger[1])

    def test_shows_nothing_of_the_secret(self):
        self.assertNotIn("xxxx", self.text)

    def test_that_was_changed_does_not_open(self):
        record = json.loads(self.text)
        for changed in ({**record, "source": "arn:another"}, {**record, "secret": record["keepers"][0]["sealed"]}):
            with self.assertRaisesRegex(EscrowError, "changed"):
                open_sealed(json.dumps(changed), self.first[1])

    def test_refuses_a_keeper_with_a_short_key(self):
        short, _ = keeper(Path(self.folder.name), "short", 2048)
        with self.assertRaisesRegex(EscrowError, "3072"):
            seal(SECRET, [short], "arn:secret")

    def test_needs_a_keeper(self):
        with self.assertRaises(EscrowError):
            seal(SECRET, [], "arn:secret")
