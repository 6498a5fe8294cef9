"""One player, their events, and the aggregates of a joint decision about them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.support.domain.given import NOON, SEALED
from tta.domain.player import ConsentGiven, ConsentWithdrawn, PlayerRegistered
from tta.domain.roster import SessionEnrolled
from tta.domain.safety_record import SafetyHoldPlaced
from tta.domain.session import SessionPaused, SessionStarted
from tta.domain.targets import (
    care_plan_target,
    player_target,
    record_target,
    roster_target,
    session_target,
)
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

PERSON, RECORD, LISTED = player_target(SAM), record_target(SAM), roster_target(SAM)
PLAN, PLAYED, OTHER_PLAYED = care_plan_target(SAM), session_target(PLAY), session_target(SECOND)

AGREEING: Mapping[Any, Any] = {PERSON: [REGISTERED, AGREED]}
PLAYING: Mapping[Any, Any] = {**AGREEING, PLAYED: [STARTED], LISTED: [ENROLLED]}
"""A player who agreed to play, with one session under way."""
