"""What the agents ask of language models; who keeps the promise is given to them (tta.agents.gateway)."""

from typing import Protocol
from uuid import UUID

from tta.agents.messages import Brief, ModelMeaning, ModelText
from tta.domain.narration import Narration


class NoModelText(Exception):
    """No text of a model came, or none that keeps to its brief. It carries codes and numbers only."""

    def __init__(self, narration: Narration, *, may_pass: bool = False) -> None:
        super().__init__(f"expected a model's answer, got {narration.outcome.value}")
        self.narration = narration
        self.may_pass = may_pass
        """What was in the way may be gone at once: it is worth asking once more."""


class LanguageModels(Protocol):
    """Language models, whichever endpoints serve them.

    A call ends within `within_s` seconds, its own retries and other endpoints included; `call_id` is the same
    whenever a turn is tried again. Both raise NoModelText, and nothing else.
    """

    @property
    def resting(self) -> bool:
        """True while every endpoint's circuit breaker is open: to ask now would be in vain."""
        ...

    async def interpret(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelMeaning:
        """Say which of the choices in `brief.told` the words mean, or that they mean none (`unsure`)."""
        ...

    async def narrate(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelText:
        """Tell the passage in `brief.told` anew, within the authored scene."""
        ...
