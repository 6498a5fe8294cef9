"""An agent is registered anew by whoever starts, is well or degraded while it is there, and ends once."""

from datetime import timedelta
from itertools import pairwise

import hypothesis
import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.domain.given import NOON, given, outcome, play
from tta.domain import agent
from tta.domain.agent import (
    CAPABILITY_MAX,
    NAME_MAX,
    WORKER_MAX,
    AgentDegraded,
    AgentIsNotThere,
    AgentReady,
    AgentRegistered,
    AgentRetired,
    DegradeAgent,
    DegradedReason,
    MarkAgentReady,
    MeasureIsImpossible,
    MeasurePerformance,
    PerformanceMeasured,
    RegisterAgent,
    RetireAgent,
)
from tta.domain.agent import (
    id_of as agent_id,
)
from tta.domain.words import WordsEmpty, WordsTooLong

MINUTE = timedelta(minutes=1)
SAID = {"name": "narrator", "capability": "Turn, Plan -> Telling", "version": 1, "worker": "host:7"}
DID = {"runs": 10, "failures": 2, "p50_ms": 0.5, "p95_ms": 12.0, "since": NOON - MINUTE}

REGISTERED = AgentRegistered(**SAID, at=NOON)  # type: ignore[arg-type]
READY = AgentReady(at=NOON)
DEGRADED = AgentDegraded(reason=DegradedReason.FAILING, at=NOON)
RETIRED = AgentRetired(at=NOON)
MEASURED = PerformanceMeasured(**DID, at=NOON)  # type: ignore[arg-type]

REGISTER = RegisterAgent(**SAID, at=NOON)  # type: ignore[arg-type]
MARK_READY = MarkAgentReady(at=NOON)
DEGRADE = DegradeAgent(reason=DegradedReason.FAILING, at=NOON)
RETIRE = RetireAgent(at=NOON)
MEASURE = MeasurePerformance(**DID, at=NOON)  # type: ignore[arg-type]
ASKED = {"model_runs": 4, "model_failures": 1, "model_p50_ms": 800.0, "model_p95_ms": 2000.0}


def test_an_agent_begins_and_is_then_ready():
    given(agent).when(REGISTER).then(REGISTERED)
    given(agent, REGISTERED).when(MARK_READY).then(READY)
    given(agent, REGISTERED, READY).when(MARK_READY).then_nothing()


@pytest.mark.parametrize("life", [(READY,), (DEGRADED,), (READY, RETIRED), (MEASURED,), ()])
def test_a_worker_that_starts_again_registers_its_agents_anew(life):
    again = given(agent, REGISTERED, *life).when(REGISTER)
    again.then(REGISTERED)
    assert given(agent, REGISTERED, *life, REGISTERED).state == given(agent, REGISTERED).state


def test_an_agent_is_degraded_for_a_reason_and_ready_again():
    resting = DegradedReason.MODELS_RESTING
    given(agent, REGISTERED, READY).when(DEGRADE).then(DEGRADED)
    given(agent, REGISTERED, DEGRADED).when(DEGRADE).then_nothing()
    given(agent, REGISTERED, DEGRADED).when(replace(DEGRADE, reason=resting)).then(
        replace(DEGRADED, reason=resting)
    )
    given(agent, REGISTERED, DEGRADED).when(MARK_READY).then(READY)


def test_an_agent_ends_once():
    given(agent, REGISTERED, READY).when(RETIRE).then(RETIRED)
    given(agent, REGISTERED, RETIRED).when(RETIRE).then_nothing()


@pytest.mark.parametrize("command", [MARK_READY, DEGRADE, MEASURE], ids=lambda each: type(each).__name__)
def test_only_an_agent_that_is_there_changes(command):
    given(agent).when(command).then_refused(AgentIsNotThere, "there is none")
    given(agent, REGISTERED, RETIRED).when(command).then_refused(AgentIsNotThere, "retired")


def test_what_was_never_there_cannot_end():
    given(agent).when(RETIRE).then_refused(AgentIsNotThere)


def test_how_an_agent_did_is_measured_from_where_it_was_measured_last():
    given(agent, REGISTERED).when(MEASURE).then(MEASURED)
    later = replace(MEASURE, since=NOON, at=NOON + MINUTE)
    given(agent, REGISTERED, MEASURED).when(later).then(replace(MEASURED, since=NOON, at=NOON + MINUTE))
    given(agent, REGISTERED, MEASURED).when(replace(later, since=NOON - MINUTE)).then_refused(
        MeasureIsImpossible, "since"
    )
    given(agent, REGISTERED, MEASURED, REGISTERED).when(MEASURE).then(MEASURED)


def test_runs_that_asked_a_model_are_measured_apart():
    given(agent, REGISTERED).when(replace(MEASURE, **ASKED)).then(replace(MEASURED, **ASKED))


def test_where_nothing_was_done_nothing_is_measured():
    given(agent, REGISTERED).when(replace(MEASURE, runs=0, failures=0)).then_nothing()


@pytest.mark.parametrize(
    "wrong",
    [
        {"failures": 11},
        {"model_runs": 11},
        {"model_runs": 1, "model_failures": 2},
        {"model_runs": 10, "model_failures": 3},
        {"model_runs": -1, "model_failures": -1},
        {"model_p50_ms": 1.0},
        {"model_p95_ms": float("inf")},
        {"failures": -1},
        {"runs": -1, "failures": -1},
        {"runs": 0, "failures": 1},
        {"p50_ms": 13.0},
        {"p50_ms": -1.0},
        {"p95_ms": float("nan")},
        {"p95_ms": float("inf")},
        {"since": NOON + MINUTE},
    ],
    ids=str,
)
def test_what_cannot_have_been_is_refused(wrong):
    given(agent, REGISTERED).when(replace(MEASURE, **wrong)).then_refused(MeasureIsImpossible)


@pytest.mark.parametrize(
    ("field", "characters_max"), [("name", NAME_MAX), ("capability", CAPABILITY_MAX), ("worker", WORKER_MAX)]
)
def test_what_an_agent_says_of_itself_is_bounded(field: str, characters_max: int):
    longest = {field: "é" * characters_max}
    given(agent).when(replace(REGISTER, **longest)).then(replace(REGISTERED, **longest))
    given(agent).when(replace(REGISTER, **{field: "é" * (characters_max + 1)})).then_refused(WordsTooLong)
    given(agent).when(replace(REGISTER, **{field: " "})).then_refused(WordsEmpty)


def test_an_agent_is_one_of_its_worker():
    assert agent_id("host:7", "narrator") == agent_id("host:7", "narrator")
    assert len({agent_id(*each) for each in (("a", "b"), ("b", "a"), ("ab", ""), ("", "ab"))}) == 4


changes = st.sampled_from(
    [MARK_READY, DEGRADE, RETIRE, MEASURE, replace(DEGRADE, reason=DegradedReason.MODELS_RESTING)]
)
runs = st.lists(st.just(REGISTER) | changes, max_size=20)


@hypothesis.given(runs)
def test_nothing_is_said_of_an_agent_before_it_is_registered_or_after_it_ended(commands):
    _, happened = play(agent, commands)
    there = False
    for event in happened:
        assert there or isinstance(event, AgentRegistered)
        there = not isinstance(event, AgentRetired)


@hypothesis.given(runs)
def test_no_two_events_say_the_same_of_an_agent(commands):
    _, happened = play(agent, commands)
    said = [each for each in happened if not isinstance(each, PerformanceMeasured)]
    for before, after in pairwise(said):
        assert before != after or isinstance(after, AgentRegistered)


@hypothesis.given(runs, changes)
def test_what_is_asked_again_changes_nothing_more(commands, change):
    state, _ = play(agent, [*commands, change])
    assert outcome(agent, state, change) in ([], AgentIsNotThere, MeasureIsImpossible)
