"""The edge of the API: nobody bypasses the firewall."""

import fnmatch
import json
import re
import unittest

from build import REPOSITORY
from template import of_type, resources, template

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


def _routes() -> dict[str, str]:
    """The integration of each route, by the key of the route."""
    return {route["RouteKey"]: route["Target"]["Fn::Sub"] for route in of_type("AWS::ApiGatewayV2::Route").values()}


def _may_call(function: str) -> list[str]:
    """The routes that may call a function: {stage}/{route} or {stage}/{method}/{path}, with wildcards."""
    return [
        permission["SourceArn"]["Fn::Sub"].partition(":${HttpApi}/")[2]
        for permission in of_type("AWS::Lambda::Permission").values()
        if permission["FunctionName"] == {"Ref": function} and permission["Principal"] == "apigateway.amazonaws.com"
    ]


class TheRoutes(unittest.TestCase):
    def test_of_a_till_have_limits_that_other_paths_do_not_use_up(self):
        expected = _till_operations() | {"$default"}
        self.assertIn("POST /v1/purchases", expected)
        routes = {key for key, target in _routes().items() if target == "integrations/${HttpIntegration}"}
        self.assertEqual(routes, expected)
        # The settings of the stage are those of each route: a bucket for every one.
        settings = resources()["HttpStage"]["Properties"]["DefaultRouteSettings"]
        self.assertEqual(set(settings), {"ThrottlingRateLimit", "ThrottlingBurstLimit"})

    def test_all_may_call_their_function_and_no_other_one(self):
        functions = {
            "integrations/${HttpIntegration}": "ApiFunction",
            "integrations/${CallbacksIntegration}": "CallbacksFunction",
        }
        for key, target in _routes().items():
            source = "stage/" + re.sub(r"{\w+}", "value", key).replace(" /", "/")
            allowed = {
                function
                for function in functions.values()
                if any(fnmatch.fnmatchcase(source, pattern) for pattern in _may_call(function))
            }
            self.assertEqual(allowed, {functions[target]}, key)


class TheDomain(unittest.TestCase):
    def test_asks_for_the_firewalls_certificate_when_a_truststore_is_given(self):
        choice = resources()["HttpDomain"]["Properties"]["MutualTlsAuthentication"]["Fn::If"]
        self.assertEqual(choice[0], "HasTruststore")
        self.assertEqual(set(choice[1]), {"TruststoreUri", "TruststoreVersion"})

    def test_with_a_truststore_is_the_only_address_of_the_api(self):
        rule = template()["Rules"]["TruststoreClosesTheApi"]
        asserted = [one["Assert"] for one in rule["Assertions"]]
        self.assertIn({"Fn::Equals": [{"Ref": "DefaultEndpoint"}, "disabled"]}, asserted)
        self.assertIn({"Fn::Not": [{"Fn::Equals": [{"Ref": "DomainName"}, ""]}]}, asserted)
        switch = resources()["HttpApi"]["Properties"]["DisableExecuteApiEndpoint"]["Fn::If"]
        self.assertEqual(switch, ["DefaultEndpointIsOff", True, False])
