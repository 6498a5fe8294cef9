"""Whatever agents and models do at once, an answer keeps its promises."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.agents.agent_examples import (
    CHOSEN,
    SAID,
    TOLD_ANEW,
    UNCLEAR,
    AnyAgent,
    ToldModels,
    broken,
    ended_told,
    not_written,
    orchestrator,
    refused,
    sent_told,
    untrue_told,
)
from tta.agents.guardian import Guardian
from tta.agents.messages import GuardianVerdict, PassageDraft, PendingTurn
from tta.agents.orchestrator import STUMBLED, WITHHELD
from tta.agents.steps import Deadlines
from tta.domain.narration import NarrationOutcome
from tta.domain.vocabulary import Author
from tta.stories.story import CALM
from tta.stories.understanding.meaning import Meaning

OURS = None
"""Whoever fills the role by default."""
ACTS: dict[str, list[Any]] = {
    "interpreter": [
        OURS,
        broken,
        lambda: None,
        lambda: "choice",
        lambda: Meaning("choice", "door"),
        lambda: Meaning("choice", "path"),
        lambda: Meaning("quit", confirmed=True),
        lambda: Meaning("dance"),  # type: ignore[arg-type]
    ],
    "world_keeper": [OURS, broken, untrue_told, sent_told, ended_told, lambda: None],
    "narrator": [OURS, broken, lambda: None, lambda: PassageDraft("Mine.", Author.STORY), lambda: "words"],
    "guardian": [OURS, broken, refused, lambda: None, lambda: "yes", lambda: GuardianVerdict(passes="yes")],  # type: ignore[arg-type]
}
teams = st.fixed_dictionaries({name: st.sampled_from(acts) for name, acts in ACTS.items()})
answers = st.lists(
    st.sampled_from(
        [
            TOLD_ANEW,
            Meaning("choice", "path"),
            Meaning("quit", confirmed=True),
            RuntimeError("a bug"),
            *(not_written(each) for each in NarrationOutcome if each is not NarrationOutcome.WRITTEN),
        ]
    ),
    max_size=4,
)


@given(st.sampled_from([CHOSEN, SAID, UNCLEAR]), teams, answers, st.booleans(), st.booleans())
async def test_every_turn_is_answered_and_nothing_is_shown_or_moved_that_may_not_be(
    turn: PendingTurn, acts: dict[str, Any], models: list[Any], may: bool, unchecked: bool
):
    filled = {name: AnyAgent(name, act, may=may) for name, act in acts.items() if act is not OURS}
    ours = orchestrator(
        ToldModels(*models, *[RuntimeError()] * 4), unchecked=unchecked, deadlines=Deadlines(), **filled
    )
    plan = await ours.plan(turn)
    answer = await ours.answer(turn, plan, may_ask_model=True)

    assert answer.told.text.strip()
    assert answer.told.passage.move in {None, "path", f"@{CALM}"} & {None, plan.told.passage.move}
    assert answer.told.then == plan.told.then
    assert answer.told.then != "end" or plan.meaning.confirmed
    if answer.author is Author.MODEL:
        assert answer.told.text == TOLD_ANEW.text
        assert unchecked
        assert isinstance(filled.get("guardian", Guardian()), Guardian), "no other one passed it"
        assert answer.narration is not None
        assert answer.narration.outcome is NarrationOutcome.WRITTEN
    else:
        assert answer.told.text in {plan.told.text, STUMBLED.text, WITHHELD.text}
        assert answer.narration is None or answer.narration.outcome is not NarrationOutcome.WRITTEN
    if acts["guardian"] is refused:
        assert answer.told.text == WITHHELD.text
    assert all(each.busy == 0 for each in ours.registry.standings.values())
