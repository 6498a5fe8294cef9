"""The one safety record of a player: what was assessed, whether play is held, and whether it is softened.

A hold covers the player in every session. Recovery is the time after it, in which the story confronts the
player with nothing. The session decides what each of them means for play; the API's policy decides which role
may place or release a hold. A player about whom nothing was found has no events here.
"""

from typing import assert_never, get_args
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tta.domain.base import Command, Conflicting, Event, Invalid, PersonalText
from tta.domain.identity import owned_id
from tta.domain.vocabulary import RiskCategory, RiskLevel, Role
from tta.domain.words import require_catalogue_id, require_words

REASON_MAX = 2_000  # Characters: about 350 words, a full clinical note on one decision.
EVIDENCE_MAX = 20  # More rules and answers than one text of a turn sets off.
HOLD_LEVELS = (  # Rising. Unknown may be anything; a known high level says more, a known moderate one less.
    RiskLevel.NONE,
    RiskLevel.LOW,
    RiskLevel.MODERATE,
    RiskLevel.UNKNOWN,
    RiskLevel.HIGH,
    RiskLevel.IMMINENT,
)


class SafetyHoldPlaced(Event, frozen=True, kw_only=True):
    reason: PersonalText
    level: RiskLevel
    by: Role


class SafetyHoldReleased(Event, frozen=True, kw_only=True):
    reason: PersonalText
    by: Role


class RiskAssessed(Event, frozen=True, kw_only=True):
    """Something that was said or answered asks for a response of this urgency. Holds no words."""

    level: RiskLevel
    category: RiskCategory
    source: str
    """The rule that found it, such as `phq9.item9`."""
    evidence: tuple[str, ...] = ()
    """Ids of what it was found in; empty where that was refused, and so is not in the log."""


class RecoveryEntered(Event, frozen=True, kw_only=True):
    by: Role


class RecoveryLeft(Event, frozen=True, kw_only=True):
    by: Role


SafetyRecordEvent = SafetyHoldPlaced | SafetyHoldReleased | RiskAssessed | RecoveryEntered | RecoveryLeft
EVENTS: tuple[type[Event], ...] = get_args(SafetyRecordEvent)


class PlaceSafetyHold(Command, frozen=True, kw_only=True):
    reason: str
    level: RiskLevel
    by: Role


class ReleaseSafetyHold(Command, frozen=True, kw_only=True):
    reason: str
    by: Role


class RecordAssessment(Command, frozen=True, kw_only=True):
    level: RiskLevel
    category: RiskCategory
    source: str
    evidence: tuple[str, ...] = ()


class EnterRecovery(Command, frozen=True, kw_only=True):
    by: Role


class LeaveRecovery(Command, frozen=True, kw_only=True):
    by: Role


SafetyRecordCommand = PlaceSafetyHold | ReleaseSafetyHold | RecordAssessment | EnterRecovery | LeaveRecovery


class PlayIsNotHeld(Conflicting):
    title = "Play is not held"


class HoldNeedsRisk(Invalid):
    title = "A hold needs a risk level"


class TooMuchEvidence(Invalid):
    title = "There is too much evidence"


class NotInRecovery(Conflicting):
    title = "The player is not in recovery"


class SafetyRecord(msgspec.Struct, frozen=True, kw_only=True):
    hold: RiskLevel = RiskLevel.NONE
    """The level at which play is held; `none` is no hold."""
    recovery: bool = False

    @property
    def held(self) -> bool:
        return self.hold is not RiskLevel.NONE


NAME = "safety_record"
initial = SafetyRecord()


def id_of(player_id: UUID) -> UUID:
    """The one safety record that a player has."""
    return owned_id(player_id, "safety record")


def evolve(record: SafetyRecord, event: SafetyRecordEvent) -> SafetyRecord:
    match event:
        case SafetyHoldPlaced():
            return replace(record, hold=event.level)
        case SafetyHoldReleased():
            return replace(record, hold=RiskLevel.NONE)
        case RiskAssessed():
            return record
        case RecoveryEntered():
            return replace(record, recovery=True)
        case RecoveryLeft():
            return replace(record, recovery=False)
        case _:
            assert_never(event)


def decide(record: SafetyRecord, command: SafetyRecordCommand) -> list[SafetyRecordEvent]:
    match command:
        case PlaceSafetyHold():
            return _place_safety_hold(record, command)
        case ReleaseSafetyHold():
            return _release_safety_hold(record, command)
        case RecordAssessment():
            return _record_assessment(command)
        case EnterRecovery():
            return _enter_recovery(record, command)
        case LeaveRecovery():
            return _leave_recovery(record, command)
        case _:
            assert_never(command)


def _place_safety_hold(record: SafetyRecord, command: PlaceSafetyHold) -> list[SafetyRecordEvent]:
    if command.level is RiskLevel.NONE:
        raise HoldNeedsRisk("expected a level above 'none', got 'none'")
    require_words("reason", command.reason, REASON_MAX)
    if HOLD_LEVELS.index(command.level) <= HOLD_LEVELS.index(record.hold):
        return []
    return [SafetyHoldPlaced(reason=command.reason, level=command.level, by=command.by, at=command.at)]


def _release_safety_hold(record: SafetyRecord, command: ReleaseSafetyHold) -> list[SafetyRecordEvent]:
    if not record.held:
        raise PlayIsNotHeld("expected play to be held, it is not")
    require_words("reason", command.reason, REASON_MAX)
    return [SafetyHoldReleased(reason=command.reason, by=command.by, at=command.at)]


def _record_assessment(command: RecordAssessment) -> list[SafetyRecordEvent]:
    require_catalogue_id("rule", command.source)
    if len(command.evidence) > EVIDENCE_MAX:
        raise TooMuchEvidence(f"expected at most {EVIDENCE_MAX} ids, got {len(command.evidence)}")
    for each in command.evidence:
        require_catalogue_id("piece of evidence", each)
    if command.level is RiskLevel.NONE:
        return []
    return [
        RiskAssessed(
            level=command.level,
            category=command.category,
            source=command.source,
            evidence=command.evidence,
            at=command.at,
        )
    ]


def _enter_recovery(record: SafetyRecord, command: EnterRecovery) -> list[SafetyRecordEvent]:
    if record.recovery:
        return []
    return [RecoveryEntered(by=command.by, at=command.at)]


def _leave_recovery(record: SafetyRecord, command: LeaveRecovery) -> list[SafetyRecordEvent]:
    if not record.recovery:
        raise NotInRecovery("expected play to be softened for recovery, it is not")
    return [RecoveryLeft(by=command.by, at=command.at)]
