"""How the functions are called: retries, recursion, concurrency."""

import unittest

from template import functions, of_type, template

# Functions that a schedule calls. Each queues its own continuation, and counts the hops (shared/platform/src/queue).
SCHEDULED = {"campaign", "followups", "retention"}


class TheFunctions(unittest.TestCase):
    def test_have_a_maximum_concurrency_on_every_queue(self):
        for name, properties in functions().items():
            for event, source in properties.get("Events", {}).items():
                if source["Type"] == "SQS":
                    self.assertIn(
                        "MaximumConcurrency", source["Properties"].get("ScalingConfig", {}), f"{name} {event}"
                    )

    def test_that_a_schedule_calls_say_what_happens_after_an_error(self):
        called = {
            schedule["Target"]["Arn"]["Fn::GetAtt"][0] for schedule in of_type("AWS::Scheduler::Schedule").values()
        }
        self.assertEqual(called, {f"{name.capitalize()}Function" for name in SCHEDULED})
        for name, properties in functions().items():
            config = properties.get("EventInvokeConfig")
            self.assertEqual(config is not None, name in SCHEDULED, name)
            if config:
                self.assertIn("MaximumRetryAttempts", config, name)
                self.assertIn("MaximumEventAgeInSeconds", config, name)
                # A call that the next one makes up for leaves no dead letter, and so raises no alarm on a single error.
                failed = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
                letter = {"Fn::GetAtt": ["SchedulesDeadLetters", "Arn"]} if config["MaximumRetryAttempts"] else None
                self.assertEqual(failed, letter, name)

    def test_that_a_schedule_calls_once_a_day_leave_a_dead_letter_where_the_call_was_not_delivered(self):
        for name, schedule in of_type("AWS::Scheduler::Schedule").items():
            daily = schedule["ScheduleExpression"].startswith("cron")
            self.assertEqual("DeadLetterConfig" in schedule["Target"], daily, name)

    def test_that_queue_their_own_continuation_are_allowed_to(self):
        allowed = {name for name, properties in functions().items() if properties.get("RecursiveLoop") == "Allow"}
        self.assertEqual(allowed, {*SCHEDULED, "webhooks"})

    def test_reserve_no_concurrency_unless_a_parameter_says_so(self):
        reserved = {name for name, one in functions().items() if "ReservedConcurrentExecutions" in one}
        self.assertEqual(reserved, {"account", "api", "callbacks"})
        for name in reserved:
            choice = functions()[name]["ReservedConcurrentExecutions"]["Fn::If"]
            self.assertEqual(choice[0], f"Has{name.capitalize()}Reservation")

    def test_have_a_queue_that_hides_a_message_for_six_timeouts(self):
        queues, parameters = of_type("AWS::SQS::Queue"), template()["Parameters"]
        for properties in functions().values():
            for source in properties.get("Events", {}).values():
                if source["Type"] == "SQS":
                    queue = source["Properties"]["Queue"]["Fn::GetAtt"][0]
                    seconds = parameters[queues[queue]["VisibilityTimeout"]["Ref"]]["Default"]
                    self.assertGreaterEqual(seconds, 6 * properties["Timeout"], queue)

    def test_have_a_queue_whose_message_becomes_a_dead_letter_before_the_queue_drops_it(self):
        for name, queue in of_type("AWS::SQS::Queue").items():
            if "RedrivePolicy" in queue:
                redelivery = template()["Parameters"][queue["VisibilityTimeout"]["Ref"]]
                # The queue of notices is the only one that keeps its messages for less than days.
                seconds = redelivery["MaxValue" if name == "NoticesQueue" else "Default"]
                deliveries = queue["RedrivePolicy"]["maxReceiveCount"]
                self.assertGreater(queue["MessageRetentionPeriod"], deliveries * seconds, name)

    def test_give_a_sign_in_code_a_queue_of_its_own_that_keeps_no_old_one(self):
        events = functions()["send"]["Events"]
        queues = [source["Properties"]["Queue"]["Fn::GetAtt"][0] for source in events.values()]
        self.assertEqual(queues, ["SendsQueue", "NoticesQueue"])
        # Twice the time after which a code has expired.
        self.assertLessEqual(of_type("AWS::SQS::Queue")["NoticesQueue"]["MessageRetentionPeriod"], 2 * 600)

    def test_read_the_stream_of_the_table_in_several_batches_at_a_time(self):
        changes = functions()["webhooks"]["Events"]["Changes"]["Properties"]
        self.assertGreaterEqual(changes["ParallelizationFactor"], 2)

    def test_are_known_to_the_sdk_by_their_names(self):
        for name, properties in functions().items():
            variables = properties["Environment"]["Variables"]
            self.assertEqual(variables["AWS_SDK_UA_APP_ID"], {"Fn::Sub": f"${{AWS::StackName}}-{name}"})
