"""The rights that the template gives to the role of each function, and what it denies to the role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from template import functions, listed, logical, resources

LEADING_KEYS = "dynamodb:LeadingKeys"


@dataclass(frozen=True)
class Call:
    """A call that a function made. `key` is the partition key of the item, where the call names one."""

    function: str
    action: str
    resource: str
    key: str | None = None


@dataclass(frozen=True)
class Right:
    """One action on one resource. With `keys`, only on items whose partition key matches one of these patterns.

    A denial has the same form, and wins over every right.
    """

    function: str
    action: str
    resource: str
    keys: tuple[str, ...] = ()

    def covers(self, call: Call) -> bool:
        """Whether the right allows the call, except for its key."""
        return self.function == call.function and self.action == call.action and is_like(self.resource, call.resource)

    def allows(self, call: Call) -> bool:
        return self.covers(call) and self.accepts(call.key)

    def accepts(self, key: str | None) -> bool:
        # The guard `Null` denies a call whose key AWS does not know.
        return not self.keys or (key is not None and any(is_like(pattern, key) for pattern in self.keys))


def is_like(pattern: str, text: str) -> bool:
    """As IAM compares: a star stands for any text, a question mark for one character."""
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


@cache
def granted() -> frozenset[Right]:
    """The rights of every function, without those that its role has through a managed policy."""
    return _with_effect("Allow")


@cache
def denied() -> frozenset[Right]:
    """What the roles of the functions deny."""
    return _with_effect("Deny")


def _with_effect(effect: str) -> frozenset[Right]:
    return frozenset(
        Right(function, action, logical(resource), _keys(statement))
        for function in functions()
        for statement in statements(function)
        if statement["Effect"] == effect
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    )


def statements(function: str) -> list[dict]:
    """The statements of the role of a function."""
    role = resources()[functions()[function]["Role"]["Fn::GetAtt"][0]]
    policies = role["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def _keys(statement: dict) -> tuple[str, ...]:
    """A right asks that all keys of a call match, and a denial that one does."""
    operator = "ForAllValues:StringLike" if statement["Effect"] == "Allow" else "ForAnyValue:StringLike"
    condition = statement.get("Condition", {})
    return tuple(listed(condition.get(operator, {}).get(LEADING_KEYS, [])))
