"""Restores the table to a moment, into a new table, and prepares that table for the functions.

A restored table has neither stream, nor TTL, nor point-in-time recovery, nor protection (AWS). Nothing here writes to
the table that was restored from.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

DIRECTORY = "MERCHANTS"
# What follows a merchant's partition key, and what the items are.
PARTS = {"": "The settings", "#WEBHOOKS": "The endpoints"}
MODES = ("", "#TEST")
READY_WITHIN_SECONDS = 12 * 3600
RECOVERY_WITHIN_SECONDS = 600
POLL_SECONDS = 5


class RestoreError(Exception):
    """The restore failed. The message says what a person can do."""


@dataclass(frozen=True)
class Erasure:
    """A person who was erased after the moment of the restore, and who is in the restored table again."""

    merchant: str
    mode: str
    member: str
    day: str
    reason: str


def restore(dynamodb, source: str, target: str, at: datetime | None) -> str:
    """Restores `source` into `target`, at a moment or at the latest possible one. Gives the ARN of the new stream."""
    described = dynamodb.describe_table(TableName=source)["Table"]
    key = described.get("SSEDescription", {}).get("KMSMasterKeyArn")
    moment = {"RestoreDateTime": at} if at else {"UseLatestRestorableTime": True}
    encrypted = {"SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}} if key else {}
    dynamodb.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, **moment, **encrypted)
    return finish(dynamodb, source, target)


def finish(dynamodb, source: str, target: str) -> str:
    """Prepares a restored table and compares its structure, unless the source was deleted. Gives the ARN of its
    stream."""
    prepare(dynamodb, target)
    restored = dynamodb.describe_table(TableName=target)["Table"]
    if exists(dynamodb, source):
        _same_structure(dynamodb.describe_table(TableName=source)["Table"], restored)
    return restored["LatestStreamArn"]


def exists(dynamodb, table: str) -> bool:
    try:
        dynamodb.describe_table(TableName=table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


def prepare(dynamodb, table: str) -> None:
    """Waits for a restored table, and sets what it lacks. A second call changes nothing."""
    _until_active(dynamodb, table)
    described = dynamodb.describe_table(TableName=table)["Table"]
    if not described.get("StreamSpecification", {}).get("StreamEnabled"):
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        dynamodb.update_table(TableName=table, StreamSpecification=stream)
        _until_active(dynamodb, table)
    if dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED":
        enabled = {"AttributeName": "ttl", "Enabled": True}
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=enabled)
    _enable_recovery(dynamodb, table)
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
    _until_active(dynamodb, table)


def _enable_recovery(dynamodb, table: str) -> None:
    """AWS refuses the call for some minutes after a table was created."""
    deadline = time.monotonic() + RECOVERY_WITHIN_SECONDS
    while True:
        try:
            dynamodb.update_continuous_backups(
                TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
            return
        except dynamodb.exceptions.ContinuousBackupsUnavailableException as error:
            if time.monotonic() > deadline:
                raise RestoreError(
                    f"{table} has no point-in-time recovery yet. Run: restore.py prepare {table}"
                ) from error
            time.sleep(2 * POLL_SECONDS)


def remove(dynamodb, table: str) -> None:
    """Deletes the table of a drill, however far its restore came."""
    try:
        _until_active(dynamodb, table)
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        _until_active(dynamodb, table)
        dynamodb.delete_table(TableName=table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return


def merchants(dynamodb, table: str) -> list[str]:
    """The partitions of the merchants."""
    return [item["sk"]["S"] for item in _query(dynamodb, table, DIRECTORY)]


def differences(dynamodb, source: str, target: str) -> list[str]:
    """A sentence for each merchant whose settings, endpoints or campaigns differ. Expected where somebody changed them
    after the moment."""
    found, kept = merchants(dynamodb, target), merchants(dynamodb, source)
    sentences = [f"{name} is not in {target}" for name in kept if name not in found]
    sentences += [f"{name} is not in {source}" for name in found if name not in kept]
    for name in sorted(set(found) & set(kept)):
        for part, what in PARTS.items():
            if list(_query(dynamodb, source, name + part)) != list(_query(dynamodb, target, name + part)):
                sentences.append(f"{what} of {name} differ")
        for mode in MODES:
            sentences += _campaigns(dynamodb, source, target, f"{name}{mode}#CAMPAIGNS")
    return sorted(sentences)


def _campaigns(dynamodb, source: str, target: str, partition: str) -> list[str]:
    """A campaign that was sent after the moment is due again in the restored table."""
    states = {item["sk"]["S"]: item["state"]["S"] for item in _query(dynamodb, source, partition)}
    return [
        f"{partition} {item['sk']['S']} is {item['state']['S']}, and was {states.get(item['sk']['S'], 'deleted')}"
        for item in _query(dynamodb, target, partition)
        if item["state"]["S"] != states.get(item["sk"]["S"])
    ]


def erased_since(dynamodb, source: str, target: str, day: str) -> list[Erasure]:
    """The persons whom `source` records as erased on that day or later, by their identifiers. Also those of a merchant
    who is lost, and whom only `target` names."""
    names = sorted({*merchants(dynamodb, source), *merchants(dynamodb, target)})
    return [
        Erasure(name.removeprefix("M#"), mode, *_day_and_member(item["sk"]["S"]), item.get("reason", {}).get("S", ""))
        for name in names
        for mode, part in (("live", ""), ("test", "#TEST"))
        for item in _query(dynamodb, source, f"{name}{part}#ERASED", since=day)
    ]


def _day_and_member(sk: str) -> tuple[str, str]:
    day, _, member = sk.partition("#")
    return member, day


def _query(dynamodb, table: str, pk: str, since: str | None = None) -> Iterator[dict]:
    condition, values = "pk = :pk", {":pk": {"S": pk}}
    if since:
        condition, values = "pk = :pk AND sk >= :since", {**values, ":since": {"S": since}}
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table, KeyConditionExpression=condition, ExpressionAttributeValues=values, ConsistentRead=True
    )
    for page in pages:
        yield from page["Items"]


def _until_active(dynamodb, table: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while dynamodb.describe_table(TableName=table)["Table"]["TableStatus"] != "ACTIVE":
        if time.monotonic() > deadline:
            raise RestoreError(f"{table} is not ready after {READY_WITHIN_SECONDS // 3600} hours.")
        time.sleep(POLL_SECONDS)


def _same_structure(source: dict, target: dict) -> None:
    def structure(table: dict) -> tuple:
        indexes = {index["IndexName"]: index["KeySchema"] for index in table.get("GlobalSecondaryIndexes", [])}
        return table["KeySchema"], indexes

    if structure(source) != structure(target):
        raise RestoreError("The restored table has other keys or indexes than the table in use.")
