"""A turn that a language model tells: between two events, decided anew where overtaken, always closed."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.support.preferences import GENTLE
from tests.support.reactors.narration_examples import (
    AGREES,
    CLEARING,
    INTERPRETED,
    SAYS,
    UNCLEAR,
    Model,
    answer,
    narrating,
    playing,
)
from tests.support.reactors.reactor_examples import NOON, SLOT, TYPES, Machine, reacting, running, until
from tests.support.told_passages import next_passage
from tta.agents.orchestrator import TOO_LATE, AgentOrchestrator
from tta.agents.steps import Deadlines
from tta.agents.team import team_of
from tta.domain import player
from tta.domain.narration import NarrationOutcome
from tta.domain.passages import Wishes
from tta.domain.player import WithdrawConsent
from tta.domain.turns import NarrationRequested
from tta.domain.vocabulary import Author, ConsentPurpose
from tta.reactors.narration import NarrationReactor
from tta.reactors.reply import ReplyReactor
from tta.stories.playing.narrating import opening
from tta.stories.understanding.meaning import Meaning


@pytest.fixture
def model() -> Model:
    return Model()


async def test_a_model_tells_the_turn_between_two_events(machine: Machine, model: Model):
    who, play, choice = await playing(machine)
    async with running(*narrating(machine.commands, model)):
        await machine.say(who, play, choice)
        await machine.all_answered()
    said, requested, answered = (await machine.log(SLOT))[-3:]
    assert isinstance(TYPES.event(requested), NarrationRequested)
    assert (requested.causation_id, answered.causation_id) == (said.event_id, requested.event_id)
    assert model.asked == [requested.event_id], "the request is the call's id"
    told = await answer(machine, who)
    assert (told.author, told.turn) == (Author.MODEL, 1)
    assert str(told.reply).endswith(SAYS)
    assert told.narration is not None
    assert told.narration.outcome is NarrationOutcome.WRITTEN


@pytest.mark.parametrize("left_s", [0.0, 5.0])
async def test_the_time_of_a_turn_counts_from_its_submission(machine: Machine, model: Model, left_s: float):
    waited_s = 0.5
    who, play, choice = await playing(machine)
    await machine.say(who, play, choice)
    said = (await machine.log(SLOT))[-1].recorded_at
    await until(lambda: datetime.now(UTC) - said >= timedelta(seconds=waited_s))
    # Nobody has taken the turn in yet, so its request will be young, and the turn is not.
    ours = Deadlines(again_s_min=0.1)
    ours = ours._replace(turn_s=waited_s + ours.after_s + left_s)
    async with running(*narrating(machine.commands, model, ours)):
        await machine.all_answered()
    told = await answer(machine, who)
    if left_s:
        assert told.author is Author.MODEL
        assert model.within_s[0] < left_s
    else:
        assert (told.author, told.narration, model.asked) == (Author.STORY, TOO_LATE, [])


async def test_who_did_not_agree_is_told_by_the_author_and_no_model_is_asked(machine: Machine, model: Model):
    who, play, choice = await playing(machine, agreed=False)
    async with running(*narrating(machine.commands, model)):
        await machine.say(who, play, choice)
        await machine.all_answered()
    told = await answer(machine, who)
    assert (told.author, told.narration, model.asked) == (Author.STORY, None, [])


async def test_a_consent_withdrawn_before_the_call_is_kept(machine: Machine, model: Model):
    who, play, choice = await playing(machine)
    reply, narration = narrating(machine.commands, model)
    async with running(reply):
        await machine.say(who, play, choice)
        await until(lambda: _requested(machine))
    withdrawn = WithdrawConsent(purpose=ConsentPurpose.MODEL_PROCESSING, at=NOON)
    await machine.ask(player, who, withdrawn, who)
    async with running(narration):
        await machine.all_answered()
    assert ((await answer(machine, who)).author, model.asked) == (Author.STORY, [])


async def test_a_model_that_fails_leaves_the_author_s_text_and_says_so(machine: Machine, model: Model):
    model.fails = True
    who, play, choice = await playing(machine)
    async with running(*narrating(machine.commands, model)):
        await machine.say(who, play, choice)
        await machine.all_answered()
    told = await answer(machine, who)
    assert told.author is Author.STORY
    assert told.narration is not None
    assert told.narration.outcome is NarrationOutcome.FAILED


async def test_a_hold_that_comes_while_a_model_writes_is_answered_by_the_protocol(
    machine: Machine, model: Model
):
    model.may_answer.clear()
    who, play, choice = await playing(machine)
    async with running(*narrating(machine.commands, model)):
        await machine.say(who, play, choice)
        await until(lambda: model.asked)
        await machine.hold(who)
        model.may_answer.set()
        await machine.all_answered()
    told = await answer(machine, who)
    assert told.author is Author.PROTOCOL
    assert told.passage.scene is None


async def test_wishes_that_come_while_a_model_writes_supersede_its_text_where_the_passage_differs(
    machine: Machine, model: Model
):
    who, play, _ = await playing(machine, agreed=False)
    moves, choice = await _until_wishes_matter(machine, model, who, play)
    await machine.ask(player, who, AGREES, who)
    model.may_answer.clear()
    async with running(*narrating(machine.commands, model)):
        await machine.say(who, play, choice)
        await until(lambda: model.asked)
        await machine.ask(player, who, GENTLE, who)
        model.may_answer.set()
        await machine.all_answered()
    told = await answer(machine, who)
    gentle = next_passage(CLEARING, play, moves, Wishes((), 1), choice=choice, words=None)
    assert len(model.asked) == 1, "it is not asked twice"
    assert told.narration is not None
    assert told.narration.outcome is NarrationOutcome.SUPERSEDED
    assert (told.author, told.narration.model, told.reply) == (Author.STORY, "small", gentle.text)


async def _until_wishes_matter(
    machine: Machine, model: Model, who: UUID, play: UUID
) -> tuple[list[str], str]:
    """Play on to where the next passage depends on the wishes; give the moves and the choice to take."""
    told, moves = opening(CLEARING, play, Wishes()), list[str]()
    async with running(*narrating(machine.commands, model)):
        while True:
            choice = told.passage.choices[-1]
            told = next_passage(CLEARING, play, moves, Wishes(), choice=choice, words=None)
            if told != next_passage(CLEARING, play, moves, Wishes((), 1), choice=choice, words=None):
                return moves, choice
            await machine.say(who, play, choice)
            await machine.all_answered()
            moves.append(choice)


async def test_a_slow_model_holds_up_no_other_players_turn(machine: Machine, model: Model):
    model.may_answer.clear()
    slow, quick = await playing(machine), await playing(machine, agreed=False)
    async with running(*narrating(machine.commands, model)):
        await machine.say(*slow)
        await until(lambda: model.asked)
        await machine.say(*quick)
        await until(lambda: _answered(machine, quick[1]))
        model.may_answer.set()
        await machine.all_answered()


async def test_stopped_anywhere_each_turn_is_told_once_under_one_id(machine: Machine, model: Model):
    chance = random.Random(7)
    players = [await playing(machine) for _ in range(6)]
    for number in range(15):
        commands = await machine.process()
        async with running(*narrating(commands, model)):
            if number % 3 == 0:
                await asyncio.gather(*(_say(machine, *each) for each in players))
            await asyncio.sleep(chance.uniform(0, 0.03))
    async with running(*narrating(machine.commands, model)):
        await machine.all_answered()
    turns = await machine.must_be_answered_once()
    requested = {
        each.event_id for each in await machine.log(SLOT) if each.type == NarrationRequested.__name__
    }
    assert len(requested) == turns
    assert set(model.asked) == requested


async def _say(machine: Machine, who: UUID, play: UUID, choice: str) -> None:
    found = await machine.answers()
    if all(count for (session, _), count in found.items() if session == play):
        await machine.say(who, play, choice)


async def _requested(machine: Machine) -> bool:
    return any(each.type == NarrationRequested.__name__ for each in await machine.log(SLOT))


async def _answered(machine: Machine, play: UUID) -> bool:
    return (await machine.answers())[play, 1] == 1


async def test_a_consent_that_another_process_withdrew_is_kept(machine: Machine, model: Model):
    who, play, choice = await playing(machine)
    reacting_process = await machine.process()
    reply, narration = narrating(reacting_process, model)
    async with running(reply):
        await machine.say(who, play, choice)
        await until(lambda: _requested(machine))
    withdrawn = WithdrawConsent(purpose=ConsentPurpose.MODEL_PROCESSING, at=NOON)
    # The process that is to ask remembers the player as one who agreed.
    await machine.ask(player, who, withdrawn, who)
    async with running(narration):
        await machine.all_answered()
    assert ((await answer(machine, who)).author, model.asked) == (Author.STORY, [])


async def test_asked_only_what_was_meant_the_answer_says_so(machine: Machine, model: Model):
    who, play, _ = await playing(machine)
    by = AgentOrchestrator(team_of(model))
    store = machine.commands.aggregates.store
    async with running(
        reacting(store, ReplyReactor(machine.commands, by)),
        reacting(store, NarrationReactor(machine.commands, by)),
    ):
        await machine.say(who, play, UNCLEAR)
        await machine.all_answered()
    told = await answer(machine, who)
    assert len(model.asked) == 1
    assert (told.author, told.narration, told.interpreting) == (Author.STORY, None, INTERPRETED)


@pytest.mark.parametrize("fails", [False, True])
async def test_asked_what_was_meant_and_to_tell_it_the_answer_says_both(
    machine: Machine, model: Model, fails: bool
):
    who, play, choice = await playing(machine)
    model.meant, model.fails = Meaning("choice", choice), fails
    async with running(*narrating(machine.commands, model)):
        await machine.say(who, play, UNCLEAR)
        await machine.all_answered()
    told = await answer(machine, who)
    assert len(model.asked) == 2 + fails, "what failed is tried once more"
    assert told.narration is not None
    assert told.narration.outcome is (NarrationOutcome.FAILED if fails else NarrationOutcome.WRITTEN)
    assert told.interpreting == INTERPRETED
    assert told.passage.move == choice


async def test_a_hold_leaves_what_came_of_asking_a_model_in_the_answer(machine: Machine, model: Model):
    who, play, choice = await playing(machine)
    model.meant = Meaning("choice", choice)
    model.may_answer.clear()
    async with running(*narrating(machine.commands, model)):
        await machine.say(who, play, UNCLEAR)
        await until(lambda: len(model.asked) == 2)
        await machine.hold(who)
        model.may_answer.set()
        await machine.all_answered()
    told = await answer(machine, who)
    assert told.narration is not None
    assert (told.author, told.narration.outcome) == (Author.PROTOCOL, NarrationOutcome.SUPERSEDED)
    assert told.interpreting == INTERPRETED
