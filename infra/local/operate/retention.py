"""Calls the function `retention` and waits for its answer."""

from __future__ import annotations

import json

from botocore.config import Config

# The longest run of a function, and no second call meanwhile.
ONE_LONG_CALL = Config(read_timeout=910, retries={"total_max_attempts": 1})


class RetentionError(Exception):
    """The function failed. The message is its own."""


def call(lambda_client, function: str, request: dict) -> dict:
    """`lambda_client` was made with `ONE_LONG_CALL`."""
    answer = lambda_client.invoke(FunctionName=function, Payload=json.dumps(request).encode())
    response = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RetentionError(f"{function} failed: {response.get('errorMessage')}")
    return response
