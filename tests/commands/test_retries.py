"""A command that is sent again has one effect and one answer, whatever happened in between."""

import asyncio
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.commands.command_examples import (
    AGREE,
    DISAGREE,
    NOON,
    REGISTER,
    Machine,
    ask_player,
    context,
    log_of,
    says,
    some_id,
    some_player,
    some_session,
    start,
)
from tta.commands.handle import CommandResult, Commands, KeyReused, VersionMismatch, handle
from tta.commands.sessions import handle_session
from tta.domain.base import Refusal, SealedText
from tta.domain.player import PlayerExists, PlayerRegistered
from tta.domain.session import CompleteSession, PauseSession, ResumeSession, SessionIsPaused
from tta.domain.targets import player_target
from tta.domain.turns import InteractionSubmitted

PAUSE, COMPLETE = PauseSession(at=NOON), CompleteSession(at=NOON)
ONE, OTHER = b"12345678", b"abcdefgh"


def must_be_the_same(first: CommandResult, again: CommandResult) -> None:
    assert again.again
    assert first._replace(again=True) == again


async def test_a_retry_gets_the_first_answer(commands: Commands):
    player_id = await some_player(commands)
    first = await ask_player(commands, player_id, DISAGREE, context("a", ONE))
    again = await ask_player(commands, player_id, DISAGREE, context("a", ONE))
    must_be_the_same(first, again)
    assert len(await log_of(commands, player_id)) == 3


async def test_a_retried_creation_finds_what_it_created(commands: Commands):
    player_id = await some_player(commands)
    first = await start(commands, player_id, context("a", ONE))
    again = await start(commands, player_id, context("a", ONE))
    must_be_the_same(first, again)
    assert len(await log_of(commands, first.id)) == 1


async def test_a_retry_answers_with_the_sealed_events_of_the_first_time(commands: Commands):
    player_id, session_id = await some_session(commands)
    first = await handle_session(commands, session_id, player_id, says("Hello"), context("a", ONE))
    again = await handle_session(commands, session_id, player_id, says("Hello"), context("a", ONE))
    must_be_the_same(first, again)
    assert isinstance(again.events[0], InteractionSubmitted)
    assert isinstance(again.events[0].words, SealedText)


async def test_a_retry_is_recognised_however_much_has_happened_since(commands: Commands):
    player_id = await some_player(commands)
    first = await ask_player(commands, player_id, DISAGREE, context("a", ONE))
    await ask_player(commands, player_id, AGREE, context("b"))
    again = await ask_player(commands, player_id, DISAGREE, context("a", ONE))
    must_be_the_same(first, again)
    assert (await ask_player(commands, player_id, AGREE, context("c"))).events == []


async def test_a_retry_is_recognised_before_rules_and_if_match_are_judged(commands: Commands):
    player_id, session_id = await some_session(commands)
    around = context("a", ONE, if_match=1)
    first = await handle_session(commands, session_id, player_id, says("Hello", 1), around)
    await handle_session(commands, session_id, player_id, COMPLETE, context("b"))
    must_be_the_same(first, await handle_session(commands, session_id, player_id, says("Hello", 1), around))


async def test_of_two_equal_commands_at_once_one_acts_and_both_are_answered(commands: Commands):
    player_id = await some_player(commands)
    answers = await asyncio.gather(*(start(commands, player_id, context("a", ONE)) for _ in range(8)))
    assert len({cast("Any", each)._replace(again=False, events=()) for each in answers}) == 1
    assert [each.again for each in answers].count(False) == 1
    assert len(await log_of(commands, answers[0].id)) == 1


async def test_of_two_equal_commands_at_two_processes_one_acts(machine: Machine):
    processes = [await machine.process() for _ in range(4)]
    player_id = some_id()
    answers = await asyncio.gather(
        *(ask_player(each, player_id, REGISTER, context("a", ONE)) for each in processes)
    )
    assert {each.position for each in answers} == {1}
    assert len(await log_of(processes[0], player_id)) == 1


async def test_a_process_that_crashed_after_its_append_is_replaced_by_one_that_knows(machine: Machine):
    first = await ask_player(await machine.process(), player_id := some_id(), REGISTER, context("a", ONE))
    again = await ask_player(await machine.process(), player_id, REGISTER, context("a", ONE))
    must_be_the_same(first, again)


async def test_a_caller_that_left_finds_its_command_done(commands: Commands):
    player_id = await some_player(commands)
    leaving = asyncio.create_task(start(commands, player_id, context("a", ONE)))
    await asyncio.sleep(0.001)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    answer = await start(commands, player_id, context("a", ONE))
    assert len(await log_of(commands, answer.id)) == 1


async def test_a_key_with_another_payload_is_refused(machine: Machine):
    commands = await machine.process()
    player_id = await some_player(commands)
    await ask_player(commands, player_id, DISAGREE, context("a", ONE))
    for process in (commands, await machine.process()):
        with pytest.raises(KeyReused):
            await ask_player(process, player_id, DISAGREE, context("a", OTHER))


async def test_the_fingerprint_key_before_counts_as_well(commands: Commands):
    player_id = await some_player(commands)
    first = await ask_player(commands, player_id, DISAGREE, context("a", ONE))
    must_be_the_same(first, await ask_player(commands, player_id, DISAGREE, context("a", OTHER, ONE)))


async def test_what_was_refused_is_judged_anew(commands: Commands):
    player_id, session_id = await some_session(commands)
    await handle_session(commands, session_id, player_id, PAUSE, context("pause"))
    with pytest.raises(SessionIsPaused):
        await handle_session(commands, session_id, player_id, says("Hello"), context("a", ONE))
    resume = ResumeSession(held=False, consented=True, at=NOON)
    await handle_session(commands, session_id, player_id, resume, context("resume"))
    handled = await handle_session(commands, session_id, player_id, says("Hi"), context("a", OTHER))
    assert not handled.again
    assert handled.version == 4


async def test_what_changes_nothing_leaves_nothing(commands: Commands):
    player_id = await some_player(commands)
    handled = await ask_player(commands, player_id, AGREE, context("a", ONE))
    assert (handled.version, handled.events, handled.again) == (2, [], False)
    assert len(await log_of(commands, player_id)) == 2
    assert not (await ask_player(commands, player_id, AGREE, context("a", OTHER))).again


async def test_what_changes_nothing_still_says_what_to_have_seen(commands: Commands):
    player_id = await some_player(commands)
    handled = await ask_player(commands, player_id, AGREE, context("a"))
    assert handled.position == (await log_of(commands, player_id))[-1].position


async def test_an_expected_version_must_stand(commands: Commands):
    player_id = await some_player(commands)
    with pytest.raises(VersionMismatch, match="expected version 1, got 2") as mismatch:
        await ask_player(commands, player_id, DISAGREE, context("a", if_match=1))
    assert (mismatch.value.expected, mismatch.value.actual) == ({1}, 2)
    assert (await ask_player(commands, player_id, DISAGREE, context("a", if_match=2))).version == 3


async def test_version_0_is_that_of_what_does_not_exist(commands: Commands):
    player_id = some_id()
    assert (await ask_player(commands, player_id, REGISTER, context("a", if_match=0))).version == 1
    with pytest.raises(VersionMismatch):
        await ask_player(commands, player_id, REGISTER, context("b", if_match=0))


async def test_the_same_creation_under_another_key_meets_the_rule(commands: Commands):
    player_id = some_id()
    await ask_player(commands, player_id, REGISTER, context("a", ONE))
    with pytest.raises(PlayerExists):
        await ask_player(commands, player_id, REGISTER, context("b", ONE))


STEPS: dict[str, Any] = {
    "register": REGISTER,
    "agree": AGREE,
    "disagree": DISAGREE,
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 3), st.booleans()), max_size=12)
)
async def test_every_command_sent_again_has_one_effect(machine: Machine, sent: list[tuple[str, int, bool]]):
    """Each command is sent twice, some of them by way of a process that knows nothing yet."""
    commands, player_id = await machine.process(), some_id()
    answers: dict[str, CommandResult] = {}
    for name, number, restarted in sent:
        key = f"{player_id} {name} {number}"
        for _ in range(2):
            if restarted:
                commands = await machine.process()
            await _sent(commands, player_id, name, key, answers)
    events = await log_of(commands, player_id) if answers else []
    assert len({event.envelope.command for event in events}) == len(events) == len(answers)


async def _sent(
    commands: Commands, player_id: UUID, name: str, key: str, answers: dict[str, CommandResult]
) -> None:
    try:
        handled = await ask_player(commands, player_id, STEPS[name], context(key, ONE))
    except Refusal:
        assert key not in answers
        return
    if key in answers:
        must_be_the_same(answers[key], handled)
    elif handled.events:
        answers[key] = handled


async def test_an_answer_again_is_read_from_the_log(machine: Machine):
    player_id = some_id()
    await ask_player(await machine.process(), player_id, REGISTER, context("a", ONE))
    again = await handle(
        await machine.process(), player_target(player_id), REGISTER, context("a", ONE), player_id=player_id
    )
    (event,) = again.events
    assert isinstance(event, PlayerRegistered)
    assert (event.region, event.at) == ("GB", NOON)
