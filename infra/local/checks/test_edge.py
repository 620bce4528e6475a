"""The edge of the API: nobody bypasses the firewall."""

import unittest

from template import resources, template


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
