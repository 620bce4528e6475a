"""The role by which a merchant puts files with its own AWS credentials: infra/merchant-uploads.yaml."""

import json
import re
import unittest
from functools import cache

from build import REPOSITORY
from template import listed, template

TEMPLATE = REPOSITORY / "infra" / "merchant-uploads.yaml"
MERCHANT = "01KAVJT4P0000000000000000A"
KEY = "arn:aws:kms:eu-west-3:123456789012:key/data"
VALUES = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-3",
    "Service": "zerosix",
    "Merchant": MERCHANT,
    "Principal": "arn:aws:iam::210987654321:role/exports",
    "ExternalId": "an-external-id-of-one-merchant",
}
EXPORTS = {"zerosix-UploadsBucket": "uploads", "zerosix-DataKeyArn": KEY}


@cache
def written() -> dict:
    from cfnlint.decode.cfn_yaml import load  # slow to import

    return load(str(TEMPLATE))


def resolved(value):
    """The value as AWS reads it, for one merchant."""
    match value:
        case {"Ref": name}:
            return VALUES[name]
        case {"Fn::ImportValue": name}:
            return EXPORTS[resolved(name)]
        case {"Fn::Sub": [text, names]}:
            return _filled(text, {**VALUES, **{name: resolved(one) for name, one in names.items()}})
        case {"Fn::Sub": str(text)}:
            return _filled(text, VALUES)
        case dict():
            return {str(key): resolved(one) for key, one in value.items()}
        case list():
            return [resolved(one) for one in value]
        case _:
            return value


def _filled(text: str, values: dict) -> str:
    return re.sub(r"\$\{([\w:]+)\}", lambda found: values[found[1]], text)


def role() -> dict:
    return resolved(written()["Resources"]["Role"]["Properties"])


def statements() -> dict[str, dict]:
    (policy,) = role()["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


class TheRoleOfAMerchant(unittest.TestCase):
    def test_puts_files_under_its_own_folder_and_does_nothing_else(self):
        allowed = {(action, one["Resource"]) for one in statements().values() for action in listed(one["Action"])}
        self.assertEqual(
            allowed,
            {
                ("s3:PutObject", f"arn:aws:s3:::uploads/{MERCHANT}/*"),
                ("kms:GenerateDataKey", KEY),
                ("kms:Decrypt", KEY),
            },
        )
        self.assertTrue(all(one["Effect"] == "Allow" for one in statements().values()))
        self.assertNotIn("ManagedPolicyArns", role())

    def test_uses_the_key_only_through_s3_and_only_for_the_bucket_of_uploads(self):
        self.assertEqual(
            statements()["EncryptThemThroughS3"]["Condition"],
            {
                "StringEquals": {
                    "kms:ViaService": "s3.eu-west-3.amazonaws.com",
                    # The bucket has a key of its own (BucketKeyEnabled), so the context names the bucket.
                    "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::uploads",
                }
            },
        )
        encryption = template()["Resources"]["UploadsBucket"]["Properties"]["BucketEncryption"]
        (rule,) = encryption["ServerSideEncryptionConfiguration"]
        self.assertTrue(rule["BucketKeyEnabled"])

    def test_puts_a_file_over_tls_and_only_so_that_ingest_can_read_it(self):
        condition = statements()["PutFilesIntoTheMerchantsFolder"]["Condition"]
        self.assertEqual(condition["Bool"], {"aws:SecureTransport": "true"})
        self.assertEqual(condition["NumericGreaterThanEquals"], {"s3:TlsVersion": "1.2"})
        self.assertEqual(condition["Null"], {"s3:x-amz-server-side-encryption-customer-algorithm": "true"})
        self.assertEqual(
            condition["StringEqualsIfExists"],
            {"s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-storage-class": "STANDARD"},
        )
        self.assertEqual(condition["ArnEqualsIfExists"], {"s3:x-amz-server-side-encryption-aws-kms-key-id": KEY})

    def test_is_taken_by_the_merchants_principal_with_its_external_id_for_an_hour_at_most(self):
        (statement,) = role()["AssumeRolePolicyDocument"]["Statement"]
        self.assertEqual(statement["Principal"], {"AWS": VALUES["Principal"]})
        self.assertEqual(statement["Action"], "sts:AssumeRole")
        self.assertEqual(statement["Condition"], {"StringEquals": {"sts:ExternalId": VALUES["ExternalId"]}})
        self.assertEqual(role()["MaxSessionDuration"], 3600)

    def test_accepts_the_identifier_of_one_merchant_and_no_pattern(self):
        pattern = written()["Parameters"]["Merchant"]["AllowedPattern"]
        self.assertRegex(MERCHANT, f"^({pattern})$")
        for other in ("*", f"{MERCHANT}/paris", MERCHANT.lower(), f"{MERCHANT[:-1]}*", ""):
            self.assertNotRegex(other, f"^({pattern})$")
        pattern = written()["Parameters"]["Principal"]["AllowedPattern"]
        for other in ("*", "arn:aws:iam::*:root", "210987654321"):
            self.assertNotRegex(other, f"^({pattern})$")

    def test_imports_what_the_template_of_the_service_exports(self):
        names = {"${AWS::StackName}" + name.removeprefix("zerosix") for name in EXPORTS}
        exported = {one["Export"]["Name"]["Fn::Sub"] for one in template()["Outputs"].values() if "Export" in one}
        self.assertEqual(exported, names)

    def test_has_no_fault_that_parliament_knows(self):
        from parliament import analyze_policy_string  # slow to import

        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements().values())})
        found = [
            finding
            for finding in analyze_policy_string(policy).findings
            # A number with a point, which parliament does not read as one.
            if "s3:TlsVersion" not in str(finding.detail)
        ]
        self.assertEqual(found, [])
