"""Nothing is done for a player whose data key is missing, nothing is made for them, and all is done once it
is back.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.support.preferences import ANYTHING
from tests.support.reactors.idle_examples import begun, leaving, left, timers
from tests.support.reactors.practice_examples import answer
from tests.support.reactors.reactor_examples import (
    SLOT,
    SLOTS,
    TYPES,
    Machine,
    reacting,
    replier,
    running,
    until,
)
from tta.domain import player
from tta.domain.passages import Beginning
from tta.domain.turns import InteractionAnswered
from tta.reactors.answering import UNREAD_SENTENCE
from tta.reactors.practice import PracticeReactor
from tta.reactors.reactor import RunningReactor
from tta.security.keyring import Keyring, KeyringIncomplete

AVOIDING = replace(ANYTHING, avoid_topics=("storms",), intensity=3)


class Taken:
    """A player's key, taken out of the keyring until it is put back."""

    def __init__(self, keyring: Keyring, player_id: UUID) -> None:
        self._keyring, self._player_id = keyring, player_id
        self._kept = b""

    async def take(self) -> None:
        entry = self._keyring.entry(self._player_id)
        self._kept = await self._keyring.nodes.call("DUMP", entry)
        await self._keyring.nodes.call("DEL", entry)
        self._keyring.forget()

    async def put_back(self) -> None:
        entry = self._keyring.entry(self._player_id)
        assert await self._keyring.nodes.call("EXISTS", entry) == 0, "nobody made another"
        await self._keyring.nodes.call("RESTORE", entry, 0, self._kept)

    async def becomes_another(self) -> None:
        """A key of the same number that is not the one which sealed."""
        entry = self._keyring.entry(self._player_id)
        (number,) = await self._keyring.nodes.call("HKEYS", entry)
        other = self._keyring._wrapping.wrap(self._player_id, int(number), bytes(32))
        await self._keyring.nodes.call("HSET", entry, number, other)
        self._keyring.forget()


async def taken(machine: Machine, player_id: UUID) -> Taken:
    key = Taken(machine.commands.keyring, player_id)
    await key.take()
    return key


async def answered(machine: Machine, play: UUID) -> list[InteractionAnswered]:
    log = await machine.log(play.bytes[0] % SLOTS)
    found = [TYPES.event(each) for each in log if each.aggregate_id == play]
    return [each for each in found if isinstance(each, InteractionAnswered)]


async def test_a_turn_waits_for_the_key_and_holds_up_nobody(machine: Machine):
    who, other = await machine.session(), await machine.session()
    await machine.say(*who)
    await machine.say(*other)
    key = await taken(machine, who[0])
    commands = await machine.process()
    working = reacting(commands.aggregates.store, replier(commands), parked_again_s=0.1)
    with capture_logs() as lines:
        async with running(working):
            await until(lambda: answered(machine, other[1]))
            await until(lambda: working.parked_total == 1)
            assert await answered(machine, who[1]) == []
            await key.put_back()
            await until(lambda: answered(machine, who[1]))
    assert await machine.must_be_answered_once() == 2
    told = [line["event"] for line in lines if line["log_level"] == "critical"]
    assert [each.partition(":")[0] for each in told] == ["the keyring is incomplete"]
    assert not [line for line in lines if line["log_level"] == "error"]


async def test_no_skill_is_credited_and_no_timer_set_meanwhile(machine: Machine):
    watched = await begun(machine)
    key = await taken(machine, watched[0])
    async with running(working := leaving(await machine.process())[0]):
        assert isinstance(working, RunningReactor)
        await until(lambda: working.parked_total == 1)
    assert await timers(machine, watched) == []
    commands = await machine.process()
    await key.put_back()
    async with running(*leaving(commands)):
        await until(lambda: left(machine, watched))


async def test_a_timer_falls_due_once_the_key_is_back(machine: Machine):
    watched = await begun(machine, datetime.now(UTC))
    async with running(leaving(machine.commands)[0]):
        await until(lambda: timers(machine, watched))
    key = await taken(machine, watched[0])
    with capture_logs() as lines:
        async with running(*leaving(await machine.process())):
            await until(machine.ends)
    assert "a timer fails to fall due" not in [line["event"] for line in lines]
    await key.put_back()
    assert (await timers(machine, watched))[-1] == "Scheduled"


@pytest.mark.parametrize("reactor", ["practice", "idle", "reply"])
async def test_no_reactor_makes_a_key(machine: Machine, reactor: str):
    who = await machine.session()
    if reactor == "practice":
        await answer(machine, *who, 1, "breathing_478")
    else:
        await machine.say(*who)
    key = await taken(machine, who[0])
    commands = await machine.process()
    working: Any = {
        "practice": lambda: reacting(commands.aggregates.store, PracticeReactor(commands)),
        "idle": lambda: leaving(commands)[0],
        "reply": lambda: reacting(commands.aggregates.store, replier(commands)),
    }[reactor]()
    async with running(working):
        await until(lambda: working.parked_total == 1)
    await key.put_back()


async def test_a_command_makes_none_either_and_appends_nothing(machine: Machine):
    who = await machine.session()
    key = await taken(machine, who[0])
    before = await machine.ends()
    for act in (machine.say(*who), machine.hold(who[0]), machine.ask(player, who[0], AVOIDING, who[0])):
        with pytest.raises(KeyringIncomplete, match=f"the log has events of {who[0]}"):
            await act
    assert await machine.ends() == before
    await key.put_back()


@pytest.mark.parametrize("unread", ["wishes", "words"])
async def test_the_story_stands_still_where_what_it_is_told_by_does_not_open(machine: Machine, unread: str):
    who = await machine.session(SLOT, begins=Beginning(version=1))
    if unread == "wishes":
        await machine.ask(player, who[0], AVOIDING, who[0])
    else:
        await machine.say(*who)
    key = Taken(machine.commands.keyring, who[0])
    await key.becomes_another()
    if unread == "wishes":
        await machine.say(*who)
    commands = await machine.process()
    async with running(reacting(commands.aggregates.store, replier(commands))):
        await machine.all_answered()
    (answer,) = await answered(machine, who[1])
    assert await commands.keyring.value(who[0], answer.reply) == UNREAD_SENTENCE  # type: ignore[arg-type]
    assert (answer.passage.move, answer.passage.choices) == (None, ())
