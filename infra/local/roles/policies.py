"""Lints the policies of roles and resources with parliament, which knows the actions, resources and conditions of IAM.

parliament reads policies with real ARNs, so each reference of the template becomes an example of its ARN.
"""

from __future__ import annotations

import json
import re

from template import of_type, resources

# Findings that are no fault: a part of the sentence, and why.
EXCEPTIONS = {
    "dynamodb:ListStreams": "this action accepts no narrower resource",
    "DataKey: RESOURCE_STAR": "in the policy of a key, the star is the key itself",
    "s3:TlsVersion": "a number with a point, which parliament does not read as one",
}

ACCOUNT = "eu-west-3:123456789012"
ARNS = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{ACCOUNT}:table/{{}}",
    "AWS::KMS::Key": f"arn:aws:kms:{ACCOUNT}:key/{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{ACCOUNT}:log-group:{{}}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/{}",
    "AWS::SNS::Topic": f"arn:aws:sns:{ACCOUNT}:{{}}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{ACCOUNT}:{{}}",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{ACCOUNT}:secret:{{}}",
    "AWS::Serverless::Function": f"arn:aws:lambda:{ACCOUNT}:function:{{}}",
}
TABLE = f"arn:aws:dynamodb:{ACCOUNT}:table/Table"
PARAMETERS = {
    "TableInUseArn.Value": TABLE,
    "TableInUseStream.Value": f"{TABLE}/stream/label",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-3",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "zerosix",
    "VaultKeeperArn": "arn:aws:iam::123456789012:role/keeper",
}


def findings() -> list[str]:
    """A sentence for each fault of a policy."""
    from parliament import analyze_policy_string  # slow to import

    sentences = []
    for owner, document in documents().items():
        for finding in analyze_policy_string(json.dumps(document)).findings:
            text = f"{owner}: {finding.issue}: {finding.detail} {finding.location}"
            if not any(known in text for known in EXCEPTIONS):
                sentences.append(text)
    return sentences


# Where a resource has its own policy, and in which property.
RESOURCE_POLICIES = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
}


def documents() -> dict[str, dict]:
    """The policies of every role, the managed policies, and those of resources."""
    found = {}
    for role, properties in of_type("AWS::IAM::Role").items():
        for policy in properties.get("Policies", []):
            found[f"{role} {policy['PolicyName']}"] = _written(policy["PolicyDocument"])
    for name, properties in of_type("AWS::IAM::ManagedPolicy").items():
        found[name] = _written(properties["PolicyDocument"])
    for kind, document in RESOURCE_POLICIES.items():
        for name, properties in of_type(kind).items():
            found[name] = _written(properties[document])
    return found


def _written(value):
    """The value as AWS reads it, with every choice of a condition taken."""
    match value:
        case {"Fn::If": [_, chosen, _]}:
            return _written(chosen)
        case {"Fn::GetAtt": [name, attribute]}:
            return _named(f"{name}.{attribute}")
        case {"Ref": name}:
            return _named(name)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([\w:.]+)\}", lambda found: _named(found[1]), text)
        case dict():
            return {key: _written(one) for key, one in value.items()}
        case list():
            return [_written(one) for one in value]
        case _:
            return value


def _named(reference: str) -> str:
    if reference in PARAMETERS:
        return PARAMETERS[reference]
    name = reference.split(".")[0]
    return ARNS[resources()[name]["Type"]].format(name)
