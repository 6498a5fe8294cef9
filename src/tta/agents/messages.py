"""What the agents say to each other, through the orchestrator only: typed, and immutable."""

from collections.abc import Awaitable, Callable
from math import inf
from typing import NamedTuple
from uuid import UUID

from tta.domain.narration import Narration
from tta.domain.passages import Play
from tta.domain.vocabulary import Author
from tta.stories.playing.filtering import Filter
from tta.stories.playing.narrating import ToldPassage
from tta.stories.story import Scene, Story
from tta.stories.understanding.meaning import Meaning


class ModelConsent(NamedTuple):
    """That a player agrees to model processing. Made where their consents are read, for this very turn, and
    nowhere else: no model can be asked without one.
    """

    player_id: UUID
    """Whose budget is spent. It leaves no process."""
    stands: Callable[[], Awaitable[bool]]
    """Reads it again, before each call to a model: a turn makes several, and takes seconds. What cannot be
    read does not stand; it raises nothing.
    """


class PendingTurn(NamedTuple):
    """A turn to be answered, as the reply reactor knows it. `words` are opened."""

    session_id: UUID
    number: int
    story: Story
    play: Play
    wishes: Filter
    choice: str | None
    words: str | None
    call_id: UUID
    """The same whenever this turn is tried again: what a model's endpoint may recognise a repetition by."""
    consent: ModelConsent | None
    """None where the player has not agreed to model processing: no word leaves."""
    until: float = inf
    """The event loop's time by which it is to be answered: what it has waited already is taken off."""


class ModelMeaning(NamedTuple):
    """What a model takes words to mean, and how that came about."""

    meaning: Meaning
    narration: Narration | None
    """None where there was nothing to ask."""


class TurnPlan(NamedTuple):
    """What a turn comes to, before it is told: what was meant, and the authored passage that follows."""

    meaning: Meaning
    told: ToldPassage
    interpreting: Narration | None = None
    """Where a model was asked what was meant: what came of it."""


class Brief(NamedTuple):
    """What a model may know in order to tell a passage: the authored scene, and what was just said."""

    story: Story
    scene: Scene
    told: ToldPassage
    words: str | None
    """None where the player took a choice."""
    consent: ModelConsent
    """There is no brief without it."""


class ModelText(NamedTuple):
    """A model's text that keeps to its brief, and how it came about."""

    text: str
    narration: Narration


class PassageDraft(NamedTuple):
    """A passage as it is told, before it is checked."""

    text: str
    author: Author
    narration: Narration | None = None
    """Where a model was asked."""


class GuardianVerdict(NamedTuple):
    """Whether a text may be shown, and the layers that saw it, each as `name@version`."""

    passes: bool
    by: tuple[str, ...] = ()


class TurnAnswer(NamedTuple):
    """What the player is answered."""

    told: ToldPassage
    author: Author
    checked_by: tuple[str, ...] = ()
    """The layers that saw the text, each as `name@version`."""
    narration: Narration | None = None
    """Where a model was asked to tell it; so with the next, where one was asked what was meant."""
    interpreting: Narration | None = None
