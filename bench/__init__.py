"""Benchmarks: each figure beside its ceiling, measured in the same run on the same machine. `make bench`."""
