"""The edge of the API: nobody bypasses the firewall."""

import unittest

from template import of_type, resources, template

# What a customer waits for at a till.
TILL_ROUTES = {
    "POST /v1/purchases",
    "POST /v1/purchases/dry-run",
    "POST /v1/members",
    "POST /v1/members/find",
    "POST /v1/coupons/check",
}


class TheRoutes(unittest.TestCase):
    def test_of_a_till_have_limits_that_other_paths_do_not_use_up(self):
        routes = {route["RouteKey"] for route in of_type("AWS::ApiGatewayV2::Route").values()}
        self.assertLessEqual(TILL_ROUTES, routes)
        self.assertIn("$default", routes)
        # The settings of the stage are those of each route: a bucket for every one.
        settings = resources()["HttpStage"]["Properties"]["DefaultRouteSettings"]
        self.assertEqual(set(settings), {"ThrottlingRateLimit", "ThrottlingBurstLimit"})

    def test_all_may_call_their_function(self):
        for name in ("HttpMayCallApi", "HttpMayCallCallbacks"):
            source = resources()[name]["Properties"]["SourceArn"]["Fn::Sub"]
            self.assertTrue(source.endswith(":${HttpApi}/*"), name)


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
