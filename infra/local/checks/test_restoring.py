"""What a restore reads from both tables."""

import unittest
from unittest import mock

import boto3
from botocore.stub import Stubber
from operate.restoring import (
    Erasure,
    RestoreError,
    _enable_recovery,
    _same_structure,
    differences,
    erased_since,
    finish,
    prepare,
    remove,
)

MERCHANT = "M#01KAVJT4P0000000000000000A"


class ARestore(unittest.TestCase):
    def setUp(self):
        self.client = boto3.client(
            "dynamodb", region_name="eu-west-3", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.aws = Stubber(self.client)
        self.aws.activate()
        self.addCleanup(self.aws.deactivate)

    def answer(self, table: str, pk: str, *items: dict, since: str | None = None):
        values = {":pk": {"S": pk}, **({":since": {"S": since}} if since else {})}
        condition = "pk = :pk AND sk >= :since" if since else "pk = :pk"
        asked = {
            "TableName": table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
        }
        read = [{name: {"S": value} for name, value in item.items()} for item in items]
        self.aws.add_response("query", {"Items": read}, asked)

    def test_lists_the_persons_who_were_erased_since_a_day_also_of_a_merchant_who_is_lost(self):
        self.answer("used", "MERCHANTS")
        self.answer("restored", "MERCHANTS", {"pk": "MERCHANTS", "sk": MERCHANT})
        erased = {"sk": "2026-11-28#01MEMBER", "reason": "request"}
        self.answer("used", f"{MERCHANT}#ERASED", erased, since="2026-11-28")
        self.answer("used", f"{MERCHANT}#TEST#ERASED", since="2026-11-28")
        expected = [Erasure(MERCHANT.removeprefix("M#"), "live", "01MEMBER", "2026-11-28", "request")]
        self.assertEqual(erased_since(self.client, "used", "restored", "2026-11-28"), expected)

    def compare(self, settings: str, campaign: str | None) -> list[str]:
        """The differences between a table in use with these values, and a restored one."""
        for table in ("restored", "used"):
            self.answer(table, "MERCHANTS", {"sk": MERCHANT})
        self.answer("used", MERCHANT, {"sk": "PROFILE", "name": settings})
        self.answer("restored", MERCHANT, {"sk": "PROFILE", "name": "as it was"})
        for table in ("used", "restored"):
            self.answer(table, f"{MERCHANT}#WEBHOOKS")
        campaigns = [{"sk": "CAMPAIGN#1", "state": campaign}] if campaign else []
        self.answer("used", f"{MERCHANT}#CAMPAIGNS", *campaigns)
        self.answer("restored", f"{MERCHANT}#CAMPAIGNS", {"sk": "CAMPAIGN#1", "state": "scheduled"})
        for table in ("used", "restored"):
            self.answer(table, f"{MERCHANT}#TEST#CAMPAIGNS")
        found = differences(self.client, "used", "restored")
        self.aws.assert_no_pending_responses()
        return found

    def test_names_a_merchant_whose_settings_differ(self):
        self.assertEqual(self.compare("new", "scheduled"), [f"The settings of {MERCHANT} differ"])

    def test_names_a_campaign_that_would_be_sent_again(self):
        sentence = f"{MERCHANT}#CAMPAIGNS CAMPAIGN#1 is scheduled, and was"
        self.assertEqual(self.compare("as it was", "finished"), [f"{sentence} finished"])
        self.assertEqual(self.compare("as it was", None), [f"{sentence} deleted"])

    def test_names_a_merchant_who_is_in_one_table_only(self):
        self.answer("restored", "MERCHANTS")
        self.answer("used", "MERCHANTS", {"sk": MERCHANT})
        self.assertEqual(differences(self.client, "used", "restored"), [f"{MERCHANT} is not in restored"])

    def test_waits_until_a_restored_table_is_ready_before_it_prepares_it(self):
        creating = {"Table": {"TableStatus": "CREATING"}}
        for described in (creating, {"Table": {"TableStatus": "ACTIVE"}}):
            self.aws.add_response("describe_table", described, {"TableName": "restored"})
        self.aws.add_client_error("describe_table", "ResourceNotFoundException", "the end of this test")
        with mock.patch("time.sleep"), self.assertRaises(self.client.exceptions.ResourceNotFoundException):
            prepare(self.client, "restored")
        self.aws.assert_no_pending_responses()

    def test_waits_until_aws_allows_point_in_time_recovery(self):
        asked = {"TableName": "restored", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
        refused = "ContinuousBackupsUnavailableException"
        self.aws.add_client_error("update_continuous_backups", refused, "being enabled", expected_params=asked)
        self.aws.add_response("update_continuous_backups", {}, asked)
        with mock.patch("time.sleep"):
            _enable_recovery(self.client, "restored")
        self.aws.assert_no_pending_responses()

    def test_of_a_drill_leaves_no_table_where_it_had_not_begun(self):
        self.aws.add_client_error("describe_table", "ResourceNotFoundException", "no such table")
        remove(self.client, "restored")
        self.aws.assert_no_pending_responses()

    def test_prepares_the_backup_of_a_table_that_was_deleted(self):
        described = {"LatestStreamArn": "arn:aws:dynamodb:eu-west-3:123456789012:table/restored/stream/label"}
        self.aws.add_response("describe_table", {"Table": described}, {"TableName": "restored"})
        self.aws.add_client_error("describe_table", "ResourceNotFoundException", "deleted")
        with mock.patch("operate.restoring.prepare"):
            self.assertEqual(finish(self.client, "deleted", "restored"), described["LatestStreamArn"])

    def test_refuses_a_table_without_an_index(self):
        keys = [{"AttributeName": "pk", "KeyType": "HASH"}]
        source = {"KeySchema": keys, "GlobalSecondaryIndexes": [{"IndexName": "due", "KeySchema": keys}]}
        with self.assertRaises(RestoreError):
            _same_structure(source, {"KeySchema": keys})
