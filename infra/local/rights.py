"""Compares the calls that the functions made during the end-to-end tests with the rights of their roles.

Both directions are checked: a call that no right allows, and a right that no call used. A right that the tests
cannot use is an exception with a reason. MiniStack refuses most calls without a right by itself, but it does not look
inside a transaction, and it answers 404 where S3 would answer 403.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from cfnlint.decode.cfn_yaml import load
from stack import NAME, TEMPLATE, Stack

# Rights that another service uses in the name of the function. MiniStack uses them without a call.
OF_THE_SERVICE = {
    "logs:CreateLogStream": "Lambda writes the log",
    "logs:PutLogEvents": "Lambda writes the log",
    "sqs:ReceiveMessage": "Lambda polls the queue",
    "sqs:DeleteMessage": "Lambda polls the queue",
    "sqs:GetQueueAttributes": "Lambda polls the queue",
    "dynamodb:DescribeStream": "Lambda reads the stream",
    "dynamodb:GetRecords": "Lambda reads the stream",
    "dynamodb:GetShardIterator": "Lambda reads the stream",
    "dynamodb:ListStreams": "Lambda reads the stream",
}
# Services whose rights other services use in the name of the function.
THROUGH_A_SERVICE = ("kms:", "ec2:")
# Rights of a function that no end-to-end test uses: (function, action, resource) and the reason.
EXCEPTIONS: dict[tuple[str, str, str], str] = {}


@dataclass(frozen=True)
class Right:
    function: str
    action: str
    resource: str

    def allows(self, call: Call) -> bool:
        return (
            self.function == call.function
            and fnmatchcase(call.action, self.action)
            and fnmatchcase(call.resource, self.resource)
        )


@dataclass(frozen=True)
class Call:
    function: str
    action: str
    resource: str


def compare(rights: set[Right], calls: set[Call]) -> list[str]:
    """A sentence for each call without a right, and for each right without a call."""
    missing = [call for call in calls if not any(right.allows(call) for right in rights)]
    unused = [
        right
        for right in rights
        if not any(right.allows(call) for call in calls)
        and right.action not in OF_THE_SERVICE
        and not right.action.startswith(THROUGH_A_SERVICE)
        and (right.function, right.action, right.resource) not in EXCEPTIONS
    ]
    return sorted(
        [f"{one.function} called {one.action} on {one.resource}, and its role does not allow it" for one in missing]
        + [f"{one.function} may call {one.action} on {one.resource}, and no test does" for one in unused]
    )


def granted() -> set[Right]:
    """The rights of every function's role, as the template gives them on AWS."""
    resources = load(str(TEMPLATE))["Resources"]
    rights = set()
    for resource in resources.values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        function = properties["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        role = resources[properties["Role"]["Fn::GetAtt"][0]]
        for policy in role["Properties"]["Policies"]:
            for statement in _on_aws(policy["PolicyDocument"]["Statement"]):
                for action in _on_aws(_listed(statement["Action"])):
                    for named in _on_aws(_listed(statement["Resource"])):
                        rights.add(Right(function, action, _logical(named)))
    return rights


def made(record: Path, logical_names: dict[str, str]) -> tuple[set[Call], dict[tuple[str, str], set[str]]]:
    """The calls of the record, and the families of keys that each function used by action."""
    calls, keys = set(), defaultdict(set)
    for line in record.read_text(encoding="utf-8").splitlines():
        noted = json.loads(line)
        head, slash, rest = noted["resource"].partition("/")
        resource = logical_names.get(head, head) + slash + rest
        calls.add(Call(noted["function"], noted["action"], resource))
        if "key" in noted:
            keys[noted["function"], noted["action"]].add(noted["key"])
    return calls, keys


def logical_names(stack: Stack) -> dict[str, str]:
    """The logical name of each resource of the stack, by its physical name."""
    pages = stack.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=NAME)
    listed = [resource for page in pages for resource in page["StackResourceSummaries"]]
    names = {}
    for resource in listed:
        physical, logical = resource["PhysicalResourceId"], resource["LogicalResourceId"]
        names[physical] = logical
        # A queue is known by its address, and called by its name.
        names[physical.rsplit("/", 1)[-1]] = logical
    return names


def _on_aws(values: list) -> list:
    """The values without what stands for the local stack only."""
    kept = []
    for value in values:
        if isinstance(value, dict) and "Fn::If" in value:
            condition, on_aws, elsewhere = value["Fn::If"]
            value = on_aws if condition == "OnAws" else elsewhere
        if value != {"Ref": "AWS::NoValue"}:
            kept.append(value)
    return kept


def _listed(value) -> list:
    return value if isinstance(value, list) else [value]


def _logical(resource) -> str:
    """`{"Fn::Sub": "${UploadsBucket.Arn}/*"}` as `UploadsBucket/*`."""
    match resource:
        case str():
            return resource
        case {"Fn::GetAtt": [name, _]} | {"Ref": name}:
            return name
        case {"Fn::Sub": text}:
            text = re.sub(r"\$\{(\w+)(?:\.\w+)?\}", r"\1", text)
            # arn:Partition:secretsmanager:Region:Account:secret:StackName/providers/*
            return re.sub(r"^arn:.*:secret:AWS::StackName", NAME, text.replace("${AWS::StackName}", "AWS::StackName"))
        case _:
            raise ValueError(f"rights.py cannot read the resource {resource}")


def check(stack: Stack, record: Path) -> int:
    """Prints a sentence for each difference. The exit code: 0 if there is none."""
    calls, _ = made(record, logical_names(stack))
    differences = compare(granted(), calls)
    for sentence in differences:
        print(sentence, file=sys.stderr)
    return 1 if differences else 0
