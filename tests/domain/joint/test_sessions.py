"""Beginning, acting in, switching and copying sessions, decided by what stands around them."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.domain.given import NOON
from tests.support.domain.player_examples import (
    AGREED,
    ENROLLED,
    HELD,
    OTHER,
    PAUSED,
    PLAY,
    REGISTERED,
    SAM,
    SECOND,
    STARTED,
    WITHDRAWN,
    a_player,
    a_record,
    a_roster,
    a_session,
)
from tta.domain.base import Refusal
from tta.domain.joint.acting import ActingEvents, ActInSession, act
from tta.domain.joint.copying import copy
from tta.domain.joint.facts import Facts, admit, require_own, require_slot
from tta.domain.joint.starting import FactsChanged, start
from tta.domain.joint.switching import SwitchEvents, switch
from tta.domain.passages import CopyOrigin
from tta.domain.roster import SessionEnrolled, SessionStruck
from tta.domain.session import (
    AbandonSession,
    CompleteSession,
    ConsentMissing,
    NoSuchSession,
    PauseSession,
    ResumeSession,
    SessionAbandoned,
    SessionCompleted,
    SessionIsOver,
    SessionIsPaused,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    StartSession,
    UnknownStory,
)
from tta.domain.turns import InteractionSubmitted, SubmitInteraction, TurnOutOfOrder

AGREEING = a_player(REGISTERED, AGREED)
FREE = Facts(held=False, consented=True, recovery=False)
SAY = SubmitInteraction(words="Hello", at=NOON)
START = StartSession(player_id=SAM, story="clearing", consented=True, held=False, at=NOON)


def acts(command: ActInSession, *happened: Any, person: Any = AGREEING, record: Any = None) -> ActingEvents:
    return act(
        a_session(STARTED, *happened),
        record or a_record(),
        person,
        a_roster(ENROLLED),
        session_id=PLAY,
        command=command,
    )


class TestActing:
    def test_it_is_decided_by_the_facts_that_stand_whatever_the_command_says(self):
        held = acts(SAY, record=a_record(HELD))
        assert held.session == [InteractionSubmitted(turn=1, words="Hello", held=True, at=NOON)]
        said = SubmitInteraction(words="Hello", held=True, consented=True, at=NOON)
        assert acts(said).session == [InteractionSubmitted(turn=1, words="Hello", at=NOON)]
        with pytest.raises(ConsentMissing):
            acts(said, person=a_player(REGISTERED, AGREED, WITHDRAWN))

    def test_a_pause_and_its_end_leave_the_roster_as_it_is(self):
        assert acts(PauseSession(at=NOON)) == ActingEvents([SessionPaused(at=NOON)], [])
        assert acts(ResumeSession(at=NOON), PAUSED) == ActingEvents([SessionResumed(at=NOON)], [])

    def test_an_end_makes_room(self):
        struck = [SessionStruck(session_id=PLAY, at=NOON)]
        assert acts(CompleteSession(at=NOON)) == ActingEvents([SessionCompleted(at=NOON)], struck)
        assert acts(AbandonSession(at=NOON)) == ActingEvents([SessionAbandoned(at=NOON)], struck)


class TestStarting:
    def starts(self, *, told_by: Facts = FREE, command: StartSession = START, over: Any = ()) -> ActingEvents:
        return start(
            a_session(),
            a_record(),
            AGREEING,
            a_roster(ENROLLED),
            session_id=SECOND,
            command=command,
            told_by=told_by,
            over=over,
        )

    def test_it_is_enrolled_and_what_is_over_is_struck_first(self):
        enrolled = SessionEnrolled(session_id=SECOND, at=NOON)
        assert self.starts() == ActingEvents([STARTED], [enrolled])
        struck = SessionStruck(session_id=PLAY, at=NOON)
        assert self.starts(over=[PLAY]).roster == [struck, enrolled]

    @pytest.mark.parametrize(
        "told_by",
        [
            FREE._replace(held=True),
            FREE._replace(consented=False),
            FREE._replace(recovery=True),
            FREE._replace(wished_at=7),
        ],
        ids=str,
    )
    def test_what_was_told_by_other_facts_is_told_anew(self, told_by: Facts):
        with pytest.raises(FactsChanged):
            self.starts(told_by=told_by)

    def test_a_story_that_the_catalogue_lacks_is_refused(self):
        unknown = StartSession(
            player_id=SAM, story="nowhere", consented=True, held=False, known=False, at=NOON
        )
        with pytest.raises(UnknownStory):
            self.starts(command=unknown)


class TestSwitching:
    def switches(self, left: Any, other: Any, *, player_id: UUID = SAM) -> SwitchEvents:
        return switch(left, other, a_record(HELD), AGREEING, player_id=player_id, at=NOON)

    def test_the_one_is_paused_and_the_other_goes_on_under_todays_facts(self):
        happens = self.switches(a_session(STARTED), a_session(STARTED, PAUSED))
        assert happens == SwitchEvents([SessionPaused(at=NOON)], [SessionResumed(held=True, at=NOON)])

    def test_to_an_open_session_only_the_pause_happens(self):
        happens = self.switches(a_session(STARTED), a_session(STARTED))
        assert happens == SwitchEvents([SessionPaused(at=NOON)], [])

    @pytest.mark.parametrize(
        ("left", "other", "refused"),
        [
            ([STARTED, PAUSED], [STARTED], SessionIsPaused),
            ([STARTED, SessionCompleted(at=NOON)], [STARTED], SessionIsOver),
            ([STARTED], [STARTED, SessionAbandoned(at=NOON)], SessionIsOver),
            ([], [STARTED], NoSuchSession),
            ([STARTED], [], NoSuchSession),
        ],
        ids=["paused", "over", "to one that is over", "absent", "to an absent one"],
    )
    def test_one_switches_between_open_sessions(self, left: Any, other: Any, refused: type[Refusal]):
        with pytest.raises(refused):
            self.switches(a_session(*left), a_session(*other))

    def test_somebody_elses_session_is_not_there(self):
        with pytest.raises(NoSuchSession):
            self.switches(a_session(STARTED), a_session(STARTED), player_id=OTHER)


class TestCopying:
    def copies(self, *, until_turn: int | None = None, player_id: UUID = SAM) -> ActingEvents:
        origin = CopyOrigin(session_id=PLAY, turns=2, moves=("a", "b"), seed=PLAY)
        command = StartSession(
            player_id=SAM, story="clearing", copied=origin, consented=True, held=False, at=NOON
        )
        return copy(
            a_session(),
            a_session(STARTED),
            a_record(),
            AGREEING,
            a_roster(),
            session_id=SECOND,
            player_id=player_id,
            until_turn=until_turn,
            last_turn=2,
            command=command,
            told_by=FREE,
        )

    def test_a_copy_says_where_it_comes_from_and_is_enrolled(self):
        happens = self.copies()
        (begun,) = happens.session
        assert isinstance(begun, SessionStarted)
        assert (begun.copied_from, begun.copied_turns, begun.moves, begun.seed) == (PLAY, 2, ("a", "b"), PLAY)
        assert happens.roster == [SessionEnrolled(session_id=SECOND, at=NOON)]

    def test_only_turns_that_were_answered_are_copied(self):
        with pytest.raises(TurnOutOfOrder, match="0 to 2, got 3"):
            self.copies(until_turn=3)

    def test_somebody_elses_session_is_not_there(self):
        with pytest.raises(NoSuchSession):
            self.copies(player_id=OTHER)


def test_a_session_of_somebody_elses_is_not_there():
    with pytest.raises(NoSuchSession):
        require_own(a_session(STARTED), OTHER)
    with pytest.raises(NoSuchSession):
        admit(a_session(STARTED), OTHER, expects_one=False)
    with pytest.raises(NoSuchSession):
        admit(a_session(), SAM, expects_one=True)
    admit(a_session(), SAM, expects_one=False)
    admit(a_session(STARTED), SAM, expects_one=True)


def test_what_is_in_another_slot_is_not_there():
    with pytest.raises(NoSuchSession):
        require_slot(UUID(int=1 << 120), SAM)
    require_slot(PLAY, SAM)
