"""A questionnaire that says something about safety is neither taken nor refused without its assessment."""

import asyncio
import random
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.commands.command_examples import (
    DISAGREE,
    NOON,
    Machine,
    ask_player,
    context,
    some_id,
    some_player,
)
from tests.support.commands.measure_examples import ORDINARY, SAID, WORRYING, assessments, measures, stands
from tta.commands.assessments import assess_refused
from tta.commands.care_plans import handle_care_plan, record_measure
from tta.commands.handle import Commands
from tta.domain.base import SealedText
from tta.domain.care_plan import CompleteGoal, SetGoal
from tta.domain.identity import derived_id
from tta.domain.joint.consequences import ITEM_9
from tta.domain.measures import MeasuredTooSoon
from tta.domain.player import NoSuchPlayer
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.session import ConsentMissing
from tta.domain.vocabulary import RiskLevel
from tta.eventstore.child_server import ChildServer
from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable

GOAL = SetGoal(goal_id=derived_id("goal"), text="Go out", at=NOON)


async def test_a_measure_and_its_assessment_are_one_append(commands: Commands):
    player_id = await some_player(commands)
    taken = await record_measure(commands, player_id, WORRYING, context("m", b"p"))
    ((measured_at, measure),) = await measures(commands, player_id)
    ((assessed_at, risk),) = await assessments(commands, player_id)
    assert assessed_at == measured_at + 1 == taken.result.position
    assert (measure.level, risk.level, risk.evidence) == (
        RiskLevel.MODERATE,
        RiskLevel.MODERATE,
        (str(measure.measure_id),),
    )
    assert isinstance(measure.answers, SealedText)


async def test_an_ordinary_measure_leaves_the_safety_record_alone(commands: Commands):
    player_id = await some_player(commands)
    taken = await record_measure(commands, player_id, ORDINARY, context("m"))
    assert taken.first_total is None
    assert await assessments(commands, player_id) == []


async def test_a_later_measure_knows_the_first_total(commands: Commands):
    player_id = await some_player(commands)
    await record_measure(commands, player_id, ORDINARY, context("first"))
    later = replace(WORRYING, at=NOON + timedelta(days=7))
    assert (await record_measure(commands, player_id, later, context("later"))).first_total == 24


async def test_a_measure_sent_again_to_any_process_has_one_effect_and_one_answer(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id = await some_player(one)
    first = await record_measure(one, player_id, WORRYING, context("m", b"p"))
    again = await record_measure(other, player_id, WORRYING, context("m", b"p"))
    assert again.result.again
    assert first.result.events == again.result.events
    assert len(await measures(one, player_id)) == len(await assessments(one, player_id)) == 1


async def test_what_a_refused_text_says_is_assessed_once(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id = await some_player(one)
    for commands in (one, one, other):
        await assess_refused(commands, player_id, SAID, context("m", b"p"), at=NOON)
    ((_, risk),) = await assessments(one, player_id)
    assert (risk.level, risk.source, risk.evidence) == (RiskLevel.MODERATE, ITEM_9, ())


async def test_another_text_under_the_same_key_is_another_assessment(commands: Commands):
    player_id = await some_player(commands)
    for said, payload in ((SAID._replace(level=RiskLevel.LOW), b"1"), (SAID, b"2")):
        await assess_refused(commands, player_id, said, context("m", payload), at=NOON)
    levels = [risk.level for _, risk in await assessments(commands, player_id)]
    assert levels == [RiskLevel.LOW, RiskLevel.MODERATE]


async def test_an_assessment_takes_nothing_for_granted_that_its_refused_command_did(commands: Commands):
    player_id = await some_player(commands)
    await assess_refused(commands, player_id, SAID, context("m", b"p", if_match=7), at=NOON)
    assert len(await assessments(commands, player_id)) == 1


async def test_of_nobody_nothing_is_recorded(commands: Commands):
    player_id = some_id()
    with pytest.raises(NoSuchPlayer):
        await record_measure(commands, player_id, WORRYING, context("m"))
    with pytest.raises(NoSuchPlayer):
        await handle_care_plan(commands, player_id, GOAL, context("g"))
    with pytest.raises(NoSuchPlayer):
        await assess_refused(commands, player_id, SAID, context("m"), at=NOON)
    assert await stands(commands, safety_record_id(player_id)) == []


async def test_a_consent_that_another_process_withdrew_is_seen(machine: Machine):
    one, other = await machine.process(), await machine.process()
    player_id = await some_player(one)
    await handle_care_plan(one, player_id, GOAL, context("g"))
    await ask_player(other, player_id, DISAGREE, context("no"))
    with pytest.raises(ConsentMissing):
        await handle_care_plan(one, player_id, CompleteGoal(goal_id=GOAL.goal_id, at=NOON), context("c"))
    with pytest.raises(ConsentMissing):
        await record_measure(one, player_id, WORRYING, context("m"))
    assert await assessments(one, player_id) == []


async def survive(server: ChildServer, times: int) -> int:
    """Kill the store while players answer, each with one key until they are told. Every second is refused,
    and assessed all the same.
    """
    chance = random.Random(times)
    machine = Machine(server.url)
    commands = await machine.process()
    players: list[UUID] = []

    async def answer(player_id: UUID, key: str) -> None:
        while True:
            around = context(f"{key} {player_id}", b"p")
            with suppress(StoreUnavailable, OutcomeUnknown):
                try:
                    await record_measure(commands, player_id, WORRYING, around)
                except MeasuredTooSoon:
                    assert key == "second"
                    await assess_refused(commands, player_id, SAID, around, at=NOON)
                return

    async def all_of(player_id: UUID) -> None:
        await answer(player_id, "first")
        await answer(player_id, "second")

    for _ in range(times):
        now = [await some_player(commands) for _ in range(20)]
        answering = [asyncio.create_task(all_of(each)) for each in now]
        await asyncio.sleep(chance.uniform(0, 0.02))
        await server.kill()
        await server.start()
        await asyncio.gather(*answering)
        players += now
    for player_id in players:
        ((measured_at, measure),) = await measures(commands, player_id)
        (at_once, refused) = await assessments(commands, player_id)
        assert at_once[0] == measured_at + 1, "a measure stands without its assessment"
        assert at_once[1].evidence == (str(measure.measure_id),)
        assert refused[1].evidence == ()
    await machine.close()
    return len(players)


async def test_a_store_that_is_killed_parts_no_measure_from_its_assessment(tmp_path: Path):
    server = ChildServer(tmp_path)
    await server.start()
    try:
        assert await survive(server, 3) == 60
    finally:
        await server.stop()
