#!/usr/bin/env python3
"""Writes the CDNOW purchases as a merchant's files.

CDNOW_master.txt holds the 69,659 purchases of the 23,570 customers who first bought at an online
record shop in early 1997, until June 1998: customer, day, number of CDs, dollars. It comes with the
Python package lifetimes 0.11.3. Fader, P. and Hardie, B., "Forecasting Repeat Sales at CDNOW".

The argument is the folder to write to. Each file looks like the export of a French till, one row per receipt:
  cdnow.csv          in the original order, the purchases of a customer together
  cdnow-by-date.csv  in the order of the days
  cdnow-ten.csv      the original order ten times: other receipts, the same customers

No mobile number here reaches a person. The first 10,000 customers have the numbers that Arcep reserves for
fiction, 06 39 98 xx xx. The other customers have ten digits that start with 07 00. Real numbers of that range
have fourteen digits and belong to machines.
"""

import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "lifetimes==0.11.3"
MEMBER = "lifetimes/datasets/CDNOW_master.txt"
HEADER = "numero_ticket;date;mobile;montant_ttc\r\n"


def purchases(folder):
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
                *("--no-deps", "--only-binary=:all:", "--dest", temporary, PACKAGE),
            ],
            check=True,
        )
        (wheel,) = pathlib.Path(temporary).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            lines = archive.read(MEMBER).decode("ascii").splitlines()
    for line in lines[1:]:  # the first line names the columns
        customer, day, _, amount = line.split()
        yield int(customer), day, amount


def mobile(customer):
    index = customer - 1
    if index < 10_000:
        return f"06 39 98 {index // 100:02} {index % 100:02}"
    index -= 10_000
    return f"07 00 {index // 10_000:02} {index // 100 % 100:02} {index % 100:02}"


def row(number, purchase):
    customer, day, amount = purchase
    date = f"{day[6:8]}/{day[4:6]}/{day[0:4]}"
    return f"{number:08};{date};{mobile(customer)};{amount.replace('.', ',')}\r\n"


def write(path, numbered):
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        file.writelines(row(number, purchase) for number, purchase in numbered)
    partial.rename(path)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    # The receipt number is the position in the original, so it is the same in every file.
    numbered = list(enumerate(purchases(folder), start=1))
    assert len(numbered) == 69_659, len(numbered)
    write(folder / "cdnow.csv", numbered)
    write(folder / "cdnow-by-date.csv", sorted(numbered, key=lambda pair: pair[1][1]))
    ten = ((copy * 100_000 + number, purchase) for copy in range(10) for number, purchase in numbered)
    write(folder / "cdnow-ten.csv", ten)


main()
