"""A turn is answered, whatever a model or an agent does: by the authored story where by nothing better."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.agents.agent_examples import (
    CALL,
    CHOSEN,
    CLEARING,
    INTERPRETED,
    NEVER,
    PLAYER,
    SAID,
    SESSION,
    SHORT,
    TOLD_ANEW,
    UNCLEAR,
    WRITTEN,
    AnyAgent,
    AskingNarrator,
    ToldModels,
    broken,
    ended_told,
    led_told,
    not_written,
    orchestrator,
    refused,
    sent_told,
    slow,
    untrue_told,
)
from tests.support.stories.faulty_story import FAULTY
from tests.support.told_passages import next_passage
from tta.agents.guardian import AUTHORED, HARMS
from tta.agents.llm import NoModelText
from tta.agents.messages import (
    Brief,
    GuardianVerdict,
    ModelText,
    PassageDraft,
    PendingTurn,
    TurnAnswer,
    TurnPlan,
)
from tta.agents.orchestrator import STUMBLED, TOO_LATE, UNASKED, WITHHELD, AgentOrchestrator
from tta.agents.steps import INTERPRET_S_MAX, NARRATE_S_MAX, TURN_S_MAX, Deadlines
from tta.domain.narration import Narration, NarrationOutcome
from tta.domain.passages import PassageQuestion, Wishes
from tta.domain.turns import REPLY_MAX
from tta.domain.vocabulary import Author
from tta.stories.playing.narrating import ToldPassage, opening
from tta.stories.playing.standing import QUIT
from tta.stories.understanding.meaning import Meaning
from tta.telemetry.metrics import REGISTRY

STILE = next_passage(CLEARING, CHOSEN.session_id, (), Wishes(), choice="path", words=None)
AS_AUTHORED = TurnAnswer(STILE, Author.STORY, (AUTHORED,))
CLEARING_SHOWN = opening(CLEARING, CHOSEN.session_id, Wishes())
STUCK = {"slow": slow, "broken": broken}


async def answered(
    by: AgentOrchestrator, turn: PendingTurn = CHOSEN, *, may_ask_model: bool = True
) -> TurnAnswer:
    plan = await by.plan(turn)
    return await by.answer(turn, plan, may_ask_model=may_ask_model)


def open_in(told: ToldPassage) -> tuple[object, ...]:
    return told.passage.scene, told.passage.choices, told.choice_texts


def steps_counted(step: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("tta_agent_steps_total", {"step": step, "outcome": outcome}) or 0.0


@pytest.mark.parametrize(("turn", "meant"), [(CHOSEN, None), (SAID, "choice")], ids=["chosen", "said"])
async def test_without_a_model_the_authored_story_answers(turn: PendingTurn, meant: str | None):
    ours = orchestrator()
    plan = await ours.plan(turn)
    told = STILE._replace(passage=replace(STILE.passage, meant=meant))
    assert TurnPlan(Meaning("choice", "path", by_id=turn is CHOSEN), told) == plan
    assert plan == await ours.plan(turn)
    assert not ours.wants_model(turn, plan)
    assert TurnAnswer(told, Author.STORY, (AUTHORED,)) == await ours.answer(turn, plan, may_ask_model=True)


async def test_a_story_is_played_by_its_seed():
    copied = CHOSEN._replace(session_id=UUID(int=9), play=replace(CHOSEN.play, seed=SESSION))
    assert await orchestrator().plan(copied) == await orchestrator().plan(CHOSEN)


async def test_an_end_that_was_asked_about_is_carried_through():
    ours = orchestrator()
    quits = SAID._replace(words="quit")
    asked = await ours.plan(quits)
    assert asked.told.then == ""
    confirmed = quits._replace(play=quits.play.after(asked.told.passage))
    assert (await answered(ours, confirmed)).told.then == "end"


async def test_a_choice_that_is_not_open_moves_nothing():
    plan = await orchestrator().plan(CHOSEN._replace(choice="nowhere"))
    assert plan.told.passage.move is None
    assert plan.told != STILE


async def test_the_steps_are_told_in_their_order():
    steps: list[str] = []
    ours = orchestrator()
    plan = await ours.plan(CHOSEN, on_step=steps.append)
    await ours.answer(CHOSEN, plan, may_ask_model=False, on_step=steps.append)
    assert steps == ["interpreting", "deciding", "narrating", "checking"]


async def test_a_listener_that_fails_costs_nobody_an_answer():
    def fails(_step: str) -> None:
        raise RuntimeError

    ours = orchestrator()
    plan = await ours.plan(CHOSEN, on_step=fails)
    assert await ours.answer(CHOSEN, plan, may_ask_model=False, on_step=fails) == AS_AUTHORED


async def test_a_model_tells_the_passage_and_moves_nothing_by_it():
    models = ToldModels(TOLD_ANEW)
    answer = await answered(orchestrator(models))
    assert TurnAnswer(STILE._replace(text=TOLD_ANEW.text), Author.MODEL, (HARMS,), WRITTEN) == answer
    (brief,) = models.briefs
    assert (brief.told, brief.words, brief.consent.player_id) == (STILE, None, PLAYER)
    assert models.calls == [CALL]
    assert 0 < models.within_s[0] < SHORT.narrate_s


async def test_a_model_that_may_not_be_asked_is_not_asked():
    models = ToldModels()
    assert await answered(orchestrator(models), may_ask_model=False) == AS_AUTHORED
    assert not models.briefs


async def test_without_consent_no_word_leaves():
    models = ToldModels()
    ours = orchestrator(models)
    for turn in (CHOSEN, UNCLEAR):
        without = turn._replace(consent=None)
        plan = await ours.plan(without)
        assert not ours.wants_model(without, plan)
        await ours.answer(without, plan, may_ask_model=True)
    assert not models.briefs


@pytest.mark.parametrize("words", ["look", "help", "Purple monkey dishwasher"])
async def test_a_model_tells_nothing_where_the_story_stands_still(words: str):
    models = ToldModels(Meaning("unsure"))
    ours = orchestrator(models)
    turn = SAID._replace(words=words)
    plan = await ours.plan(turn)
    assert not ours.wants_model(turn, plan)


async def test_a_model_tells_no_calm_place_that_the_story_was_sent_to():
    ours = orchestrator(ToldModels())
    plan = await ours.plan(CHOSEN)
    sent = plan._replace(told=STILE._replace(passage=replace(STILE.passage, move="@calm_place")))
    assert ours.wants_model(CHOSEN, plan)
    assert not ours.wants_model(CHOSEN, sent)


async def test_a_model_tells_no_exercise():
    models = ToldModels()
    ours = orchestrator(models)
    sits = CHOSEN._replace(choice="sit")
    plan = await ours.plan(sits)
    assert plan.told.passage.skill is not None
    assert not ours.wants_model(sits, plan)
    told = await ours.answer(sits, plan, may_ask_model=True)
    assert told == TurnAnswer(plan.told, Author.STORY, (AUTHORED,))
    assert not models.briefs


async def test_text_that_nobody_can_check_is_not_asked_for():
    models = ToldModels()
    ours = orchestrator(models, unchecked=False)
    plan = await ours.plan(CHOSEN)
    assert not ours.wants_model(CHOSEN, plan)
    assert await ours.answer(CHOSEN, plan, may_ask_model=False) == AS_AUTHORED
    answer = await ours.answer(CHOSEN, plan, may_ask_model=True)
    assert answer == AS_AUTHORED._replace(narration=UNASKED), "it says why"
    assert not models.briefs


class RefusesModels(AnyAgent):
    async def check(self, text: str, author: Author) -> GuardianVerdict:
        return refused() if author is Author.MODEL else GuardianVerdict(passes=True, by=(AUTHORED,))


class BreaksOnModels(AnyAgent):
    async def check(self, text: str, author: Author) -> GuardianVerdict:
        return (
            GuardianVerdict(passes=True, by=(AUTHORED,)) if author is not Author.MODEL else await self._do()
        )


@pytest.mark.parametrize(
    "guardian",
    [
        RefusesModels("guardian", refused, may=True),
        BreaksOnModels("guardian", broken, may=True),
        BreaksOnModels("guardian", slow, may=True),
    ],
    ids=["refuses", "breaks", "is slow"],
)
async def test_a_model_s_text_that_the_guardian_does_not_pass_is_never_shown(guardian: AnyAgent):
    answer = await answered(orchestrator(ToldModels(TOLD_ANEW), guardian=guardian))
    assert answer[:3] == (STILE, Author.STORY, (AUTHORED,))
    assert answer.narration is not None
    assert answer.narration.outcome is NarrationOutcome.UNCHECKED
    assert WRITTEN.model == answer.narration.model


async def test_a_model_s_text_that_could_hurt_is_not_shown():
    harmful = TOLD_ANEW._replace(text=f"{TOLD_ANEW.text} Nobody would miss you.")
    answer = await answered(orchestrator(ToldModels(harmful)))
    assert answer[:2] == (STILE, Author.STORY)
    assert answer.narration == replace(WRITTEN, outcome=NarrationOutcome.UNCHECKED)


@pytest.mark.parametrize(
    "outcome", [each for each in NarrationOutcome if each is not NarrationOutcome.WRITTEN]
)
async def test_what_a_model_does_not_write_the_author_has_written(outcome: NarrationOutcome):
    counted = steps_counted("narrating", outcome.value)
    answer = await answered(orchestrator(ToldModels(not_written(outcome), not_written(outcome))))
    assert answer[:2] == (STILE, Author.STORY)
    assert Narration(outcome=outcome, endpoint="near", took_ms=3) == answer.narration
    assert steps_counted("narrating", outcome.value) == counted + 1


@pytest.mark.parametrize(
    ("does", "outcome"), [(NEVER, NarrationOutcome.LATE), (RuntimeError(), NarrationOutcome.FAILED)]
)
async def test_a_model_that_breaks_its_promise_is_not_waited_for(does: object, outcome: NarrationOutcome):
    models = ToldModels(does)
    answer = await answered(orchestrator(models))
    assert answer[:2] == (STILE, Author.STORY)
    assert answer.narration is not None
    assert answer.narration.outcome is outcome
    assert len(models.briefs) == 1


async def test_a_model_that_failed_is_asked_once_more_while_there_is_time():
    failed = not_written(NarrationOutcome.FAILED)
    deadlines = SHORT._replace(narrate_s=NARRATE_S_MAX)
    models = ToldModels(failed, TOLD_ANEW)
    assert (await answered(orchestrator(models, deadlines=deadlines))).author is Author.MODEL
    assert models.calls == [CALL, CALL]
    models = ToldModels(failed, failed, TOLD_ANEW)
    assert (await answered(orchestrator(models, deadlines=deadlines))).author is Author.STORY
    models = ToldModels(NoModelText(failed.narration), TOLD_ANEW)
    assert (await answered(orchestrator(models, deadlines=deadlines))).author is Author.STORY
    models = ToldModels(failed, TOLD_ANEW)
    in_a_hurry = deadlines._replace(again_s_min=NARRATE_S_MAX)
    assert (await answered(orchestrator(models, deadlines=in_a_hurry))).author is Author.STORY


@pytest.mark.parametrize(
    "telling",
    [
        PassageDraft("  \n ", Author.MODEL, WRITTEN),
        PassageDraft("x" * (REPLY_MAX + 1), Author.MODEL, WRITTEN),
        PassageDraft("Mine.", Author.STORY, WRITTEN),
        PassageDraft("Whence?", Author.MODEL, None),
        PassageDraft("Late.", Author.MODEL, Narration(outcome=NarrationOutcome.LATE)),
    ],
    ids=["empty", "long", "another's", "from nowhere", "not written"],
)
async def test_a_telling_that_cannot_be_a_model_s_is_not_shown(telling: PassageDraft):
    answer = await answered(orchestrator(narrator=AskingNarrator(telling)))
    assert answer[:2] == (STILE, Author.STORY)
    assert answer.narration is not None
    assert answer.narration.outcome is not NarrationOutcome.WRITTEN


@pytest.mark.parametrize("act", STUCK.values(), ids=STUCK)
@pytest.mark.parametrize("turn", [CHOSEN, SAID], ids=["chosen", "said"])
async def test_without_an_interpreter_choices_still_count(act, turn: PendingTurn):
    interpreter = AnyAgent("interpreter", act)
    plan = await orchestrator(interpreter=interpreter).plan(turn)
    assert (plan.told == STILE) is (turn is CHOSEN)
    assert set(plan.told.passage.choices) >= {"path"} or turn is CHOSEN
    assert interpreter.asked == 1, "what is broken in us is not tried again"


async def test_an_interpreter_that_means_what_is_not_open_moves_nothing():
    plan = await orchestrator(interpreter=AnyAgent("interpreter", lambda: Meaning("choice", "door"))).plan(
        SAID
    )
    assert plan.told.passage.move is None


@pytest.mark.parametrize(
    "act",
    [slow, broken, untrue_told, sent_told, led_told, ended_told, lambda: None],
    ids=["slow", "broken", "moves", "sends", "chooses", "ends", "none"],
)
async def test_without_a_world_keeper_the_story_stands_still_and_says_so(act):
    keeper = AnyAgent("world_keeper", act)
    answer = await answered(orchestrator(world_keeper=keeper))
    assert answer.told.text == STUMBLED.text
    assert open_in(answer.told) == open_in(CLEARING_SHOWN), "the ways that were open still are"
    assert answer.told.passage.move is None
    assert keeper.asked == 1


async def test_who_was_told_nothing_yet_is_told_the_beginning_once_the_story_can_be_moved_again():
    untold = SAID._replace(play=replace(SAID.play, untold=True))
    keeper = AnyAgent("world_keeper", broken)
    stumbled = await orchestrator(world_keeper=keeper).plan(untold)
    assert stumbled.told == STUMBLED
    plan = await orchestrator().plan(untold._replace(play=untold.play.after(stumbled.told.passage)))
    assert plan.told.text == CLEARING_SHOWN.text


@pytest.mark.parametrize("choice", ["lines", "silent", "long", "through"])
async def test_where_a_story_goes_wrong_it_stands_still_and_says_so(choice: str):
    play = replace(CHOSEN.play, story=FAULTY.id, version=FAULTY.version, moves=())
    turn = CHOSEN._replace(story=FAULTY, play=play, choice=choice)
    stumbled = (await answered(orchestrator(), turn)).told
    assert (stumbled.text, stumbled.passage.move) == (STUMBLED.text, None)
    assert stumbled.passage.choices == ("lines", "silent", "called", "long", "through", "rest")
    rested = await answered(orchestrator(), turn._replace(choice="rest"))
    assert (rested.told.text, rested.told.passage.scene) == ("Rest.", "calm_place")


@pytest.mark.parametrize(
    "act", [slow, broken, lambda: PassageDraft("Another.", Author.STORY)], ids=["slow", "broken", "untrue"]
)
async def test_without_a_narrator_the_passage_is_as_authored(act):
    narrator = AnyAgent("narrator", act, may=True)
    answer = await answered(orchestrator(narrator=narrator))
    assert AS_AUTHORED._replace(narration=answer.narration) == answer
    assert answer.narration is not None
    assert narrator.asked == 1


@pytest.mark.parametrize("act", STUCK.values(), ids=STUCK)
async def test_without_a_guardian_the_authored_text_goes_out_as_checked_by_nobody(act):
    answer = await answered(orchestrator(guardian=AnyAgent("guardian", act)))
    assert AS_AUTHORED._replace(checked_by=()) == answer


async def test_what_the_guardian_refuses_is_not_shown_even_of_an_author():
    answer = await answered(orchestrator(guardian=AnyAgent("guardian", refused)))
    assert answer[1:3] == (Author.PROTOCOL, ("layer@1",))
    assert answer.told.text == WITHHELD.text
    assert open_in(answer.told) == open_in(CLEARING_SHOWN), "another way can be chosen"
    assert answer.told.passage.move is None


@pytest.mark.parametrize(("words", "then"), [("pause", "pause"), ("quit", "end")])
async def test_an_end_or_a_pause_whose_words_are_refused_offers_nothing_all_the_same(words: str, then: Any):
    asked = SAID._replace(words=words, play=replace(SAID.play, asked=PassageQuestion(to_quit=True)))
    mediator = orchestrator(guardian=AnyAgent("guardian", refused))
    answer = await mediator.answer(asked, await mediator.plan(asked), may_ask_model=False)
    assert answer.told == WITHHELD._replace(then=then)


async def test_a_story_that_cannot_be_read_at_all_still_has_an_answer():
    broken_story = SAID.story._replace(id="nowhere", compiled="{}")
    answer = await answered(orchestrator(), SAID._replace(story=broken_story))
    assert answer.told == STUMBLED


async def test_who_was_told_nothing_yet_is_not_asked_about_by_a_model():
    models = ToldModels()
    untold = UNCLEAR._replace(play=replace(UNCLEAR.play, untold=True))
    plan = await orchestrator(models).plan(untold)
    assert (plan.told.text, models.briefs) == (CLEARING_SHOWN.text, [])


@pytest.mark.parametrize(
    ("meant", "follows"),
    [
        (Meaning("choice", "path"), STILE.text),
        (Meaning("choice", "door"), None),
        (Meaning("look"), CLEARING_SHOWN.text),
        (Meaning("quit", confirmed=True), QUIT),
        (Meaning("character", character="nobody"), None),
        (Meaning("dance"), None),  # type: ignore[arg-type]
        (Meaning("gone"), None),
        (Meaning("unsure"), None),
        (not_written(NarrationOutcome.LATE), None),
        (RuntimeError(), None),
        (NEVER, None),
    ],
    ids=[
        "open",
        "not open",
        "look",
        "unconfirmed",
        "nobody",
        "no kind",
        "gone",
        "unsure",
        "late",
        "broken",
        "slow",
    ],
)
async def test_a_model_is_believed_only_where_it_means_what_is_open(meant, follows: str | None):
    models = ToldModels(meant)
    unsure = await orchestrator().plan(UNCLEAR)
    plan = await orchestrator(models).plan(UNCLEAR)
    assert (follows or unsure.told.text) == plan.told.text
    (brief,) = models.briefs
    assert (unsure.told, UNCLEAR.words) == (brief.told, brief.words)


@pytest.mark.parametrize(
    "outcome", [each for each in NarrationOutcome if each is not NarrationOutcome.INTERPRETED]
)
async def test_an_answer_says_why_no_model_said_what_was_meant(outcome: NarrationOutcome):
    answer = await answered(orchestrator(ToldModels(not_written(outcome), not_written(outcome))), UNCLEAR)
    assert Narration(outcome=outcome, endpoint="near", took_ms=3) == answer.interpreting


@pytest.mark.parametrize(
    ("does", "outcome"), [(NEVER, NarrationOutcome.LATE), (RuntimeError(), NarrationOutcome.FAILED)]
)
async def test_an_answer_says_that_a_model_broke_its_promise_to_say_what_was_meant(
    does: object, outcome: NarrationOutcome
):
    answer = await answered(orchestrator(ToldModels(does)), UNCLEAR)
    assert answer.interpreting is not None
    assert answer.interpreting.outcome is outcome


async def test_an_answer_says_who_said_what_was_meant_and_who_told_it():
    models = ToldModels(Meaning("choice", "path"), TOLD_ANEW)
    answer = await answered(orchestrator(models), UNCLEAR)
    assert (answer.author, answer.interpreting, answer.narration) == (Author.MODEL, INTERPRETED, WRITTEN)
    models = ToldModels(Meaning("choice", "path"))
    answer = await answered(orchestrator(models, unchecked=False), UNCLEAR)
    assert (answer.author, answer.interpreting, answer.narration) == (Author.STORY, INTERPRETED, UNASKED)


async def test_a_model_is_not_asked_what_is_understood_without_it():
    models = ToldModels()
    await orchestrator(models).plan(SAID)
    await orchestrator(models).plan(CHOSEN)
    assert not models.briefs


async def test_whoever_is_cancelled_counts_as_nothing():
    begun = asyncio.Event()

    async def begin_and_wait() -> None:
        begun.set()
        await slow()

    ours = orchestrator(guardian=AnyAgent("guardian", begin_and_wait), deadlines=Deadlines())
    plan = await ours.plan(CHOSEN)
    task = asyncio.create_task(ours.answer(CHOSEN, plan, may_ask_model=False))
    await begun.wait()
    assert ours.registry.standings["guardian"].busy == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    standing = ours.registry.standings["guardian"]
    assert (standing.busy, standing.measure().runs) == (0, 0)


def test_the_deadlines_are_within_what_a_player_can_be_asked_to_wait():
    ours = Deadlines()
    assert ours.interpret_s < INTERPRET_S_MAX
    assert ours.narrate_s < NARRATE_S_MAX
    assert ours.turn_s < TURN_S_MAX, "the answer is to be appended"
    assert ours.after_s == 2.5, "docs/agents.md says so"
    assert ours.interpret_s + ours.narrate_s + ours.after_s <= ours.turn_s
    for too_long in (Deadlines(narrate_s=NARRATE_S_MAX + 1), Deadlines(turn_s=TURN_S_MAX + 1)):
        with pytest.raises(AssertionError):
            orchestrator(deadlines=too_long)


@pytest.mark.parametrize("turn", [CHOSEN, UNCLEAR], ids=["told", "understood"])
async def test_what_a_turn_has_waited_is_taken_off_a_model_s_time(turn: PendingTurn):
    ours, models = Deadlines(), ToldModels(Meaning("unsure") if turn is UNCLEAR else TOLD_ANEW)
    by = orchestrator(models, deadlines=ours)
    left_s = 3.0
    waited = turn._replace(until=by.until(ours.turn_s - ours.after_s - left_s))
    answer = await answered(by, waited)
    assert 0 < models.within_s[0] < left_s
    assert models.calls == [CALL]
    assert TOO_LATE not in {answer.narration, answer.interpreting}


class LastMoment(ToldModels):
    """Models that take all the time that they are given."""

    async def narrate(self, brief: Brief, *, call_id: UUID, within_s: float) -> ModelText:
        await asyncio.sleep(within_s)
        return TOLD_ANEW


async def test_a_turn_whose_model_takes_all_its_time_is_answered_by_its_end():
    ours = SHORT._replace(narrate_s=NARRATE_S_MAX, again_s_min=0.1)
    by = orchestrator(LastMoment(), deadlines=ours, guardian=AnyAgent("guardian", slow, may=True))
    turn = CHOSEN._replace(until=by.until(ours.turn_s - ours.after_s - 0.5))
    answer = await answered(by, turn)
    assert answer.narration == replace(WRITTEN, outcome=NarrationOutcome.UNCHECKED)
    assert asyncio.get_running_loop().time() <= turn.until


@pytest.mark.parametrize("turn", [CHOSEN, UNCLEAR], ids=["told", "understood"])
async def test_a_turn_that_waited_too_long_asks_no_model_and_says_so(turn: PendingTurn):
    ours, models = Deadlines(), ToldModels()
    by = orchestrator(models, deadlines=ours)
    waited = turn._replace(until=by.until(ours.turn_s - ours.after_s - ours.again_s_min))
    answer = await answered(by, waited)
    assert (answer.author, models.calls) == (Author.STORY, [])
    assert (answer.narration if turn is CHOSEN else answer.interpreting) == TOO_LATE


async def test_what_a_model_took_to_understand_is_not_there_for_one_to_tell():
    models = ToldModels(NEVER)
    ours = SHORT._replace(interpret_s=0.6, turn_s=4.0)
    least_s = ours.turn_s - ours.after_s - 0.5
    by = orchestrator(models, deadlines=ours._replace(again_s_min=least_s))
    turn = UNCLEAR._replace(until=by.until(0))
    plan = await by.plan(turn)
    assert plan.interpreting is not None
    assert plan.interpreting.outcome is NarrationOutcome.LATE
    chosen = plan._replace(told=STILE)
    answer = await by.answer(turn, chosen, may_ask_model=True)
    assert (answer.author, answer.narration, len(models.calls)) == (Author.STORY, TOO_LATE, 1)
