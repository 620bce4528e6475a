"""Calls a function as its schedule does, with an order."""

from __future__ import annotations

import json

from stack import Stack

from .api import DemoError


def call(stack: Stack, function: str, order: dict) -> dict:
    """The answer of the function. `function` is the template output that holds its name."""
    name = stack.describe()["outputs"][function]
    answer = stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps(order).encode())
    body = json.load(answer["Payload"])
    if answer.get("FunctionError"):
        raise DemoError(f"{name} was called with {order} and answered:\n{body}")
    return body
