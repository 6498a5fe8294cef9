"""What a session allows, turn by turn, whatever else goes on."""

from datetime import datetime, timedelta
from functools import reduce
from typing import Any, cast
from uuid import UUID

import hypothesis
import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.domain.given import NOON, given, outcome, play
from tta.domain import session
from tta.domain.base import Command
from tta.domain.narration import Narration, NarrationOutcome
from tta.domain.passages import Beginning, CopyOrigin, Passage, Play
from tta.domain.session import (
    MOVES_COPIED_MAX,
    AbandonSession,
    CompleteSession,
    ConsentMissing,
    NoSuchSession,
    PauseSession,
    ResumeSession,
    SessionAbandoned,
    SessionCompleted,
    SessionExists,
    SessionIsOver,
    SessionIsPaused,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    StartSession,
)
from tta.domain.turns import (
    REPLY_MAX,
    TURNS_MAX,
    WORDS_MAX,
    AnswerInteraction,
    InteractionAnswered,
    InteractionSubmitted,
    NarrationRequested,
    PlayIsHeld,
    RequestNarration,
    SubmitInteraction,
    TurnAlreadyAnswered,
    TurnOutOfOrder,
    TurnsExhausted,
    TurnUnanswered,
)
from tta.domain.vocabulary import Author
from tta.domain.words import CatalogueIdMalformed, WordsBesideChoice, WordsEmpty, WordsTooLong

PLAYER = UUID("7f000000-0000-8000-8000-000000000001")
HELLO = "I sit down by the fire."
REPLY = "The fire crackles. What do you hear?"

STARTED = SessionStarted(player_id=PLAYER, story="clearing", at=NOON)
SUBMITTED = InteractionSubmitted(turn=1, words=HELLO, at=NOON)
ANSWERED = InteractionAnswered(turn=1, reply=REPLY, author=Author.STORY, at=NOON)
PAUSED = SessionPaused(at=NOON)
RESUMED = SessionResumed(at=NOON)
COMPLETED = SessionCompleted(at=NOON)
ABANDONED = SessionAbandoned(at=NOON)

START = StartSession(player_id=PLAYER, story="clearing", consented=True, held=False, at=NOON)
SUBMIT = SubmitInteraction(words=HELLO, consented=True, held=False, at=NOON)
CHOOSE = SubmitInteraction(choice="clearing.listen", consented=True, held=False, at=NOON)
PASSAGE_IDS = ("move", "scene", "skill", "ending")


def one_field(name: str, given: str) -> dict[str, Any]:
    return {name: given}


def answering(field: str, given: str) -> AnswerInteraction:
    return replace(ANSWER, passage=Passage(**one_field(field, given)))


FIRE = Passage(scene="fire", skill="grounding-5-4-3-2-1")
ANSWER = AnswerInteraction(turn=1, reply=REPLY, author=Author.STORY, held=False, at=NOON)
PAUSE = PauseSession(at=NOON)
RESUME = ResumeSession(consented=True, held=False, at=NOON)
COMPLETE = CompleteSession(at=NOON)
ABANDON = AbandonSession(at=NOON)


def test_a_session_starts_once():
    given(session).when(START).then(STARTED)
    given(session, STARTED).when(START).then_refused(SessionExists, "open")
    given(session, STARTED, COMPLETED).when(START).then_refused(SessionExists, "completed")


def test_a_session_needs_the_consent_to_play():
    given(session).when(replace(START, consented=False)).then_refused(ConsentMissing, "'play'")


@pytest.mark.parametrize("command", [SUBMIT, ANSWER, PAUSE, RESUME, COMPLETE, ABANDON])
def test_nothing_happens_to_a_session_that_never_started(command: Command):
    given(session).when(command).then_refused(NoSuchSession)


def test_turns_follow_one_another():
    given(session, STARTED).when(SUBMIT).then(SUBMITTED)
    given(session, STARTED, SUBMITTED).when(ANSWER).then(ANSWERED)
    given(session, STARTED, SUBMITTED, ANSWERED).when(CHOOSE).then(
        InteractionSubmitted(turn=2, choice="clearing.listen", at=NOON)
    )


def test_the_turn_that_a_client_names_is_the_next_one():
    given(session, STARTED).when(replace(SUBMIT, turn=1)).then(SUBMITTED)
    given(session, STARTED).when(replace(SUBMIT, turn=2)).then_refused(
        TurnOutOfOrder, "expected turn 1, got 2"
    )
    given(session, STARTED, SUBMITTED, ANSWERED).when(replace(SUBMIT, turn=1)).then_refused(TurnOutOfOrder)


def test_an_interaction_waits_for_the_answer_before_it():
    given(session, STARTED, SUBMITTED).when(SUBMIT).then_refused(TurnUnanswered, "turn 1 is not answered")
    given(session, STARTED, SUBMITTED).when(replace(SUBMIT, turn=2)).then_refused(TurnUnanswered)


def test_a_paused_session_takes_no_interaction():
    given(session, STARTED, PAUSED).when(SUBMIT).then_refused(SessionIsPaused)
    given(session, STARTED, PAUSED, RESUMED).when(SUBMIT).then(SUBMITTED)


@pytest.mark.parametrize("end", [COMPLETED, ABANDONED])
@pytest.mark.parametrize("command", [SUBMIT, PAUSE, RESUME])
def test_a_session_that_is_over_stays_over(end, command: Command):
    given(session, STARTED, end).when(command).then_refused(SessionIsOver)


def test_pausing_what_is_paused_and_resuming_what_is_open_changes_nothing():
    given(session, STARTED).when(PAUSE).then(PAUSED)
    given(session, STARTED, PAUSED).when(PAUSE).then_nothing()
    given(session, STARTED, PAUSED).when(RESUME).then(RESUMED)
    given(session, STARTED).when(RESUME).then_nothing()


def test_a_session_ends_once_and_in_one_way():
    given(session, STARTED).when(COMPLETE).then(COMPLETED)
    given(session, STARTED, PAUSED).when(ABANDON).then(ABANDONED)
    given(session, STARTED, COMPLETED).when(COMPLETE).then_nothing()
    given(session, STARTED, ABANDONED).when(ABANDON).then_nothing()
    given(session, STARTED, COMPLETED).when(ABANDON).then_refused(SessionIsOver, "completed")
    given(session, STARTED, ABANDONED).when(COMPLETE).then_refused(SessionIsOver, "abandoned")


@pytest.mark.parametrize(("leave", "left"), [(PAUSE, PAUSED), (COMPLETE, COMPLETED), (ABANDON, ABANDONED)])
def test_who_leaves_before_the_answer_still_gets_it(leave: Command, left):
    given(session, STARTED, SUBMITTED).when(leave).then(left)
    given(session, STARTED, SUBMITTED, left).when(ANSWER).then(ANSWERED)
    given(session, STARTED, SUBMITTED, left, ANSWERED).when(ANSWER).then_refused(TurnAlreadyAnswered)


def test_an_answer_is_for_the_turn_that_waits_for_it():
    given(session, STARTED).when(ANSWER).then_refused(TurnOutOfOrder, "got 1")
    given(session, STARTED).when(replace(ANSWER, turn=0)).then_refused(TurnOutOfOrder)
    given(session, STARTED, SUBMITTED).when(replace(ANSWER, turn=0)).then_refused(TurnOutOfOrder, "got 0")
    given(session, STARTED, SUBMITTED).when(replace(ANSWER, turn=2)).then_refused(TurnOutOfOrder, "got 2")


def test_a_story_begins_with_its_session():
    begins = Beginning(version=3, text="A fire burns.", passage=FIRE, choice_texts=("Sit",))
    begun = replace(STARTED, story_version=3, opening="A fire burns.", passage=FIRE, choice_texts=("Sit",))
    given(session).when(replace(START, begins=begins)).then(begun)
    assert given(session, replace(begun, passage=Passage(move="@calm_place"))).state.play.moves == (
        "@calm_place",
    )


def test_a_session_remembers_its_story_and_every_move():
    moved = [
        SUBMITTED,
        replace(ANSWERED, passage=Passage(move="sit", scene="fire")),
        replace(SUBMITTED, turn=2),
        replace(ANSWERED, turn=2, passage=Passage(move="@calm_place", scene="calm_place")),
    ]
    state = given(session, replace(STARTED, story_version=3), *moved).state
    assert state.play == Play(story="clearing", version=3, moves=("sit", "@calm_place"))


def test_a_copy_goes_on_behind_the_moves_of_its_origin():
    origin, moves = UUID(int=9), ("sit", "@calm_place")
    copied = CopyOrigin(session_id=origin, turns=3, moves=moves, seed=UUID(int=8))
    begun = replace(STARTED, copied_from=origin, copied_turns=3, moves=moves, seed=UUID(int=8))
    given(session).when(replace(START, copied=copied)).then(begun)
    play = given(session, begun, SUBMITTED, replace(ANSWERED, passage=Passage(move="go"))).state.play
    assert play == Play(story="clearing", moves=(*moves, "go"), seed=UUID(int=8))


def test_a_copy_of_copies_has_a_longest_way_behind_it():
    copied = CopyOrigin(session_id=UUID(int=9), turns=3, moves=("on",) * MOVES_COPIED_MAX, seed=UUID(int=8))
    given(session).when(replace(START, copied=copied)).then(
        replace(STARTED, copied_from=UUID(int=9), copied_turns=3, moves=copied.moves, seed=UUID(int=8))
    )
    longer = replace(copied, moves=(*copied.moves, "on"))
    given(session).when(replace(START, copied=longer)).then_refused(TurnsExhausted, "would be 1001")


def test_a_turn_is_answered_once():
    second = replace(SUBMITTED, turn=2)
    given(session, STARTED, SUBMITTED, ANSWERED).when(ANSWER).then_refused(TurnAlreadyAnswered)
    given(session, STARTED, SUBMITTED, ANSWERED, second).when(ANSWER).then_refused(TurnAlreadyAnswered)


def test_an_answer_says_which_scene_and_skill_it_led_to():
    given(session, STARTED, SUBMITTED).when(replace(ANSWER, passage=FIRE)).then(
        replace(ANSWERED, scene="fire", skill="grounding-5-4-3-2-1", passage=FIRE)
    )


def test_a_hold_is_noted_and_refuses_nothing_that_a_player_does():
    given(session).when(replace(START, held=True)).then(replace(STARTED, held=True))
    given(session, STARTED).when(replace(SUBMIT, held=True)).then(replace(SUBMITTED, held=True))
    given(session, STARTED, PAUSED).when(replace(RESUME, held=True)).then(replace(RESUMED, held=True))


@pytest.mark.parametrize("author", [Author.STORY, Author.MODEL])
def test_on_hold_only_the_protocol_answers(author: Author):
    held = replace(ANSWER, held=True)
    given(session, STARTED, SUBMITTED).when(replace(held, author=author)).then_refused(
        PlayIsHeld, author.value
    )
    given(session, STARTED, SUBMITTED).when(replace(held, author=Author.PROTOCOL)).then(
        replace(ANSWERED, author=Author.PROTOCOL)
    )


def test_an_interaction_is_either_words_or_a_choice():
    given(session, STARTED).when(replace(SUBMIT, words=None)).then_refused(WordsEmpty)
    given(session, STARTED).when(replace(SUBMIT, words=" \n")).then_refused(WordsEmpty)
    given(session, STARTED).when(replace(SUBMIT, choice="listen")).then_refused(WordsBesideChoice)


def test_words_and_replies_have_a_longest_length():
    longest, reply = "é" * WORDS_MAX, "é" * REPLY_MAX
    given(session, STARTED).when(replace(SUBMIT, words=longest)).then(replace(SUBMITTED, words=longest))
    given(session, STARTED).when(replace(SUBMIT, words=longest + "é")).then_refused(WordsTooLong, "got 4001")
    given(session, STARTED, SUBMITTED).when(replace(ANSWER, reply=reply)).then(replace(ANSWERED, reply=reply))
    given(session, STARTED, SUBMITTED).when(replace(ANSWER, reply=reply + "é")).then_refused(WordsTooLong)
    given(session, STARTED, SUBMITTED).when(replace(ANSWER, reply=" ")).then_refused(WordsEmpty)


@pytest.mark.parametrize("no_id", ["", "I want to go home", "a\n", "-a", "ä", "a" * 65])
def test_what_is_stored_in_the_clear_is_an_id(no_id: str):
    for before, command in (
        ((), replace(START, story=no_id)),
        ((STARTED,), replace(CHOOSE, choice=no_id)),
        *(
            ((STARTED, SUBMITTED), replace(ANSWER, passage=Passage(**one_field(field, no_id))))
            for field in PASSAGE_IDS
        ),
        ((STARTED, SUBMITTED), replace(ANSWER, passage=Passage(choices=("a", no_id)))),
        ((STARTED, SUBMITTED), replace(ANSWER, passage=Passage(practised=(no_id,)))),
    ):
        given(session, *before).when(command).then_refused(CatalogueIdMalformed)
        if no_id.strip():
            with pytest.raises(CatalogueIdMalformed) as refused:
                session.decide(given(session, *before).state, cast("Any", command))
            assert no_id not in str(refused.value).replace("expected a", "")


def test_a_session_has_a_last_turn():
    last = (STARTED, replace(SUBMITTED, turn=TURNS_MAX), replace(ANSWERED, turn=TURNS_MAX))
    given(session, STARTED, *_turns(TURNS_MAX - 1)).when(SUBMIT).then(replace(SUBMITTED, turn=TURNS_MAX))
    given(session, *last).when(SUBMIT).then_refused(TurnsExhausted, str(TURNS_MAX))
    given(session, *last).when(COMPLETE).then(COMPLETED)


def _turns(last: int) -> list[Any]:
    return [
        event
        for turn in range(1, last + 1)
        for event in (replace(SUBMITTED, turn=turn), replace(ANSWERED, turn=turn))
    ]


turn_numbers = st.integers(min_value=-1, max_value=6)
submits = st.builds(
    SubmitInteraction,
    words=st.sampled_from([None, "", HELLO, "x" * (WORDS_MAX + 1)]),
    choice=st.sampled_from([None, None, "listen", "no id"]),
    turn=st.none() | turn_numbers,
    held=st.booleans(),
    at=st.just(NOON),
)
plain_submits = st.builds(SubmitInteraction, words=st.just(HELLO), held=st.booleans(), at=st.just(NOON))
answers = st.builds(
    AnswerInteraction,
    turn=turn_numbers,
    reply=st.just(REPLY),
    author=st.sampled_from(Author),
    held=st.booleans(),
    at=st.just(NOON),
)
starts = st.builds(
    StartSession,
    player_id=st.just(PLAYER),
    story=st.just("clearing"),
    consented=st.booleans(),
    held=st.booleans(),
    at=st.just(NOON),
)
resumes = st.builds(ResumeSession, held=st.booleans(), at=st.just(NOON))
leaves = st.sampled_from([PAUSE, COMPLETE, ABANDON])
played = st.lists(submits | plain_submits | answers | plain_submits | answers | resumes, max_size=25)
runs = st.tuples(starts | st.just(START), played, st.lists(leaves | starts, max_size=2), played).map(
    lambda parts: [parts[0], *parts[1], *parts[2], *parts[3]]
)


@hypothesis.given(runs)
def test_turns_run_from_one_without_gaps_and_each_is_answered_at_most_once(commands):
    _, happened = play(session, commands)
    submitted = [event.turn for event in happened if isinstance(event, InteractionSubmitted)]
    answered = [event.turn for event in happened if isinstance(event, InteractionAnswered)]
    turns = [
        (event.turn, type(event))
        for event in happened
        if isinstance(event, InteractionSubmitted | InteractionAnswered)
    ]
    assert list(range(1, len(submitted) + 1)) == submitted
    assert submitted[: len(answered)] == answered
    assert len(submitted) - len(answered) in {0, 1}
    assert sorted(turns, key=lambda turn: (turn[0], turn[1] is InteractionAnswered)) == turns


@hypothesis.given(runs)
def test_nothing_but_an_owed_answer_follows_the_end(commands):
    _, happened = play(session, commands)
    kinds = [type(event) for event in happened]
    ends = [at for at, kind in enumerate(kinds) if kind in {SessionCompleted, SessionAbandoned}]
    assert len(ends) <= 1
    if ends:
        owed = kinds[: ends[0]].count(InteractionSubmitted) - kinds[: ends[0]].count(InteractionAnswered)
        assert kinds[ends[0] + 1 :] in ([], [InteractionAnswered] * owed)


@hypothesis.given(runs)
def test_no_interaction_follows_a_pause_before_the_session_is_resumed(commands):
    _, happened = play(session, commands)
    paused = False
    for event in happened:
        assert not (paused and isinstance(event, InteractionSubmitted) and not event.held)
        paused = isinstance(event, SessionPaused) or (paused and not isinstance(event, SessionResumed))


@hypothesis.given(runs, submits | starts | resumes)
def test_a_hold_never_refuses_what_a_player_does(commands, command):
    state, _ = play(session, commands)
    consented = command if isinstance(command, StartSession) else replace(command, consented=True)
    free = outcome(session, state, replace(consented, held=False))
    held = outcome(session, state, replace(command, held=True))
    if isinstance(free, list):
        free = [replace(event, held=True) for event in free]
    if isinstance(command, SubmitInteraction) and free in (SessionIsPaused, TurnsExhausted):
        assert held not in (SessionIsPaused, TurnsExhausted), "what stands still refuses nobody's words"
    else:
        assert free == held


@hypothesis.given(runs)
def test_whatever_is_asked_on_hold_only_the_protocol_answers(commands):
    holdable = (StartSession, SubmitInteraction, AnswerInteraction, ResumeSession)
    on_hold = [
        replace(command, held=True) if isinstance(command, holdable) else command for command in commands
    ]
    _, happened = play(session, on_hold)
    assert {Author.PROTOCOL} >= {event.author for event in happened if isinstance(event, InteractionAnswered)}


@pytest.mark.parametrize("command", [SUBMIT, CHOOSE], ids=["words", "choice"])
def test_a_withdrawn_consent_ends_the_play(command):
    without = replace(command, consented=False)
    given(session, STARTED).when(without).then_refused(ConsentMissing)


def test_a_withdrawn_consent_keeps_a_pause():
    given(session, STARTED, PAUSED).when(replace(RESUME, consented=False)).then_refused(ConsentMissing)


def test_a_hold_takes_words_without_consent():
    given(session, STARTED).when(replace(SUBMIT, consented=False, held=True)).then(
        replace(SUBMITTED, held=True)
    )


def test_a_held_pause_may_be_left_without_consent():
    given(session, STARTED, PAUSED).when(replace(RESUME, consented=False, held=True)).then(
        replace(RESUMED, held=True)
    )


ASKED_A_MODEL = NarrationRequested(turn=1, at=NOON)
ASK_A_MODEL = RequestNarration(turn=1, held=False, at=NOON)


def test_a_model_is_asked_for_the_turn_that_waits_and_once():
    given(session, STARTED, SUBMITTED).when(ASK_A_MODEL).then(ASKED_A_MODEL)
    given(session, STARTED, SUBMITTED, ASKED_A_MODEL).when(ASK_A_MODEL).then_nothing()
    given(session).when(ASK_A_MODEL).then_refused(NoSuchSession)
    given(session, STARTED).when(ASK_A_MODEL).then_refused(TurnOutOfOrder)
    given(session, STARTED, SUBMITTED, ANSWERED).when(ASK_A_MODEL).then_refused(TurnAlreadyAnswered)


def test_on_hold_no_model_is_asked():
    given(session, STARTED, SUBMITTED).when(replace(ASK_A_MODEL, held=True)).then_refused(PlayIsHeld)


def test_an_answer_says_what_came_of_asking_a_model():
    late = Narration(outcome=NarrationOutcome.LATE, endpoint="local")
    given(session, STARTED, SUBMITTED, ASKED_A_MODEL).when(
        replace(ANSWER, narration=late, checked_by=("authored@1",))
    ).then(replace(ANSWERED, narration=late, checked_by=("authored@1",)))


@pytest.mark.parametrize(("then", "event"), [("pause", PAUSED), ("end", COMPLETED)])
def test_whoever_asks_for_it_in_words_leaves_with_the_answer(then, event):
    leaving = replace(ANSWER, then=then)
    given(session, STARTED, SUBMITTED).when(leaving).then(ANSWERED, event)
    given(session, STARTED, SUBMITTED, COMPLETED).when(leaving).then(ANSWERED)
    given(session, STARTED, SUBMITTED, ABANDONED).when(leaving).then(ANSWERED)


def test_a_pause_in_words_is_none_where_the_session_is_paused_and_an_end_still_ends_it():
    given(session, STARTED, SUBMITTED, PAUSED).when(replace(ANSWER, then="pause")).then(ANSWERED)
    given(session, STARTED, SUBMITTED, PAUSED).when(replace(ANSWER, then="end")).then(ANSWERED, COMPLETED)


def test_that_it_is_a_machine_is_said_every_three_hours():
    def at(hours: float) -> datetime:
        return NOON + timedelta(hours=hours)

    def turn(number: int, hours: float, *, disclosed: bool = False) -> list[Any]:
        answered = replace(ANSWERED, turn=number, disclosed=disclosed, at=at(hours))
        return [replace(SUBMITTED, turn=number, at=at(hours)), answered]

    played = [STARTED, *turn(1, 1), *turn(2, 2.9), replace(SUBMITTED, turn=3, at=at(3))]
    given(session, *played).when(replace(ANSWER, turn=3, at=at(3))).then(
        replace(ANSWERED, turn=3, disclosed=True, at=at(3))
    )
    on = [STARTED, *turn(1, 3, disclosed=True), replace(SUBMITTED, turn=2, at=at(5.9))]
    given(session, *on).when(replace(ANSWER, turn=2, at=at(5.9))).then(replace(ANSWERED, turn=2, at=at(5.9)))


@pytest.mark.parametrize("days", [1 / 24, 31, 365])
def test_what_was_said_at_a_moment_ahead_is_said_again(days: float):
    """A clock was ahead when it was said, and nobody waits until that moment comes."""
    ahead = replace(ANSWERED, disclosed=True, at=NOON + timedelta(days=days))
    played = [STARTED, SUBMITTED, ahead, replace(SUBMITTED, turn=2)]
    given(session, *played).when(replace(ANSWER, turn=2)).then(replace(ANSWERED, turn=2, disclosed=True))


def test_clocks_of_two_machines_may_differ_a_little():
    begun = replace(STARTED, at=NOON + timedelta(minutes=4))
    given(session, begun, SUBMITTED).when(ANSWER).then(ANSWERED)


@pytest.mark.parametrize("moves", [(), ("snail",)], ids=["begun", "copied"])
def test_what_began_on_hold_is_untold_until_something_of_the_story_is_told(moves: tuple[str, ...]):
    def untold(*events: Any) -> bool:
        return session.require_started(reduce(session.evolve, events, session.initial)).play.untold

    held = replace(STARTED, held=True, opening=None, passage=Passage(), choice_texts=None, moves=moves)
    by_protocol = replace(ANSWERED, scene=None, passage=Passage(), author=Author.PROTOCOL)
    told = replace(ANSWERED, turn=2, passage=Passage(scene="clearing"))
    assert untold(held)
    assert untold(held, SUBMITTED, by_protocol)
    assert not untold(held, SUBMITTED, by_protocol, replace(SUBMITTED, turn=2), told)
    assert not untold(STARTED)


def test_a_choice_and_where_the_story_was_sent_behind_it_are_two_moves():
    def moves(passage: Passage) -> tuple[str, ...]:
        answered = replace(ANSWERED, passage=passage)
        happened: list[session.SessionEvent] = [STARTED, SUBMITTED, answered]
        return session.require_started(reduce(session.evolve, happened, session.initial)).play.moves

    assert moves(Passage(move="along", scene="fire")) == ("along",)
    assert moves(Passage(move="@calm_place", scene="calm_place")) == ("@calm_place",)
    assert moves(Passage(chosen="along", move="@calm_place", scene="calm_place")) == ("along", "@calm_place")
    assert moves(Passage(scene="fire", choices=("along",))) == ()
