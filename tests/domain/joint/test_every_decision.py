"""What holds for every joint decision, whatever it says itself: whose sessions, hold, consent and roster."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.domain.given import NOON
from tests.support.domain.joint_examples import Example, decision_classes, examples
from tests.support.domain.joint_given import given_all
from tests.support.domain.player_examples import (
    AGREED,
    AGREEING,
    HELD,
    LISTED,
    OTHER,
    OTHER_PLAYED,
    PAUSED,
    PERSON,
    PLAY,
    PLAYED,
    PLAYING,
    RECORD,
    REGISTERED,
    SAM,
    SECOND,
    STARTED,
)
from tta.domain import session
from tta.domain.joint.deciding import AddressedCommand, all_targets, to
from tta.domain.roster import UNDER_WAY_MAX, SessionEnrolled, TooManySessions
from tta.domain.session import (
    AbandonSession,
    ConsentMissing,
    NoSuchSession,
    ResumeSession,
    SessionCommand,
    SessionResumed,
    StartSession,
)
from tta.domain.targets import AnyTarget, States, roster_target, session_target
from tta.domain.turns import InteractionSubmitted, SubmitInteraction


def over_sessions() -> list[Example]:
    return [each for each in examples() if any(t.module is session for t in each.decision.targets())]


def named(example: Example) -> str:
    command = getattr(example.decision, "command", None)
    return type(example.decision).__name__ + (f" {type(command).__name__}" if command else "")


def test_each_decision_has_an_example_here():
    assert {type(each.decision) for each in examples()} == decision_classes()


@pytest.mark.parametrize("example", over_sessions(), ids=named)
def test_what_is_over_a_session_is_over_its_player_and_their_safety_record(example: Example):
    assert {RECORD, PERSON} < set(all_targets(example.decision))


@pytest.mark.parametrize("example", over_sessions(), ids=named)
def test_a_session_of_somebody_elses_is_not_there(example: Example):
    others = replace(STARTED, player_id=OTHER)
    given = given_all({**AGREEING, PLAYED: [others], OTHER_PLAYED: [others]})
    given.when(example.decision, example.outside).then_refused(NoSuchSession)


@pytest.mark.parametrize("play", [PLAY, SECOND])
def test_a_session_of_another_slot_is_not_there(play: UUID):
    elsewhere = UUID(bytes=b"\xff" + play.bytes[1:])
    ids = {PLAY: PLAY, SECOND: SECOND, play: elsewhere}
    for example in examples(SAM, ids[PLAY], ids[SECOND]):
        if session_target(elsewhere) in example.decision.targets():
            given = given_all({**PLAYING, session_target(elsewhere): [STARTED]})
            given.when(example.decision, example.outside)
            given.then_refused(NoSuchSession)


class CarelessDecision(NamedTuple):
    """Says nothing of hold, consent and whose a session is; names the roster only if it is told to."""

    command: SessionCommand
    player_id: UUID = SAM
    names_roster: bool = False

    def targets(self) -> Sequence[AnyTarget]:
        return [PLAYED, *([roster_target(self.player_id)] if self.names_roster else [])]

    def decide(self, _states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        return [to(PLAYED, self.command)]


START = StartSession(player_id=SAM, story="clearing", consented=True, held=False, at=NOON)
BEGINS: list[tuple[SessionCommand, list[Any]]] = [
    (START, []),
    (ResumeSession(consented=True, held=False, at=NOON), [STARTED, PAUSED]),
    (SubmitInteraction(words="Hello", consented=True, held=False, at=NOON), [STARTED]),
]


@pytest.mark.parametrize(("command", "before"), BEGINS, ids=["start", "resume", "submit"])
def test_a_careless_decision_is_held_all_the_same(command: SessionCommand, before: list[Any]):
    given = given_all({**AGREEING, PLAYED: before, RECORD: [HELD]})
    happens = given.when(CarelessDecision(command, names_roster=True)).decide()
    (happened,) = happens[PLAYED]
    assert isinstance(happened, session.SessionStarted | SessionResumed | InteractionSubmitted)
    assert happened.held


@pytest.mark.parametrize(("command", "before"), BEGINS, ids=["start", "resume", "submit"])
def test_a_careless_decision_needs_the_consent_all_the_same(command: SessionCommand, before: list[Any]):
    given = given_all({PERSON: [REGISTERED], PLAYED: before})
    given.when(CarelessDecision(command, names_roster=True)).then_refused(ConsentMissing)


def test_a_careless_decision_is_over_the_players_sessions_all_the_same():
    careless = CarelessDecision(SubmitInteraction(words="Hello", at=NOON), OTHER)
    given_all({**PLAYING}).when(careless).then_refused(NoSuchSession)


def test_a_careless_decision_keeps_the_roster_or_fails():
    cases: list[tuple[SessionCommand, list[Any]]] = [(START, []), (AbandonSession(at=NOON), [STARTED])]
    for command, before in cases:
        given = given_all({**PLAYING, PLAYED: before})
        with pytest.raises(AssertionError, match="needs its roster among the targets"):
            given.when(CarelessDecision(command)).decide()
        listed = given_all({**AGREEING, PLAYED: before, LISTED: [SessionEnrolled(session_id=PLAY, at=NOON)]})
        assert PLAYED in listed.when(CarelessDecision(command, names_roster=True)).decide()
    full = [SessionEnrolled(session_id=UUID(int=100 + each), at=NOON) for each in range(UNDER_WAY_MAX)]
    given = given_all({PERSON: [REGISTERED, AGREED], LISTED: full})
    given.when(CarelessDecision(START, names_roster=True)).then_refused(TooManySessions)


class FindingDecision(NamedTuple):
    """Finds its session only in the states of its first round."""

    player_id: UUID = SAM

    def targets(self) -> Sequence[AnyTarget]:
        return [LISTED]

    def further(self, states: States) -> Sequence[AnyTarget]:
        return [session_target(each) for each in states.of(LISTED).under_way]

    def decide(self, states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        submit = SubmitInteraction(words="Hello", consented=True, at=NOON)
        return [to(session_target(each), submit) for each in states.of(LISTED).under_way]


def test_what_is_found_is_held_and_needs_the_consent_all_the_same():
    (said,) = given_all({**PLAYING, RECORD: [HELD]}).when(FindingDecision()).decide()[PLAYED]
    assert said.held
    given_all({**PLAYING, PERSON: [REGISTERED]}).when(FindingDecision()).then_refused(ConsentMissing)


class PlayerlessDecision(NamedTuple):
    """Gives a command that depends on hold and consent, and is not over what they are read from."""

    player_id: UUID = SAM

    def targets(self) -> Sequence[AnyTarget]:
        return [LISTED]

    def decide(self, _states: States, _outside: None, /) -> Sequence[AddressedCommand]:
        return [AddressedCommand(LISTED, START)]


def test_no_fact_is_guessed():
    with pytest.raises(AssertionError, match="decided over the player and their safety record"):
        given_all(AGREEING).when(PlayerlessDecision()).decide()
