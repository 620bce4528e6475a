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
    """A second call writes nothing. `callbacks` goes on meanwhile, so a write has a condition on what was read, and is
    tried again after it lost."""
    carried = Carried()
    for item in _said(dynamodb, source):
        while not _carry_item(dynamodb, target, item, carried):
            pass
    return carried


def _carry_item(dynamodb, target: str, item: dict, carried: Carried) -> bool:
    """False where the restored item was written since it was read."""
    key = {name: item[name] for name in ("pk", "sk")}
    found = dynamodb.get_item(TableName=target, Key=key, ConsistentRead=True).get("Item")
    kind = item["sk"]["S"]
    if kind == SUPPRESSED:
        # Nothing writes suppressions while everything stands still.
        if found is None or _number(found, "ttl") < _number(item, "ttl"):
            dynamodb.put_item(TableName=target, Item=item)
            carried.contacts += 1
        return True
    if kind == OPPOSED:
        merged = _latest(item, found)
        if merged == found:
            return True
        written = _write_over(dynamodb.put_item, dynamodb, found, TableName=target, Item=merged)
        carried.contacts += written
        return written
    if found is None or "erased_on" in item or "erased_on" in found or found.get("consents") == item.get("consents"):
        return True
    if _number(found, "v") >= _number(item, "v"):
        # The restored person was changed as often as the other one: which consents are right is not decided here.
        carried.undecided.append(f"{key['pk']['S']} {kind}")
        return True
    written = _carry_consents(dynamodb, target, key, item, found)
    carried.persons += written
    return written


def _carry_consents(dynamodb, target: str, key: dict, item: dict, found: dict) -> bool:
    """The mark `young` belongs to the consents: it says that one of them was given by a person under 15."""
    kept = [name for name in ("consents", "young") if name in item]
    gone = [name for name in ("consents", "young") if name not in item]
    change = ", ".join(["SET v = :v", *(f"{name} = :{name}" for name in kept)])
    if gone:
        change += f" REMOVE {', '.join(gone)}"
    values = {":v": item["v"], **{f":{name}": item[name] for name in kept}}
    return _write_over(
        dynamodb.update_item,
        dynamodb,
        found,
        TableName=target,
        Key=key,
        UpdateExpression=change,
        ExpressionAttributeValues=values,
    )


def _write_over(write, dynamodb, found: dict | None, **request) -> bool:
    """Writes only over the version that was read."""
    if found is None:
        condition, values = "attribute_not_exists(pk)", {}
    else:
        condition, values = "v = :read", {":read": found["v"]}
    values = {**request.pop("ExpressionAttributeValues", {}), **values}
    if values:
        request["ExpressionAttributeValues"] = values
    try:
        write(ConditionExpression=condition, **request)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


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
