"""A merchant opens its programme: an establishment and a key for its till."""

from __future__ import annotations

from bootstrap import say
from stack import Stack

from .api import Api

MERCHANT = {
    "reference": "DEMO-0001",
    "name": "Librairie des Remparts",
    "sector": "retail",
    "terms": {"version": "2026-01", "signed_on": "2026-01-05", "signatory": "Camille Remparts"},
    "processing_contract": {"version": "2026-01", "signed_on": "2026-01-05", "signatory": "Camille Remparts"},
    "programme": {"spend": [{"points": 1, "per_cents": 100}]},
}
ESTABLISHMENT = "vieux-port"
# Who buys at the till, and asks for the card there.
CUSTOMER = {"mobile": "+33639980606", "last_name": "Démonstration", "first_name": "Dominique"}


def operator(stack: Stack) -> Api:
    """With the operator's key, which a secret of the deployment holds."""
    description = stack.describe()
    secret = stack.client("secretsmanager").get_secret_value(SecretId=description["outputs"]["OperatorSecretArn"])
    return Api(description["api_url"], secret["SecretString"])


def open_programme(stack: Stack) -> dict:
    description = stack.describe()
    known = description.get("demo")
    if known and Api(description["api_url"], known["till_key"]).ask(
        "POST", "/v1/members/find", {"mobile": CUSTOMER["mobile"]}, accept=(401, 403, 404)
    )[0] in (200, 404):
        say(f"The demonstration merchant is there: {MERCHANT['name']}, {ESTABLISHMENT}.")
        return known

    setting_up = operator(stack)
    _, merchant = setting_up.ask("POST", "/v1/merchants", MERCHANT)
    place = f"/v1/merchants/{merchant['merchant_id']}/establishments/{ESTABLISHMENT}"
    setting_up.ask("PUT", place, {"name": "Vieux-Port", "time_zone": "Europe/Paris"})
    _, key = setting_up.ask("POST", f"{place}/keys", {"mode": "live", "label": "demonstration"})
    demo = {"merchant_id": merchant["merchant_id"], "establishment_id": ESTABLISHMENT, "till_key": key["key"]}
    stack.write_description(demo=demo)
    say(f"A merchant opened its programme: {MERCHANT['name']}, {ESTABLISHMENT}, 1 point per euro.")
    return demo
