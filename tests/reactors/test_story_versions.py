"""Of processes of two releases, one that has a story's version answers its turns; in the end, any does."""

from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from tests.support.reactors.reactor_examples import NOON, SLOT, TYPES, Machine, reacting, running, until
from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.team import team_of
from tta.domain import session
from tta.domain.passages import Beginning
from tta.domain.turns import InteractionAnswered, RequestNarration
from tta.domain.vocabulary import Author
from tta.reactors.answering import HELD_SENTENCE, STORY_SENTENCE, Repertoire
from tta.reactors.leases import ReactorLeases
from tta.reactors.narration import NarrationReactor
from tta.reactors.reactor import RunningReactor
from tta.reactors.reply import ReplyReactor
from tta.security.sealing import open_event
from tta.stories.story import catalogue

FIRST = catalogue()["clearing"][1]
NEXT = 9  # No other test has it: what a process has of a version it keeps.
SAYS = "The Second Clearing"
SECOND = FIRST._replace(version=NEXT, title=SAYS)  # "status" tells the title.
OLD = Repertoire({"clearing": {1: FIRST}})
NEW = Repertoire({"clearing": {1: FIRST, NEXT: SECOND}})
OF_SECOND = Beginning(version=NEXT)


async def replying(
    machine: Machine, repertoire: Repertoire, leases: ReactorLeases | None = None
) -> RunningReactor:
    """A reply reactor in a process of its own, which has these stories."""
    commands = await machine.process()
    reply = ReplyReactor(commands, AgentOrchestrator(team_of()), repertoire)
    return reacting(commands.aggregates.store, reply, leases=leases)


async def put_off_at_least(times: int, logs: list[Any]) -> None:
    await until(lambda: sum(f"clearing@{NEXT}" in str(each.get("error")) for each in logs) >= times)


async def answers(machine: Machine, player_id: UUID) -> list[InteractionAnswered]:
    key = await machine.commands.keyring.newest(player_id)
    events = [TYPES.event(each) for each in await machine.log(SLOT)]
    return [open_event(each, key) for each in events if isinstance(each, InteractionAnswered)]


async def test_a_process_without_the_version_leaves_the_turn_to_one_that_has_it(machine: Machine):
    who = await machine.session(begins=OF_SECOND)
    await machine.say(*who, "status")
    old, new = await replying(machine, OLD), await replying(machine, NEW)
    with capture_logs() as logs:
        async with running(old):
            await put_off_at_least(1, logs)
            assert await answers(machine, who[0]) == []
            async with running(new):
                await machine.all_answered()
    (answer,) = await answers(machine, who[0])
    assert (answer.author, SAYS in str(answer.reply)) == (Author.STORY, True)
    assert await machine.must_be_answered_once() == 1
    assert old.parked_total == new.parked_total == 0


async def test_a_process_that_comes_with_the_version_takes_over_while_the_older_ones_stay(machine: Machine):
    who = await machine.session(begins=OF_SECOND)
    await machine.say(*who, "status")
    old = [ReactorLeases(machine.store, name, stories=1) for name in ("a", "b", "c")]
    for each in (*old, *old):
        await each.beat()
    newer = ReactorLeases(machine.store, "d", stories=2)
    with capture_logs() as logs:
        async with running(*[await replying(machine, OLD, each) for each in old]):
            await put_off_at_least(1, logs)
            for each in (newer, *old):
                await each.beat()
            assert [each.slots for each in old] == [frozenset()] * 3
            async with running(await replying(machine, NEW, newer)):
                await machine.all_answered()
    assert SAYS in str((await answers(machine, who[0]))[0].reply)


async def test_what_it_left_is_still_there_for_who_comes_after_it(machine: Machine):
    who = await machine.session(begins=OF_SECOND)
    await machine.say(*who, "status")
    with capture_logs() as logs:
        async with running(await replying(machine, OLD)):
            await put_off_at_least(1, logs)
    async with running(await replying(machine, NEW)):
        await machine.all_answered()
    assert SAYS in str((await answers(machine, who[0]))[0].reply)


async def test_it_holds_up_no_session_of_a_version_that_it_has(machine: Machine):
    second, first = (
        await machine.session(begins=OF_SECOND),
        await machine.session(begins=Beginning(version=1)),
    )
    await machine.say(*second)
    with capture_logs() as logs:
        async with running(await replying(machine, OLD)):
            await put_off_at_least(1, logs)
            await machine.say(*first)
            await until(lambda: _answered(machine, first[1]))
    assert (await machine.answers())[second[1], 1] == 0


async def _answered(machine: Machine, play: UUID) -> bool:
    return (await machine.answers())[play, 1] == 1


async def test_a_version_that_nobody_has_is_answered_in_the_end(machine: Machine):
    who = await machine.session(begins=OF_SECOND)
    await machine.say(*who)
    with capture_logs() as logs:
        async with running(await replying(machine, OLD._replace(missing_s_max=1.0))):
            await machine.all_answered()
    assert any(f"clearing@{NEXT}" in str(each.get("error")) for each in logs), "it was waited for"
    (answer,) = await answers(machine, who[0])
    assert (answer.reply, answer.passage.move) == (STORY_SENTENCE, None)


async def test_a_hold_is_answered_at_once_whoever_has_the_story(machine: Machine):
    who = await machine.session(begins=OF_SECOND)
    await machine.hold(who[0])
    await machine.say(*who)
    async with running(await replying(machine, OLD)):
        await machine.all_answered()
    assert (await answers(machine, who[0]))[0].reply == HELD_SENTENCE


async def test_what_a_model_is_asked_for_is_left_to_others_too(machine: Machine):
    who = await machine.session(begins=OF_SECOND)
    await machine.say(*who, "status")
    await machine.ask(session, who[1], RequestNarration(turn=1, held=False, at=NOON), who[0])

    def narrating(repertoire: Repertoire) -> RunningReactor:
        by = AgentOrchestrator(team_of())
        return reacting(machine.store, NarrationReactor(machine.commands, by, repertoire))

    with capture_logs() as logs:
        async with running(narrating(OLD)):
            await put_off_at_least(1, logs)
            assert await answers(machine, who[0]) == []
    async with running(narrating(NEW)):
        await machine.all_answered()
    assert SAYS in str((await answers(machine, who[0]))[0].reply)


@pytest.mark.parametrize("version", [1, NEXT])
async def test_a_session_goes_on_in_the_version_that_it_began(machine: Machine, version: int):
    who = await machine.session(begins=Beginning(version=version))
    async with running(await replying(machine, NEW)):
        await machine.say(*who, "status")
        await machine.all_answered()
    assert (SAYS in str((await answers(machine, who[0]))[0].reply)) == (version == NEXT)
