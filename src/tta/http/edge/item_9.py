"""What item 9 of a PHQ-9 says, read from whatever somebody sent, and whatever becomes of the request.

A questionnaire that is refused is not recorded, but what it says about safety is, and is answered.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from starlette.requests import Request

from tta.commands.care_plans import assess_refused
from tta.domain.measures import FREQUENCIES, PHQ9_ITEM_9, MeasureKind, level_of
from tta.domain.player import NoSuchPlayer
from tta.domain.vocabulary import RiskLevel
from tta.http.edge.bodies import Arrival, strangers
from tta.http.edge.calls import Call
from tta.http.edge.guidance import guidance_for
from tta.http.edge.problems import Problem, problem_of
from tta.http.edge.tolerant_json import NamedValue, excerpt, found_under, members_of, text_of
from tta.security.keyring import KeyringIncomplete
from tta.security.policy import ActionForbidden, NotTheirs
from tta.telemetry.errors import traced

MEASURE, ANSWERS = "measure", "answer"
LABEL_CHARACTERS_MAX = 64
SCORES = {"answer", "score", "value"}
"""What an answer that is an object may call its count."""

number = re.compile(r"[\s\"']*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w])", re.IGNORECASE)
numbers = re.compile(r"[+-]?\d+(?:\.\d+)?")
last_digits = re.compile(r"(\d{1,3})\D*\Z")
log = structlog.get_logger(__name__)


async def look_at_refused(call: Call, error: Exception) -> Exception:
    """Record what a refused PHQ-9 says, where its player and its key are known, and let the problem say what
    to do now.
    """
    level = level_read(await call.arrived())
    if level is RiskLevel.NONE:
        return error
    # Guidance comes also where nothing can be recorded.
    problem = problem_of(error)
    problem.guidance = guidance_for(level)
    if problem is not error:
        problem.__cause__ = error
    if call.is_signed_in and (isinstance(error, Problem) or not call.has_all):
        # The edge said no, or the client left: no command has looked at it.
        await _assess(call, level)
    return problem


async def look_at_unrouted(request: Request, error: Exception) -> Exception:
    """Let the problem of a PHQ-9 that no route takes (another method, a slip in the path) say what to do."""
    level = level_read(await strangers.look_at(Arrival(request)))
    problem = problem_of(error)
    problem.guidance = guidance_for(level)
    return problem


def level_read(raw: bytes) -> RiskLevel:
    """Read the ninth answer leniently: neither the form of the body nor what else is in it hides it, and of
    several ninth answers the highest counts.
    """
    text = excerpt(text_of(raw), MEASURE, ANSWERS)
    members = members_of(text)
    kinds, answers = _members(members or (), MEASURE), _members(members or (), ANSWERS)
    if not kinds or not answers:
        kinds, answers = found_under(MEASURE, text), found_under(ANSWERS, text)
    if not _is_phq9(kinds, is_whole=members is not None):
        return RiskLevel.NONE
    highest = max((_whole(each) for each in _ninth_answers(answers)), default=0)
    return level_of(MeasureKind.PHQ9, (*(0,) * PHQ9_ITEM_9, highest))


def _members(members: Sequence[NamedValue], name: str) -> list[Any]:
    return [each.value for each in members if each.name.strip().casefold().removesuffix("s") == name]


def _is_phq9(kinds: Sequence[Any], *, is_whole: bool) -> bool:
    """Whether one of the kinds that are said is PHQ-9, or the beginning of its name. Where a body that is
    broken says none, it may be: no other questionnaire has a ninth item.
    """
    labels = [_label(each) for each in kinds]
    if not is_whole and not any(labels):
        return True
    phq9 = MeasureKind.PHQ9.value
    return any(phq9 in label or (label and phq9.startswith(label)) for label in labels)


def _label(kind: Any) -> str:
    written = unicodedata.normalize("NFKC", str(kind)[:LABEL_CHARACTERS_MAX])
    return "".join(filter(str.isalnum, written)).lower()


def _ninth_answers(found: Sequence[Any]) -> Iterator[Any]:
    """Give each value that may be the ninth answer: of a list, of an object by its names, of a text, or of
    values that stand apart, as in a form.
    """
    for value in found:
        answers = value
        while isinstance(answers, list) and len(answers) == 1 and isinstance(answers[0], list):
            answers = answers[0]
        if isinstance(answers, list):
            yield from _ninth_of(answers)
        elif isinstance(answers, str):
            yield from _ninth_of(numbers.findall(answers) if len(answers) < LABEL_CHARACTERS_MAX * 4 else [])
            if answers.strip().isdecimal() and len(answers.strip()) > PHQ9_ITEM_9:
                yield answers.strip()[PHQ9_ITEM_9]
    apart = [each[0] if isinstance(each, list) and each else each for each in found]
    yield from _ninth_of(apart)


def _ninth_of(answers: Sequence[Any]) -> Iterator[Any]:
    places = [_place(each.name) if isinstance(each, NamedValue) else None for each in answers]
    if places and None not in places:
        ninth = PHQ9_ITEM_9 if 0 in places else PHQ9_ITEM_9 + 1
        yield from (each.value for place, each in zip(places, answers, strict=True) if place == ninth)
    elif len(answers) > PHQ9_ITEM_9:
        answer = answers[PHQ9_ITEM_9]
        yield answer.value if isinstance(answer, NamedValue) else answer


def _place(name: str) -> int | None:
    found = last_digits.search(name)
    return int(found[1]) if found else None


def _whole(answer: Any) -> int:
    """See an answer as a whole number; what is between two counts as the higher, what is none as 0."""
    if isinstance(answer, list):
        scores = [
            each.value for each in answer if isinstance(each, NamedValue) and each.name.lower() in SCORES
        ]
        (answer,) = scores or answer if len(scores or answer) == 1 else [None]
    count = _counted(answer) if isinstance(answer, str) else answer
    if not isinstance(count, int | float) or math.isnan(count):
        return 0
    return math.ceil(max(0, min(count, len(FREQUENCIES))))


def _counted(said: str) -> float:
    """Read a count that was sent as a text: a number, a truth value, or one of the options in words."""
    found = number.match(said)
    if found:
        return float(found[1])
    words = said.strip().casefold()
    if words.removeprefix("+") == "infinity":
        return math.inf
    options = [option.casefold() for option in FREQUENCIES]
    return options.index(words) if words in options else float(words == "true")


async def _assess(call: Call, level: RiskLevel) -> None:
    try:
        player_id = await call.require_player(call.path_id("player_id"))
        # What came of a body that broke off differs from time to time; what it says does not.
        named = call.named if call.has_all else call.named_by(level.value.encode())
        await assess_refused(call.services.commands, player_id, level, named, at=call.at)
    except (Problem, NotTheirs, ActionForbidden, NoSuchPlayer, KeyringIncomplete):
        # Without an Idempotency-Key each retry would be another assessment; without a player it is nobody's;
        # and nothing is recorded of one whose data key is missing.
        return
    except Exception as failed:  # noqa: BLE001 - Whatever it is, the guidance must not be lost for it.
        log.warning("what a refused questionnaire says was not recorded", error=traced(failed))
