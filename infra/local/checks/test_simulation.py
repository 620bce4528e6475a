"""The settings that the simulation takes over from the template (tests/simulation/settings.json)."""

import json
import unittest

from build import REPOSITORY
from template import functions, of_type, template

SETTINGS = json.loads((REPOSITORY / "tests" / "simulation" / "settings.json").read_text())
PARAMETERS = template()["Parameters"]
SOURCES = {
    (name, event): source
    for name, function in functions().items()
    for event, source in function.get("Events", {}).items()
}


def value(setting):
    """A setting, which may be a parameter with a default."""
    return PARAMETERS[setting["Ref"]]["Default"] if isinstance(setting, dict) else setting


def concurrency(scaling) -> int:
    """The invocations at once. The local stack has no limit."""
    _, on_aws, _ = scaling.get("Fn::If", (None, scaling, None))
    return value(on_aws["MaximumConcurrency"])


def queues() -> dict[str, dict]:
    """The queues with a function, by the names that the simulation gives them."""
    listed = {}
    for (name, _), source in SOURCES.items():
        if source["Type"] == "SQS":
            properties = source["Properties"]
            resource = properties["Queue"]["Fn::GetAtt"][0]
            queue = of_type("AWS::SQS::Queue")[resource]
            listed[resource.removesuffix("Queue").lower()] = {
                "function": name,
                "redelivery_seconds": value(queue["VisibilityTimeout"]),
                "max_receives": queue["RedrivePolicy"]["maxReceiveCount"],
                "batch": properties["BatchSize"],
                "concurrency": concurrency(properties["ScalingConfig"]),
            }
    return listed


class TheSimulation(unittest.TestCase):
    def test_has_the_time_limits_of_the_template(self):
        limits = {name: function["Timeout"] for name, function in functions().items()}
        self.assertEqual(SETTINGS["time_limit_seconds"], limits)

    def test_has_the_queues_of_the_template(self):
        self.assertEqual(SETTINGS["queues"], queues())

    def test_has_the_stream_of_the_template(self):
        (stream,) = [source["Properties"] for source in SOURCES.values() if source["Type"] == "DynamoDB"]
        self.assertEqual(
            SETTINGS["stream"],
            {
                "batch": stream["BatchSize"],
                "window_seconds": stream["MaximumBatchingWindowInSeconds"],
                "parallelization": stream["ParallelizationFactor"],
                "max_age_seconds": stream["MaximumRecordAgeInSeconds"],
                "filters": [json.loads(one["Pattern"]) for one in stream["FilterCriteria"]["Filters"]],
            },
        )

    def test_has_the_nightly_schedules_of_the_template(self):
        schedules = {
            schedule["Target"]["Arn"]["Fn::GetAtt"][0].removesuffix("Function").lower(): schedule["ScheduleExpression"]
            for schedule in of_type("AWS::Scheduler::Schedule").values()
        }
        nightly = {name: expression for name, expression in schedules.items() if expression.startswith("cron")}
        self.assertEqual(SETTINGS["nightly"], nightly)
