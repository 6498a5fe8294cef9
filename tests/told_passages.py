"""What follows on a move, as reactors have it told: what was meant, then what is told."""

from collections.abc import Sequence
from uuid import UUID

from tta.domain.passages import Wishes
from tta.stories.narrating import Told, told, understood
from tta.stories.story import Story


def next_passage(
    story: Story,
    seed_id: UUID,
    moves: Sequence[str],
    wishes: Wishes,
    *,
    choice: str | None,
    words: str | None,
    asked_to_quit: bool = False,
) -> Told:
    """Tell what follows on what a player chose or said, after the moves so far."""
    meaning = understood(
        story, seed_id, moves, wishes, choice=choice, words=words, asked_to_quit=asked_to_quit
    )
    return told(story, seed_id, moves, wishes, meaning)
