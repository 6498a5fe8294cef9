"""One player, and the aggregates that a joint decision is over, in the states that events led to."""

from uuid import UUID

from tests.support.domain.given import NOON, SEALED, given
from tta.domain import care_plan, player, roster, safety_record, session, timer
from tta.domain.care_plan import CarePlan
from tta.domain.player import ConsentGiven, ConsentWithdrawn, Player, PlayerRegistered
from tta.domain.roster import Roster, SessionEnrolled
from tta.domain.safety_record import SafetyHoldPlaced, SafetyRecord
from tta.domain.session import Session, SessionPaused, SessionStarted
from tta.domain.timer import Timer
from tta.domain.vocabulary import AgeBand, ConsentPurpose, RiskLevel, Role

SAM, OTHER = UUID(int=1), UUID(int=2)
PLAY, SECOND = UUID(int=11), UUID(int=12)

REGISTERED = PlayerRegistered(
    name=SEALED,
    language="en",
    region="GB",
    time_zone="Europe/London",
    age_band=next(iter(AgeBand)),
    at=NOON,
)
AGREED = ConsentGiven(purpose=ConsentPurpose.PLAY, version=1, at=NOON)
WITHDRAWN = ConsentWithdrawn(purpose=ConsentPurpose.PLAY, at=NOON)
AGREED_TO_MODELS = ConsentGiven(purpose=ConsentPurpose.MODEL_PROCESSING, version=1, at=NOON)
HELD = SafetyHoldPlaced(reason=SEALED, level=RiskLevel.HIGH, by=Role.SERVICE, at=NOON)
STARTED = SessionStarted(player_id=SAM, story="clearing", at=NOON)
PAUSED = SessionPaused(at=NOON)
ENROLLED = SessionEnrolled(session_id=PLAY, at=NOON)


def a_session(*events: session.SessionEvent) -> Session:
    state = given(session, *events).state
    assert isinstance(state, Session)
    return state


def a_record(*events: safety_record.SafetyRecordEvent) -> SafetyRecord:
    state = given(safety_record, *events).state
    assert isinstance(state, SafetyRecord)
    return state


def a_player(*events: player.PlayerEvent) -> Player:
    state = given(player, *events).state
    assert isinstance(state, Player)
    return state


def a_roster(*events: roster.RosterEvent) -> Roster:
    state = given(roster, *events).state
    assert isinstance(state, Roster)
    return state


def a_plan(*events: care_plan.CarePlanEvent) -> CarePlan:
    state = given(care_plan, *events).state
    assert isinstance(state, CarePlan)
    return state


def a_timer(*events: timer.TimerEvent) -> Timer:
    state = given(timer, *events).state
    assert isinstance(state, Timer)
    return state
