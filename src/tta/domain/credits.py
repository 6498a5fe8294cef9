"""Which practised skills a care plan has credited of late: what an answer is not credited for twice."""

from typing import NamedTuple
from uuid import UUID

CREDITS_MAX = 512  # More than the turns of one session, whose answers may come out of order.


class Credit(NamedTuple):
    """What a skill was credited for."""

    session_id: UUID
    turn: int
    skill: str


Credits = tuple[Credit, ...]
"""Oldest first."""


def with_credit(credited: Credits, credit: Credit) -> Credits:
    """Add a credit; of many the oldest are forgotten."""
    return (*credited, credit)[-CREDITS_MAX:]
