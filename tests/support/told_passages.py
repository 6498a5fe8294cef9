"""Tells what follows a move, as reactors do: first the meaning, then the passage."""

from collections.abc import Sequence
from uuid import UUID

from tta.domain.passages import NOTHING_ASKED, PassageQuestion, Wishes
from tta.stories.playing.filtering import filter_of
from tta.stories.playing.narrating import ToldPassage, told, understood
from tta.stories.story import Story


def next_passage(
    story: Story,
    seed_id: UUID,
    moves: Sequence[str],
    wishes: Wishes,
    *,
    choice: str | None,
    words: str | None,
    asked: PassageQuestion = NOTHING_ASKED,
) -> ToldPassage:
    """Tell what follows a player's choice or words, after the moves so far."""
    kept = filter_of(wishes)
    meaning = understood(story, seed_id, moves, kept, choice=choice, words=words, asked=asked)
    return told(story, seed_id, moves, kept, meaning)
