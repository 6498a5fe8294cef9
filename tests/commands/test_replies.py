"""Who waits for a reply gets it when it stands in the log, and not before."""

import asyncio
from uuid import UUID

from command_examples import NOON, SESSION, Machine, asked, says, some_session

from tta.commands.handle import Commands, handle
from tta.commands.replies import reply_to
from tta.commands.sessions import handle_session
from tta.domain.passages import Passage
from tta.domain.turns import AnswerInteraction, InteractionAnswered
from tta.domain.vocabulary import Author
from tta.security.sealing import Sealed


async def submitted(commands: Commands) -> tuple[UUID, UUID]:
    player_id, session_id = await some_session(commands)
    await handle_session(commands, session_id, player_id, says("Hello"), asked("say"))
    return player_id, session_id


async def answers(commands: Commands, player_id: UUID, session_id: UUID) -> None:
    answer = AnswerInteraction(
        turn=1, reply="Welcome", author=Author.STORY, passage=Passage(scene="clearing"), held=False, at=NOON
    )
    await handle(commands, SESSION, session_id, answer, asked("answer"), player_id=player_id)


async def opened(commands: Commands, player_id: UUID, reply: InteractionAnswered | None) -> str:
    assert reply is not None
    assert isinstance(reply.reply, Sealed)
    text: str = (await commands.keyring.find(player_id, 1)).open(reply.reply)
    return text


async def test_a_reply_that_stands_is_there_at_once(commands: Commands):
    player_id, session_id = await submitted(commands)
    await answers(commands, player_id, session_id)
    reply = await reply_to(commands.aggregates, session_id, 2, 1, wait_s=0)
    assert await opened(commands, player_id, reply) == "Welcome"
    assert reply is not None
    assert (reply.turn, reply.author, reply.scene) == (1, Author.STORY, "clearing")


async def test_a_reply_by_another_process_wakes_who_waits(machine: Machine):
    waiting, answering = await machine.process(), await machine.process()
    player_id, session_id = await submitted(waiting)
    began = asyncio.get_running_loop().time()
    awaited = asyncio.create_task(reply_to(waiting.aggregates, session_id, 2, 1, wait_s=20))
    await asyncio.sleep(0.05)
    await answers(answering, player_id, session_id)
    assert await opened(waiting, player_id, await awaited) == "Welcome"
    assert asyncio.get_running_loop().time() - began < 5


async def test_without_a_reply_the_wait_ends(commands: Commands):
    _, session_id = await submitted(commands)
    began = asyncio.get_running_loop().time()
    assert await reply_to(commands.aggregates, session_id, 2, 1, wait_s=0.1) is None
    assert 0.1 <= asyncio.get_running_loop().time() - began < 1


async def test_the_reply_to_another_turn_is_none(commands: Commands):
    player_id, session_id = await submitted(commands)
    await answers(commands, player_id, session_id)
    assert await reply_to(commands.aggregates, session_id, 2, 2, wait_s=0) is None
