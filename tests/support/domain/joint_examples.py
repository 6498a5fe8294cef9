"""One example of every joint decision, with what it needs from outside."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple
from uuid import UUID

from tests.support.domain.given import NOON
from tests.support.domain.player_examples import PLAY, SAM, SECOND
from tta.domain import joint
from tta.domain.care_plan import SetGoal
from tta.domain.joint.acting import ActDecision
from tta.domain.joint.answering import AnswerBasis, AnswerDecision
from tta.domain.joint.consequences import ITEM_9
from tta.domain.joint.copying import CopyBeginning, CopyDecision
from tta.domain.joint.deciding import JointDecision
from tta.domain.joint.idling import AbandonDecision, CallOffDecision, WatchDecision
from tta.domain.joint.measuring import AssessmentDecision, PlanDecision
from tta.domain.joint.practising import CreditDecision
from tta.domain.joint.starting import StartDecision
from tta.domain.joint.switching import SwitchDecision
from tta.domain.passages import CopyOrigin, Passage, Play
from tta.domain.safety_record import RecordAssessment
from tta.domain.session import CompleteSession, PauseSession, ResumeSession, StartSession
from tta.domain.timer import TimerDue
from tta.domain.turns import AnswerInteraction, InteractionAnswered, RequestNarration, SubmitInteraction
from tta.domain.vocabulary import Author, RiskCategory, RiskLevel, TimerPurpose

IDLE = timedelta(days=14)


class Example(NamedTuple):
    decision: JointDecision[Any]
    outside: Any = None


def decision_classes() -> set[type]:
    """Find every class of tta.domain.joint that is a joint decision."""
    modules = [import_module(f"{joint.__name__}.{each.name}") for each in iter_modules(joint.__path__)]
    return {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type)
        and each.__module__ == module.__name__
        and hasattr(each, "targets")
        and hasattr(each, "decide")
        and each is not JointDecision
    }


def examples(player_id: UUID = SAM, play: UUID = PLAY, second: UUID = SECOND) -> Iterator[Example]:
    """Decisions of one player, with a session of theirs and another id for one."""
    start = StartSession(player_id=player_id, story="clearing", consented=True, at=NOON)
    origin = CopyOrigin(session_id=play, turns=0, moves=(), seed=play)
    copy = StartSession(player_id=player_id, story="clearing", copied=origin, at=NOON)
    basis = AnswerBasis(Play(story="clearing"), held=False, recovery=False, preferences_at=None)
    told = AnswerInteraction(turn=1, reply="So it is.", author=Author.PROTOCOL, at=NOON)
    due = TimerDue(purpose=TimerPurpose.SESSION_IDLE, about=play, due_at=NOON + IDLE, at=NOON + IDLE)
    answered = InteractionAnswered(
        turn=1, reply="…", author=Author.STORY, passage=Passage(practised=("grounding",)), at=NOON
    )
    assessment = RecordAssessment(level=RiskLevel.HIGH, category=RiskCategory.SUICIDE, source=ITEM_9, at=NOON)
    yield Example(StartDecision(second, player_id), start)
    yield Example(CopyDecision(second, play, player_id, None), CopyBeginning(copy, 0))
    yield Example(SwitchDecision(play, second, player_id, NOON))
    for command in (
        SubmitInteraction(words="Hello", consented=True, at=NOON),
        PauseSession(at=NOON),
        ResumeSession(consented=True, at=NOON),
        CompleteSession(at=NOON),
    ):
        yield Example(ActDecision(play, player_id, command))
    yield Example(AnswerDecision(play, player_id, told, basis))
    yield Example(AnswerDecision(play, player_id, RequestNarration(turn=1, at=NOON), basis))
    yield Example(WatchDecision(play, player_id, IDLE, None, NOON))
    yield Example(AbandonDecision(play, player_id, IDLE, due, NOON + IDLE))
    yield Example(CallOffDecision(play, player_id, NOON))
    yield Example(PlanDecision(player_id, SetGoal(goal_id=second, text="Sleep", at=NOON)))
    yield Example(AssessmentDecision(player_id, assessment))
    yield Example(CreditDecision(player_id, play, answered))
