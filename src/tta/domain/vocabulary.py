"""The coded words that several aggregates share; each value is stored, so it is never renamed.

Owns no rules. Words that one aggregate alone uses live in that aggregate's module.
"""

from enum import StrEnum


class ConsentPurpose(StrEnum):
    """What a player may agree to; a purpose without consent does not happen."""

    PLAY = "play"
    CLINICAL_SHARING = "clinical_sharing"
    MODEL_PROCESSING = "model_processing"
    RESEARCH = "research"
    NOTIFICATIONS = "notifications"


class RiskLevel(StrEnum):
    """The urgency of response to what was just said (NICE NG225), never a prediction about a person."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    IMMINENT = "imminent"
    UNKNOWN = "unknown"


class RiskCategory(StrEnum):
    """What an assessed risk is about."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    HARM_TO_OTHERS = "harm_to_others"
    ABUSE = "abuse"
    PSYCHOSIS = "psychosis"
    EATING_DISORDER = "eating_disorder"
    SUBSTANCE = "substance"
    MEDICAL = "medical"
    NONE = "none"


class Approach(StrEnum):
    """A therapeutic approach that a scene may take."""

    CBT = "cbt"
    DBT = "dbt"
    ACT = "act"
    MINDFULNESS = "mindfulness"


class AgeBand(StrEnum):
    """An age, only as finely as help lines and comparable groups need it."""

    UNDISCLOSED = "undisclosed"
    UNDER_13 = "under_13"
    FROM_13_TO_17 = "13_17"
    FROM_18_TO_24 = "18_24"
    FROM_25_TO_64 = "25_64"
    FROM_65 = "65_plus"


class AccessibilityNeed(StrEnum):
    """How a player needs pages and texts to be shown."""

    SCREEN_READER = "screen_reader"
    LARGE_TEXT = "large_text"
    HIGH_CONTRAST = "high_contrast"
    REDUCED_MOTION = "reduced_motion"
    PLAIN_LANGUAGE = "plain_language"


class Role(StrEnum):
    """In which capacity somebody, or TTA itself (`service`), acts."""

    PLAYER = "player"
    THERAPIST = "therapist"
    ON_CALL = "on_call"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ANALYST = "analyst"
    OPERATOR = "operator"
    ADMIN = "admin"
    SERVICE = "service"


class Author(StrEnum):
    """The author of a reply."""

    STORY = "story"
    MODEL = "model"
    PROTOCOL = "protocol"


class TimerPurpose(StrEnum):
    """What falls due when a timer does."""

    SESSION_IDLE = "session_idle"
    """Nobody played for so long that the session counts as left."""
