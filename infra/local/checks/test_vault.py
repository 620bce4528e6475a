"""The master secret of the vault."""

import argparse
import json
import unittest
from unittest import mock

from template import functions, resources, template
from vault import REPLICA_REGIONS, VaultError, _run

STATEMENTS = {
    one["Sid"] if "Sid" in one else one["Fn::If"][1]["Sid"]: one
    for one in resources()["VaultSecretPolicy"]["Properties"]["ResourcePolicy"]["Statement"]
}


class TheVaultSecret(unittest.TestCase):
    def test_cannot_be_replaced_or_deleted(self):
        statement = STATEMENTS["NobodyReplacesOrDeletesTheSecret"]
        self.assertEqual(statement["Effect"], "Deny")
        self.assertEqual(statement["Principal"], {"AWS": "*"})
        for action in ("DeleteSecret", "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage", "RotateSecret"):
            self.assertIn(f"secretsmanager:{action}", statement["Action"])

    def test_is_read_by_the_functions_and_the_keeper_only(self):
        choice = STATEMENTS["OnlyTheFunctionsAndTheKeeperReadTheSecret"]["Fn::If"]
        self.assertEqual(choice[0], "HasVaultKeeper")
        readers = choice[1]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
        roles = [{"Fn::GetAtt": [properties["Role"]["Fn::GetAtt"][0], "Arn"]} for properties in functions().values()]
        self.assertCountEqual(readers, [{"Ref": "VaultKeeperArn"}, *roles])

    def test_has_a_replica_only_if_a_region_of_the_union_is_named(self):
        choice = resources()["VaultSecret"]["Properties"]["ReplicaRegions"]["Fn::If"]
        self.assertEqual(
            choice, ["HasVaultReplica", [{"Region": {"Ref": "VaultReplicaRegion"}}], {"Ref": "AWS::NoValue"}]
        )
        parameter = template()["Parameters"]["VaultReplicaRegion"]
        self.assertEqual(parameter["Default"], "")
        for region in filter(None, parameter["AllowedValues"]):
            self.assertRegex(region, r"^eu-(central-1|north-1|south-1|south-2|west-1)$")

    def test_gets_a_replica_later_in_the_same_regions_only(self):
        allowed = template()["Parameters"]["VaultReplicaRegion"]["AllowedValues"]
        self.assertEqual(list(REPLICA_REGIONS), [region for region in allowed if region])

    def test_begins_with_the_key_number_one(self):
        generated = resources()["VaultSecret"]["Properties"]["GenerateSecretString"]
        self.assertEqual(json.loads(generated["SecretStringTemplate"]), {"current": generated["GenerateStringKey"]})


class TheRemovalOfAMasterKey(unittest.TestCase):
    def asked(self, answer: str) -> mock.Mock:
        vault = mock.Mock()
        with mock.patch("builtins.input", return_value=answer), mock.patch("builtins.print"):
            _run(vault, argparse.Namespace(action="drop", number="1"))
        return vault

    def test_asks_for_the_number_again(self):
        self.asked("1").drop.assert_called_once_with("1")
        with self.assertRaises(VaultError):
            self.asked("yes")
