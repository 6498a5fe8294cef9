"""These tests have a store of their own each."""

from tests.support.eventstore.fixtures import one_store as store

__all__ = ["store"]
