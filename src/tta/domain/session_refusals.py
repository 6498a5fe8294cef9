"""Why a session says no. Each name is a rule's; the rules are session.py's."""

from tta.domain.base import Refusal


class NoSuchSession(Refusal): ...


class SessionExists(Refusal): ...


class ConsentMissing(Refusal): ...


class SessionIsPaused(Refusal): ...


class SessionIsOver(Refusal): ...


class TurnUnanswered(Refusal): ...


class TurnAlreadyAnswered(Refusal): ...


class TurnOutOfOrder(Refusal): ...


class TurnsExhausted(Refusal): ...


class PlayIsHeld(Refusal):
    """Only the protocol may answer; the caller answers again with the protocol's words."""
