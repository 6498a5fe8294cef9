"""These tests have a store of their own each, in one Valkey."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "eventstore"))  # store_examples, store_fixtures

from store_fixtures import one_store as store
from store_fixtures import server_directory, valkey

__all__ = ["server_directory", "store", "valkey"]
