"""What a deployment does around `sam deploy`: before it, the rest of a failed creation is removed. After it, the stack
is protected. On AWS and on the local stack."""

from __future__ import annotations

import json

# The stack policy refuses to replace or to delete these resources. An update that needs it must lift the policy first:
# docs/operations.md.
KEPT = ["ArchivesBucket", "DataKey", "OperatorSecret", "ReportsBucket", "Table", "UploadsBucket", "VaultSecret"]
# An update of this resource could generate the secret again.
NEVER_UPDATED = ["OperatorSecret", "VaultSecret"]


def remove_failed_creation(cloudformation, name: str) -> bool:
    """True if the first deployment had failed and its rest was removed. CloudFormation cannot update such a stack. It
    holds nothing, because resources with data are kept only once they are created for good (RetainExceptOnCreate)."""
    if _status(cloudformation, name) != "ROLLBACK_COMPLETE":
        return False
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)
    return True


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


def _status(cloudformation, name: str) -> str | None:
    from botocore.exceptions import ClientError

    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
