"""The policies of the roles, and the comparison of rights with calls."""

import unittest

from roles.comparison import missing, unused
from roles.policies import documents, findings
from roles.rights import Call, Right, denied, granted, is_like, statements
from template import functions, of_type, resources

# The partition of a merchant's till keys and other settings.
MERCHANT = "M#01KAVJT4P0000000000000000A"
WEBHOOKS = f"{MERCHANT}#WEBHOOKS"
USES = f"{MERCHANT}#PROGRAMMES"
PERSONS = (f"{MERCHANT}#S#03", f"{MERCHANT}#TEST#S#03")
# Two partitions of the access log, of live and of test data.
ACCESS_LOGS = (f"LOG#{MERCHANT}#2026-11", f"LOG#{MERCHANT}#TEST#2026-11")
LOGINS = tuple(f"{tenant}#LOGIN#01KAVJT4P0000000000000000B" for tenant in (MERCHANT, f"{MERCHANT}#TEST"))
TICKETS = tuple(f"{tenant}#TICKET#5d41402abc4b2a76" for tenant in (MERCHANT, f"{MERCHANT}#TEST"))
READS = ("GetItem", "Query", "BatchGetItem")
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete")


def may(function: str, action: str, key: str) -> bool:
    call = Call(function, f"dynamodb:{action}", "Table", key)
    return any(right.allows(call) for right in granted()) and not any(denial.allows(call) for denial in denied())


def who_may(actions: tuple[str, ...], key: str) -> set[tuple[str, str]]:
    """The functions with their actions on items of a partition."""
    return {(name, action) for name in functions() for action in actions if may(name, action, key)}


class ThePolicies(unittest.TestCase):
    def test_have_no_fault_that_parliament_knows(self):
        self.assertEqual(findings(), [])

    def test_are_read_with_every_reference_resolved(self):
        for name, document in documents().items():
            self.assertNotRegex(str(document), r"Fn::|Ref'|\$\{", name)

    def test_guard_each_condition_on_keys_against_an_absent_key(self):
        for function in functions():
            for statement in statements(function):
                condition = statement.get("Condition", {})
                if "ForAllValues:StringLike" in condition:
                    self.assertEqual(condition.get("Null"), {"dynamodb:LeadingKeys": "false"}, statement["Sid"])

    def test_allow_a_call_by_all_of_its_keys_and_deny_it_by_one(self):
        for function in functions():
            for statement in statements(function):
                operators = set(statement.get("Condition", {})) - {"Null"}
                expected = "ForAllValues:StringLike" if statement["Effect"] == "Allow" else "ForAnyValue:StringLike"
                self.assertLessEqual(operators, {expected}, (function, statement["Sid"]))

    def test_let_no_function_scan_the_table(self):
        for right in granted():
            self.assertNotIn(right.action, ("dynamodb:Scan", "dynamodb:PartiQLSelect"), right.function)

    def test_name_each_action_alone(self):
        for right in granted():
            self.assertNotIn("*", right.action)

    def test_let_send_and_callbacks_read_only_their_own_secrets_of_an_account(self):
        readers = {(right.function, right.resource) for right in granted() if right.resource.startswith("secret:")}
        self.assertEqual(readers, {("send", "secret:providers/*"), ("callbacks", "secret:callbacks/*")})

    def test_let_ingest_learn_that_an_object_is_missing(self):
        # Without this right S3 answers 403 and not 404, and the range of a file that is gone would be tried for ever.
        listed = {
            right.resource for right in granted() if (right.function, right.action) == ("ingest", "s3:ListBucket")
        }
        self.assertEqual(listed, {"UploadsBucket", "ReportsBucket"})

    def test_let_the_schedules_call_their_functions_and_do_nothing_else(self):
        role = resources()["SchedulesRole"]["Properties"]
        statements = role["Policies"][0]["PolicyDocument"]["Statement"]
        self.assertNotIn("ManagedPolicyArns", role)
        self.assertEqual([one["Action"] for one in statements], ["lambda:InvokeFunction", "sqs:SendMessage"])
        targets = [schedule["Target"] for schedule in of_type("AWS::Scheduler::Schedule").values()]
        self.assertCountEqual(statements[0]["Resource"], [target["Arn"] for target in targets])
        letters = [target["DeadLetterConfig"]["Arn"] for target in targets if "DeadLetterConfig" in target]
        self.assertEqual(listed_once(statements[1]["Resource"]), listed_once(*letters))

    def test_use_the_key_only_through_the_services_that_hold_the_data(self):
        (statement,) = resources()["UseTheKey"]["Properties"]["PolicyDocument"]["Statement"]
        self.assertEqual(statement["Resource"], {"Fn::GetAtt": ["DataKey", "Arn"]})
        services = {one["Fn::Sub"].split(".")[0] for one in statement["Condition"]["StringEquals"]["kms:ViaService"]}
        self.assertEqual(services, {"dynamodb", "s3", "secretsmanager", "sqs"})


def listed_once(*values) -> set[str]:
    return {str(value) for value in values}


class TheKeysOfTheRoles(unittest.TestCase):
    def test_let_only_api_and_retention_write_till_keys_and_settings(self):
        writers = {(name, action) for name in functions() for action in WRITES if may(name, action, MERCHANT)}
        own = {(name, action) for name, action in writers if name in ("api", "retention")}
        self.assertEqual(writers - own, set())
        self.assertIn(("api", "PutItem"), own)
        self.assertIn(("retention", "BatchWriteItem"), own)

    def test_let_ingest_mark_a_programme_as_used_and_write_nothing_else_there(self):
        writers = {(name, action) for name in functions() for action in WRITES if may(name, action, USES)}
        self.assertEqual({one for one in writers if one[0] not in ("api", "retention")}, {("ingest", "UpdateItem")})
        self.assertIn(("api", "UpdateItem"), writers)

    def test_let_nobody_change_or_delete_an_entry_of_the_access_log(self):
        for key in ACCESS_LOGS:
            self.assertEqual(who_may(WRITES, key), {("account", "PutItem")})
            self.assertEqual({name for name, _ in who_may(READS, key)}, {"api", "retention"})
        # A function with the whole table has a denial, which counts even where somebody adds a right.
        wide = {right.function for right in granted() if right.resource == "Table" and not right.keys}
        expected = {
            (name, f"dynamodb:{action}", "Table", ("LOG#*",)) for name in wide - {"webhooks"} for action in WRITES[:4]
        }
        self.assertEqual({(one.function, one.action, one.resource, one.keys) for one in denied()}, expected)

    def test_let_account_write_no_entry_of_the_access_log_of_internal_people(self):
        self.assertFalse(may("account", "PutItem", "LOG#internal#2026-11"))

    def test_let_only_account_and_the_two_wide_roles_reach_logins_and_tickets(self):
        for key in (*LOGINS, *TICKETS):
            self.assertEqual({name for name, _ in who_may((*READS, *WRITES), key)}, {"account", "api", "retention"})
        for key in LOGINS:
            of_account = {one for one in who_may(WRITES, key) if one[0] == "account"}
            self.assertEqual(of_account, {("account", "PutItem")})
            self.assertTrue(may("retention", "DeleteItem", key))

    def test_let_account_delete_tickets_and_contacts_and_nothing_else_of_the_table(self):
        deleting = {right for right in granted() if right.function == "account" and "Delete" in right.action}
        patterns = {right.keys for right in deleting if right.resource == "Table"}
        self.assertEqual(patterns, {("M#*#CONTACT#*", "M#*#TICKET#*")})

    def test_let_account_put_notices_and_send_claim_them(self):
        for tenant in (MERCHANT, f"{MERCHANT}#TEST"):
            notice = f"{tenant}#NOTICE#01KAVJT4P0000000000000000C"
            others = {one for one in who_may((*READS, *WRITES), notice) if one[0] not in ("api", "retention")}
            self.assertEqual(others, {("account", "PutItem"), ("send", "UpdateItem")})

    def test_let_account_read_rewards_coupons_and_campaigns_by_the_calls_of_its_pages_and_change_none(self):
        parts = {
            "REWARD": {"Query", "BatchGetItem"},
            "OFFER": {"BatchGetItem"},
            "COUPON#03": {"BatchGetItem"},
            "CAMPAIGNS": {"BatchGetItem"},
        }
        for part, expected in parts.items():
            for tenant, actions in ((MERCHANT, expected), (f"{MERCHANT}#TEST", set())):
                allowed = {one for one in (*READS, *WRITES) if may("account", one, f"{tenant}#{part}")}
                self.assertEqual(allowed, actions, (tenant, part))

    def test_do_not_let_account_reach_batches_of_codes_plans_of_campaigns_files_and_settings(self):
        other = "01KAVJT4P0000000000000000D"
        for part in (f"OFFER#{other}", f"CAMPAIGN#{other}", "UPLOAD", "ADJUSTED", "WEBHOOKS", "PROGRAMMES"):
            for action in (*READS, *WRITES):
                self.assertFalse(may("account", action, f"{MERCHANT}#{part}"), (action, part))
        for action in WRITES:
            self.assertFalse(may("account", action, MERCHANT), action)

    def test_do_not_let_webhooks_read_or_write_persons(self):
        for action in (*READS, *WRITES):
            for person in PERSONS:
                self.assertFalse(may("webhooks", action, person), action)

    def test_let_only_the_functions_that_use_endpoints_read_them(self):
        readers = {name for name in functions() for action in READS if may(name, action, WEBHOOKS)}
        self.assertEqual(readers, {"api", "retention", "webhooks"})

    def test_let_campaign_and_send_write_campaigns_of_live_and_of_test_data(self):
        for name in ("campaign", "send"):
            for key in (f"{MERCHANT}#CAMPAIGNS", f"{MERCHANT}#TEST#CAMPAIGNS"):
                self.assertTrue(may(name, "GetItem", key) and may(name, "PutItem", key), (name, key))

    def test_are_narrower_than_the_table_for_every_function_but_two(self):
        # api and retention write and delete items of every kind.
        whole = {right.function for right in granted() if right.resource == "Table" and not right.keys}
        self.assertEqual(whole - {"webhooks"}, {"api", "retention"})
        of_webhooks = {right.action for right in granted() if right.function == "webhooks" and not right.keys}
        self.assertFalse(of_webhooks & {f"dynamodb:{action}" for action in (*READS, *WRITES)})


class TheComparison(unittest.TestCase):
    rights = (
        Right("api", "dynamodb:GetItem", "Table", ("M#??",)),
        Right("api", "s3:GetObject", "ReportsBucket/work/*"),
    )
    get = Call("api", "dynamodb:GetItem", "Table", "M#01")
    read = Call("api", "s3:GetObject", "ReportsBucket/work/1.csv")

    def test_accepts_rights_that_are_used_as_granted(self):
        self.assertEqual(missing(self.rights, [self.get, self.read]), [])
        self.assertEqual(unused(self.rights, [self.get, self.read]), [])

    def test_names_a_call_without_a_right(self):
        for call in (
            Call("api", "dynamodb:PutItem", "Table", "M#01"),
            Call("api", "dynamodb:GetItem", "Table", "M#01#S#03"),
            Call("api", "dynamodb:GetItem", "Table"),
            Call("ingest", "dynamodb:GetItem", "Table", "M#01"),
            Call("api", "s3:GetObject", "ReportsBucket/refused/1.csv"),
        ):
            self.assertEqual(len(missing(self.rights, [call])), 1, call)

    def test_names_a_call_that_a_denial_refuses(self):
        denials = (Right("api", "dynamodb:GetItem", "Table", ("M#0?",)),)
        self.assertEqual(len(missing(self.rights, [self.get], denials)), 1)
        self.assertEqual(missing(self.rights, [Call("api", "dynamodb:GetItem", "Table", "M#11")], denials), [])

    def test_names_a_right_without_a_call(self):
        self.assertEqual(
            unused(self.rights, [self.get]), ["api may call s3:GetObject on ReportsBucket/work/*, and no test does"]
        )
        two = [Right("api", "dynamodb:GetItem", "Table", ("M#??", "X#*"))]
        self.assertEqual(unused(two, [self.get]), ["api may call dynamodb:GetItem with the key X#*, and no test does"])

    def test_reads_patterns_as_iam_does(self):
        self.assertTrue(is_like("M#*#S#??", "M#01#S#03"))
        self.assertFalse(is_like("M#??", "M#01#S#03"))
        self.assertFalse(is_like("a[bc]", "ab"))
