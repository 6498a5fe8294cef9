"""What whoever answered or wrote something worrying is told at once: what to do now, in plain words.

The words depend on the level alone, so a retry is told the same.
"""

import msgspec

from tta.domain.vocabulary import RiskLevel

ACKNOWLEDGED = {
    RiskLevel.LOW: (
        "Thank you for answering so openly. You said that thoughts of being better off dead, or of hurting "
        "yourself, have been there on some days. That is hard to carry, and it can get better."
    ),
    RiskLevel.MODERATE: (
        "Thank you for answering so openly. You said that thoughts of being better off dead, or of hurting "
        "yourself, are there on most days. That is a lot to carry, and nobody should have to carry it alone. "
        "It can get better, and now is a good time to let somebody help."
    ),
}
ASKED = "Are you thinking of ending your life now?"
TOLD = (
    "Whatever your answer is: tell a person whom you trust how you are, today if you can, or call or write "
    "to a crisis line in your country; they listen day and night. If you are in danger now, or have hurt "
    "yourself, call your emergency number, stay with somebody, and keep away from what you could hurt "
    "yourself with. You are talking with a program, and nobody has been called by your answer; so please "
    "reach a person."
)


class Guidance(msgspec.Struct, frozen=True):
    """What to do now. `level` is the urgency of a response to what was said, no statement about a person."""

    level: RiskLevel
    text: str


IF_NOT_WELL = (
    "If you are not well, do not wait for us: tell a person whom you trust how you are, "
    "today if you can, or call or write to a crisis line in your country; they listen day and night. If "
    "you are in danger now, or have hurt yourself, call your emergency number, stay with somebody, and "
    "keep away from what you could hurt yourself with. You are talking with a program, and nobody has been "
    "called; so please reach a person."
)
UNTAKEN = Guidance(
    RiskLevel.UNKNOWN,
    "What you sent could not be taken, and nobody has looked at it: something of ours is missing, and that "
    f"is not your fault. {IF_NOT_WELL}",
)
"""What comes with words or a questionnaire that cannot be taken for want of the player's key."""
TURNED_AWAY = Guidance(
    RiskLevel.UNKNOWN,
    "What you sent could not be taken, and nobody has looked at it: too many people ask us at once, and that "
    f"is not your fault. Please send it again in a moment. {IF_NOT_WELL}",
)
"""What comes with words or a questionnaire that a process has no place for."""


def guidance_for(level: RiskLevel) -> Guidance | None:
    """Give what is said at a level; None where nothing was found."""
    if level is RiskLevel.NONE:
        return None
    acknowledged = ACKNOWLEDGED.get(level, ACKNOWLEDGED[RiskLevel.MODERATE])
    return Guidance(level, f"{acknowledged}\n\n{ASKED}\n\n{TOLD}")
