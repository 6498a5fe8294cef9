"""Lets a language model retell a passage within the authored scene, checks it, and asks once more if
unfit.
"""

import asyncio
from typing import Any
from uuid import UUID

from tta.agents.endpoint_client import EndpointAnswer, Message
from tta.agents.endpoints import Endpoint
from tta.agents.fitness import REPAIRS, UnfitText, fit_text
from tta.agents.gateway import Gateway, NoEndpointAnswer, Question
from tta.agents.llm import NoModelText
from tta.agents.messages import Brief, ModelText
from tta.agents.prompt_templates import prompt
from tta.domain.narration import Narration, NarrationOutcome
from tta.telemetry.llm_metrics import MODEL_TEXTS_UNFIT

NARRATE = "narrate@1"
WORDS_MAX = 2_000  # Characters of a player's words. Fewer are enough to take them up.
REPAIR_S_MIN = 1.0  # With less time left, no passage can be rewritten.


class Writing:
    """One passage: the questions so far, and their cost."""

    def __init__(self, gateway: Gateway, brief: Brief, call_id: UUID, within_s: float) -> None:
        self._gateway = gateway
        self._brief = brief
        self._call_id = call_id
        self._now = asyncio.get_running_loop().time
        self._began = self._now()
        self._deadline = self._began + within_s
        self._endpoint: Endpoint | None = None
        self._said: list[EndpointAnswer] = []

    async def write(self) -> ModelText:
        """Ask, and once more if the text is unfit and there is time. Raises NoModelText."""
        template = prompt(NARRATE)
        messages = template.messages(_data(self._brief))
        try:
            text = await self._ask(Question(NARRATE, messages))
            try:
                return self._fit(text, template.told)
            except UnfitText as unfit:
                if self._deadline - self._now() < REPAIR_S_MIN:
                    raise
                again = (*messages, Message("user", f"That broke a rule. {REPAIRS[unfit.rule]}"))
            return self._fit(await self._ask(Question(NARRATE, again, turn="/again")), template.told)
        except UnfitText:
            raise NoModelText(self._narration(NarrationOutcome.UNFIT)) from None
        except NoEndpointAnswer as error:
            self._endpoint = error.endpoint or self._endpoint
            if self._said:
                # The reason is the unfit text, not that there was no better one.
                raise NoModelText(self._narration(NarrationOutcome.UNFIT)) from None
            raise NoModelText(self._narration(error.outcome), may_pass=error.may_pass) from None

    async def _ask(self, question: Question) -> str:
        left_s = self._deadline - self._now()
        answered = await self._gateway.ask(
            question, self._brief.consent, call_id=self._call_id, within_s=left_s
        )
        self._endpoint = answered.endpoint
        self._said.append(answered.said)
        return answered.said.text

    def _fit(self, text: str, told: str) -> ModelText:
        try:
            return ModelText(fit_text(text, self._brief, told), self._narration(NarrationOutcome.WRITTEN))
        except UnfitText as unfit:
            MODEL_TEXTS_UNFIT.labels(unfit.rule).inc()
            raise

    def _narration(self, outcome: NarrationOutcome) -> Narration:
        return Narration(
            outcome=outcome,
            endpoint=self._endpoint.name if self._endpoint else "",
            model=self._endpoint.model if self._endpoint else "",
            prompt=NARRATE,
            tokens_in=sum(said.tokens_in for said in self._said),
            tokens_out=sum(said.tokens_out for said in self._said),
            took_ms=round((self._now() - self._began) * 1000),
        )


def _data(brief: Brief) -> dict[str, Any]:
    """Return all that a language model learns: the authored scene, and what was just said. No id, history or
    name.
    """
    return {
        "story": brief.story.title,
        "world": brief.story.world,
        "language": brief.story.language,
        "location": brief.scene.location,
        "characters": brief.scene.characters,
        "passage": brief.told.text,
        "choices": choices_of(brief),
        "player_said": (brief.words or "")[:WORDS_MAX],
    }


def choices_of(brief: Brief) -> list[dict[str, str]]:
    """Return the open choices as a language model gets them."""
    pairs = zip(brief.told.passage.choices, brief.told.choice_texts, strict=False)
    return [{"id": choice, "text": text} for choice, text in pairs]
