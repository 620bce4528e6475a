"""The edge of the HTTP APIs: nobody bypasses the firewall, and each route leads to one function."""

import fnmatch
import json
import re
import unittest

from build import REPOSITORY
from template import functions, of_type, resources, template

OPERATIONS = REPOSITORY / "functions/api/openapi.json"


def _till_operations() -> set[str]:
    """The operations that a till's key may do, from the document of the API."""
    paths = json.loads(OPERATIONS.read_text())["paths"]
    return {
        f"{method.upper()} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if any("till" in scopes.get("establishment_key", []) for scopes in operation["security"])
    }


# The HTTP APIs, each with its custom domain.
APIS = {"HttpApi": "HttpDomain", "AccountApi": "AccountDomain"}
FUNCTIONS = {
    "integrations/${HttpIntegration}": "ApiFunction",
    "integrations/${CallbacksIntegration}": "CallbacksFunction",
    "integrations/${AccountIntegration}": "AccountFunction",
}


def _of(api: str, kind: str) -> list[dict]:
    """The properties of the resources of a type that belong to an API."""
    return [properties for properties in of_type(kind).values() if properties["ApiId"] == {"Ref": api}]


def _routes(api: str) -> dict[str, str]:
    """The integration of each route of an API, by the key of the route."""
    return {route["RouteKey"]: route["Target"]["Fn::Sub"] for route in _of(api, "AWS::ApiGatewayV2::Route")}


def _may_call(function: str, api: str) -> list[str]:
    """The routes of an API that may call a function: {stage}/{route} or {stage}/{method}/{path}, with wildcards."""
    sources = [
        permission["SourceArn"]["Fn::Sub"].partition(f":${{{api}}}/")
        for permission in of_type("AWS::Lambda::Permission").values()
        if permission["FunctionName"] == {"Ref": function} and permission["Principal"] == "apigateway.amazonaws.com"
    ]
    return [route for _, named, route in sources if named]


class TheRoutes(unittest.TestCase):
    def test_of_a_till_have_limits_that_other_paths_do_not_use_up(self):
        expected = _till_operations() | {"$default"}
        self.assertIn("POST /v1/purchases", expected)
        routes = {key for key, target in _routes("HttpApi").items() if target == "integrations/${HttpIntegration}"}
        self.assertEqual(routes, expected)

    def test_all_may_call_their_function_and_no_other_one(self):
        for api in APIS:
            for key, target in _routes(api).items():
                source = "stage/" + re.sub(r"{\w+}", "value", key).replace(" /", "/")
                allowed = {
                    function
                    for function in FUNCTIONS.values()
                    if any(fnmatch.fnmatchcase(source, pattern) for pattern in _may_call(function, api))
                }
                self.assertEqual(allowed, {FUNCTIONS[target]}, (api, key))

    def test_of_the_pages_for_members_lead_to_account_alone(self):
        self.assertEqual(_routes("AccountApi"), {"$default": "integrations/${AccountIntegration}"})
        self.assertEqual(_may_call("AccountFunction", "HttpApi"), [])

    def test_of_the_objection_page_have_its_style_sheets(self):
        of_callbacks = {key for key, target in _routes("HttpApi").items() if "Callbacks" in target}
        self.assertLessEqual({"GET /u/{token}", "POST /u/{token}", "GET /assets/{name}"}, of_callbacks)


class EveryHttpApi(unittest.TestCase):
    def test_is_listed_here(self):
        self.assertEqual(set(of_type("AWS::ApiGatewayV2::Api")), set(APIS))

    def test_leaves_cross_origin_requests_to_its_function(self):
        for name, api in of_type("AWS::ApiGatewayV2::Api").items():
            self.assertNotIn("CorsConfiguration", api, name)

    def test_limits_each_route_by_the_settings_of_its_stage(self):
        for api in APIS:
            (stage,) = _of(api, "AWS::ApiGatewayV2::Stage")
            settings = stage["DefaultRouteSettings"]
            # The settings of the stage are those of each route: a bucket for every one.
            self.assertEqual(set(settings), {"ThrottlingRateLimit", "ThrottlingBurstLimit"}, api)

    def test_logs_its_requests_without_a_path_a_header_or_an_address(self):
        groups = set()
        for api in APIS:
            (stage,) = _of(api, "AWS::ApiGatewayV2::Stage")
            groups.add(stage["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"][0])
            shown = set(re.findall(r"\$context\.(\w+)", stage["AccessLogSettings"]["Format"]))
            self.assertEqual(shown & {"path", "routeKey", "identity", "domainName"}, set(), api)
        self.assertEqual(len(groups), len(APIS))


class TheDomains(unittest.TestCase):
    def test_ask_for_the_firewalls_certificate_when_a_truststore_is_given(self):
        for domain in APIS.values():
            choice = resources()[domain]["Properties"]["MutualTlsAuthentication"]["Fn::If"]
            self.assertEqual(choice[0], "HasTruststore", domain)
            self.assertEqual(set(choice[1]), {"TruststoreUri", "TruststoreVersion"}, domain)

    def test_accept_no_old_tls(self):
        for domain in APIS.values():
            (configuration,) = resources()[domain]["Properties"]["DomainNameConfigurations"]
            self.assertEqual(configuration["SecurityPolicy"], "TLS_1_2", domain)

    def test_with_a_truststore_are_the_only_addresses_of_the_apis(self):
        rule = template()["Rules"]["TruststoreClosesTheApi"]
        asserted = [one["Assert"] for one in rule["Assertions"]]
        self.assertIn({"Fn::Equals": [{"Ref": "DefaultEndpoint"}, "disabled"]}, asserted)
        self.assertIn({"Fn::Not": [{"Fn::Equals": [{"Ref": "DomainName"}, ""]}]}, asserted)
        for api in APIS:
            switch = resources()[api]["Properties"]["DisableExecuteApiEndpoint"]["Fn::If"]
            self.assertEqual(switch, ["DefaultEndpointIsOff", True, False], api)

    def test_are_both_there_before_the_default_endpoints_are_disabled(self):
        enabled = {"Fn::Equals": [{"Ref": "DefaultEndpoint"}, "enabled"]}
        rules = [
            rule["RuleCondition"]
            for rule in template()["Rules"].values()
            if enabled in [one["Assert"] for one in rule["Assertions"]]
        ]
        without = [{"Fn::Equals": [{"Ref": name}, ""]} for name in ("DomainName", "AccountDomainName")]
        self.assertCountEqual(rules, without)

    def test_of_the_pages_is_the_origin_that_account_accepts_forms_from(self):
        origin = functions()["account"]["Environment"]["Variables"]["ORIGIN"]
        own = {"Fn::Sub": "https://${AccountDomainName}"}
        default = {"Fn::GetAtt": ["AccountApi", "ApiEndpoint"]}
        local = {"Fn::If": ["HasLocalOrigin", {"Ref": "LocalOrigin"}, default]}
        self.assertEqual(origin, {"Fn::If": ["HasAccountDomain", own, local]})
