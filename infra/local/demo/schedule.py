"""A function called as its schedule calls it, with an order of its own."""

from __future__ import annotations

import json

from stack import Stack

from .api import DemoFailed


def call(stack: Stack, function: str, order: dict) -> dict:
    """`function` is the output of the template that names it."""
    name = stack.describe()["outputs"][function]
    answer = stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps(order).encode())
    said = json.load(answer["Payload"])
    if answer.get("FunctionError"):
        raise DemoFailed(f"{name} was called with {order} and answered:\n{said}")
    return said
