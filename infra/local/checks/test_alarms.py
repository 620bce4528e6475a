"""The alarms and the dashboard."""

import json
import re
import unittest

from template import functions, of_type, resources

ALARMS = of_type("AWS::CloudWatch::Alarm")
# One such event is worth a message: work that failed to the end, or a fact that a person must know.
ONE_IS_ENOUGH = re.compile(
    r"(DeadLetters|Recursion|QueueAge|Overdue|RepeatedMisses|CodesOfDayUsedUp|UnusualAdjustments|GivenUpWebhooks|UnreadFiles)Alarm$|^ChangesAge"
)


def watched(metric: str) -> set[str]:
    """The functions that an alarm watches by a metric."""
    values = [
        alarm["Dimensions"][0]["Value"]
        for alarm in ALARMS.values()
        if alarm["MetricName"] == metric and alarm.get("Dimensions")
    ]
    return {value["Ref"].removesuffix("Function").lower() for value in values if "Ref" in value}


class TheAlarms(unittest.TestCase):
    def test_do_not_fire_on_a_single_error(self):
        for name, alarm in ALARMS.items():
            if not ONE_IS_ENOUGH.search(name):
                needed = alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])
                self.assertGreaterEqual(needed, 2, name)

    def test_do_not_fire_on_the_first_day(self):
        for name, alarm in ALARMS.items():
            # A new alarm begins with INSUFFICIENT_DATA, and only a change of state gives a message.
            expected = "missing" if "InsufficientDataActions" in alarm else "notBreaching"
            self.assertEqual(alarm["TreatMissingData"], expected, name)

    def test_tell_the_topic_when_they_fire_and_when_they_end(self):
        for name, alarm in ALARMS.items():
            topic = [{"Ref": "AlarmTopic"}]
            self.assertEqual(alarm["OKActions"], topic, name)
            self.assertEqual(alarm.get("AlarmActions", alarm.get("InsufficientDataActions")), topic, name)

    def test_watch_errors_and_throttles_of_every_function(self):
        self.assertEqual(watched("Errors"), set(functions()))
        self.assertEqual(watched("Throttles"), set(functions()))

    def test_watch_the_functions_that_lambda_may_stop_for_recursion(self):
        allowed = {name for name, one in functions().items() if one.get("RecursiveLoop") == "Allow"}
        self.assertEqual(watched("RecursiveInvocationsDropped"), allowed)

    def test_watch_refusals_failures_and_latency_of_every_http_api(self):
        apis = set(of_type("AWS::ApiGatewayV2::Api"))
        for metric in ("4xx", "5xx", "Latency"):
            dimensions = [alarm["Dimensions"] for alarm in ALARMS.values() if alarm["MetricName"] == metric]
            self.assertTrue(all([one["Name"] for one in listed] == ["ApiId"] for listed in dimensions), metric)
            self.assertEqual({listed[0]["Value"]["Ref"] for listed in dimensions}, apis, metric)

    def test_watch_refusals_latency_and_concurrency(self):
        metrics = {
            (alarm["Namespace"], alarm["MetricName"])
            for alarm in ALARMS.values()
            if isinstance(alarm["Namespace"], str)
        }
        self.assertLessEqual(
            {
                ("AWS/ApiGateway", "4xx"),
                ("AWS/ApiGateway", "5xx"),
                ("AWS/ApiGateway", "Latency"),
                ("AWS/Lambda", "ConcurrentExecutions"),
                ("AWS/DynamoDB", "WriteThrottleEvents"),
            },
            metrics,
        )

    def test_watch_throttles_of_the_table_and_of_each_index(self):
        """The figures of a table do not count those of its indexes (AWS)."""
        indexes = {one["IndexName"] for one in resources()["Table"]["Properties"]["GlobalSecondaryIndexes"]}
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            watched = {
                dimension["Value"]
                for alarm in ALARMS.values()
                if alarm["MetricName"] == metric
                for dimension in alarm["Dimensions"]
                if dimension["Name"] == "GlobalSecondaryIndexName"
            }
            self.assertEqual(watched, indexes)
            whole = [alarm for alarm in ALARMS.values() if alarm["MetricName"] == metric]
            self.assertEqual(len(whole), len(indexes) + 1)

    def test_watch_every_dead_letter_queue(self):
        queues = {name for name in of_type("AWS::SQS::Queue") if name.endswith("DeadLetters")}
        self.assertEqual(
            {f"{name}Alarm" for name in queues}, {name for name in ALARMS if name.endswith("DeadLettersAlarm")}
        )

    def test_do_not_wait_longer_than_cloudwatch_allows(self):
        for name, alarm in ALARMS.items():
            longest = 7 * 86_400 if alarm["Period"] >= 3600 else 86_400
            self.assertLessEqual(alarm["Period"] * alarm["EvaluationPeriods"], longest, name)


class TheDashboard(unittest.TestCase):
    def body(self) -> dict:
        text = resources()["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
        return json.loads(text)

    def test_shows_refusals_latency_throttles_and_concurrency(self):
        shown = {
            row[1] for widget in self.body()["widgets"] for row in widget["properties"]["metrics"] if row[0] != "..."
        }
        self.assertLessEqual(
            {"4xx", "5xx", "Latency", "Throttles", "ConcurrentExecutions", "TransactionConflict"}, shown
        )

    def test_shows_refusals_failures_and_latency_of_every_http_api(self):
        rows = [row for widget in self.body()["widgets"] for row in widget["properties"]["metrics"]]
        for name in of_type("AWS::ApiGatewayV2::Api"):
            shown = {row[1] for row in rows if row[2:4] == ["ApiId", f"${{{name}}}"]}
            self.assertEqual(shown, {"Count", "4xx", "5xx", "Latency"}, name)

    def test_has_no_widget_on_top_of_another_one(self):
        places = [(widget["x"], widget["y"]) for widget in self.body()["widgets"]]
        self.assertEqual(len(places), len(set(places)))

    def test_shows_every_function_and_every_queue(self):
        text = json.dumps(self.body())
        for name in functions():
            self.assertIn(f"${{{name.capitalize()}Function}}", text)
        for name in of_type("AWS::SQS::Queue"):
            self.assertIn(f"${{{name}.QueueName}}", text)
