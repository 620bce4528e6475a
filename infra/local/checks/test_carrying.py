"""What is carried into a restored table."""

import unittest
from datetime import datetime, timezone
from unittest import mock

import boto3
from botocore.stub import Stubber
from operate.carrying import carry
from operate.restoring import RestoreError

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


def said(place: int, at: str, what: str) -> dict:
    """A row of the history of the member."""
    key = {"pk": {"S": "M#1#MEMBER#1"}, "sk": {"S": f"CONSENT#sms#{place:02}"}}
    return {**key, "recorded_at": {"S": at}, "change": {"B": what.encode()}}


STOP, CONSENT = said(4, "2026-11-29T08:00:00Z", "stop"), said(4, "2026-11-29T12:00:00Z", "consent")


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
        """The table that was in use holds this entry of a contact, and the restored one that entry."""
        self.aws.add_response("scan", {"Items": [in_use]})
        self.read(in_use, restored)

    def read(self, item: dict, restored: dict | None):
        key = {name: item[name] for name in ("pk", "sk")}
        asked = {"TableName": "restored", "Key": key, "ConsistentRead": True}
        self.aws.add_response("get_item", {"Item": restored} if restored else {}, asked)

    def stand_persons(self, in_use: dict, restored: dict | None):
        self.aws.add_response("scan", {"Items": [in_use]})
        asked = {"RequestItems": {"restored": {"Keys": [MEMBER], "ConsistentRead": True}}}
        found = {"Responses": {"restored": [restored] if restored else []}, "UnprocessedKeys": {}}
        self.aws.add_response("batch_get_item", found, asked)

    def rows(self, table: str, *rows: dict):
        values = {":pk": {"S": "M#1#MEMBER#1"}, ":consents": {"S": "CONSENT#"}, ":since": {"S": "2026-11-29T02:14:00Z"}}
        asked = {
            "TableName": table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :consents)",
            "FilterExpression": "recorded_at >= :since",
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
        }
        self.aws.add_response("query", {"Items": list(rows)}, asked)

    def expect_put(self, item: dict, **condition):
        self.aws.add_response("put_item", {}, {"TableName": "restored", "Item": item, **condition})

    def expect_consents(self, consents: str, read: int, *rows: dict):
        update = {
            "TableName": "restored",
            "Key": MEMBER,
            "UpdateExpression": "SET v = :v, consents = :consents REMOVE young",
            "ConditionExpression": "v = :read",
            "ExpressionAttributeValues": {
                ":v": {"N": str(read + 1)},
                ":consents": {"B": consents.encode()},
                ":read": {"N": str(read)},
            },
        }
        puts = [{"Put": {"TableName": "restored", "Item": row}} for row in rows]
        self.aws.add_response("transact_write_items", {}, {"TransactItems": [{"Update": update}, *puts]})

    def carried(self):
        moment = datetime(2026, 11, 29, 2, 15, tzinfo=timezone.utc)
        return carry(self.client, "in use", "restored", moment, 1)

    def test_brings_the_later_opposition_of_each_channel(self):
        self.stand(opposed(3, 90, sms=20, email=5), opposed(2, 80, email=7))
        self.expect_put(opposed(4, 90, sms=20, email=7), **over(2))
        self.assertEqual(self.carried().contacts, 1)

    def test_keeps_an_opposition_that_comes_meanwhile(self):
        self.stand(opposed(3, 90, sms=20), opposed(2, 80, sms=10))
        self.aws.add_client_error("put_item", "ConditionalCheckFailedException")
        self.read(CONTACT, opposed(3, 95, sms=10, email=30))
        self.expect_put(opposed(4, 95, sms=20, email=30), **over(3))
        with mock.patch("time.sleep"):
            self.assertEqual(self.carried().contacts, 1)

    def test_gives_up_an_entry_that_is_written_again_and_again(self):
        self.aws.add_response("scan", {"Items": [opposed(3, 90, sms=20)]})
        for _ in range(10):
            self.read(CONTACT, opposed(2, 80, sms=10))
            self.aws.add_client_error("put_item", "ConditionalCheckFailedException")
        with mock.patch("time.sleep"), self.assertRaises(RestoreError):
            self.carried()

    def test_brings_an_opposition_and_a_suppression_that_the_restored_table_lacks(self):
        for item, condition in (
            (opposed(1, 90, sms=20), {"ConditionExpression": "attribute_not_exists(pk)"}),
            (suppressed(90), {}),
        ):
            self.stand(item, None)
            self.expect_put(item, **condition)
            self.assertEqual(self.carried().contacts, 1)

    def test_leaves_what_the_restored_table_has(self):
        for item in (opposed(1, 90, sms=20), suppressed(90)):
            self.stand(item, item)
            self.assertEqual(self.carried().contacts, 0)
        self.stand_persons(person(3, "stop"), person(3, "stop"))
        self.assertEqual(self.carried().persons, 0)

    def test_brings_the_consents_of_a_person_with_their_history(self):
        self.stand_persons(person(5, "stop"), person(3, "consent"))
        self.read(MEMBER, person(3, "consent"))
        self.rows("in use", STOP)
        self.rows("restored")
        self.expect_consents("stop", 3, STOP)
        self.assertEqual(self.carried().persons, 1)

    def test_reads_a_person_again_who_was_written_meanwhile(self):
        self.stand_persons(person(5, "stop"), person(3, "consent"))
        self.read(MEMBER, person(3, "consent"))
        self.rows("in use", STOP)
        self.rows("restored")
        self.aws.add_client_error("transact_write_items", "TransactionCanceledException")
        self.read(MEMBER, person(4, "another"))
        self.rows("in use", STOP)
        self.rows("restored", CONSENT)
        with mock.patch("time.sleep"):
            self.assertEqual(self.carried().undecided, ["M#1#S#03 MEMBER#1#PERSON"])

    def test_names_a_person_who_spoke_in_both_tables_whatever_their_versions(self):
        for version in (3, 9):
            self.stand_persons(person(version, "consent"), person(4, "stop"))
            self.read(MEMBER, person(4, "stop"))
            self.rows("in use", CONSENT)
            self.rows("restored", STOP)
            carried = self.carried()
            self.assertEqual((carried.undecided, carried.persons), (["M#1#S#03 MEMBER#1#PERSON"], 0))

    def test_keeps_what_a_person_said_in_the_restored_table_only(self):
        self.stand_persons(person(9, "consent"), person(4, "stop"))
        self.read(MEMBER, person(4, "stop"))
        self.rows("in use")
        self.rows("restored", STOP)
        carried = self.carried()
        self.assertEqual((carried.undecided, carried.persons), ([], 0))

    def test_names_a_person_who_became_a_member_after_the_moment_and_said_something(self):
        for rows, named in (((STOP,), ["M#1#S#03 MEMBER#1#PERSON"]), ((), [])):
            self.stand_persons(person(2, "stop"), None)
            self.rows("in use", *rows)
            self.assertEqual(self.carried().unknown, named)

    def test_brings_no_person_back_who_was_erased(self):
        erased = {"erased_on": {"S": "2026-11-28"}}
        for in_use, restored in (
            ({**person(5, "stop"), **erased}, person(3, "consent")),
            (person(5, "stop"), {**person(3, "consent"), **erased}),
        ):
            self.stand_persons(in_use, restored)
            self.assertEqual(self.carried().persons, 0)

    def test_refuses_the_table_in_use(self):
        with self.assertRaises(RestoreError):
            carry(self.client, "restored", "restored", datetime.now(timezone.utc), 1)


def over(version: int) -> dict:
    """The condition of a write over a version."""
    return {"ConditionExpression": "v = :read", "ExpressionAttributeValues": {":read": {"N": str(version)}}}
