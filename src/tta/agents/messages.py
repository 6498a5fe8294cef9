"""The messages between the agents, typed and immutable. Only the orchestrator passes them on."""

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
    """A player's consent to model processing. It is created only where the consents are read, for this turn.
    Without it no language model can be asked.
    """

    player_id: UUID
    """The player whose budget is used. It is never sent."""
    stands: Callable[[], Awaitable[bool]]
    """Reads it again before each call to a language model: a turn makes several, over seconds. An unreadable
    consent does not stand. It never raises.
    """


class PendingTurn(NamedTuple):
    """A turn to be answered. `words` are decrypted."""

    session_id: UUID
    number: int
    story: Story
    play: Play
    wishes: Filter
    choice: str | None
    words: str | None
    call_id: UUID
    """The same for every attempt of this turn, so that an endpoint can recognise a repetition."""
    consent: ModelConsent | None
    """None if the player has not consented to model processing: nothing is sent."""
    until: float = inf
    """The event loop's time by which it must be answered. The time it has waited is deducted."""


class ModelMeaning(NamedTuple):
    """The meaning of words according to a language model, and the outcome of the call."""

    meaning: Meaning
    narration: Narration | None
    """None if nothing was asked."""


class TurnPlan(NamedTuple):
    """The result of a turn before it is told: the meaning, and the authored passage that follows."""

    meaning: Meaning
    told: ToldPassage
    interpreting: Narration | None = None
    """The outcome of asking a language model for the meaning, if one was asked."""


class Brief(NamedTuple):
    """The knowledge of a language model that tells a passage: the authored scene, and what was just said."""

    story: Story
    scene: Scene
    told: ToldPassage
    words: str | None
    """None if the player took a choice."""
    consent: ModelConsent
    """Required, so that no brief exists without it."""


class ModelText(NamedTuple):
    """A generated text that keeps to its brief, and the outcome of the call."""

    text: str
    narration: Narration


class PassageDraft(NamedTuple):
    """A told passage before it is checked."""

    text: str
    author: Author
    narration: Narration | None = None
    """The outcome of the call, if a language model was asked."""


class GuardianVerdict(NamedTuple):
    """Whether a text may be shown, and the layers that checked it, each as `name@version`."""

    passes: bool
    by: tuple[str, ...] = ()


class TurnAnswer(NamedTuple):
    """The answer to the player."""

    told: ToldPassage
    author: Author
    checked_by: tuple[str, ...] = ()
    """The layers that checked the text, each as `name@version`."""
    narration: Narration | None = None
    """The outcome of asking a language model to tell it, if one was asked."""
    interpreting: Narration | None = None
    """The outcome of asking one for the meaning, if one was asked."""
