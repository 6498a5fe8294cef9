"""Practice: every skill that an answer names is credited exactly once, whatever becomes of the reactors."""

import asyncio
import random

import pytest
from structlog.testing import capture_logs

from tests.support.reactors.practice_examples import answer, credited, practising
from tests.support.reactors.reactor_examples import (
    NOON,
    SLOT,
    SLOTS,
    TYPES,
    Machine,
    reacting,
    running,
    until,
)
from tta.domain import care_plan
from tta.domain.care_plan import PractiseSkill, SkillPractised
from tta.domain.care_plan import id_of as care_plan_id
from tta.eventstore.child_server import ChildServer
from tta.reactors.practice import PracticeReactor
from tta.telemetry.metrics import REGISTRY

SKILLS = ("breathing_478", "grounding_54321")


async def all_credited(machine: Machine) -> None:
    async def is_so() -> bool:
        owed, found = await credited(machine)
        return owed.keys() <= found.keys()

    await until(is_so)


async def must_be_credited_once(machine: Machine) -> int:
    owed, found = await credited(machine)
    assert owed == found, "credited other than once"
    return len(found)


async def test_each_skill_of_an_answer_is_credited_on_the_players_plan(machine: Machine):
    player_id, play = await machine.session()
    before = REGISTRY.get_sample_value("tta_skills_practised_total", {"skill": "other"}) or 0.0
    await answer(machine, player_id, play, 1, *SKILLS, "knitting")
    async with running(await practising(machine)):
        await all_credited(machine)
    assert await must_be_credited_once(machine) == 3
    log = await machine.log(SLOT)
    told = next(each for each in log if each.type == "InteractionAnswered")
    (first, *_) = [each for each in log if each.type == "SkillPractised"]
    event = TYPES.event(first)
    assert event == SkillPractised(skill=SKILLS[0], session_id=play, turn=1, scene="river", at=NOON)
    assert (first.actor, first.subject_id) == ("reactor:practice", player_id)
    assert (first.causation_id, first.correlation_id) == (told.event_id, told.correlation_id)
    # No story teaches knitting: as a label it would be any text.
    assert REGISTRY.get_sample_value("tta_skills_practised_total", {"skill": "other"}) == before + 1


async def test_what_was_done_before_the_story_was_sent_on_is_credited_to_no_scene(machine: Machine):
    player_id, play = await machine.session()
    await answer(machine, player_id, play, 1, SKILLS[0], scene="calm_place", chosen="along")
    async with running(await practising(machine)):
        await all_credited(machine)
    (credit,) = [TYPES.event(each) for each in await machine.log(SLOT) if each.type == "SkillPractised"]
    assert credit == SkillPractised(skill=SKILLS[0], session_id=play, turn=1, scene=None, at=NOON)


async def test_what_practises_nothing_costs_no_append(machine: Machine):
    player_id, play = await machine.session()
    await answer(machine, player_id, play, 1)
    await answer(machine, player_id, play, 2, "breathing_478")
    before = await machine.ends()
    async with running(working := await practising(machine)):
        await all_credited(machine)
    assert (await machine.ends())[SLOT] == before[SLOT] + 1
    assert working.dealt_total == 1


async def test_the_credit_itself_says_that_the_answer_is_dealt_with(machine: Machine):
    player_id, play = await machine.session()
    await answer(machine, player_id, play, 1, *SKILLS)
    async with running(await practising(machine)):
        await all_credited(machine)
        mark, done, _ = await machine.store.dealt(SLOT, PracticeReactor.NAME)
    told = next(each.position for each in await machine.log(SLOT) if each.type == "InteractionAnswered")
    assert told in done | set(range(mark + 1))


async def test_a_skill_that_an_answer_names_twice_is_credited_once(machine: Machine):
    player_id, play = await machine.session()
    await answer(machine, player_id, play, 1, "breathing_478", "breathing_478")
    async with running(await practising(machine)):
        await all_credited(machine)
    assert await must_be_credited_once(machine) == 1


async def test_what_was_credited_before_is_dealt_with_without_effect(machine: Machine):
    player_id, play = await machine.session()
    theirs = PractiseSkill(skill="breathing_478", session_id=play, turn=1, at=NOON)
    await machine.ask(care_plan, care_plan_id(player_id), theirs, player_id)
    await answer(machine, player_id, play, 1, "breathing_478")
    async with running(working := await practising(machine)):
        await until(lambda: working.dealt_total == 1)
    assert await must_be_credited_once(machine) == 1
    assert working.parked_total == 0


async def test_an_erased_player_is_credited_nothing(machine: Machine):
    player_id, play = await machine.session()
    await answer(machine, player_id, play, 1, "breathing_478")
    keyring = machine.commands.keyring
    await keyring.nodes.call("HSET", keyring.entry(player_id), "destroyed", "1")
    async with running(working := await practising(machine)):
        await until(lambda: working.dealt_total == 1)
    assert not (await credited(machine))[1]
    assert working.parked_total == 0


async def test_two_at_once_credit_each_skill_once(machine: Machine):
    sessions = [await machine.session(slot) for slot in range(SLOTS)]
    async with running(await practising(machine), await practising(machine), await practising(machine)):
        for turn in range(1, 5):
            await asyncio.gather(*(answer(machine, *each, turn, *SKILLS) for each in sessions))
        await all_credited(machine)
    assert await must_be_credited_once(machine) == SLOTS * 4 * len(SKILLS)


async def test_one_that_was_down_catches_up(machine: Machine):
    who = await machine.session()
    await answer(machine, *who, 1, *SKILLS)
    async with running(await practising(machine)):
        await all_credited(machine)
    await answer(machine, *who, 2, *SKILLS)
    async with running(await practising(machine)):
        await all_credited(machine)
    assert await must_be_credited_once(machine) == 2 * len(SKILLS)


async def be_killed_again_and_again(machine: Machine, times: int) -> int:
    """Stop two reactors at points left to chance, while people practise."""
    chance = random.Random(times)
    sessions = [await machine.session(slot) for slot in range(SLOTS)]
    commands = [await machine.process() for _ in range(2)]
    for turn in range(1, times + 1):
        for each in sessions:
            await answer(machine, *each, turn, *SKILLS)
        for process in commands:
            process.aggregates._cache.clear()  # As a process that starts anew.
        pair = [reacting(each.aggregates.store, PracticeReactor(each)) for each in commands]
        async with running(*pair):
            await asyncio.sleep(chance.uniform(0, 0.03))
    async with running(*(reacting(each.aggregates.store, PracticeReactor(each)) for each in commands)):
        await all_credited(machine)
    return await must_be_credited_once(machine)


async def test_killed_in_the_middle_they_credit_each_skill_once(machine: Machine):
    assert await be_killed_again_and_again(machine, 12) == 12 * SLOTS * len(SKILLS)


@pytest.mark.soak
async def test_killed_in_the_middle_many_times(machine: Machine):
    assert await be_killed_again_and_again(machine, 200) == 200 * SLOTS * len(SKILLS)


async def test_a_store_that_is_killed_meanwhile_changes_nothing(
    own_machine: Machine, own_valkey: ChildServer
):
    sessions = [await own_machine.session(slot) for slot in range(SLOTS)]
    with capture_logs():
        async with running(await practising(own_machine), await practising(own_machine)):
            for turn in range(1, 4):
                await asyncio.gather(*(answer(own_machine, *each, turn, *SKILLS) for each in sessions))
                await own_valkey.kill()
                await own_valkey.start()
            await all_credited(own_machine)
    assert await must_be_credited_once(own_machine) == SLOTS * 3 * len(SKILLS)
