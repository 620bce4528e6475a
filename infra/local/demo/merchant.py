"""Creates the demonstration merchant: its programme, an establishment with its keys, an offer and a reward."""

from __future__ import annotations

from datetime import date

from bootstrap import say
from stack import Stack

from .api import Api, DemoError

BEGAN = "2026-01-05"

MERCHANT = {
    "reference": "DEMO-0001",
    "name": "Librairie des Remparts",
    "sector": "retail",
    "terms": {"version": "2026-01", "signed_on": BEGAN, "signatory": "Camille Remparts"},
    "processing_contract": {"version": "2026-01", "signed_on": BEGAN, "signatory": "Camille Remparts"},
    "programme": {
        "spend": [
            {"points": 1, "per_cents": 100},
            {"name": "Bandes dessinées", "points": 2, "per_cents": 100, "goods": {"categories": ["bande dessinée"]}},
        ],
        "multipliers": [{"name": "Mois d'anniversaire", "hundredths": 200, "when": {"birthday_month": True}}],
        "gifts": {"birthday": 20},
    },
}
ESTABLISHMENT = "vieux-port"
OFFER = {
    "name": "Bienvenue",
    "benefit": {"type": "percentage", "percent_hundredths": 1_000},
    "minimum_spend_cents": 2_000,
    "first_day": BEGAN,
    "usage": {"type": "multi", "limit": 10_000, "limit_member": 1},
}
COUPON = "BIENVENUE10"
REWARD = {"name": "Sac en toile", "type": "goods", "points": 40, "first_day": BEGAN}
# The customer who buys at the till and asks for the card there. Today is their birthday; 1992 had a 29 February.
CUSTOMER = {
    "mobile": "+33639980606",
    "last_name": "Démonstration",
    "first_name": "Dominique",
    "birth_date": date.today().replace(year=1992).isoformat(),
}


def operator_key(stack: Stack) -> str:
    """The operator's key, which is a secret of the deployment."""
    secret = stack.describe()["outputs"]["OperatorSecretArn"]
    return stack.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]


def operator(stack: Stack) -> Api:
    """A client with the operator's key."""
    return Api(stack.describe()["api_url"], operator_key(stack))


def open_programme(stack: Stack) -> dict:
    description = stack.describe()
    known = description.get("demo")
    if known and "back_office_key" not in known:
        raise DemoError("The state in .local is of an older demonstration. Start again: make stop && rm -r .local")
    if known and Api(description["api_url"], known["till_key"]).ask(
        "POST", "/v1/members/find", {"mobile": CUSTOMER["mobile"]}, accept=(401, 403, 404)
    )[0] in (200, 404):
        say(f"The demonstration merchant exists already: {MERCHANT['name']}, {ESTABLISHMENT}.")
        return known

    setting_up = operator(stack)
    _, merchant = setting_up.ask("POST", "/v1/merchants", MERCHANT)
    place = f"/v1/merchants/{merchant['merchant_id']}/establishments/{ESTABLISHMENT}"
    setting_up.ask("PUT", place, {"name": "Vieux-Port", "time_zone": "Europe/Paris"})
    till_key, back_office_key = (new_key(setting_up, place, scope) for scope in ("till", "back_office"))
    reward = _catalogue(setting_up, f"/v1/merchants/{merchant['merchant_id']}")
    demo = {
        "merchant_id": merchant["merchant_id"],
        "establishment_id": ESTABLISHMENT,
        "till_key": till_key,
        "back_office_key": back_office_key,
        "coupon": COUPON,
        "reward_id": reward,
    }
    stack.write_description(demo=demo)
    say(f"Created a merchant with its programme: {MERCHANT['name']}, {ESTABLISHMENT}.")
    print("  1 point per euro, 2 for comics, twice as many in the month of the birthday, and 20 on the birthday.")
    print(f"  The coupon {COUPON} takes 10 % off a basket of 20 € or more. A bag costs {REWARD['points']} points.")
    return demo


def new_key(setting_up: Api, place: str, scope: str) -> str:
    """A new live key of the establishment at the path `place`."""
    _, key = setting_up.ask("POST", f"{place}/keys", {"mode": "live", "scope": scope, "label": "demonstration"})
    return key["key"]


def _catalogue(setting_up: Api, merchant: str) -> str:
    """The identifier of the reward. Creates the offer with its code and the reward, unless an interrupted run did."""
    _, page = setting_up.ask("GET", f"{merchant}/offers")
    offer = page["offers"][0] if page["offers"] else setting_up.ask("POST", f"{merchant}/offers", OFFER)[1]
    setting_up.ask("PUT", f"{merchant}/offers/{offer['offer_id']}/codes/{COUPON}", {})
    _, page = setting_up.ask("GET", f"{merchant}/rewards")
    reward = page["rewards"][0] if page["rewards"] else setting_up.ask("POST", f"{merchant}/rewards", REWARD)[1]
    return reward["reward_id"]
