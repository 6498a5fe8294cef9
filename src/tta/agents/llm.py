"""The interface of language models for the agents, implemented by tta.agents.endpoint_llms."""

from typing import Protocol
from uuid import UUID

from tta.agents.messages import Brief, ModelMeaning, ModelText
from tta.domain.narration import Narration


class NoModelText(Exception):
    """There is no generated text, or none that keeps to its brief. It carries only codes and numbers."""

    def __init__(self, narration: Narration, *, may_pass: bool = False) -> None:
        super().__init__(f"expected a model's answer, got {narration.outcome.value}")
        self.narration = narration
        self.may_pass = may_pass
        """The cause may be gone at once, so another attempt is useful."""


class LanguageModels(Protocol):
    """Language models, whichever endpoints serve them.

    A call ends within `within_s` seconds, its own retries and other endpoints included; `call_id` is the same
    whenever a turn is tried again. Both raise NoModelText, and nothing else.
    """

    @property
    def resting(self) -> bool:
        """True while every endpoint's circuit breaker is open, so that a call would be useless."""
        ...

    async def interpret(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelMeaning:
        """Return which choice of `brief.told` the words mean, or `unsure` if none."""
        ...

    async def narrate(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelText:
        """Retell the passage in `brief.told` within the authored scene."""
        ...
