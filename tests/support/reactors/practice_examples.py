"""Answers that name skills, and their credits."""

from collections import Counter
from uuid import UUID

from tests.support.reactors.reactor_examples import (
    NOON,
    SLOTS,
    TYPES,
    Machine,
    reacting,
)
from tta.domain import session
from tta.domain.care_plan import SkillPractised
from tta.domain.care_plan import id_of as care_plan_id
from tta.domain.passages import SENT, Passage
from tta.domain.turns import (
    AnswerInteraction,
    InteractionAnswered,
)
from tta.domain.vocabulary import Author
from tta.reactors.practice import PracticeReactor
from tta.reactors.reactor import RunningReactor

Credits = Counter[tuple[UUID, int, str]]


async def practising(machine: Machine) -> RunningReactor:
    """A practice reactor in a separate process."""
    commands = await machine.process()
    return reacting(commands.aggregates.store, PracticeReactor(commands))


async def answer(
    machine: Machine,
    player_id: UUID,
    play: UUID,
    turn: int,
    *practised: str,
    scene: str | None = "river",
    chosen: str | None = None,
) -> None:
    """Append an interaction, and an answer that names practised skills."""
    await machine.say(player_id, play)
    move = None if chosen is None else f"{SENT}{scene}"
    passage = Passage(scene=scene, practised=practised, chosen=chosen, move=move)
    told = AnswerInteraction(
        turn=turn, reply="Well done.", author=Author.STORY, held=False, passage=passage, at=NOON
    )
    await machine.ask(session, play, told, player_id)


async def credited(machine: Machine) -> tuple[Credits, Credits]:
    """Return the expected credits, and how often each was given."""
    owed: Credits = Counter()
    found: Credits = Counter()
    for slot in range(SLOTS):
        for recorded in await machine.log(slot):
            event = TYPES.event(recorded)
            if isinstance(event, InteractionAnswered):
                for skill in event.passage.practised:
                    owed[recorded.aggregate_id, event.turn, skill] = 1
            elif isinstance(event, SkillPractised):
                assert recorded.aggregate_id == care_plan_id(recorded.subject_id or UUID(int=0))
                found[event.session_id, event.turn, event.skill] += 1
    return owed, found
