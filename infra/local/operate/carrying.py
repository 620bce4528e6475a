"""Carries into a restored table what persons said after its moment: oppositions, consents and suppressions. Without
them, a person who sent STOP would get messages again.

The keys of contacts are keyed hashes, so only a scan finds them: it reads the whole table that was in use. Nothing here
opens a sealed value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

SUPPRESSED, OPPOSED, PERSON = "SUPPRESSED", "DO_NOT_CONTACT", "#PERSON"
CHANNELS = ("email", "sms", "postal")


@dataclass
class Carried:
    """What was written into the restored table, and the persons that somebody must look at."""

    contacts: int = 0
    persons: int = 0
    undecided: list[str] = field(default_factory=list)


def carry(dynamodb, source: str, target: str) -> Carried:
    """A second call writes nothing."""
    carried = Carried()
    for item in _said(dynamodb, source):
        key = {name: item[name] for name in ("pk", "sk")}
        found = dynamodb.get_item(TableName=target, Key=key, ConsistentRead=True).get("Item")
        if item["sk"]["S"] == SUPPRESSED:
            if found is None or _number(found, "ttl") < _number(item, "ttl"):
                dynamodb.put_item(TableName=target, Item=item)
                carried.contacts += 1
        elif item["sk"]["S"] == OPPOSED:
            merged = _latest(item, found)
            if merged != found:
                dynamodb.put_item(TableName=target, Item=merged)
                carried.contacts += 1
        elif found and "erased_on" not in item and found.get("consents") != item.get("consents"):
            _carry_consents(dynamodb, target, key, item, carried)
    return carried


def _carry_consents(dynamodb, target: str, key: dict, item: dict, carried: Carried) -> None:
    change = "SET consents = :consents, v = :v" if "consents" in item else "SET v = :v REMOVE consents"
    values = {":v": item["v"], **({":consents": item["consents"]} if "consents" in item else {})}
    try:
        # A person who was changed in the restored table as often as before is not decided here.
        dynamodb.update_item(
            TableName=target,
            Key=key,
            UpdateExpression=change,
            ConditionExpression="v < :v",
            ExpressionAttributeValues=values,
        )
        carried.persons += 1
    except dynamodb.exceptions.ConditionalCheckFailedException:
        carried.undecided.append(f"{key['pk']['S']} {key['sk']['S']}")


def _latest(item: dict, found: dict | None) -> dict:
    """The oppositions of a contact from both tables: the later one of each channel."""
    if found is None:
        return item
    merged = dict(found)
    for channel in CHANNELS:
        said = item.get(channel)
        if said and (channel not in found or _number(found[channel]["M"], "at") < _number(said["M"], "at")):
            merged[channel] = said
    if merged != found:
        merged["ttl"] = {"N": str(max(_number(item, "ttl"), _number(found, "ttl")))}
        merged["v"] = {"N": str(max(_number(item, "v"), _number(found, "v")) + 1)}
    return merged


def _said(dynamodb, table: str) -> Iterator[dict]:
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="sk IN (:suppressed, :opposed) OR contains(sk, :person)",
        ExpressionAttributeValues={
            ":suppressed": {"S": SUPPRESSED},
            ":opposed": {"S": OPPOSED},
            ":person": {"S": PERSON},
        },
        ConsistentRead=True,
    )
    for page in pages:
        yield from page["Items"]


def _number(item: dict, name: str) -> int:
    return int(item[name]["N"])
