"""Stops and starts the functions around a restore, except `callbacks`.

Messages stay in their queues while the functions do not read them. A limit of 0 alone would not do: the pollers of a
queue would count each refused message as received, and move it to the dead letters.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

# What tills and members call. While it stands still, tills keep their sales and send them again, and a member tries
# again later. `callbacks` goes on: a provider drops an event that is refused, and the events wait in the queue.
REFUSED = ("account", "api")
# The states of a reader that is off, and of one that is on.
SETTLED = ("Disabled", "Enabled")
SETTLED_WITHIN_SECONDS = 300
POLL_SECONDS = 2
# What a schedule answers and an update does not take.
NOT_WRITTEN = ("ResponseMetadata", "Arn", "CreationDate", "LastModificationDate")


class StandstillError(Exception):
    """The command was refused. The message says why."""


def stop(client, stack: str) -> None:
    """Disables the schedules and the readers of queues and of the stream, and refuses the calls of tills and members. A
    second call changes nothing."""
    for name in _of_type(client, stack, "AWS::Scheduler::ScheduleGroup"):
        _switch_schedules(client, name, "DISABLED")
    for name in _functions(client, stack):
        _switch_readers(client, name, enabled=False)
        if _short(stack, name) in REFUSED:
            client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)


def start(client, stack: str, only: list[str] | None = None) -> None:
    """Allows everything again; with `only`, these functions alone and no schedule."""
    names = list(_functions(client, stack))
    if unknown := set(only or []) - {_short(stack, name) for name in names}:
        known = ", ".join(sorted(_short(stack, name) for name in names))
        raise StandstillError(f"The stack has no function {', '.join(sorted(unknown))}. It has {known}.")
    for name in names:
        if only and _short(stack, name) not in only:
            continue
        if _short(stack, name) in REFUSED:
            _allow_calls(client, stack, name)
        _switch_readers(client, name, enabled=True)
    if not only:
        for name in _of_type(client, stack, "AWS::Scheduler::ScheduleGroup"):
            _switch_schedules(client, name, "ENABLED")


def _allow_calls(client, stack: str, function: str) -> None:
    """Returns to the limit that the stack's parameter names; 0 stands for no limit."""
    described = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in described.get("Parameters", [])}
    limit = int(parameters.get(f"{_short(stack, function).capitalize()}ReservedConcurrency", "0"))
    functions = client("lambda")
    if limit:
        functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=limit)
    else:
        functions.delete_function_concurrency(FunctionName=function)


def _switch_readers(client, function: str, enabled: bool) -> None:
    functions = client("lambda")
    for page in functions.get_paginator("list_event_source_mappings").paginate(FunctionName=function):
        for one in page["EventSourceMappings"]:
            state = _settled(functions, one["UUID"])
            if state in SETTLED and state != SETTLED[enabled]:
                functions.update_event_source_mapping(UUID=one["UUID"], Enabled=enabled)
                _settled(functions, one["UUID"])


def _settled(functions, reader: str) -> str:
    """The state of a reader, once AWS has finished the last change of it. A reader that is being deleted stays so."""
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    while True:
        state = functions.get_event_source_mapping(UUID=reader)["State"]
        if state in (*SETTLED, "Deleting") or time.monotonic() > deadline:
            return state
        time.sleep(POLL_SECONDS)


def _switch_schedules(client, group: str, state: str) -> None:
    scheduler = client("scheduler")
    for page in scheduler.get_paginator("list_schedules").paginate(GroupName=group):
        for one in page["Schedules"]:
            schedule = scheduler.get_schedule(GroupName=group, Name=one["Name"])
            # An update replaces the whole schedule, so it repeats what was read.
            written = {name: value for name, value in schedule.items() if name not in NOT_WRITTEN}
            scheduler.update_schedule(**{**written, "State": state})


def _short(stack: str, function: str) -> str:
    return function.removeprefix(f"{stack}-")


def _functions(client, stack: str) -> Iterator[str]:
    yield from _of_type(client, stack, "AWS::Lambda::Function")


def _of_type(client, stack: str, kind: str) -> Iterator[str]:
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    for page in pages:
        for one in page["StackResourceSummaries"]:
            if one["ResourceType"] == kind:
                yield one["PhysicalResourceId"]
