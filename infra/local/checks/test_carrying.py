"""What is carried into a restored table."""

import unittest

import boto3
from botocore.stub import Stubber
from operate.carrying import carry

CONTACT = {"pk": {"S": "M#1#CONTACT#MOBILE#hash"}, "sk": {"S": "DO_NOT_CONTACT"}}
BLOCKED = {"pk": {"S": "M#1#CONTACT#MOBILE#hash"}, "sk": {"S": "SUPPRESSED"}}
MEMBER = {"pk": {"S": "M#1#S#03"}, "sk": {"S": "MEMBER#1#PERSON"}}


def opposed(version: int, ends: int, **channels: int) -> dict:
    said = {channel: {"M": {"at": {"N": str(at)}}} for channel, at in channels.items()}
    return {**CONTACT, "v": {"N": str(version)}, "ttl": {"N": str(ends)}, **said}


def suppressed(ends: int) -> dict:
    return {**BLOCKED, "ttl": {"N": str(ends)}}


def person(version: int, consents: str) -> dict:
    return {**MEMBER, "v": {"N": str(version)}, "consents": {"B": consents.encode()}}


class ACarry(unittest.TestCase):
    def setUp(self):
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.client = boto3.client("dynamodb", region_name="eu-west-3", **keys)
        self.aws = Stubber(self.client)
        self.aws.activate()
        self.addCleanup(self.aws.deactivate)

    def tearDown(self):
        self.aws.assert_no_pending_responses()

    def stand(self, in_use: dict, restored: dict | None):
        """The table that was in use holds this item, and the restored one that item."""
        self.aws.add_response("scan", {"Items": [in_use]})
        key = {name: in_use[name] for name in ("pk", "sk")}
        asked = {"TableName": "restored", "Key": key, "ConsistentRead": True}
        self.aws.add_response("get_item", {"Item": restored} if restored else {}, asked)

    def expect_put(self, item: dict, **condition):
        self.aws.add_response("put_item", {}, {"TableName": "restored", "Item": item, **condition})

    def carried(self):
        return carry(self.client, "in use", "restored")

    def test_brings_the_later_opposition_of_each_channel(self):
        self.stand(opposed(3, 90, sms=20, email=5), opposed(2, 80, email=7))
        self.expect_put(opposed(4, 90, sms=20, email=7), **over(2))
        self.assertEqual(self.carried().contacts, 1)

    def test_keeps_an_opposition_that_comes_meanwhile(self):
        self.stand(opposed(3, 90, sms=20), opposed(2, 80, sms=10))
        self.aws.add_client_error("put_item", "ConditionalCheckFailedException")
        asked = {"TableName": "restored", "Key": CONTACT, "ConsistentRead": True}
        self.aws.add_response("get_item", {"Item": opposed(3, 95, sms=10, email=30)}, asked)
        self.expect_put(opposed(4, 95, sms=20, email=30), **over(3))
        self.assertEqual(self.carried().contacts, 1)

    def test_brings_an_opposition_and_a_suppression_that_the_restored_table_lacks(self):
        for item, condition in (
            (opposed(1, 90, sms=20), {"ConditionExpression": "attribute_not_exists(pk)"}),
            (suppressed(90), {}),
        ):
            self.stand(item, None)
            self.expect_put(item, **condition)
            self.assertEqual(self.carried().contacts, 1)

    def test_leaves_what_the_restored_table_has(self):
        for item in (opposed(1, 90, sms=20), suppressed(90), person(3, "stop")):
            self.stand(item, item)
            carried = self.carried()
            self.assertEqual((carried.contacts, carried.persons), (0, 0))

    def test_brings_the_consents_of_a_person(self):
        self.stand(person(4, "stop"), person(3, "consent"))
        written = {
            "TableName": "restored",
            "Key": MEMBER,
            "UpdateExpression": "SET v = :v, consents = :consents REMOVE young",
            "ConditionExpression": "v = :read",
            "ExpressionAttributeValues": {":v": {"N": "4"}, ":consents": {"B": b"stop"}, ":read": {"N": "3"}},
        }
        self.aws.add_response("update_item", {}, written)
        self.assertEqual(self.carried().persons, 1)

    def test_names_a_person_whom_both_tables_changed(self):
        self.stand(person(4, "stop"), person(4, "consent"))
        self.assertEqual(self.carried().undecided, ["M#1#S#03 MEMBER#1#PERSON"])

    def test_brings_no_person_back_who_was_erased(self):
        erased = {"erased_on": {"S": "2026-11-28"}}
        for in_use, restored in (
            ({**person(5, "stop"), **erased}, person(3, "consent")),
            (person(5, "stop"), {**person(3, "consent"), **erased}),
        ):
            self.stand(in_use, restored)
            self.assertEqual(self.carried().persons, 0)


def over(version: int) -> dict:
    """The condition of a write over a version."""
    return {"ConditionExpression": "v = :read", "ExpressionAttributeValues": {":read": {"N": str(version)}}}
