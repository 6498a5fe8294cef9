"""How long to wait between tries: longer each time, up to a bound, and never all at the same moment."""

import random


class Backoff:
    """The pauses of one who tries again. They double, and chance takes up to half off each: those who lost
    the same server do not come back to it together.
    """

    def __init__(self, first_s: float, most_s: float, *, at_once: bool = False) -> None:
        """With `at_once` the first pause is none: most often the server is already back."""
        self._first_s = first_s
        self._most_s = most_s
        self._starts_s = 0.0 if at_once else first_s
        self._next_s = self._starts_s

    def next_s(self) -> float:
        """Give the next pause, in seconds."""
        pause_s = self._next_s
        self._next_s = min(max(pause_s * 2, self._first_s), self._most_s)
        return pause_s * random.uniform(0.5, 1)  # noqa: S311 - Jitter, not a secret.

    def reset(self) -> None:
        """It worked: the next trouble begins with the shortest pause."""
        self._next_s = self._starts_s
