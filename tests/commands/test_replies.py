"""Who waits for a reply gets it when it stands in the log, and not before."""

import asyncio
from uuid import UUID

import pytest

from tests.support.commands.command_examples import NOON, Machine, context, says, some_session
from tta.commands.handle import Commands, handle
from tta.commands.replies import TurnReply, reply_to
from tta.commands.sessions import handle_session
from tta.domain.passages import Passage
from tta.domain.session import AbandonSession, PauseSession, SessionStatus
from tta.domain.targets import session_target
from tta.domain.turns import AnswerInteraction, Then
from tta.domain.vocabulary import Author
from tta.security.sealing import SealedText


async def submitted(commands: Commands) -> tuple[UUID, UUID]:
    player_id, session_id = await some_session(commands)
    await handle_session(commands, session_id, player_id, says("Hello"), context("say"))
    return player_id, session_id


async def answers(commands: Commands, player_id: UUID, session_id: UUID, then: Then = "") -> None:
    answer = AnswerInteraction(
        turn=1,
        reply="Welcome",
        author=Author.STORY,
        passage=Passage(scene="clearing"),
        held=False,
        then=then,
        at=NOON,
    )
    await handle(commands, session_target(session_id), answer, context("answer"), player_id=player_id)


async def opened(commands: Commands, player_id: UUID, reply: TurnReply | None) -> str:
    assert reply is not None
    assert isinstance(reply.answer.reply, SealedText)
    text: str = await commands.keyring.value(player_id, reply.answer.reply)
    return text


async def test_a_reply_that_stands_is_there_at_once(commands: Commands):
    player_id, session_id = await submitted(commands)
    await answers(commands, player_id, session_id)
    reply = await reply_to(commands.aggregates, session_id, 2, 1, wait_s=0)
    assert await opened(commands, player_id, reply) == "Welcome"
    assert reply is not None
    answer = reply.answer
    assert (answer.turn, answer.author, answer.scene) == (1, Author.STORY, "clearing")


async def test_a_reply_by_another_process_wakes_who_waits(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tta.eventstore.subscription.POLL_S", 3_600.0)
    waiting, answering = await machine.process(), await machine.process()
    player_id, session_id = await submitted(waiting)
    awaited = asyncio.create_task(reply_to(waiting.aggregates, session_id, 2, 1, wait_s=120))
    await asyncio.sleep(0.05)
    await answers(answering, player_id, session_id)
    assert await opened(waiting, player_id, await awaited) == "Welcome"


async def test_without_a_reply_the_wait_ends(commands: Commands):
    _, session_id = await submitted(commands)
    began = asyncio.get_running_loop().time()
    assert await reply_to(commands.aggregates, session_id, 2, 1, wait_s=0.1) is None
    assert asyncio.get_running_loop().time() - began >= 0.1


async def test_the_reply_to_another_turn_is_none(commands: Commands):
    player_id, session_id = await submitted(commands)
    await answers(commands, player_id, session_id)
    assert await reply_to(commands.aggregates, session_id, 2, 2, wait_s=0) is None


@pytest.mark.parametrize(
    ("then", "status"),
    [("", None), ("pause", SessionStatus.PAUSED), ("end", SessionStatus.COMPLETED)],
    ids=str,
)
async def test_a_reply_says_what_it_does_to_the_session_and_nothing_of_later(
    commands: Commands, then: Then, status: SessionStatus | None
):
    player_id, session_id = await submitted(commands)
    await answers(commands, player_id, session_id, then)
    if then != "end":
        await handle_session(commands, session_id, player_id, AbandonSession(at=NOON), context("abandon"))
    reply = await reply_to(commands.aggregates, session_id, 2, 1, wait_s=0)
    assert reply is not None
    assert reply.status == status


async def test_a_reply_to_who_left_meanwhile_says_so(commands: Commands):
    player_id, session_id = await submitted(commands)
    await handle_session(commands, session_id, player_id, PauseSession(at=NOON), context("pause"))
    await answers(commands, player_id, session_id)
    reply = await reply_to(commands.aggregates, session_id, 2, 1, wait_s=0)
    assert reply is not None
    assert reply.status == SessionStatus.PAUSED
