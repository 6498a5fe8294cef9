"""What is decided stands on facts that are current: however many write, wherever they are."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest

from tests.support.commands.command_examples import (
    AGREE,
    DISAGREE,
    NOON,
    PLAYER,
    REGISTER,
    SESSION,
    Machine,
    ask_player,
    context,
    hold,
    log_of,
    says,
    some_id,
    some_player,
    some_session,
    start,
    state_of,
)
from tta.commands.handle import (
    CommandResult,
    Commands,
    KeyReused,
    VersionMismatch,
    handle_over,
)
from tta.commands.player_queues import TooManyConflicts
from tta.commands.sessions import handle_session
from tta.domain import player, session
from tta.domain.joint.acting import ActDecision
from tta.domain.joint.deciding import Decided, all_targets, decided
from tta.domain.joint.facts import Facts, facts_of
from tta.domain.player import GiveConsent, NoSuchPlayer
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.session import (
    CompleteSession,
    ConsentMissing,
    NoSuchSession,
    PauseSession,
    SessionIsPaused,
    StartSession,
)
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import AnyTarget, States, Target, player_target, record_target, session_target
from tta.domain.turns import (
    InteractionSubmitted,
    TurnUnanswered,
)
from tta.domain.vocabulary import ConsentPurpose
from tta.eventstore.appends import Acknowledgement
from tta.eventstore.errors import AlreadyDone

PAUSE = PauseSession(at=NOON)


async def test_a_refusal_on_a_stale_cache_is_judged_again(machine: Machine):
    stale, current = await machine.process(), await machine.process()
    player_id, session_id = await some_session(stale)
    await ask_player(stale, player_id, DISAGREE, context("no"))
    await ask_player(current, player_id, AGREE, context("yes"))
    handled = await handle_session(stale, session_id, player_id, says("Hello"), context("a"))
    assert handled.version == 2


async def test_an_acceptance_on_a_stale_cache_is_judged_again(machine: Machine):
    stale, current = await machine.process(), await machine.process()
    player_id, session_id = await some_session(stale)
    await handle_session(current, session_id, player_id, PAUSE, context("pause"))
    with pytest.raises(SessionIsPaused):
        await handle_session(stale, session_id, player_id, says("Hello"), context("a"))
    assert len(await log_of(stale, session_id)) == 2


async def test_a_version_is_compared_with_what_stands_not_with_what_is_cached(machine: Machine):
    stale, current = await machine.process(), await machine.process()
    player_id = await some_player(stale)
    await ask_player(current, player_id, DISAGREE, context("no"))
    with pytest.raises(VersionMismatch, match="expected version 2, got 3"):
        await ask_player(stale, player_id, AGREE, context("a", if_match=2))
    assert (await ask_player(stale, player_id, AGREE, context("b", if_match=3))).version == 4
    await ask_player(current, player_id, DISAGREE, context("no again"))
    assert (await ask_player(stale, player_id, AGREE, context("c", if_match=5))).version == 6


async def test_doing_nothing_is_confirmed_as_well(machine: Machine):
    stale, current = await machine.process(), await machine.process()
    player_id = await some_player(stale)
    await ask_player(current, player_id, DISAGREE, context("no"))
    handled = await ask_player(stale, player_id, AGREE, context("a"))
    assert (handled.version, len(handled.events)) == (4, 1)


async def interrupted(
    commands: Commands, session_id: UUID, player_id: UUID, between: Callable[[], None]
) -> tuple[CommandResult, list[Facts]]:
    """Say something, while something happens elsewhere between loading and appending. Gives the facts that
    each attempt saw, too.
    """
    decision, seen = ActDecision(session_id, player_id, says("Hello")), list[Facts]()
    record, person = record_target(player_id), player_target(player_id)

    def decide(states: States) -> Decided:
        if not seen:
            between()
        seen.append(facts_of(states.of(record), states.of(person)))
        return decided(decision, states, None)

    targets = all_targets(decision)
    handled = await handle_over(commands, targets, decide, context("a"), player_id=player_id)
    return handled, seen


async def test_a_hold_placed_between_loading_and_appending_is_seen(machine: Machine):
    commands = await machine.process()
    player_id, session_id = await some_session(commands)
    handled, seen = await interrupted(
        commands, session_id, player_id, lambda: machine.elsewhere(lambda other: hold(other, player_id))
    )
    before = Facts(held=False, consented=True, recovery=False)
    assert seen == [before, before._replace(held=True)]
    (submitted,) = handled.events
    assert isinstance(submitted, InteractionSubmitted)
    assert submitted.held


async def test_a_consent_withdrawn_between_loading_and_appending_is_seen(machine: Machine):
    commands = await machine.process()
    player_id, session_id = await some_session(commands)

    def withdraw() -> None:
        machine.elsewhere(lambda other: ask_player(other, player_id, DISAGREE, context("no")))

    with pytest.raises(ConsentMissing):
        await interrupted(commands, session_id, player_id, withdraw)
    assert len(await log_of(commands, session_id)) == 1


async def test_who_meets_other_writers_each_time_is_told_after_so_many_attempts(machine: Machine):
    commands = await machine.process()
    player_id = await some_player(commands)
    attempts, attempts_max = 0, 20

    target = player_target(player_id)

    def decide(states: States) -> Decided:
        nonlocal attempts
        attempts += 1
        other = GiveConsent(purpose=ConsentPurpose.RESEARCH, version=attempts, at=NOON)
        machine.elsewhere(lambda them: ask_player(them, player_id, other, context(f"other {attempts}")))
        return {target: player.decide(states.of(target), DISAGREE)}

    with pytest.raises(TooManyConflicts, match=f"{player_id}: {attempts_max} attempts"):
        await handle_over(
            commands, [target], decide, context("a"), player_id=player_id, attempts_max=attempts_max
        )
    assert attempts == attempts_max
    written = await log_of(commands, player_id)
    assert len(written) == 2 + attempts_max, "nothing of the one that gave up"


async def test_20_commands_at_once_on_one_aggregate_are_all_taken(machine: Machine):
    processes = [await machine.process() for _ in range(2)]
    player_id = await some_player(processes[0])
    sent = [GiveConsent(purpose=ConsentPurpose.RESEARCH, version=each, at=NOON) for each in range(1, 21)]
    answers = await asyncio.gather(
        *(
            ask_player(processes[index % 2], player_id, command, context(f"{index}"))
            for index, command in enumerate(sent)
        )
    )
    assert sorted(each.version for each in answers) == list(range(3, 23))


async def test_20_interactions_at_once_are_one_turn_and_19_refusals(commands: Commands):
    player_id, session_id = await some_session(commands)
    answers = await asyncio.gather(
        *(
            handle_session(commands, session_id, player_id, says(f"Words {index}"), context(f"{index}"))
            for index in range(20)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, TurnUnanswered) for each in answers) == 19
    assert len(await log_of(commands, session_id)) == 2


async def test_one_append_may_grow_several_aggregates(commands: Commands):
    player_id = await some_player(commands)
    session_id = new_session_id(player_id, some_id())

    person, play = player_target(player_id), session_target(session_id)

    def decide(states: States) -> Decided:
        begin = StartSession(player_id=player_id, story="clearing", consented=True, held=False, at=NOON)
        return {
            person: player.decide(states.of(person), DISAGREE),
            play: session.decide(states.of(play), begin),
        }

    targets: list[AnyTarget] = [person, play]
    first = await handle_over(commands, targets, decide, context("a"), player_id=player_id)
    again = await handle_over(commands, targets, decide, context("a"), player_id=player_id)
    assert (first.version, again.version, again.again) == (3, 3, True)
    assert [event.version for event in await log_of(commands, session_id)] == [1]
    events = [*await log_of(commands, player_id), *await log_of(commands, session_id)]
    assert len({event.event_id for event in events}) == len(events)


async def test_a_command_writes_first_on_the_aggregate_that_its_path_names(commands: Commands):
    player_id = await some_player(commands)
    person = player_target(player_id)
    targets: list[AnyTarget] = [session_target(new_session_id(player_id, some_id())), person]
    with pytest.raises(AssertionError, match="first aggregate"):
        await handle_over(
            commands,
            targets,
            lambda states: {person: player.decide(states.of(person), DISAGREE)},
            context("a"),
            player_id=player_id,
        )


async def test_everything_of_a_player_is_entered_as_theirs(commands: Commands):
    player_id, session_id = await some_session(commands)
    await hold(commands, player_id)
    owned = await commands.aggregates.store.owned(player_id)
    assert owned == {player_id, session_id, safety_record_id(player_id)}


async def test_somebody_elses_session_is_none(commands: Commands):
    player_id, session_id = await some_session(commands)
    for other in (await _player_in_the_slot_of(commands, player_id), await some_player(commands)):
        with pytest.raises(NoSuchSession, match="expected a session, there is none"):
            await handle_session(commands, session_id, other, says("Hello"), context(f"a {other}"))


async def _player_in_the_slot_of(commands: Commands, player_id: UUID) -> UUID:
    neighbour = UUID(bytes=player_id.bytes[:1] + some_id().bytes[1:])
    await ask_player(commands, neighbour, REGISTER, context(f"register {neighbour}"))
    await ask_player(commands, neighbour, AGREE, context(f"agree {neighbour}"))
    return neighbour


async def test_who_does_not_exist_can_agree_to_nothing(commands: Commands):
    with pytest.raises(NoSuchPlayer):
        await ask_player(commands, some_id(), AGREE, context("a"))


async def test_what_a_reactor_appends_deals_with_its_cause_even_where_it_is_nothing(commands: Commands):
    player_id, session_id = await some_session(commands)
    cause = (await log_of(commands, session_id))[0]
    targets, dealt = [Target(SESSION, session_id)], Acknowledgement("follow-up", cause.place)

    async def act() -> None:
        await handle_over(
            commands, targets, lambda _: {}, context("a"), player_id=player_id, acknowledgement=dealt
        )

    await act()
    with pytest.raises(AlreadyDone):
        await act()
    _, done, _ = await commands.aggregates.store.dealt(cause.slot, "follow-up")
    assert cause.position in done


async def test_another_payload_is_refused_only_on_what_stands(machine: Machine):
    commands, other = await machine.process(), await machine.process()
    player_id = await some_player(commands)
    await ask_player(commands, player_id, DISAGREE, context("a", b"12345678"))
    await ask_player(other, player_id, AGREE, context("b"))
    with pytest.raises(KeyReused):
        await ask_player(commands, player_id, DISAGREE, context("a", b"abcdefgh"))
    assert (await commands.aggregates.load([Target(PLAYER, player_id)]))[0].head.version == 4


async def test_a_session_ends_with_the_words_of_its_last_turn_kept(commands: Commands):
    player_id, session_id = await some_session(commands)
    await handle_session(commands, session_id, player_id, says("Bye"), context("a"))
    await handle_session(commands, session_id, player_id, CompleteSession(at=NOON), context("b"))
    state = await state_of(commands, Target(SESSION, session_id))
    assert isinstance(state, session.StartedSession)
    assert (state.status, state.turns.last, state.turns.unanswered) == (
        session.SessionStatus.COMPLETED,
        1,
        True,
    )


async def test_two_sessions_of_one_key_and_two_players_are_two(commands: Commands):
    players = [await some_player(commands) for _ in range(2)]
    started = [await start(commands, each, context("the same")) for each in players]
    assert len({each.id for each in started}) == 2
