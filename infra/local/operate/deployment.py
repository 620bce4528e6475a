"""What a deployment does around `sam deploy`: before it, the rest of a failed creation is removed. After it, the stack
is protected. On AWS and on the local stack."""

from __future__ import annotations

import json

# The stack policy refuses to replace or to delete these resources. An update that needs it must lift the policy first:
# docs/operations.md.
KEPT = ["ArchivesBucket", "DataKey", "OperatorSecret", "ReportsBucket", "Table", "UploadsBucket", "VaultSecret"]
# An update of this resource could generate the secret again.
NEVER_UPDATED = ["OperatorSecret", "VaultSecret"]
# Only a first deployment ends in these states.
FAILED_CREATIONS = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


def remove_failed_creation(client, name: str) -> bool:
    """True if the first deployment had failed and its rest was removed. CloudFormation cannot update such a stack. It
    holds nothing, because resources with data are kept only once they are created for good (RetainExceptOnCreate).
    A protected table cannot be deleted, so the rollback may have stopped at it."""
    cloudformation = client("cloudformation")
    if _status(cloudformation, name) not in FAILED_CREATIONS:
        return False
    _delete_what_is_left(client, cloudformation, name)
    cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)
    return True


def is_deployed(cloudformation, name: str) -> bool:
    """False where the person answered No to the first change set, or where its creation failed."""
    return _status(cloudformation, name) in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


def protect(cloudformation, name: str) -> None:
    """Nobody deletes the stack, and no update replaces or deletes what holds data."""
    cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=True)
    cloudformation.set_stack_policy(StackName=name, StackPolicyBody=json.dumps(stack_policy()))


def stack_policy() -> dict:
    def deny(actions: list[str], resources: list[str]) -> dict:
        named = [f"LogicalResourceId/{name}" for name in resources]
        return {"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": named}

    everything = {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}
    return {
        "Statement": [
            everything,
            deny(["Update:Replace", "Update:Delete"], KEPT),
            deny(["Update:Modify"], NEVER_UPDATED),
        ]
    }


def _delete_what_is_left(client, cloudformation, name: str) -> None:
    """The protected table, and the key that encrypts it. A deletion of the stack would keep both for ever."""
    for table in _left(cloudformation, name, "AWS::DynamoDB::Table"):
        dynamodb = client("dynamodb")
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        dynamodb.get_waiter("table_exists").wait(TableName=table)
        dynamodb.delete_table(TableName=table)
        dynamodb.get_waiter("table_not_exists").wait(TableName=table)
    for key in _left(cloudformation, name, "AWS::KMS::Key"):
        client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=30)


def _left(cloudformation, name: str, kind: str) -> list[str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    return [
        one["PhysicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] == kind and one["ResourceStatus"] != "DELETE_COMPLETE" and one.get("PhysicalResourceId")
    ]


def _status(cloudformation, name: str) -> str | None:
    from botocore.exceptions import ClientError

    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
