"""`make restore-drill`, and the restore itself. docs/operations.md says when to use which.

    restore.py drill                   restores the latest moment, compares, and removes the restored table again
    restore.py stop                    refuses tills and members, and stops the readers of the queues
    restore.py table --at MOMENT       restores a moment (2026-11-29T03:15:00+01:00) and keeps the table
    restore.py prepare TABLE --at …    finishes a restored table whose preparation was interrupted
    restore.py carry TABLE             carries oppositions and suppressions of TABLE into the table in use
    restore.py start [--only NAME …]   starts everything again, or only these functions

Without --stack the commands use the stack of `make run`; there, the drill also deploys the stack on the restored table
and back. --stack NAME is a stack on AWS, with the credentials of the shell. The stack itself is never changed there:
the command prints the parameters of the deployment that switches to the restored table.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime, timedelta, timezone

from bootstrap import say
from botocore.exceptions import BotoCoreError, ClientError
from build import REPOSITORY
from operate import retention, standstill
from operate.carrying import Carried, carry
from operate.restoring import RestoreError, differences, erased_since, exists, finish, merchants, remove, restore
from stack import NAME, REGION, Stack

# The moment of a restore is up to five minutes old, and erasures are recorded by day.
BEFORE = timedelta(days=1)
# The parts of a table that are read at the same time.
PARTS = 8
# CloudFormation keeps the last value of a parameter that a deployment leaves out, so both are emptied by name.
OWN_TABLE = {"RestoredTable": "", "RestoredTableStream": ""}


def drill(client, stack: str, switch) -> None:
    """Restores the latest moment, compares the tables and removes the restored one. `switch` deploys the stack with
    parameters that name the table to use."""
    dynamodb, table = client("dynamodb"), _table(client, stack)
    target = f"{table}-drill-{int(time.time())}"
    began = time.monotonic()
    try:
        stream = restore(dynamodb, table, target, None)
        say(f"Restored {table} into {target} in {time.monotonic() - began:.0f} s")
        different = differences(dynamodb, table, target)
        for sentence in different:
            print(f"  {sentence}")
        say(f"Compared the settings of {len(merchants(dynamodb, target))} merchants: {len(different)} differ")
        if switch:
            switch({"RestoredTable": target, "RestoredTableStream": stream})
            say("The stack used the restored table")
            switch(OWN_TABLE)
            say("The stack uses its own table again")
    finally:
        remove(dynamodb, target)


def keep(client, stack: str, source: str | None, at: datetime) -> None:
    """Restores a moment, and says what a person does next."""
    table = source or _table(client, stack)
    target = f"{table}-restored-{at.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"
    stream = restore(client("dynamodb"), table, target, at)
    say(f"Restored {table} at {at.isoformat()} into {target}")
    _say_what_is_next(client, table, target, stream, at)


def finish_table(client, stack: str, source: str | None, target: str, at: datetime) -> None:
    """Finishes a restore that was interrupted after AWS had begun to make the table."""
    table = source or _table(client, stack)
    if table == target:
        raise RestoreError(f"{target} is in use already. Name the table that it was restored from: --from TABLE")
    stream = finish(client("dynamodb"), table, target)
    say(f"{target} is ready for the functions")
    _say_what_is_next(client, table, target, stream, at)


def carry_over(client, stack: str, source: str) -> Carried:
    outputs = _outputs(client, stack)
    functions = client("lambda", config=retention.ONE_LONG_CALL)

    def store_again(oppositions: list[dict]) -> dict:
        return retention.call(functions, outputs["RetentionFunction"], {"oppositions": oppositions})

    carried = carry(client("dynamodb"), store_again, source, outputs["TableName"], PARTS)
    say(f"Carried {carried.suppressions} suppressions and the oppositions of {carried.opposed} members")
    if carried.unknown:
        print(f"  {carried.unknown} oppositions are of members whom {outputs['TableName']} does not have")
    return carried


def _say_what_is_next(client, table: str, target: str, stream: str, at: datetime) -> None:
    dynamodb = client("dynamodb")
    if exists(dynamodb, table):
        _compare(dynamodb, table, target, at)
    else:
        say(f"{table} is gone. What was erased, said and sent since the moment cannot be known")
    say("Then add these lines to parameter_overrides in samconfig.toml, and deploy:")
    print(f"  'RestoredTable={target}',\n  'RestoredTableStream={stream}',")


def _compare(dynamodb, table: str, target: str, at: datetime) -> None:
    for sentence in differences(dynamodb, table, target):
        print(f"  {sentence}")
    erased = erased_since(dynamodb, table, target, (at - BEFORE).date().isoformat())
    say(f"Erase these {len(erased)} persons again before anybody uses the table:")
    for one in erased:
        print(f"  merchant {one.merchant} mode {one.mode} member {one.member} on {one.day}: {one.reason}")


def _table(client, stack: str) -> str:
    return _outputs(client, stack)["TableName"]


def _outputs(client, stack: str) -> dict[str, str]:
    outputs = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


def main() -> int:
    arguments = argparse.ArgumentParser(description="Restores the table.")
    arguments.add_argument("--stack", help="a stack on AWS; without it, the stack of `make run`")
    actions = arguments.add_subparsers(dest="action", required=True)
    actions.add_parser("drill")
    actions.add_parser("stop")
    whole = actions.add_parser("table")
    whole.add_argument("--at", type=_moment, required=True)
    interrupted = actions.add_parser("prepare")
    interrupted.add_argument("table")
    interrupted.add_argument("--at", type=_moment, required=True)
    for restoring in (whole, interrupted):
        restoring.add_argument("--from", dest="source", metavar="TABLE", help="default: the table in use")
    actions.add_parser("carry").add_argument("table")
    actions.add_parser("start").add_argument("--only", nargs="+", metavar="NAME")
    chosen = arguments.parse_args()
    try:
        if chosen.stack:
            import boto3

            client, name, switch = boto3.Session(region_name=REGION).client, chosen.stack, None
        else:
            local = Stack(REPOSITORY / ".local")
            client, name, switch = local.client, NAME, local.deploy
        _act(chosen, client, name, switch)
    except (RestoreError, standstill.StandstillError, retention.RetentionError, BotoCoreError, ClientError) as error:
        print(f"\n{error}\n", file=sys.stderr)
        if "ResourceNotFoundException" in str(error):
            print("Is the name of the table right?\n", file=sys.stderr)
        if "TableAlreadyExistsException" in str(error):
            print("A restore of this moment has begun. Go on with: restore.py prepare\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Send the command again to do the rest.\n", file=sys.stderr)
        return 130
    return 0


def _act(chosen: argparse.Namespace, client, name: str, switch) -> None:
    match chosen.action:
        case "drill":
            drill(client, name, switch)
        case "stop":
            standstill.stop(client, name)
            say("Tills are refused, and no queue is read. Only callbacks goes on. docs/operations.md says what is next")
        case "start":
            standstill.start(client, name, chosen.only)
            say(f"Started: {', '.join(chosen.only) if chosen.only else 'every function and every schedule'}")
        case "prepare":
            finish_table(client, name, chosen.source, chosen.table, chosen.at)
        case "carry":
            carry_over(client, name, chosen.table)
        case _:
            keep(client, name, chosen.source, chosen.at)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("write the moment with its offset: 2026-11-29T03:15:00+01:00")
    if moment > datetime.now(timezone.utc):
        raise argparse.ArgumentTypeError("the moment is in the future")
    return moment


if __name__ == "__main__":
    sys.exit(main())
