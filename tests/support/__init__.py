"""Shared helpers of the tests: running TTAs, servers, clients and examples, in the folders of `src/tta`."""
