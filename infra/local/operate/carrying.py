"""Carries into a restored table the oppositions and the suppressions that another table recorded. Without them, a
person who sent STOP after the moment of the restore would get messages again.

The keys of contacts are keyed hashes, so only a scan finds them: it reads the whole other table, in parts at the same
time. Nothing here opens a sealed value. The function `retention` stores an opposition by the rules of the service, for
every member whom the restored table knows by that contact. A consent is not carried: the person may have had another
address when giving it.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Event

from operate.restoring import RestoreError

SUPPRESSED, OPPOSED, PERSON = "SUPPRESSED", "DO_NOT_CONTACT", "#PERSON"
CHANNELS = ("email", "sms", "postal")
PERSONS_PER_READ = 100
# What `retention` stores within a small part of its time limit.
OPPOSITIONS_PER_CALL = 50
PAUSE_SECONDS = 0.2


@dataclass
class Carried:
    """What was carried. A second call carries no suppression and changes no member."""

    suppressions: int = 0
    # Members of the restored table whom an opposition names. A member counts for each.
    opposed: int = 0
    # Oppositions of members or merchants that the restored table does not have.
    unknown: int = 0

    def add(self, other: Carried) -> None:
        self.suppressions += other.suppressions
        self.opposed += other.opposed
        self.unknown += other.unknown


def carry(dynamodb, store_again: Callable[[list[dict]], dict], source: str, target: str, parts: int) -> Carried:
    """`store_again` calls `retention` with oppositions. After an error or an interruption the other parts end with
    their present page, and a second call carries the rest."""
    if source == target:
        raise RestoreError(f"{target} is the table in use. Name the table that was in use before.")
    carried, stopped = Carried(), Event()
    with ThreadPoolExecutor(parts) as pool:
        reading = [
            pool.submit(_Part(dynamodb, store_again, source, target, stopped).carry, part, parts)
            for part in range(parts)
        ]
        try:
            for one in as_completed(reading):
                carried.add(one.result())
        except BaseException:
            stopped.set()
            raise
    return carried


class _Part:
    """A part of the other table, the `source`."""

    def __init__(self, dynamodb, store_again, source: str, target: str, stopped: Event) -> None:
        self._dynamodb = dynamodb
        self._store_again = store_again
        self._source = source
        self._target = target
        self._stopped = stopped
        self._carried = Carried()

    def carry(self, part: int, parts: int) -> Carried:
        for page in self._pages(part, parts):
            if self._stopped.is_set():
                break
            self._suppress([item for item in page if item["sk"]["S"] == SUPPRESSED])
            self._oppose(list(self._statements(page)))
        return self._carried

    def _suppress(self, items: list[dict]) -> None:
        """Nothing else writes suppressions while everything stands still."""
        for item in items:
            found = self._item(item)
            if found is None or _number(found, "ttl") < _number(item, "ttl"):
                self._dynamodb.put_item(TableName=self._target, Item=item)
                self._carried.suppressions += 1

    def _oppose(self, statements: list[dict]) -> None:
        for first in range(0, len(statements), OPPOSITIONS_PER_CALL):
            if self._stopped.is_set():
                return
            answer = self._store_again(statements[first : first + OPPOSITIONS_PER_CALL])
            self._carried.opposed += answer["members"]
            self._carried.unknown += answer["unknown"]

    def _statements(self, page: list[dict]) -> Iterator[dict]:
        for item in page:
            if item["sk"]["S"] == OPPOSED:
                yield from _of_contact(item, self._item(item))
        persons = [item for item in page if item["sk"]["S"].endswith(PERSON)]
        for first in range(0, len(persons), PERSONS_PER_READ):
            yield from self._of_persons(persons[first : first + PERSONS_PER_READ])

    def _of_persons(self, persons: list[dict]) -> Iterator[dict]:
        """What a person said, where the restored person has other consents, or is not there."""
        restored = {_name(item): item.get("consents") for item in self._items([_key(person) for person in persons])}
        for person in persons:
            if restored.get(_name(person)) != person.get("consents"):
                known = list(self._rows(self._target, person))
                for row in self._rows(self._source, person):
                    if row not in known:
                        yield {
                            "rows": row["pk"]["S"],
                            "channel": row["sk"]["S"].split("#")[1],
                            "change": base64.b64encode(row["change"]["B"]).decode(),
                        }

    # ── Reads ──────────────────────────────────────────────────────────────────────────────────────

    def _pages(self, part: int, parts: int) -> Iterator[list[dict]]:
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
            if wanted:
                time.sleep(PAUSE_SECONDS)

    def _rows(self, table: str, person: dict) -> Iterator[dict]:
        """The history of a person's consents and oppositions."""
        tenant = person["pk"]["S"].rsplit("#S#", 1)[0]
        member = person["sk"]["S"].removesuffix(PERSON)
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :consents)",
            ExpressionAttributeValues={":pk": {"S": f"{tenant}#{member}"}, ":consents": {"S": "CONSENT#"}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


def _of_contact(item: dict, found: dict | None) -> Iterator[dict]:
    """The oppositions of a contact that are later than those of the restored table."""
    for channel in CHANNELS:
        said = item.get(channel, {}).get("M")
        if said and (not found or channel not in found or _number(found[channel]["M"], "at") < _number(said, "at")):
            yield {
                "contact": item["pk"]["S"],
                "channel": channel,
                "at": _number(said, "at"),
                "reason": said["reason"]["S"],
                "by": said["by"]["S"],
            }


def _key(item: dict) -> dict:
    return {name: item[name] for name in ("pk", "sk")}


def _name(item: dict) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _number(item: dict, name: str) -> int:
    return int(item[name]["N"])
