"""The reply: every interaction is answered exactly once, whatever becomes of the reactors meanwhile."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.support.counted_calls import arguments_of
from tests.support.preferences import GENTLE
from tests.support.reactors.reactor_examples import (
    NOON,
    SLOT,
    SLOTS,
    TYPES,
    Machine,
    reacting,
    replier,
    running,
    until,
)
from tests.support.told_passages import next_passage
from tta.domain import player, safety_record, session
from tta.domain.base import SealedText
from tta.domain.passages import Beginning, Wishes
from tta.domain.safety_record import EnterRecovery
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.session import AbandonSession
from tta.domain.turns import (
    AnswerInteraction,
    InteractionAnswered,
)
from tta.domain.vocabulary import Author, Role
from tta.eventstore.child_server import ChildServer
from tta.reactors.answering import HELD_SENTENCE, STORY_SENTENCE
from tta.reactors.reactor import RunningReactor
from tta.reactors.reply import ReplyReactor
from tta.security.sealing import open_event
from tta.stories.playing.narrating import opening
from tta.stories.story import catalogue
from tta.stories.understanding.avoiding import read_wish

CLEARING = catalogue()["clearing"][1]


async def replying(machine: Machine) -> RunningReactor:
    """A reply reactor in a process of its own."""
    commands = await machine.process()
    return reacting(commands.aggregates.store, replier(commands))


async def answer_to(machine: Machine, player_id: UUID, play: UUID, turn: int = 1) -> InteractionAnswered:
    """The answer, opened."""
    for recorded in await machine.log(player_id.bytes[0] % SLOTS):
        event = TYPES.event(recorded)
        if isinstance(event, InteractionAnswered) and (recorded.aggregate_id, event.turn) == (play, turn):
            assert isinstance(event.reply, SealedText), "what is stored is sealed"
            opened = open_event(event, await machine.commands.keyring.newest(player_id))
            assert isinstance(opened, InteractionAnswered)
            return opened
    raise AssertionError("there is no answer")


async def test_the_story_answers(machine: Machine):
    who = await machine.session()
    await machine.say(*who)
    async with running(await replying(machine)):
        await machine.all_answered()
    answer = await answer_to(machine, *who)
    assert (answer.author, answer.reply) == (Author.STORY, STORY_SENTENCE)


async def test_the_answer_itself_says_that_the_words_are_dealt_with(machine: Machine):
    for _ in range(2):
        await machine.say(*await machine.session())
    async with running(await replying(machine)):
        await machine.all_answered()
        mark, done, _ = await machine.store.dealt(
            SLOT, ReplyReactor.NAME
        )  # Nothing else has been written down yet.
    asked = {each.position for each in await machine.log(SLOT) if each.type == "InteractionSubmitted"}
    assert asked <= done | set(range(mark + 1))


async def test_on_hold_the_protocol_answers(machine: Machine):
    who = await machine.session()
    await machine.hold(who[0])
    await machine.say(*who)
    async with running(await replying(machine)):
        await machine.all_answered()
    answer = await answer_to(machine, *who)
    assert (answer.author, answer.reply) == (Author.PROTOCOL, HELD_SENTENCE)
    assert (answer.scene, answer.skill) == (None, None)


async def test_a_hold_after_the_words_still_reaches_the_answer(machine: Machine):
    who = await machine.session()
    await machine.say(*who)
    await machine.hold(who[0])
    async with running(await replying(machine)):
        await machine.all_answered()
    assert (await answer_to(machine, *who)).author is Author.PROTOCOL


async def test_the_last_words_are_answered_after_the_end(machine: Machine):
    player_id, play = await machine.session()
    await machine.say(player_id, play)
    await machine.ask(session, play, AbandonSession(at=NOON), player_id)
    async with running(await replying(machine)):
        await machine.all_answered()


async def test_what_somebody_else_answered_is_dealt_with_without_effect(machine: Machine):
    player_id, play = await machine.session()
    await machine.say(player_id, play)
    theirs = AnswerInteraction(turn=1, reply="I am here.", author=Author.STORY, held=False, at=NOON)
    await machine.ask(session, play, theirs, player_id)
    async with running(working := await replying(machine)):
        await until(lambda: working.dealt_total == 1)
        await machine.say(player_id, play)
        await machine.all_answered()
    assert (await answer_to(machine, player_id, play)).reply == "I am here."
    assert await machine.must_be_answered_once() == 2
    assert working.parked_total == 0


async def test_cause_and_correlation_lead_back_to_the_words(machine: Machine):
    player_id, play = await machine.session()
    await machine.say(player_id, play)
    async with running(await replying(machine)):
        await machine.all_answered()
    asked, answered = (await machine.log(SLOT))[-2:]
    assert answered.actor == f"reactor:{ReplyReactor.NAME}"
    assert answered.causation_id == asked.event_id
    assert answered.correlation_id == asked.correlation_id


async def must_be_told_gently(
    machine: Machine, kept: Wishes, meanwhile: Callable[[UUID], Awaitable[None]]
) -> None:
    """Let another process change what a player may meet, just before a turn in which that matters."""
    who = await machine.session(begins=Beginning(version=1))
    before = await machine.process()
    async with running(reacting(before.aggregates.store, replier(before))):
        told, turn = opening(CLEARING, who[1], Wishes()), 0
        moves: list[str] = []
        while True:
            last = told.passage.choices[-1]
            told = next_passage(CLEARING, who[1], moves, Wishes(), choice=last, words=None)
            gentle = next_passage(CLEARING, who[1], moves, kept, choice=last, words=None)
            turn += 1
            if told != gentle:
                break
            await machine.say(*who, last)
            await machine.all_answered()
            moves.append(last)
        # The reactor's process remembers a player who may meet everything.
        assert turn > 1
        await meanwhile(who[0])
        await machine.say(*who, last)
        await machine.all_answered()
    answer = await answer_to(machine, *who, turn)
    assert (answer.reply, answer.passage) == (gentle.text, replace(gentle.passage, meant="choice"))


async def test_wishes_that_another_process_set_meanwhile_are_kept(machine: Machine):
    await must_be_told_gently(
        machine, Wishes((), 1), lambda player_id: machine.ask(player, player_id, GENTLE, player_id)
    )


async def test_recovery_that_another_process_entered_meanwhile_softens(machine: Machine):
    entered = EnterRecovery(by=Role.SERVICE, at=NOON)
    await must_be_told_gently(
        machine,
        Wishes().softened(),
        lambda player_id: machine.ask(safety_record, safety_record_id(player_id), entered, player_id),
    )


async def test_the_wishes_are_read_once_for_a_turn(machine: Machine):
    who = await machine.session(begins=Beginning(version=1))
    kept = replace(GENTLE, avoid_topics=("storms", "loss"), trigger_warnings=("clowns",), intensity=5)
    await machine.ask(player, who[0], kept, who[0])
    async with running(await replying(machine)):
        with arguments_of(read_wish, "wish") as read:
            for turn, words in enumerate(("look", "I sing to the moon", "2"), start=1):
                await machine.say(*who, words)
                await machine.all_answered()
                assert read == ["storms", "loss", "clowns"] * turn


async def test_two_at_once_answer_each_interaction_once(machine: Machine):
    async with running(await replying(machine), await replying(machine), await replying(machine)):
        sessions = await machine.speak()
        for _ in range(4):
            await machine.all_answered()
            await asyncio.gather(*(machine.say(*each) for each in sessions))
        await machine.all_answered()
    assert await machine.must_be_answered_once() == SLOTS * 5


async def test_one_that_was_down_catches_up(machine: Machine):
    sessions = await machine.speak()
    async with running(await replying(machine)):
        await machine.all_answered()
    for each in sessions:
        await machine.say(*each)
    await machine.speak()
    async with running(await replying(machine)):
        await machine.all_answered()
    assert await machine.must_be_answered_once() == SLOTS * 3


async def be_killed_again_and_again(machine: Machine, times: int) -> int:
    """Stop two reactors at points left to chance, while people speak."""
    chance = random.Random(times)
    sessions = await machine.speak()
    commands = [await machine.process() for _ in range(2)]
    for _ in range(times):
        for each in commands:
            each.aggregates._cache.clear()  # As a process that starts anew.
        pair = [reacting(each.aggregates.store, replier(each)) for each in commands]
        async with running(*pair):
            await asyncio.sleep(chance.uniform(0, 0.03))
        answered = await machine.answers()
        for player_id, play in sessions:
            turns = [turn for aggregate, turn in answered if aggregate == play]
            if answered[play, max(turns)]:
                await machine.say(player_id, play)
    async with running(*(reacting(each.aggregates.store, replier(each)) for each in commands)):
        await machine.all_answered()
    return await machine.must_be_answered_once()


async def test_killed_in_the_middle_they_answer_each_interaction_once(machine: Machine):
    assert await be_killed_again_and_again(machine, 12) >= SLOTS


@pytest.mark.soak
async def test_killed_in_the_middle_many_times(machine: Machine):
    assert await be_killed_again_and_again(machine, 300) > SLOTS * 10


async def test_a_store_that_is_killed_meanwhile_changes_nothing(
    own_machine: Machine, own_valkey: ChildServer
):
    with capture_logs():
        async with running(await replying(own_machine), await replying(own_machine)):
            sessions = await own_machine.speak()
            for _ in range(3):
                await own_machine.all_answered()
                saying = [asyncio.create_task(own_machine.say(*each)) for each in sessions]
                await asyncio.wait(saying, return_when=asyncio.FIRST_COMPLETED)
                await own_valkey.kill()
                await own_valkey.start()
                await asyncio.gather(*saying)
            await own_machine.all_answered()
    assert await own_machine.must_be_answered_once() == SLOTS * 4
