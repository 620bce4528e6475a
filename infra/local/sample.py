"""Writes a merchant's purchase file: 5,000 receipts in the form of a real export, with 8 wrong rows.

The same seed and the same last day give the same file, byte for byte. The persons do not exist: their mobiles
start with 06 39 98, a range that the regulator reserves for fiction. The mobiles from 06 39 98 80 00 are left to the
customers of docs/till-collection.

    sample.py FILE [LAST_DAY]
"""

from __future__ import annotations

import random
import sys
from datetime import date, timedelta
from pathlib import Path

RECEIPTS = 5_000
CUSTOMERS = 1_200
DAYS = 90
MOBILES = 8_000
HEADER = "Date;Heure;Ticket;Caisse;Mobile;Nom;Prénom;Carte demandée;Montant TTC"

LAST_NAMES = ["Aubry", "Besnard", "Carlier", "Delmas", "Étienne", "Ferrand", "Guérin", "Huet", "Imbert", "Joly"]
FIRST_NAMES = ["Agnès", "Benoît", "Chloé", "Denis", "Élodie", "Fabien", "Gaëlle", "Hugo", "Inès", "Jérôme"]
MOBILE_FORMS = ["06 39 98 {0} {1}", "063998{0}{1}", "+33 6 39 98 {0} {1}", "06.39.98.{0}.{1}"]


def write(file: Path, last_day: date, seed: int = 6) -> None:
    chance = random.Random(seed)
    customers = [_customer(chance, number) for number in chance.sample(range(MOBILES), CUSTOMERS)]
    rows = []
    for number in range(RECEIPTS):
        day = last_day - timedelta(days=DAYS - number * DAYS // RECEIPTS)
        rows.append(_receipt(chance, customers, number, day))
    for place, wrong in zip(sorted(chance.sample(range(RECEIPTS), 8)), _wrong_rows(last_day), strict=True):
        rows.insert(place, wrong)
    file.parent.mkdir(parents=True, exist_ok=True)
    # With the byte order mark and the line ends that spreadsheets write.
    file.write_text("\r\n".join([HEADER, *rows]) + "\r\n", encoding="utf-8-sig", newline="")


def _customer(chance: random.Random, number: int) -> tuple[str, str, str, str]:
    mobile = chance.choice(MOBILE_FORMS).format(f"{number // 100:02}", f"{number % 100:02}")
    asked = "non" if chance.random() < 0.03 else "oui"
    return mobile, chance.choice(LAST_NAMES), chance.choice(FIRST_NAMES), asked


def _receipt(chance: random.Random, customers: list[tuple[str, str, str, str]], number: int, day: date) -> str:
    # A few customers come every week, most of them seldom. One receipt in eight has no customer.
    place = int(CUSTOMERS * chance.random() ** 2)
    customer = ("", "", "", "") if chance.random() < 0.125 else customers[place]
    cents = int(chance.lognormvariate(8.2, 0.9)) + 100
    amount = -cents if chance.random() < 0.02 else cents
    time = f"{chance.randint(9, 18):02}:{chance.randint(0, 59):02}"
    till = f"C{chance.randint(1, 2)}"
    return ";".join([day.strftime("%d/%m/%Y"), time, f"{number + 1:06}", till, *customer, _euros(amount)])


def _euros(cents: int) -> str:
    """`1 234,50`, with the narrow no-break space of French software."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100:,}".replace(",", "\u202f") + f",{cents % 100:02}"


def _wrong_rows(last_day: date) -> list[str]:
    day = last_day.strftime("%d/%m/%Y")
    return [
        f"31/02/{last_day.year};10:00;900001;C1;06 39 98 00 01;Joly;Inès;oui;12,00",  # no such day
        f"{day};25:61;900002;C1;06 39 98 00 02;Joly;Inès;oui;12,00",  # no such time
        f"{day};10:00;900003;C1;06 39 9;Joly;Inès;oui;12,00",  # no such mobile
        f"{day};10:00;900004;C1;01 39 98 00 04;Joly;Inès;oui;12,00",  # not a mobile
        f"{day};10:00;900005;C1;06 39 98 00 05;Joly;Inès;oui;douze euros",  # no amount
        f"{day};10:00;;C1;06 39 98 00 06;Joly;Inès;oui;12,00",  # no receipt number
        f"01/01/{last_day.year + 30};10:00;900007;C1;06 39 98 00 07;Joly;Inès;oui;12,00",  # in the future
        f"{day};10:00;900008",  # cut short
    ]


if __name__ == "__main__":
    write(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else date.today())
