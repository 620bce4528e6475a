"""Reads infra/template.yaml as AWS deploys it: without the parts that only the local stack has."""

from __future__ import annotations

import re
from functools import cache

from build import REPOSITORY

TEMPLATE = REPOSITORY / "infra" / "template.yaml"
NO_VALUE = {"Ref": "AWS::NoValue"}


@cache
def template() -> dict:
    """The template as it is written, with its functions as objects: `{"Ref": "Table"}`."""
    from cfnlint.decode.cfn_yaml import load  # slow to import, and the stack needs only the path

    return load(str(TEMPLATE))


@cache
def resources() -> dict[str, dict]:
    """The resources by their logical names. A value for AWS stands for itself; one for the local stack is left out."""
    return {name: on_aws(resource) for name, resource in template()["Resources"].items()}


def of_type(kind: str) -> dict[str, dict]:
    """The properties of each resource of a type."""
    return {name: resource.get("Properties", {}) for name, resource in resources().items() if resource["Type"] == kind}


def functions() -> dict[str, dict]:
    """The properties of each function, by the function's short name: `api`."""
    return {
        properties["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-"): properties
        for properties in of_type("AWS::Serverless::Function").values()
    }


def on_aws(value):
    """The value with the choices of the condition `OnAws` taken."""
    if isinstance(value, dict):
        if list(value) == ["Fn::If"]:
            condition, chosen, other = value["Fn::If"]
            return on_aws(chosen) if condition == "OnAws" else {"Fn::If": [condition, on_aws(chosen), on_aws(other)]}
        read = {key: on_aws(one) for key, one in value.items()}
        return {key: one for key, one in read.items() if one != NO_VALUE}
    if isinstance(value, list):
        return [one for one in map(on_aws, value) if one != NO_VALUE]
    return value


def listed(value) -> list:
    """A policy writes one value alone, and several as a list."""
    return value if isinstance(value, list) else [value]


# The parameters of the store that lead to the table in use.
TABLE = {"TableInUse": "Table", "TableInUseArn": "Table", "TableInUseStream": "Table"}


def logical(resource) -> str:
    """`{"Fn::Sub": "${UploadsBucket.Arn}/*"}` as `UploadsBucket/*`, and a secret that an operator names as
    `secret:providers/*`."""
    match resource:
        case str():
            return resource
        case {"Fn::GetAtt": [name, _]} | {"Ref": name}:
            return TABLE.get(name, name)
        case {"Fn::Sub": str(text)}:
            text = re.sub(r"^arn:.*:secret:\$\{AWS::StackName\}/", "secret:", text)
            return re.sub(r"\$\{(\w+)(?:\.\w+)?\}", lambda found: TABLE.get(found[1], found[1]), text)
        case _:
            raise ValueError(f"The resource {resource} has another form than the others.")
