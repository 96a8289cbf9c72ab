#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""families.py LIST: the table of agent/doctor/gpu-families.ini, as reStructuredText"""
import configparser
import sys

NAMES = {"8086": "Intel", "1002": "AMD", "10de": "NVIDIA"}


def row(cells):
    for i, cell in enumerate(cells):
        print(f"   {'*' if not i else ' '} - {cell}")


def main():
    families = configparser.ConfigParser(delimiters=["="], comment_prefixes=["#"],
                                         interpolation=None)
    with open(sys.argv[1], encoding="utf-8") as file:
        families.read_file(file)
    print(f"Compared with its sources on {families['families']['date']}.\n")
    print(".. list-table::\n   :header-rows: 1\n   :widths: 24 16 8 14 38\n")
    row(["GPU", "PCI ids", "VFs", "licence", "what makes VFs of it"])
    for section in families.sections()[1:]:
        card = families[section]
        devices = card["devices"].replace("-", "…")
        how = card["how"]
        row([card["name"], f"{card['vendor']}: {devices}", card.get("vfs", "\\-"),
             card["licence"], how[0].upper() + how[1:]])
    print("\nSources:\n")
    seen = []
    for section in families.sections()[1:]:
        for source in families[section]["source"].split(", "):
            if source not in seen:
                seen.append(source)
                print(f"* {source}")


main()
