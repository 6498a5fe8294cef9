"""Prints the contract of both apps, as it is checked in: `python -m tta.http.openapi > docs/openapi.json`."""

import sys

import msgspec

from tta.http.apps import BOTH, COMMANDS, QUERIES
from tta.http.contract import contract

if __name__ == "__main__":
    written = msgspec.json.encode(contract(COMMANDS, QUERIES, BOTH))
    sys.stdout.write(msgspec.json.format(written).decode() + "\n")
