"""What a player wishes when their session is appended is what it is told by, begun or copied."""

from collections.abc import Callable
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.commands.command_examples import NOON, Machine, ask_player, context, some_player, start
from tests.support.preferences import ANYTHING
from tta.commands.copies import copy_session
from tta.commands.handle import Commands, handle
from tta.commands.starting import start_session
from tta.domain.joint.facts import Facts
from tta.domain.passages import Beginning, Wishes
from tta.domain.safety_record import EnterRecovery
from tta.domain.session import StartSession
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import record_target
from tta.domain.vocabulary import Role

CAREFUL = replace(ANYTHING, avoid_topics=("storms",), trigger_warnings=("loss",), intensity=1)
KEPT = Wishes(("storms", "loss"), 1)
RECOVERY = EnterRecovery(by=Role.SERVICE, at=NOON)
Tell = Callable[[Wishes], None]


async def begins(commands: Commands, player_id: UUID, tell: Tell) -> None:
    def starts(facts: Facts, wishes: Wishes) -> StartSession:
        tell(wishes.softened() if facts.recovery else wishes)
        return StartSession(
            player_id=player_id, story="clearing", consented=facts.consented, held=facts.held, at=NOON
        )

    around = context(f"begin {player_id}")
    session_id = new_session_id(player_id, around.causation.command_id)
    assert (await start_session(commands, session_id, player_id, starts, around)).version == 1


async def copies(commands: Commands, player_id: UUID, tell: Tell) -> None:
    def telling(_: object, wishes: Wishes) -> Beginning:
        tell(wishes)
        return Beginning(version=1)

    source = await start(commands, player_id, context(f"source {player_id}"))
    copied = await copy_session(
        commands,
        source.id,
        player_id,
        context(f"copy {player_id}"),
        until_turn=None,
        at=NOON,
        shorten=lambda play: len(play.moves),
        tell=telling,
    )
    assert copied.version == 1


@pytest.mark.parametrize("before", [None, ANYTHING], ids=["never set", "set before"])
@pytest.mark.parametrize("way", [begins, copies])
async def test_wishes_set_between_reading_and_appending_are_kept(machine: Machine, way, before):
    commands = await machine.process()
    player_id = await some_player(commands)
    if before is not None:
        await ask_player(commands, player_id, before, context(f"before {player_id}"))
    told: list[Wishes] = []

    def tell(wishes: Wishes) -> None:
        if not told:
            machine.elsewhere(
                lambda other: ask_player(other, player_id, CAREFUL, context(f"set {player_id}"))
            )
        told.append(wishes)

    await way(commands, player_id, tell)
    assert told == [Wishes(), KEPT]


@pytest.mark.parametrize("way", [begins, copies])
async def test_recovery_entered_between_reading_and_appending_softens(machine: Machine, way):
    commands = await machine.process()
    player_id = await some_player(commands)
    told: list[Wishes] = []

    async def enter(other: Commands) -> None:
        around = context(f"recover {player_id}")
        await handle(other, record_target(player_id), RECOVERY, around, player_id=player_id)

    def tell(wishes: Wishes) -> None:
        if not told:
            machine.elsewhere(enter)
        told.append(wishes)

    await way(commands, player_id, tell)
    assert told == [Wishes(), Wishes().softened()]
