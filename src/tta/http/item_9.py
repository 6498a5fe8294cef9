"""What item 9 of a PHQ-9 says, read from whatever somebody sent, and whatever becomes of the request.

A questionnaire that is refused is not recorded, but what it says about safety is, and is answered.
"""

from typing import Any

import msgspec
import structlog

from tta.commands.care_plans import assess_refused
from tta.domain.measures import PHQ9_ITEM_9, MeasureKind, level_of
from tta.domain.player import NoSuchPlayer
from tta.domain.vocabulary import RiskLevel
from tta.http.calls import Call
from tta.http.guidance import guidance_for
from tta.http.problems import Problem, problem_of
from tta.security.keyring import KeyringIncomplete
from tta.security.policy import Forbidden, NotTheirs
from tta.telemetry.errors import traced

DIGITS_MAX = 18  # Of a number sent as a text; an answer has one.

log = structlog.get_logger(__name__)


class Sent(msgspec.Struct):
    """The little of a body that is looked at, however wrong the rest of it is."""

    measure: str
    answers: list[Any]


async def look_at_refused(call: Call, error: Exception) -> Exception:
    """Record what a refused PHQ-9 says, where its player and its key are known, and let the problem say what
    to do now.
    """
    level = level_read(call.raw)
    if level is RiskLevel.NONE:
        return error
    # Whatever stands in the way of the record stands in nobody's way to help.
    problem = problem_of(error)
    problem.guidance = guidance_for(level)
    if problem is not error:
        problem.__cause__ = error
    if isinstance(error, Problem):
        # The edge said no: no command has looked at it.
        await _assess(call, level)
    return problem


def level_read(raw: bytes) -> RiskLevel:
    """Read the ninth answer leniently: unknown fields, other answers, and a number sent as a text or a truth
    value do not hide it.
    """
    try:
        sent = msgspec.json.decode(raw, type=Sent)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return RiskLevel.NONE
    kind = "".join(filter(str.isalnum, sent.measure[:16])).lower()
    if kind != MeasureKind.PHQ9.value or len(sent.answers) <= PHQ9_ITEM_9:
        return RiskLevel.NONE
    others = (0,) * PHQ9_ITEM_9
    return level_of(MeasureKind.PHQ9, (*others, _whole(sent.answers[PHQ9_ITEM_9])))


def _whole(answer: Any) -> int:
    """See an answer as a whole number; what is between two counts as the higher, what is none as 0."""
    if isinstance(answer, str) and len(answer) <= DIGITS_MAX and answer.strip().isdecimal():
        return int(answer)
    return -int(-answer // 1) if isinstance(answer, int | float) else 0


async def _assess(call: Call, level: RiskLevel) -> None:
    try:
        player_id, named = await call.require_player(call.path_id("player_id")), call.named
        await assess_refused(call.services.commands, player_id, level, named, at=call.at)
    except (Problem, NotTheirs, Forbidden, NoSuchPlayer, KeyringIncomplete):
        # Without an Idempotency-Key each retry would be another assessment; without a player it is nobody's;
        # and nothing is recorded of one whose data key is missing.
        return
    except Exception as failed:  # noqa: BLE001 - Whatever it is, the guidance must not be lost for it.
        log.warning("what a refused questionnaire says was not recorded", error=traced(failed))
