"""The template as a text and as a whole."""

import re
import unittest

from template import TEMPLATE, of_type, resources, template

# Resources whose loss is the loss of data.
KEPT = {
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::Secret",
}
# Types that the local stack does not know.
NOT_LOCAL = {"AWS::SecretsManager::ResourcePolicy"}


class TheTemplate(unittest.TestCase):
    def test_has_no_yaml_anchor_alias_or_merge_key_which_cloudformation_does_not_read(self):
        for number, line in enumerate(TEMPLATE.read_text(encoding="utf-8").splitlines(), 1):
            code = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", line)
            self.assertNotRegex(code, r"(^|[\s\[:-])[&*]\w|<<:", f"line {number}")

    def test_keeps_data_but_leaves_nothing_behind_when_the_first_deployment_fails(self):
        for name, resource in template()["Resources"].items():
            if resource["Type"] in KEPT:
                self.assertEqual(resource.get("DeletionPolicy"), "RetainExceptOnCreate", name)
                self.assertEqual(resource.get("UpdateReplacePolicy"), "Retain", name)
            else:
                self.assertNotIn("Retain", resource.get("DeletionPolicy", ""), name)

    def test_puts_types_that_the_local_stack_does_not_know_under_on_aws(self):
        for name, resource in template()["Resources"].items():
            if resource["Type"] in NOT_LOCAL:
                self.assertEqual(resource.get("Condition"), "OnAws", name)

    def test_keeps_the_files_of_a_range_longer_than_the_dead_letter_that_needs_them(self):
        letters = [queue for name, queue in of_type("AWS::SQS::Queue").items() if name.endswith("DeadLetters")]
        # A letter that is moved back may become a letter once more.
        needed = 2 * max(queue["MessageRetentionPeriod"] for queue in letters) // 86_400
        for bucket in ("UploadsBucket", "ReportsBucket"):
            kept = [
                rule["ExpirationInDays"] + rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays", 0)
                for rule in resources()[bucket]["Properties"]["LifecycleConfiguration"]["Rules"]
                # ingest tags a file when its report is written: no message needs that file any more.
                if "ExpirationInDays" in rule and "TagFilters" not in rule and rule.get("Prefix") != "refused/"
            ]
            self.assertTrue(kept, bucket)
            self.assertGreaterEqual(min(kept), needed, bucket)

    def test_has_dead_letters_of_its_own_for_every_queue_and_keeps_them_two_weeks(self):
        queues = of_type("AWS::SQS::Queue")
        letters = {name for name in queues if name.endswith("DeadLetters")}
        for name in set(queues) - letters:
            target = queues[name]["RedrivePolicy"]["deadLetterTargetArn"]
            self.assertEqual(target, {"Fn::GetAtt": [f"{name.removesuffix('Queue')}DeadLetters", "Arn"]}, name)
        for name in letters:
            self.assertEqual(queues[name]["MessageRetentionPeriod"], 14 * 86_400, name)

    def test_has_a_queue_policy_whose_statement_names_one_resource(self):
        for name, properties in of_type("AWS::SQS::QueuePolicy").items():
            for statement in properties["PolicyDocument"]["Statement"]:
                self.assertNotIsInstance(statement["Resource"], list, f"{name} {statement['Sid']}")

    def test_refuses_connections_without_tls_for_every_queue_and_bucket(self):
        closed = set()
        for kind, field in (("AWS::SQS::QueuePolicy", "Queues"), ("AWS::S3::BucketPolicy", "Bucket")):
            for properties in of_type(kind).values():
                sids = [statement["Sid"] for statement in properties["PolicyDocument"]["Statement"]]
                named = properties[field] if isinstance(properties[field], list) else [properties[field]]
                if "OnlyOverTls" in sids:
                    closed |= {one["Ref"] for one in named}
        self.assertEqual(closed, set(of_type("AWS::SQS::Queue")) | set(of_type("AWS::S3::Bucket")))

    def test_takes_the_table_in_use_from_one_place(self):
        for name, resource in resources().items():
            if name not in ("Table", "TableInUse", "TableInUseArn", "TableInUseStream"):
                self.assertNotRegex(str(resource), r"'Ref': 'Table'|\['Table', |\$\{Table[.}]", name)

    def test_opens_no_other_table_or_stream_than_the_restored_one(self):
        chosen = {
            name: resource["Properties"]["Value"]
            for name, resource in resources().items()
            if name[:5] == "Table" and resource["Type"] == "AWS::SSM::Parameter"
        }
        self.assertEqual(
            chosen["TableInUse"]["Fn::If"], ["TableIsRestored", {"Ref": "RestoredTable"}, {"Ref": "Table"}]
        )
        self.assertEqual(chosen["TableInUseStream"]["Fn::If"][1], {"Ref": "RestoredTableStream"})
        self.assertTrue(chosen["TableInUseArn"]["Fn::If"][1]["Fn::Sub"].endswith(":table/${RestoredTable}"))
