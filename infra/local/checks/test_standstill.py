"""The standstill around a restore. The drills of the end-to-end tests stop and start a whole stack."""

import unittest
from unittest import mock

import boto3
from botocore.stub import Stubber
from operate.standstill import REFUSED, StandstillError, _switch_readers, start
from template import functions, of_type

READER = "5f1c8c0e-0000-4000-8000-000000000000"


class AStandstill(unittest.TestCase):
    def setUp(self):
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.functions = boto3.client("lambda", region_name="eu-west-3", **keys)
        self.stacks = boto3.client("cloudformation", region_name="eu-west-3", **keys)
        self.aws, self.stack = Stubber(self.functions), Stubber(self.stacks)
        for stub in (self.aws, self.stack):
            stub.activate()
            self.addCleanup(stub.deactivate)

    def clients(self, service: str):
        return {"lambda": self.functions, "cloudformation": self.stacks}[service]

    def reader(self, *states: str):
        listed = {"EventSourceMappings": [{"UUID": READER, "State": states[0]}]}
        self.aws.add_response("list_event_source_mappings", listed, {"FunctionName": "zerosix-send"})
        for state in states:
            self.aws.add_response("get_event_source_mapping", {"State": state}, {"UUID": READER})

    def switched(self, enabled: bool):
        self.aws.add_response("update_event_source_mapping", {}, {"UUID": READER, "Enabled": enabled})
        ends = "Enabled" if enabled else "Disabled"
        self.aws.add_response("get_event_source_mapping", {"State": ends}, {"UUID": READER})

    def test_waits_for_a_reader_that_aws_still_changes(self):
        for states, enabled in ((("Creating", "Enabled"), False), (("Disabling", "Disabled"), True)):
            self.reader(*states)
            self.switched(enabled)
            with mock.patch("time.sleep"):
                _switch_readers(self.clients, "zerosix-send", enabled=enabled)
            self.aws.assert_no_pending_responses()

    def test_leaves_a_reader_that_is_as_wanted_or_being_deleted(self):
        for state in ("Disabled", "Deleting"):
            self.reader(state)
            _switch_readers(self.clients, "zerosix-send", enabled=False)
            self.aws.assert_no_pending_responses()

    def test_refuses_every_function_that_is_called_by_https_but_the_one_of_the_providers(self):
        called = {
            permission["FunctionName"]["Ref"].removesuffix("Function").lower()
            for permission in of_type("AWS::Lambda::Permission").values()
        }
        self.assertEqual(set(REFUSED), called - {"callbacks"})
        # The end of a standstill gives a function the limit of its parameter back.
        for name in REFUSED:
            self.assertIn("ReservedConcurrentExecutions", functions()[name], name)

    def test_refuses_to_start_a_function_that_the_stack_does_not_have(self):
        function = {
            "LogicalResourceId": "SendFunction",
            "PhysicalResourceId": "zerosix-send",
            "ResourceType": "AWS::Lambda::Function",
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": "2026-11-29T00:00:00Z",
        }
        self.stack.add_response("list_stack_resources", {"StackResourceSummaries": [function]})
        with self.assertRaisesRegex(StandstillError, "retention, sent"):
            start(self.clients, "zerosix", ["sent", "retention"])
