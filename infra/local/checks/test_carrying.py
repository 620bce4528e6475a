"""What is carried into a restored table."""

import threading
import unittest
from unittest import mock

import boto3
from botocore.stub import Stubber
from operate.carrying import OPPOSITIONS_PER_CALL, Carried, carry
from operate.restoring import RestoreError

CONTACT = {"pk": {"S": "M#1#CONTACT#MOBILE#hash"}, "sk": {"S": "DO_NOT_CONTACT"}}
BLOCKED = {"pk": {"S": "M#1#CONTACT#MOBILE#hash"}, "sk": {"S": "SUPPRESSED"}}
MEMBER = {"pk": {"S": "M#1#S#03"}, "sk": {"S": "MEMBER#1#PERSON"}}


def opposed(**channels: int) -> dict:
    said = {
        channel: {"M": {"at": {"N": str(at)}, "reason": {"S": "stop"}, "by": {"S": "service"}}}
        for channel, at in channels.items()
    }
    return {**CONTACT, "v": {"N": "1"}, "ttl": {"N": "90"}, **said}


def statement(channel: str, at: int) -> dict:
    return {"contact": CONTACT["pk"]["S"], "channel": channel, "at": at, "reason": "stop", "by": "service"}


def suppressed(ends: int) -> dict:
    return {**BLOCKED, "ttl": {"N": str(ends)}}


def person(consents: str) -> dict:
    return {**MEMBER, "consents": {"B": consents.encode()}}


def said(place: int, what: str) -> dict:
    """A row of the history of the member."""
    key = {"pk": {"S": "M#1#MEMBER#1"}, "sk": {"S": f"CONSENT#sms#{place:02}"}}
    return {**key, "recorded_at": {"S": "2026-11-29T08:00:00Z"}, "change": {"B": what.encode()}}


class ACarry(unittest.TestCase):
    def setUp(self):
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.client = boto3.client("dynamodb", region_name="eu-west-3", **keys)
        self.aws = Stubber(self.client)
        self.aws.activate()
        self.addCleanup(self.aws.deactivate)
        self.stored = []

    def tearDown(self):
        self.aws.assert_no_pending_responses()

    def store_again(self, oppositions: list[dict]) -> dict:
        self.stored.append(oppositions)
        return {"members": len(oppositions), "unknown": 1}

    def carried(self) -> Carried:
        return carry(self.client, self.store_again, "former", "restored", 1)

    def stand(self, former: dict, restored: dict | None):
        """The former table holds this entry of a contact, and the restored one that entry."""
        self.aws.add_response("scan", {"Items": [former]})
        key = {name: former[name] for name in ("pk", "sk")}
        asked = {"TableName": "restored", "Key": key, "ConsistentRead": True}
        self.aws.add_response("get_item", {"Item": restored} if restored else {}, asked)

    def stand_persons(self, former: dict, restored: dict | None):
        self.aws.add_response("scan", {"Items": [former]})
        asked = {"RequestItems": {"restored": {"Keys": [MEMBER], "ConsistentRead": True}}}
        found = {"Responses": {"restored": [restored] if restored else []}, "UnprocessedKeys": {}}
        self.aws.add_response("batch_get_item", found, asked)

    def rows(self, table: str, *rows: dict):
        asked = {
            "TableName": table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :consents)",
            "ExpressionAttributeValues": {":pk": {"S": "M#1#MEMBER#1"}, ":consents": {"S": "CONSENT#"}},
            "ConsistentRead": True,
        }
        self.aws.add_response("query", {"Items": list(rows)}, asked)

    def test_stores_the_later_opposition_of_each_channel_again(self):
        self.stand(opposed(sms=20, email=5), opposed(email=7))
        self.assertEqual(self.carried(), Carried(opposed=1, unknown=1))
        self.assertEqual(self.stored, [[statement("sms", 20)]])

    def test_stores_an_opposition_again_that_the_restored_table_lacks(self):
        self.stand(opposed(sms=20, email=5), None)
        self.carried()
        self.assertEqual(self.stored, [[statement("email", 5), statement("sms", 20)]])

    def test_brings_a_suppression_that_is_missing_or_ends_earlier(self):
        for restored in (None, suppressed(80)):
            self.stand(suppressed(90), restored)
            self.aws.add_response("put_item", {}, {"TableName": "restored", "Item": suppressed(90)})
            self.assertEqual(self.carried(), Carried(suppressions=1))

    def test_leaves_what_the_restored_table_has(self):
        for item in (opposed(sms=20), suppressed(90)):
            self.stand(item, item)
            self.assertEqual(self.carried(), Carried())
        self.stand_persons(person("stop"), person("stop"))
        self.assertEqual(self.carried(), Carried())

    def test_sends_what_a_person_said_that_the_restored_table_does_not_know(self):
        for restored in (person("consent"), None):
            self.stored.clear()
            self.stand_persons(person("stop"), restored)
            self.rows("restored", said(1, "consent"))
            self.rows("former", said(1, "consent"), said(2, "stop"))
            self.carried()
            self.assertEqual(self.stored, [[{"rows": "M#1#MEMBER#1", "channel": "sms", "change": "c3RvcA=="}]])

    def test_reads_the_persons_again_that_dynamodb_did_not_read(self):
        self.aws.add_response("scan", {"Items": [person("stop")]})
        wanted = {"restored": {"Keys": [MEMBER], "ConsistentRead": True}}
        self.aws.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": wanted})
        self.aws.add_response("batch_get_item", {"Responses": {"restored": [person("stop")]}, "UnprocessedKeys": {}})
        with mock.patch("time.sleep"):
            self.assertEqual(self.carried(), Carried())

    def test_calls_the_function_with_a_bounded_number_of_oppositions(self):
        self.stand_persons(person("stop"), None)
        self.rows("restored")
        self.rows("former", *(said(place, "stop") for place in range(OPPOSITIONS_PER_CALL + 1)))
        self.carried()
        self.assertEqual([len(one) for one in self.stored], [OPPOSITIONS_PER_CALL, 1])

    def test_ends_the_other_parts_after_an_error(self):
        failed, read = threading.Event(), []

        class Pages:
            def paginate(self, **asked):
                if asked["Segment"] == 0:
                    failed.set()
                    raise RestoreError("the end of this part")
                while len(read) < 100:
                    failed.wait(5)
                    read.append(1)
                    yield {"Items": []}

        client = mock.Mock()
        client.get_paginator.return_value = Pages()
        with self.assertRaises(RestoreError):
            carry(client, self.store_again, "former", "restored", 2)

    def test_refuses_the_table_in_use(self):
        with self.assertRaises(RestoreError):
            carry(self.client, self.store_again, "restored", "restored", 1)
