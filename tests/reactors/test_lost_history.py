"""Reactors whose slot lost its newest history: each turn that stands is answered once, nothing done twice."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from tests.support.eventstore.store_examples import kept, put_back
from tests.support.reactors.idle_examples import begun, leaving, left, scheduled, timer_is, timers
from tests.support.reactors.narration_examples import Model, narrating, playing
from tests.support.reactors.practice_examples import answer, credited, practising
from tests.support.reactors.reactor_examples import (
    ASKS,
    ASKS_NOTHING,
    NOON,
    SLOT,
    Awaiting,
    Machine,
    reacting,
    replier,
    running,
    some_id,
    until,
)
from tests.support.reactors.timer_examples import (
    HOUR,
    all_came,
    histories,
    keeping_time,
    must_have_come_once,
    schedule,
    timer_of,
)
from tta.commands.folding import RECENT_MAX
from tta.domain import care_plan, safety_record
from tta.domain.base import Event
from tta.domain.care_plan import PractiseSkill
from tta.domain.care_plan import id_of as care_plan_id
from tta.domain.credits import CREDITS_MAX
from tta.domain.safety_record import ReleaseSafetyHold
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.vocabulary import Role
from tta.eventstore.marks import MarkState
from tta.eventstore.store import EventStore
from tta.eventstore.timers import Entry, TimerIndex
from tta.reactors.idle_sessions import IdleSessions
from tta.reactors.narration import NarrationReactor
from tta.reactors.practice import PracticeReactor
from tta.reactors.reactor import RunningReactor
from tta.reactors.reply import ReplyReactor
from tta.reactors.timer_index import TimersReactor

SAVE_OFTEN = {"save_mark_every_s": 0.02}


async def copied(machine: Machine) -> dict[bytes, bytes]:
    """The slots of the store as they are now, without the keys of players: their keyring is another one."""
    tag = f"{{{machine.name}:".encode()
    return {key: value for key, value in (await kept(machine.store)).items() if key.startswith(tag)}


async def lose(machine: Machine, copy: dict[bytes, bytes], *, but: tuple[str, ...] = ()) -> None:
    """What came after the copy is gone; writers and readers notice nothing of it."""
    tag = f"{{{machine.name}:"
    others = [key.decode() for key in await kept(machine.store) if not key.decode().startswith(tag)]
    await put_back(machine.store, copy, but=(*others, *but))


async def forget_marks(machine: Machine, name: str) -> None:
    """Have a reactor meet the whole history again."""
    layout = machine.store.layout
    await machine.store.nodes.call("DEL", layout.at(SLOT, name), layout.fingerprints(SLOT, name))


async def reaches(machine: Machine, name: str) -> bool:
    """Whether a reactor's saved mark is at the slot's end."""
    check = (await machine.store.marks.check([name]))[name][SLOT]
    return (check.state, check.position) == (MarkState.STANDING, (await machine.ends())[SLOT])


async def has_read_again(machine: Machine, name: str, working: RunningReactor) -> None:
    await until(lambda: SLOT in working.lanes)
    await until(lambda: reaches(machine, name))


@pytest.mark.parametrize("late", [False, True], ids=["at once", "once the log has grown past its mark"])
async def test_what_is_played_after_a_loss_is_answered_once(machine: Machine, late: bool):
    """The reactor lives on through it, with its marks, its queues and its cache of what was lost."""
    who = await machine.session()
    commands = await machine.process()
    working = reacting(commands.aggregates.store, replier(commands), **SAVE_OFTEN)
    with capture_logs() as said:
        async with running(working):
            for turn in range(6):
                await machine.say(*who)
                await machine.all_answered()
                if turn == 1:
                    older = await copied(machine)
            await until(lambda: reaches(machine, ReplyReactor.NAME))
            was = working.lanes[SLOT].mark.position
            machine.commands = await machine.process()
            await lose(machine, older)
            if late:
                while (await machine.ends())[SLOT] <= was:
                    await machine.session()
            for _ in range(6):
                await machine.say(*who)
                await machine.all_answered()
            assert await machine.must_be_answered_once() == 8
            await until(lambda: reaches(machine, ReplyReactor.NAME))
    assert working.put_back_total >= 1
    put_back_to = [line for line in said if line["event"].startswith("a reactor is put back")]
    assert {line["log_level"] for line in put_back_to} == {"critical"}
    assert put_back_to[0]["was"] > put_back_to[0]["now"]
    check = (await machine.store.marks.check([ReplyReactor.NAME]))[ReplyReactor.NAME][SLOT]
    assert check.put_back is not None
    assert check.put_back.was == was
    assert working.broken == ""


@pytest.mark.parametrize("name", ["mark", "done", "parked"])
async def test_a_slot_that_the_release_before_left_astray_is_answered_again(machine: Machine, name: str):
    """As that release leaves it: a mark and positions of a history that is gone, also after restarts."""
    who = await machine.session()
    await machine.say(*who)
    end = (await machine.ends())[SLOT]
    fields: tuple[Any, ...] = {"mark": ("mark", end + 40), "done": (end, ""), "parked": (end, "it failed")}[
        name
    ]
    prints = machine.store.layout.fingerprints(SLOT, ReplyReactor.NAME)
    if name != "mark":
        await machine.store.nodes.call("HSET", prints, end, "0" * 16)
    await machine.store.nodes.call("HSET", machine.store.layout.at(SLOT, ReplyReactor.NAME), *fields)
    for _ in range(2):
        commands = await machine.process()
        async with running(reacting(commands.aggregates.store, replier(commands))):
            await machine.all_answered()
    assert await machine.must_be_answered_once() == 1


async def test_what_was_under_way_is_dropped_and_what_stands_is_done(machine: Machine):
    reactor = Awaiting(machine.store)
    first, lost = some_id(), some_id()
    await machine.stand(first, ASKS)
    async with running(working := reacting(machine.store, reactor)):
        await until(lambda: len(reactor.done) == 1)
        older = await copied(machine)
        reactor.hold_up(lost)
        await machine.stand(lost, ASKS)
        await until(lambda: reactor.busy == 1)
        await lose(machine, older)
        fresh = some_id()
        position = await machine.stand(fresh, ASKS)
        reactor.hold_up(lost).set()
        await until(lambda: reactor.done_of(fresh))
        assert reactor.done_of(lost) == [], "its append was refused"
        assert reactor.done_of(fresh) == [position]
    assert working.parked_total == 0


async def test_no_event_of_a_history_that_is_gone_is_begun_after_the_loss_was_noticed(machine: Machine):
    """Further events of the same aggregate were read, and wait behind the one whose append is refused."""
    reactor = Awaiting(machine.store)
    first, lost = some_id(), some_id()
    await machine.stand(first, ASKS)
    async with running(working := reacting(machine.store, reactor)):
        await until(lambda: len(reactor.done) == 1)
        older = await copied(machine)
        reactor.hold_up(lost)
        begun = await machine.stand(lost, ASKS)
        await machine.stand(lost, ASKS)
        await until(lambda: reactor.busy == 1 and len(working.lanes[SLOT].queues[lost]) == 2)
        await lose(machine, older)
        fresh = some_id()
        await machine.stand(fresh, ASKS)
        reactor.hold_up(lost).set()
        await until(lambda: reactor.done_of(fresh))
    assert [each.position for each in reactor.asked if each.aggregate_id == lost] == [begun]


async def test_a_parked_event_of_a_history_that_is_gone_is_not_tried(machine: Machine):
    reactor = Awaiting(machine.store)
    other, lost = some_id(), some_id()
    await machine.stand(other, ASKS)
    older = await copied(machine)
    reactor.fails[lost] = 1
    position = await machine.stand(lost, ASKS)
    settings = {"attempts_max": 1, "parked_again_s": None}
    async with running(reacting(machine.store, reactor, **settings)):
        await until(lambda: machine.store.parked(reactor.NAME))
    layout = machine.store.layout
    stays = (layout.at(SLOT, reactor.NAME), layout.fingerprints(SLOT, reactor.NAME))
    await lose(machine, older, but=stays)
    fresh = some_id()
    assert await machine.stand(fresh, ASKS) == position
    again = Awaiting(machine.store)
    async with running(reacting(machine.store, again, parked_again_s=0.01)):
        await until(lambda: again.done_of(fresh))
    assert {each.aggregate_id for each in again.asked} <= {other, fresh}
    assert await machine.store.parked(reactor.NAME) == {}


async def test_a_turn_that_is_answered_asks_no_model_again(machine: Machine):
    model = Model()
    who, play, choice = await playing(machine)
    async with running(*narrating(machine.commands, model)):
        await machine.say(who, play, choice)
        await machine.all_answered()
    asked, end = len(model.asked), await machine.ends()
    for name in (ReplyReactor.NAME, NarrationReactor.NAME):
        await forget_marks(machine, name)
    reply, narrate = narrating(await machine.process(), model)
    reply._save_mark_every_s = narrate._save_mark_every_s = 0.02
    async with running(reply, narrate):
        await has_read_again(machine, ReplyReactor.NAME, reply)
        await has_read_again(machine, NarrationReactor.NAME, narrate)
    assert asked == len(model.asked) == 1
    assert await machine.ends() == end
    assert await machine.store.parked(NarrationReactor.NAME) == {}


async def test_what_was_credited_is_not_credited_again_however_long_ago(machine: Machine):
    player_id, play = await machine.session()
    await answer(machine, player_id, play, 1, "breathing_478")
    async with running(await practising(machine)):
        await until(lambda: _is_credited(machine))

    # Nothing that is remembered of the plan tells it any more.
    for turn in range(max(CREDITS_MAX, RECENT_MAX) + 1):
        again = PractiseSkill(skill="grounding_54321", session_id=play, turn=2 + turn, scene="river", at=NOON)
        await machine.ask(care_plan, care_plan_id(player_id), again, player_id)
    await forget_marks(machine, PracticeReactor.NAME)
    before = await machine.ends()
    commands = await machine.process()
    async with running(
        working := reacting(commands.aggregates.store, PracticeReactor(commands), **SAVE_OFTEN)
    ):
        await has_read_again(machine, PracticeReactor.NAME, working)
    assert await machine.ends() == before


async def test_a_timer_that_was_moved_abandons_nothing_when_its_event_is_met_again(machine: Machine):
    """The session was held when its timer fell due; whoever is released has all that time to come back."""
    who = await begun(machine)
    await machine.hold(who[0])
    async with running(*leaving(machine.commands)):
        await until(lambda: timer_is(machine, who, "Scheduled", "Due", "Scheduled"))
    release = ReleaseSafetyHold(reason="It is over.", by=Role.THERAPIST, at=datetime.now(UTC))
    await machine.ask(safety_record, safety_record_id(who[0]), release, who[0])
    until_then = (await scheduled(machine, who)).due_at
    await forget_marks(machine, IdleSessions.NAME)
    reactor: Any
    reactor, *keeping = leaving(await machine.process())
    reactor._save_mark_every_s = 0.02
    async with running(reactor, *keeping):
        await has_read_again(machine, IdleSessions.NAME, reactor)
    assert not await left(machine, who)
    assert await timers(machine, who) == ["Scheduled", "Due", "Scheduled"]
    assert (await scheduled(machine, who)).due_at == until_then


@pytest.mark.parametrize("event", [ASKS, ASKS_NOTHING], ids=["dealt with", "passed over"])
async def test_a_mark_that_the_release_before_writes_astray_meanwhile_is_put_back(
    machine: Machine, event: Event
):
    reactor = Awaiting(machine.store)
    one = some_id()
    await machine.stand(one, ASKS)
    async with running(working := reacting(machine.store, reactor, **SAVE_OFTEN)):
        await until(lambda: SLOT in working.lanes)
        await until(lambda: working.lanes[SLOT].saved.position == 1)
        await machine.store.nodes.call("HSET", machine.store.layout.at(SLOT, reactor.NAME), "mark", 999)
        await machine.stand(one, event)
        await until(lambda: reaches(machine, reactor.NAME))
        position = await machine.stand(one, ASKS)
        await until(lambda: position in reactor.done_of(one))
    assert working.put_back_total == 1
    assert working.parked_total == 0


class Deriving(Awaiting):
    """A reactor that keeps something derived from the log, and notes when it is told to doubt it."""

    def __init__(self, store: EventStore) -> None:
        super().__init__(store)
        self.doubted: list[int] = []

    async def doubt(self, slot: int) -> None:
        self.doubted.append(slot)


@pytest.mark.parametrize("lives", [True, False], ids=["while it lives", "while it was away"])
async def test_who_derives_something_is_told_that_the_history_changed(machine: Machine, lives: bool):
    older = await copied(machine)
    await machine.stand(some_id(), ASKS)
    reactor, later = Deriving(machine.store), Deriving(machine.store)
    async with running(reacting(machine.store, reactor, **SAVE_OFTEN)):
        await until(lambda: reaches(machine, reactor.NAME))
        assert reactor.doubted == []
        if lives:
            await lose(machine, older)
            await until(lambda: reactor.doubted)
    if not lives:
        await machine.store.nodes.call("HSET", machine.store.layout.at(SLOT, reactor.NAME), "mark", 999)
        async with running(reacting(machine.store, later)):
            await until(lambda: later.doubted)
    assert set(reactor.doubted + later.doubted) == {SLOT}


async def test_a_doubted_index_of_timers_is_put_right(machine: Machine):
    """A slow process entered a timer's version as it was scheduled in a history that is gone."""
    who = await schedule(machine, timedelta(0))
    reactor, clock = keeping_time(machine.commands)
    async with running(reactor):
        await until(lambda: _is_entered(machine, who))
    await TimerIndex(machine.store).put(SLOT, [(Entry(timer_of(who), 1), datetime.now(UTC) + HOUR)])
    await TimerIndex(machine.store).mark_whole(SLOT)
    await TimersReactor(machine.store).doubt(SLOT)
    async with running(clock):
        await until(lambda: all_came(machine))
    assert await must_have_come_once(machine) == (1, 0)


async def test_a_timer_that_was_entered_too_early_is_put_right_and_does_not_come(machine: Machine):
    who = await schedule(machine, HOUR)
    reactor, clock = keeping_time(machine.commands)
    async with running(reactor):
        await until(lambda: _is_entered(machine, who))
    await TimerIndex(machine.store).mark_whole(SLOT)
    await TimerIndex(machine.store).put(SLOT, [(Entry(timer_of(who), 1), datetime.now(UTC) - HOUR)])
    with capture_logs() as said:
        async with running(clock):
            await until(lambda: _is_due_in_an_hour(machine))
    assert [line["log_level"] for line in said if "timer" in line and "put right" in line["event"]] == [
        "warning"
    ]
    assert [line for line in said if line["log_level"] == "error"] == []
    assert [each.type for each in (await histories(machine))[timer_of(who)]] == ["TimerScheduled"]


async def _is_credited(machine: Machine) -> bool:
    owed, found = await credited(machine)
    return owed == found


async def _is_entered(machine: Machine, who: UUID) -> bool:
    member = timer_of(who).bytes + (1).to_bytes(4, "big")
    return await machine.store.nodes.call("ZSCORE", machine.store.layout.timers(SLOT), member) is not None


async def _is_due_in_an_hour(machine: Machine) -> bool:
    scores = await machine.store.nodes.call("ZRANGE", machine.store.layout.timers(SLOT), 0, 0, "WITHSCORES")
    return float(scores[1]) / 1e6 > datetime.now(UTC).timestamp() + 3_000
