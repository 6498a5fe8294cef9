"""A turn that a language model tells, and a scripted language model."""

import asyncio
from uuid import UUID

from tests.support.reactors.reactor_examples import NOON, SLOT, TYPES, Machine, reacting
from tta.agents.llm import NoModelText
from tta.agents.messages import Brief, ModelMeaning, ModelText
from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.steps import Deadlines
from tta.agents.team import team_of
from tta.commands.handle import Commands
from tta.domain import player
from tta.domain.narration import Narration, NarrationOutcome
from tta.domain.passages import Beginning, Wishes
from tta.domain.player import GiveConsent
from tta.domain.turns import InteractionAnswered
from tta.domain.vocabulary import ConsentPurpose
from tta.reactors.narration import NarrationReactor
from tta.reactors.reactor import RunningReactor
from tta.reactors.reply import ReplyReactor
from tta.security.sealing import open_event
from tta.stories.playing.narrating import opening
from tta.stories.story import catalogue
from tta.stories.understanding.meaning import Meaning

CLEARING = catalogue()["clearing"][1]
AGREES = GiveConsent(purpose=ConsentPurpose.MODEL_PROCESSING, version=1, at=NOON)
SAYS = "So it is told."
INTERPRETED = Narration(
    outcome=NarrationOutcome.INTERPRETED,
    endpoint="here",
    model="small",
    prompt="interpret@1",
    tokens_in=80,
    tokens_out=9,
    took_ms=120,
)
UNCLEAR = "Purple monkey dishwasher"


class Model:
    """Adds one sentence to a passage, once it is released; records the ids of its calls."""

    resting = False

    def __init__(self) -> None:
        self.asked: list[UUID] = []
        self.begun = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.fails = False
        self.meant = Meaning("unsure")
        self.within_s: list[float] = []

    async def interpret(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelMeaning:
        self.asked.append(call_id)
        return ModelMeaning(self.meant, INTERPRETED)

    async def narrate(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelText:
        self.asked.append(call_id)
        self.within_s.append(within_s)
        self.begun.set()
        await self.may_answer.wait()
        outcome = NarrationOutcome.FAILED if self.fails else NarrationOutcome.WRITTEN
        narration = Narration(outcome=outcome, endpoint="here", model="small")
        if self.fails:
            raise NoModelText(narration, may_pass=True)
        return ModelText(f"{brief.told.text} {SAYS}", narration)


def narrating(
    commands: Commands,
    model: Model,
    deadlines: Deadlines = Deadlines(),  # noqa: B008 - A constant.
) -> tuple[RunningReactor, RunningReactor]:
    by = AgentOrchestrator(team_of(model, model_text_unchecked=True), deadlines)
    store = commands.aggregates.store
    return reacting(store, ReplyReactor(commands, by)), reacting(store, NarrationReactor(commands, by))


async def playing(machine: Machine, *, agreed: bool = True) -> tuple[UUID, UUID, str]:
    """A session at its beginning, and a choice there that leads to no exercise."""
    who = await machine.session(begins=Beginning(version=1))
    if agreed:
        await machine.ask(player, who[0], AGREES, who[0])
    return *who, opening(CLEARING, who[1], Wishes()).passage.choices[-1]


async def answer(machine: Machine, who: UUID) -> InteractionAnswered:
    events = [TYPES.event(each) for each in await machine.log(SLOT)]
    answered = [each for each in events if isinstance(each, InteractionAnswered)]
    return open_event(answered[-1], await machine.commands.keyring.newest(who))
