"""Carries into a restored table what persons said after its moment: oppositions, consents and suppressions. Without
them, a person who sent STOP would get messages again.

The keys of contacts are keyed hashes, so only a scan finds them: it reads the whole table that was in use, in parts at
the same time. Nothing here opens a sealed value.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from operate.restoring import RestoreError

SUPPRESSED, OPPOSED, PERSON = "SUPPRESSED", "DO_NOT_CONTACT", "#PERSON"
CHANNELS = ("email", "sms", "postal")
# What a person said, and whether one of the consents was given by a person under 15.
SAID = ("consents", "young")
# The time between the clock of a function and its write, at most.
LATE = timedelta(minutes=1)
PERSONS_PER_READ = 100
ATTEMPTS, PAUSE_SECONDS = 10, 0.2


@dataclass
class Carried:
    """What was written into the restored table, and the persons that somebody must look at."""

    contacts: int = 0
    persons: int = 0
    # Persons who said something in both tables after the moment.
    undecided: list[str] = field(default_factory=list)
    # Persons who said something and whom the restored table does not have: they became members after the moment.
    unknown: list[str] = field(default_factory=list)


def carry(dynamodb, source: str, target: str, at: datetime, parts: int) -> Carried:
    """A second call writes nothing. `callbacks` may write to the restored table meanwhile, so each write has a
    condition on what was read."""
    if source == target:
        raise RestoreError(f"{target} is the table in use. Name the table that was in use before.")
    tables = _Tables(dynamodb, source, target, f"{(at - LATE).astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}")
    with ThreadPoolExecutor(parts) as pool:
        read = list(pool.map(lambda part: tables.carry_part(part, parts), range(parts)))
    return Carried(
        sum(one.contacts for one in read),
        sum(one.persons for one in read),
        sorted(name for one in read for name in one.undecided),
        sorted(name for one in read for name in one.unknown),
    )


class _Tables:
    """The table that was in use, and the restored one. `since` is the moment, as rows of the history name it."""

    def __init__(self, dynamodb, source: str, target: str, since: str) -> None:
        self._dynamodb = dynamodb
        self._source = source
        self._target = target
        self._since = since

    def carry_part(self, part: int, parts: int) -> Carried:
        carried = Carried()
        for page in self._said(part, parts):
            persons = [item for item in page if item["sk"]["S"].endswith(PERSON)]
            for item in page:
                if item["sk"]["S"] == SUPPRESSED:
                    carried.contacts += self._suppression(item)
                elif item["sk"]["S"] == OPPOSED:
                    carried.contacts += _written(lambda item=item: self._opposition(item))
            for first in range(0, len(persons), PERSONS_PER_READ):
                self._carry_persons(persons[first : first + PERSONS_PER_READ], carried)
        return carried

    # ── Contacts ───────────────────────────────────────────────────────────────────────────────────

    def _suppression(self, item: dict) -> bool:
        """Nothing writes suppressions while everything stands still."""
        found = self._item(item)
        if found and _number(found, "ttl") >= _number(item, "ttl"):
            return False
        self._dynamodb.put_item(TableName=self._target, Item=item)
        return True

    def _opposition(self, item: dict) -> bool | None:
        """None where the restored item was written since it was read."""
        found = self._item(item)
        merged = _latest(item, found)
        if merged == found:
            return False
        condition = {"ConditionExpression": "attribute_not_exists(pk)"}
        if found:
            condition = {"ConditionExpression": "v = :read", "ExpressionAttributeValues": {":read": found["v"]}}
        try:
            self._dynamodb.put_item(TableName=self._target, Item=merged, **condition)
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        return True

    # ── Persons ────────────────────────────────────────────────────────────────────────────────────

    def _carry_persons(self, persons: list[dict], carried: Carried) -> None:
        restored = {_key_text(item): item for item in self._items([_key(person) for person in persons])}
        for person in persons:
            found = restored.get(_key_text(person))
            if "erased_on" in person or (found and ("erased_on" in found or _said(found) == _said(person))):
                continue
            if found is None:
                if self._rows(self._source, person):
                    carried.unknown.append(_key_text(person))
                continue
            carried.persons += _written(lambda person=person: self._person(person, carried))

    def _person(self, person: dict, carried: Carried) -> bool | None:
        """Carries the consents of a person who said something after the moment, with their history. None where the
        restored person was written since it was read."""
        found = self._item(person)
        if found is None or "erased_on" in found:
            return False
        used, restored = self._rows(self._source, person), self._rows(self._target, person)
        new = [row for row in used if row not in restored]
        if not new:
            return False
        if any(row not in used for row in restored):
            carried.undecided.append(_key_text(person))
            return False
        puts = [{"Put": {"TableName": self._target, "Item": row}} for row in new]
        try:
            self._dynamodb.transact_write_items(TransactItems=[self._consents(person, found), *puts])
        except self._dynamodb.exceptions.TransactionCanceledException:
            return None
        return True

    def _consents(self, person: dict, found: dict) -> dict:
        kept = [name for name in SAID if name in person]
        gone = [name for name in SAID if name not in person]
        change = ", ".join(["SET v = :v", *(f"{name} = :{name}" for name in kept)])
        if gone:
            change += f" REMOVE {', '.join(gone)}"
        version = {"N": str(_number(found, "v") + 1)}
        return {
            "Update": {
                "TableName": self._target,
                "Key": _key(person),
                "UpdateExpression": change,
                "ConditionExpression": "v = :read",
                "ExpressionAttributeValues": {
                    ":v": version,
                    ":read": found["v"],
                    **{f":{name}": person[name] for name in kept},
                },
            }
        }

    # ── Reads ──────────────────────────────────────────────────────────────────────────────────────

    def _said(self, part: int, parts: int) -> Iterator[list[dict]]:
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._source,
            Segment=part,
            TotalSegments=parts,
            FilterExpression="sk IN (:suppressed, :opposed) OR contains(sk, :person)",
            ExpressionAttributeValues={
                ":suppressed": {"S": SUPPRESSED},
                ":opposed": {"S": OPPOSED},
                ":person": {"S": PERSON},
            },
            ConsistentRead=True,
        )
        for page in pages:
            yield page["Items"]

    def _item(self, item: dict) -> dict | None:
        return self._dynamodb.get_item(TableName=self._target, Key=_key(item), ConsistentRead=True).get("Item")

    def _items(self, keys: list[dict]) -> Iterator[dict]:
        """The restored items of some keys, as far as they exist."""
        wanted = {self._target: {"Keys": keys, "ConsistentRead": True}}
        while wanted:
            answer = self._dynamodb.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(self._target, [])
            wanted = answer.get("UnprocessedKeys")

    def _rows(self, table: str, person: dict) -> list[dict]:
        """What a person said since the moment: the rows of the history."""
        tenant = person["pk"]["S"].rsplit("#S#", 1)[0]
        member = person["sk"]["S"].removesuffix(PERSON)
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :consents)",
            FilterExpression="recorded_at >= :since",
            ExpressionAttributeValues={
                ":pk": {"S": f"{tenant}#{member}"},
                ":consents": {"S": "CONSENT#"},
                ":since": {"S": self._since},
            },
            ConsistentRead=True,
        )
        return [row for page in pages for row in page["Items"]]


def _written(write: Callable[[], bool | None]) -> bool:
    """Tries a write again after somebody else wrote the same item."""
    for _ in range(ATTEMPTS):
        written = write()
        if written is not None:
            return written
        time.sleep(PAUSE_SECONDS)
    raise RestoreError("The restored table is being written too often. Stop everything, and send the command again.")


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


def _said(person: dict) -> list:
    return [person.get(name) for name in SAID]


def _key(item: dict) -> dict:
    return {name: item[name] for name in ("pk", "sk")}


def _key_text(item: dict) -> str:
    return f"{item['pk']['S']} {item['sk']['S']}"


def _number(item: dict, name: str) -> int:
    return int(item[name]["N"])
