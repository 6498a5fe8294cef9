"""TTA: the backend of a therapeutic text adventure."""

__version__ = "0.2.0"
