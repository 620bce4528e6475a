"""`make restore-drill`, and the restore itself. docs/operations.md says when to use which.

    restore.py drill                   restores the latest moment, compares, and removes the restored table again
    restore.py stop                    refuses tills and stops the readers of the queues, which keep their messages
    restore.py table --at MOMENT       restores a moment (2026-11-29T03:15:00+01:00) and keeps the table
    restore.py prepare TABLE --at …    finishes a restored table whose preparation was interrupted
    restore.py carry TABLE --at …      carries what persons said since the moment, from TABLE into the table in use
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
from botocore.exceptions import ClientError
from build import REPOSITORY
from operate import standstill
from operate.carrying import carry
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
    _say_what_is_next(client, stack, target, stream, at)


def finish_table(client, stack: str, target: str, at: datetime) -> None:
    """Finishes a restore that was interrupted after AWS had begun to make the table."""
    stream = finish(client("dynamodb"), _table(client, stack), target)
    say(f"{target} is ready for the functions")
    _say_what_is_next(client, stack, target, stream, at)


def carry_over(client, stack: str, source: str, at: datetime) -> None:
    carried = carry(client("dynamodb"), source, _table(client, stack), at, PARTS)
    say(f"Carried {carried.contacts} entries of contacts, and the consents of {carried.persons} persons")
    for one in carried.undecided:
        print(f"  {one} said something in both tables: compare the consents by hand")
    for one in carried.unknown:
        print(f"  {one} became a member after the moment and said something: tell the merchant")


def _say_what_is_next(client, stack: str, target: str, stream: str, at: datetime) -> None:
    dynamodb, table = client("dynamodb"), _table(client, stack)
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
    outputs = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return next(output["OutputValue"] for output in outputs if output["OutputKey"] == "TableName")


def main() -> int:
    arguments = argparse.ArgumentParser(description="Restores the table.")
    arguments.add_argument("--stack", help="a stack on AWS; without it, the stack of `make run`")
    actions = arguments.add_subparsers(dest="action", required=True)
    actions.add_parser("drill")
    actions.add_parser("stop")
    whole = actions.add_parser("table")
    whole.add_argument("--at", type=_moment, required=True)
    whole.add_argument("--from", dest="source", metavar="TABLE", help="default: the table in use")
    interrupted = actions.add_parser("prepare")
    interrupted.add_argument("table")
    interrupted.add_argument("--at", type=_moment, required=True)
    carrying = actions.add_parser("carry")
    carrying.add_argument("table")
    carrying.add_argument("--at", type=_moment, required=True)
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
    except (RestoreError, standstill.StandstillError, ClientError) as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    return 0


def _act(chosen: argparse.Namespace, client, name: str, switch) -> None:
    match chosen.action:
        case "drill":
            drill(client, name, switch)
        case "stop":
            standstill.stop(client, name)
            say("Tills are refused, and no queue is read. Only callbacks goes on. Then: restore.py start")
        case "start":
            standstill.start(client, name, chosen.only)
            say(f"Started: {', '.join(chosen.only) if chosen.only else 'every function and every schedule'}")
        case "prepare":
            finish_table(client, name, chosen.table, chosen.at)
        case "carry":
            carry_over(client, name, chosen.table, chosen.at)
        case _:
            keep(client, name, chosen.source, chosen.at)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("write the moment with its offset: 2026-11-29T03:15:00+01:00")
    return moment


if __name__ == "__main__":
    sys.exit(main())
