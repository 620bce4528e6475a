"""Compares the calls that the functions made during the end-to-end tests with the rights of their roles.

Both directions are checked: a call that no right allows, and a right that no call used. A right that the tests
cannot use is an exception with a reason. MiniStack refuses most calls without a right by itself, but it does not look
inside a transaction, does not know the partition keys, and answers 404 where S3 would answer 403.

Not compared: the use of the key (UseTheKey), because the services call KMS in the name of the function, and the role of
the schedules. infra/local/checks/test_roles.py states both.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from stack import NAME, Stack

from roles.rights import Call, Right, denied, granted

# Actions that Lambda takes in the name of the function. MiniStack does without them.
OF_LAMBDA = {
    "logs:CreateLogStream": "writes the log",
    "logs:PutLogEvents": "writes the log",
    "sqs:ReceiveMessage": "polls the queue",
    "sqs:DeleteMessage": "polls the queue",
    "sqs:GetQueueAttributes": "polls the queue",
    "dynamodb:DescribeStream": "reads the stream",
    "dynamodb:GetRecords": "reads the stream",
    "dynamodb:GetShardIterator": "reads the stream",
    "dynamodb:ListStreams": "reads the stream",
}
A_FAILED_CALL = "Lambda writes the scheduled call that failed to the end"
NOT_FOUND = "without this right S3 answers 403 for an object that is gone, and not 404"
# Rights that no end-to-end test uses: function, action and resource, with the reason.
EXCEPTIONS = {
    ("api", "s3:PutObject", "UploadsBucket/*"): "the client uploads with the form that api signed",
    ("api", "s3:GetObject", "ReportsBucket/refused/*"): "the client downloads with the address that api signed",
    ("followups", "sqs:SendMessage", "SchedulesDeadLetters"): A_FAILED_CALL,
    ("retention", "sqs:SendMessage", "SchedulesDeadLetters"): A_FAILED_CALL,
    ("ingest", "s3:ListBucket", "ReportsBucket"): NOT_FOUND,
    ("ingest", "s3:ListBucket", "UploadsBucket"): NOT_FOUND,
    ("webhooks", "sqs:SendMessage", "ChangesDeadLetters"): "no test writes a change that webhooks cannot read",
}
# Partition keys of a right that no end-to-end test uses: function, action and pattern, with the reason.
KEY_EXCEPTIONS = {
    ("send", "dynamodb:BatchGetItem", "M#*#S#??"): "a batch with one member in eight of a shard: too many for a test",
    ("send", "dynamodb:UpdateItem", "M#*#MEMBER#*"): "the sandbox refuses no single recipient of a batch",
    (
        "webhooks",
        "dynamodb:GetItem",
        "M#??????????????????????????#WEBHOOKS",
    ): "no test pauses an endpoint: that takes five failures in a row",
    ("ingest", "dynamodb:Query", "M#*#S#??"): "a programme that asks for birthdays, and a purchase that lost a race",
}


def missing(rights: Iterable[Right], calls: Iterable[Call], denials: Iterable[Right] = ()) -> list[str]:
    """A sentence for each call that no right allows, or that a denial refuses."""
    refused = {
        call
        for call in calls
        if not any(right.allows(call) for right in rights) or any(denial.allows(call) for denial in denials)
    }
    return sorted(
        f"{call.function} called {call.action} on {call.resource}"
        + (f" with the key {call.key}" if call.key else "")
        + ", and its role does not allow it"
        for call in refused
    )


def unused(rights: Iterable[Right], calls: Iterable[Call]) -> list[str]:
    """A sentence for each right, and for each partition key of a right, that no call used."""
    sentences = []
    for right in rights:
        used = [call for call in calls if right.allows(call)]
        name = (right.function, right.action, right.resource)
        if not used and right.action not in OF_LAMBDA and name not in EXCEPTIONS:
            sentences.append(f"{right.function} may call {right.action} on {right.resource}, and no test does")
            continue
        for pattern in right.keys:
            one = Right(*name, (pattern,))
            if not any(one.allows(call) for call in used) and (*name[:2], pattern) not in KEY_EXCEPTIONS:
                sentences.append(f"{right.function} may call {right.action} with the key {pattern}, and no test does")
    return sorted(sentences)


def made(record: Path, logical_names: dict[str, str]) -> set[Call]:
    """The calls of a record, with the logical names of their resources."""
    calls = set()
    for line in record.read_text(encoding="utf-8").splitlines():
        noted = json.loads(line)
        head, slash, rest = noted["resource"].partition("/")
        # An operator names the secrets of an account: zerosix/providers/…
        resource = f"secret:{rest}" if head == NAME else logical_names.get(head, head) + slash + rest
        calls.add(Call(noted["function"], noted["action"], resource, noted.get("key")))
    return calls


def logical_names(stack: Stack) -> dict[str, str]:
    """The logical name of each resource of the stack, by its physical name."""
    pages = stack.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=NAME)
    names = {}
    for resource in (one for page in pages for one in page["StackResourceSummaries"]):
        # A queue is known by its address, and called by its name; a secret is known by its ARN.
        physical = resource["PhysicalResourceId"].rsplit("/", 1)[-1].rsplit(":", 1)[-1]
        if resource["ResourceType"] == "AWS::SecretsManager::Secret":
            physical = _without_suffix(physical)
        names[physical] = resource["LogicalResourceId"]
    return names


def _without_suffix(secret: str) -> str:
    """The name of a secret, without the six characters that its ARN has in addition."""
    return re.sub(r"(-[0-9A-Za-z]{6})?$", "", secret, count=1)


def check(stack: Stack, record: Path) -> int:
    """Prints a sentence for each difference. The exit code: 0 if there is none."""
    calls = made(record, logical_names(stack))
    differences = missing(granted(), calls, denied()) + unused(granted(), calls)
    for sentence in differences:
        print(sentence, file=sys.stderr)
    return 1 if differences else 0
