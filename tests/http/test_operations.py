"""Which agents there are: those of a process that runs, silent ones, and none that is long gone."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import msgspec
import pytest
from msgspec.structs import replace

from tests.support.http.api_examples import Api, Caller
from tests.support.running_tta import Dev
from tta.commands.handle import CommandContext, handle
from tta.domain.agent import (
    AgentCommand,
    AgentPerformance,
    DegradeAgent,
    DegradedReason,
    MarkAgentReady,
    MeasurePerformance,
    RegisterAgent,
    RetireAgent,
)
from tta.domain.agent import (
    id_of as agent_id,
)
from tta.domain.identity import derived_id
from tta.domain.targets import agent_target
from tta.domain.vocabulary import Role
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.envelope import Causation
from tta.eventstore.heartbeats import LASTS_MS, beat, end_beats
from tta.eventstore.subscription import START

PATH = "/v1/operations/agents"
NAMES = ["guardian", "interpreter", "narrator", "world_keeper"]
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(hours=25)
REGISTER = RegisterAgent(name="narrator", capability="Turn -> Telling", version=3, worker="", at=NOW)
READY = MarkAgentReady(at=NOW)
DEGRADED = DegradeAgent(reason=DegradedReason.FAILING, at=NOW)
RETIRED = RetireAgent(at=NOW)
MEASURED = MeasurePerformance(
    runs=7,
    failures=2,
    p50_ms=0.5,
    p95_ms=12.5,
    since=NOW - timedelta(minutes=1),
    model_runs=3,
    model_failures=1,
    model_p50_ms=800.0,
    model_p95_ms=2500.0,
    at=NOW,
)


async def lives(api: Api, worker: str, *commands: AgentCommand, at: datetime = NOW) -> ConsistencyToken:
    """Write down the life of a worker's narrator; gives the consistency token."""
    identity, token = agent_id(worker, "narrator"), ConsistencyToken.of(0, START)
    for command in (replace(REGISTER, worker=worker), *commands):
        command_id = derived_id(secrets.token_bytes(16))
        causation = Causation(
            actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        handled = await handle(
            api.parts.commands,
            agent_target(identity),
            replace(command, at=at),
            CommandContext(causation),
            player_id=None,
        )
        token = ConsistencyToken.of(handled.slot, handled.mark)
    return token


def operator(api: Api) -> Caller:
    return api.caller(Role.OPERATOR)


async def seen(api: Api, worker: str, token: ConsistencyToken) -> dict[str, Any] | None:
    """What is shown of a worker's narrator, once the read model has seen the token."""
    caller = operator(api)
    given = api.sealed(caller, token)
    answer = await caller.get(PATH, Consistency_Token=given, Prefer="wait=10, handling=strict")
    assert answer.status_code == 200, answer.text
    assert answer.json()["complete"]
    found = [each for each in answer.json()["agents"] if each["worker"] == worker]
    assert len(found) <= 1
    return found[0] if found else None


async def test_an_agent_is_shown_with_how_it_is_and_did(api: Api):
    token = await lives(api, "there:1", READY, MEASURED)
    await beat(api.parts.store, agent_id("there:1", "narrator"))
    found = await seen(api, "there:1", token)
    assert found is not None
    assert 0 <= found.pop("heartbeat_age_s") <= LASTS_MS // 1000
    assert found == {
        "name": "narrator",
        "worker": "there:1",
        "version": 3,
        "capability": "Turn -> Telling",
        "state": "ready",
        "reason": None,
        "since_ms": round(NOW.timestamp() * 1000),
        "runs": 7,
        "failures": 2,
        "p50_ms": 0.5,
        "p95_ms": 12.5,
        "model_runs": 3,
        "model_failures": 1,
        "model_p50_ms": 800.0,
        "model_p95_ms": 2500.0,
    }


async def test_a_degraded_one_says_why(api: Api):
    token = await lives(api, "there:2", READY, DEGRADED)
    await beat(api.parts.store, agent_id("there:2", "narrator"))
    found = await seen(api, "there:2", token)
    assert found is not None
    assert (found["state"], found["reason"], found["p95_ms"]) == ("degraded", "failing", None)


@pytest.mark.parametrize(("commands", "state"), [((READY,), "silent"), ((READY, RETIRED), "retired")])
async def test_without_a_heartbeat_it_is_silent_or_retired(api: Api, commands: Any, state: str):
    worker = f"there:{state}"
    found = await seen(api, worker, await lives(api, worker, *commands))
    assert found is not None
    assert (found["state"], found["heartbeat_age_s"]) == (state, None)


@pytest.mark.parametrize("commands", [(READY,), (READY, RETIRED)], ids=["silent", "retired"])
async def test_one_that_is_gone_for_over_a_day_is_left_out(api: Api, commands: Any):
    worker = f"gone:{len(commands)}"
    assert await seen(api, worker, await lives(api, worker, *commands, at=LONG_AGO)) is None


async def test_one_that_lives_is_shown_however_long_nothing_happened(api: Api):
    token = await lives(api, "quiet:1", READY, at=LONG_AGO)
    await beat(api.parts.store, agent_id("quiet:1", "narrator"))
    found = await seen(api, "quiet:1", token)
    assert found is not None
    assert found["state"] == "ready"


async def test_what_did_not_change_is_not_sent_again(api: Api):
    token = await lives(api, "there:3", READY)
    await seen(api, "there:3", token)
    first = await operator(api).get(PATH)
    again = await operator(api).get(PATH, If_None_Match=first.headers["ETag"])
    assert again.status_code == 304 or again.json() != first.json()


def test_the_agents_of_a_process_that_runs_are_shown_and_counted(fresh_dev: Dev):
    token = fresh_dev.tokens.mint("an operator", [Role.OPERATOR])
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=fresh_dev.url, trust_env=False, timeout=30) as http:
        agents: list[dict[str, Any]] = []
        while [each["state"] for each in agents] != ["ready"] * len(NAMES):
            agents = http.get(PATH, headers=headers).json()["agents"]
        assert [each["name"] for each in agents] == NAMES
        assert len({each["worker"] for each in agents}) == 1
        metrics = httpx2.get(f"{fresh_dev.operators}/metrics", trust_env=False, timeout=30).text
    for name in NAMES:
        assert re.search(rf'^tta_agent_state{{agent="{name}",state="ready"}} 1.0$', metrics, re.MULTILINE)
        assert f'tta_agent_busy{{agent="{name}"}}' in metrics


async def test_how_an_agent_does_is_told_by_its_heartbeat(api: Api):
    """What a release before wrote down of it is what is shown once it is silent."""
    token = await lives(api, "there:beat", READY, MEASURED)
    identity = agent_id("there:beat", "narrator")
    told = AgentPerformance(runs=40, failures=4, p50_ms=1.5, p95_ms=2.5, model_runs=1)
    await beat(api.parts.store, identity, msgspec.msgpack.encode(told))
    found = await seen(api, "there:beat", token)
    assert found is not None
    shown = {name: found[name] for name in AgentPerformance.__struct_fields__}
    assert shown == msgspec.to_builtins(told)
    await end_beats(api.parts.store, identity)
    found = await seen(api, "there:beat", token)
    assert found is not None
    assert (found["state"], found["runs"], found["failures"]) == ("silent", 7, 2)
