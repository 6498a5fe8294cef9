"""TTA: the backend of a therapeutic text adventure."""
