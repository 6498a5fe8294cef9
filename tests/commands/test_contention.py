"""Many commands of one player at once: each is handled, or answered from the log, or told to come again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.support.commands.command_examples import (
    AGREE,
    DISAGREE,
    NOON,
    PLAYER,
    Machine,
    ask_player,
    context,
    log_of,
    some_player,
    start,
)
from tests.support.commands.measure_examples import ORDINARY, SAID, assessments, measures
from tests.support.preferences import GENTLE
from tta.commands.assessments import assess_refused
from tta.commands.care_plans import handle_care_plan, record_measure
from tta.commands.handle import ATTEMPTS_MAX, CommandResult, Commands, KeyReused, handle_over
from tta.commands.player_queues import WAITING_MAX, TooManyConflicts
from tta.commands.starting import start_session
from tta.domain import player
from tta.domain.care_plan import SetGoal
from tta.domain.identity import derived_id
from tta.domain.joint.deciding import Decided
from tta.domain.passages import Beginning, Wishes
from tta.domain.player import GiveConsent, SetPreferences
from tta.domain.session import StartSession
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import States, Target, player_target
from tta.domain.vocabulary import ConsentPurpose, RiskLevel
from tta.eventstore.child_server import ChildServer
from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable
from tta.eventstore.nodes import OUTCOME_TIMEOUT_S

AT_ONCE = 100

_numbers = count(1_000, 1_000)


def agrees(version: int) -> GiveConsent:
    return GiveConsent(purpose=ConsentPurpose.RESEARCH, version=version, at=NOON)


async def sent_at_once(
    processes: list[Commands], player_id: UUID, numbers: range = range(1, AT_ONCE + 1)
) -> list[CommandResult]:
    """Each a change of the player, asked of one process after the other."""
    sent = [(processes[number % len(processes)], number) for number in numbers]
    return await asyncio.gather(*(agree(by, player_id, number) for by, number in sent))


async def agree(by: Commands, player_id: UUID, number: int) -> CommandResult:
    return await ask_player(by, player_id, agrees(number), context(f"{player_id} {number}", b"12345678"))


@asynccontextmanager
async def busy(commands: Commands, player_id: UUID) -> AsyncIterator[None]:
    """One of the player's commands is being handled meanwhile."""
    assert commands.queues is not None
    async with commands.queues.turn(player_id):
        yield


async def waits(commands: Commands, player_id: UUID, so_many: int) -> None:
    assert commands.queues is not None
    while commands.queues.waiting(player_id) != so_many:  # noqa: ASYNC110 - Other tasks go on meanwhile.
        await asyncio.sleep(0.001)


@asynccontextmanager
async def full(commands: Commands, player_id: UUID) -> AsyncIterator[None]:
    """As many commands of the player wait as may wait; they are handled afterwards."""
    async with busy(commands, player_id):
        begin = next(_numbers)
        numbers = range(begin, begin + WAITING_MAX)
        waiting = asyncio.create_task(sent_at_once([commands], player_id, numbers))
        await waits(commands, player_id, WAITING_MAX)
        yield
    assert len({each.version for each in await waiting}) == WAITING_MAX


@pytest.mark.parametrize("processes", [1, 2, 4])
async def test_100_commands_at_once_on_one_player_are_all_taken(machine: Machine, processes: int):
    running = [await machine.process() for _ in range(processes)]
    player_id = await some_player(running[0])
    answers = await sent_at_once(running, player_id)
    assert sorted(each.version for each in answers) == list(range(3, 3 + AT_ONCE))
    if processes == 1:
        assert [each.version for each in answers] == list(range(3, 3 + AT_ONCE)), "in order"


async def test_commands_on_different_aggregates_of_one_player_are_all_taken(machine: Machine):
    """Each guards the others: a session the player, a goal the player and the safety record."""
    running = [await machine.process() for _ in range(2)]
    player_id = await some_player(running[0])

    async def goal(number: int) -> CommandResult:
        command = SetGoal(goal_id=derived_id("goal", str(number)), text="Go out", at=NOON)
        return await handle_care_plan(running[number % 2], player_id, command, context(f"goal {number}"))

    answers = await asyncio.gather(
        *(start(running[number % 2], player_id, context(f"start {number}")) for number in range(40)),
        *(goal(number) for number in range(10)),
        sent_at_once(running, player_id, range(1, 41)),
    )
    assert len(await log_of(running[0], player_id)) == 42
    assert all(isinstance(each, CommandResult) for each in answers[:50])


async def test_retries_of_acknowledged_commands_are_answered_while_the_queue_is_full(machine: Machine):
    """By the process that handled them, by one that remembers less, and by one that knows nothing yet."""
    one, other = await machine.process(), await machine.process()
    player_id = await some_player(one)
    await other.aggregates.load([Target(PLAYER, player_id)])
    first = await sent_at_once([one], player_id)
    for again_by in (one, other, await machine.process()):
        async with full(again_by, player_id):
            answers = await sent_at_once([again_by], player_id)
            assert answers == [each._replace(again=True) for each in first]
            with pytest.raises(KeyReused):
                await ask_player(one, player_id, AGREE, context(f"{player_id} 1", b"other"))


async def test_retries_are_answered_while_other_processes_write_without_end(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id = await some_player(one)
    first = await sent_at_once([one], player_id)
    written = 0

    async def write() -> None:
        nonlocal written
        while True:
            await ask_player(
                other, player_id, (DISAGREE, AGREE)[written % 2], context(f"without end {written}")
            )
            written += 1

    writing = asyncio.create_task(write())
    for again_by in (one, await machine.process()):
        before = written
        answers = await sent_at_once([again_by], player_id)
        assert answers == [each._replace(again=True) for each in first]
        while written == before:  # noqa: ASYNC110 - Else it proves nothing.
            await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)


async def test_what_is_remembered_and_does_not_stand_answers_nothing(commands: Commands):
    """Each event that is read must be the command's own."""
    player_id = await some_player(commands)
    (folded,) = commands.aggregates.cached([player_target(player_id)]) or []
    others = folded.recent[context(f"agree {player_id}").causation.command_id.bytes]
    folded.recent[context("never sent").causation.command_id.bytes] = others
    handled = await ask_player(commands, player_id, DISAGREE, context("never sent"))
    assert (handled.again, handled.version) == (False, 3)
    again = await ask_player(commands, player_id, DISAGREE, context("never sent"))
    assert again == handled._replace(again=True)


@pytest.mark.parametrize("written_instead", [0, 1, 2, 5])
async def test_the_log_that_lost_a_command_does_not_answer_it(machine: Machine, written_instead: int):
    """Whether what stands in its place is shorter than what is remembered, or longer."""
    commands, other = await machine.process(), await machine.process()
    player_id = await some_player(commands)
    around = context("lost", b"12345678")
    await ask_player(commands, player_id, agrees(7), around)
    await lose_last_event(other, player_id)
    for number in range(written_instead):
        await ask_player(other, player_id, agrees(10 + number), context(f"instead {number}"))
    again = await ask_player(commands, player_id, agrees(7), around)
    assert (again.again, again.version) == (False, 3 + written_instead)
    assert (await log_of(other, player_id))[-1].command_id == around.causation.command_id


async def lose_last_event(commands: Commands, player_id: UUID) -> None:
    """Take the newest event out of a log that is the player's alone, as a failover to a replica that lacked
    it does.
    """
    store, events = commands.aggregates.store, await log_of(commands, player_id)
    slot = store.layout.slot_of(player_id)
    log, head = store.layout.log(slot), store.layout.head(slot, player_id)
    raw, kept = await store.nodes.call("GET", head), await store.nodes.call("XRANGE", log, "-", "+")
    await store.nodes.call("DEL", log)
    for entry, fields in kept[:-1]:
        await store.nodes.call("XADD", log, entry, *fields)
    await store.nodes.call(
        "SET", head, events[-2].version.to_bytes(4, "big") + raw[4:8] + events[-2].hash + raw[40:-6]
    )


async def test_one_who_changes_their_wishes_all_the_time_begins_a_session_all_the_same(machine: Machine):
    commands = await machine.process()
    player_id, begun = await some_player(commands), 0

    def wish(number: int) -> SetPreferences:
        return msgspec.structs.replace(GENTLE, intensity=1 + number % 5)

    def begins(facts: object, wishes: Wishes | None) -> StartSession:
        nonlocal begun
        begun += 1
        return StartSession(
            player_id=player_id, story="clearing", begins=Beginning(), consented=True, held=False, at=NOON
        )

    numbers = count()

    async def wishes_for_ever() -> None:
        while True:
            number = next(numbers)
            await ask_player(commands, player_id, wish(number), context(f"wish {number}"))

    # One is handled while the others wait, so that whoever joins the queue finds other wishes at its head.
    wishing = [asyncio.create_task(wishes_for_ever()) for _ in range(3)]
    await waits(commands, player_id, 2)
    around = context("begins")
    session_id = new_session_id(player_id, around.causation.command_id)
    try:
        handled = await start_session(commands, session_id, player_id, begins, around)
    finally:
        for each in wishing:
            each.cancel()
        await asyncio.gather(*wishing, return_exceptions=True)
    assert (handled.id, handled.version) == (session_id, 1)


@pytest.mark.parametrize("processes", [1, 2])
async def test_100_assessments_at_once_all_stand(machine: Machine, processes: int):
    running = [await machine.process() for _ in range(processes)]
    player_id = await some_player(running[0])
    await asyncio.gather(
        *(
            assess_refused(running[number % processes], player_id, SAID, context(f"m{number}"), at=NOON)
            for number in range(AT_ONCE)
        )
    )
    levels = [risk.level for _, risk in await assessments(running[0], player_id)]
    assert levels == [RiskLevel.MODERATE] * AT_ONCE


async def test_an_assessment_has_a_place_in_a_full_queue(commands: Commands):
    player_id = await some_player(commands)
    async with full(commands, player_id):
        refused = asyncio.create_task(assess_refused(commands, player_id, SAID, context("m"), at=NOON))
        await waits(commands, player_id, WAITING_MAX + 1)
        with pytest.raises(TooManyConflicts):
            await record_measure(commands, player_id, ORDINARY, context("ordinary"))
    await refused
    assert len(await assessments(commands, player_id)) == 1
    assert await measures(commands, player_id) == []


async def test_a_patient_command_counts_no_attempts(machine: Machine):
    """As an assessment, it stands although others come first more often than any other command would try."""
    commands = await machine.process()
    player_id = await some_player(commands)
    target, attempts = player_target(player_id), 0
    with rival(machine) as act:

        def decide(states: States) -> Decided:
            nonlocal attempts
            attempts += 1
            if attempts <= ATTEMPTS_MAX + 1:
                act(lambda other: agree(other, player_id, attempts))
            return {target: player.decide(states.of(target), DISAGREE)}

        handled = await handle_over(
            commands, [target], decide, context("patient"), player_id=player_id, attempts_max=None
        )
    assert (attempts, handled.version) == (ATTEMPTS_MAX + 2, 2 + ATTEMPTS_MAX + 2)


@contextmanager
def rival(machine: Machine) -> Iterator[Callable[[Callable[[Commands], Coroutine[Any, Any, object]]], None]]:
    """Another process, which acts while this one stands still in the midst of a decision."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    others = Machine(machine.url)
    others.name = machine.name

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    try:
        other = run(others.process())
        yield lambda act: run(act(other))
    finally:
        run(others.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def test_a_command_that_is_cancelled_in_the_midst_of_its_append_holds_up_nobody(commands: Commands):
    player_id = await some_player(commands)
    sending = [
        asyncio.create_task(ask_player(commands, player_id, agrees(number), context(f"{number}")))
        for number in range(1, 21)
    ]
    assert commands.queues is not None
    for each in sending[::2]:
        await asyncio.sleep(0)
        each.cancel()
    ended = await asyncio.gather(*sending, return_exceptions=True)
    assert all(isinstance(each, CommandResult) for each in ended[1::2])
    assert not commands.queues.is_busy(player_id)
    # Whatever became of them, they are done once when they are sent again.
    for number in range(1, 21):
        await ask_player(commands, player_id, agrees(number), context(f"{number}"))
    ids = [each.command_id for each in await log_of(commands, player_id)]
    assert len(set(ids)) == len(ids)


async def test_while_the_store_is_away_commands_fail_at_once_and_not_one_after_another(tmp_path: Path):
    server = ChildServer(tmp_path)
    await server.start()
    machine = Machine(server.url)
    try:
        commands = await machine.process()
        player_id = await some_player(commands)
        await server.kill()
        sending = [
            ask_player(commands, player_id, agrees(number), context(f"{number}")) for number in range(1, 41)
        ]
        async with asyncio.timeout(5 * OUTCOME_TIMEOUT_S):
            ended = await asyncio.gather(*sending, return_exceptions=True)
        assert {type(each) for each in ended} <= {StoreUnavailable, OutcomeUnknown}
    finally:
        await machine.close()
        await server.stop()
