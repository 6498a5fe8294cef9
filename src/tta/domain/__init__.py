"""The rules, one module per aggregate.

Pure: no clock, no chance, no I/O; only the standard library and msgspec.
"""
