"""Asks a language model what a player's words mean. Its answer counts only if it names an offer."""

import asyncio
from typing import Literal
from uuid import UUID

import msgspec

from tta.agents.endpoints import Endpoint
from tta.agents.gateway import Gateway, NoEndpointAnswer, Question
from tta.agents.llm import NoModelText
from tta.agents.llm_narrator import WORDS_MAX, choices_of
from tta.agents.messages import Brief, ModelMeaning
from tta.agents.prompt_templates import prompt
from tta.agents.said_json import json_in
from tta.domain.narration import Narration, NarrationOutcome
from tta.stories.understanding.meaning import Meaning

INTERPRET = "interpret@1"
TOKENS_MAX = 200  # The answer takes twenty. Some language models write thoughts before it.
ANSWER_MAX = 500
UNSURE = Meaning("unsure")


class MeaningAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer that a language model is asked for."""

    # Pausing and ending need plain words, which the small interpreter understands.
    kind: Literal["choice", "look", "help", "status", "self", "action", "unsure"]
    choice: str = ""


async def interpreted(gateway: Gateway, brief: Brief, call_id: UUID, within_s: float) -> ModelMeaning:
    """Ask what the words mean. Anything that is not clearly an offer is `unsure`. Raises NoModelText."""
    now = asyncio.get_running_loop().time
    began = now()
    if not brief.words:
        return ModelMeaning(UNSURE, None)
    data = {"choices": choices_of(brief), "player_said": brief.words[:WORDS_MAX]}
    question = Question(INTERPRET, prompt(INTERPRET).messages(data), tokens_max=TOKENS_MAX)

    def narration(outcome: NarrationOutcome, endpoint: Endpoint | None, tokens: tuple[int, int]) -> Narration:
        return Narration(
            outcome=outcome,
            endpoint=endpoint.name if endpoint else "",
            model=endpoint.model if endpoint else "",
            prompt=INTERPRET,
            tokens_in=tokens[0],
            tokens_out=tokens[1],
            took_ms=round((now() - began) * 1000),
        )

    try:
        said, endpoint = await gateway.ask(question, brief.consent, call_id=call_id, within_s=within_s)
    except NoEndpointAnswer as error:
        refused = narration(error.outcome, error.endpoint, (0, 0))
        raise NoModelText(refused, may_pass=error.may_pass) from None
    meaning = meaning_in(said.text, brief.told.passage.choices)
    tokens = said.tokens_in, said.tokens_out
    return ModelMeaning(meaning, narration(NarrationOutcome.INTERPRETED, endpoint, tokens))


def meaning_in(raw: str, offered: tuple[str, ...]) -> Meaning:
    """Read a language model's answer strictly."""
    told = json_in(raw)
    if len(told) > ANSWER_MAX:
        return UNSURE
    try:
        answer = msgspec.json.decode(told.encode(), type=MeaningAnswer)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return UNSURE
    if answer.kind == "choice":
        return Meaning("choice", answer.choice) if answer.choice in offered else UNSURE
    return Meaning(answer.kind) if not answer.choice else UNSURE
