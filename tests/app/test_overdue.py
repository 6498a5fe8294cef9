"""Turns that nobody answers are seen, whatever the reactors believe; health, metrics and doctor say so."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest_asyncio

from tests.support.http.api_examples import Api, Caller, api_in, at_work, for_operators, hold
from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.team import team_of
from tta.app.main import services
from tta.app.overdue import OverdueAnswers, overdue_answers
from tta.app.work import Work, projectors, reactors
from tta.commands.handle import CommandContext, handle_over
from tta.console.doctor_servers import check_graph
from tta.domain.identity import derived_id
from tta.domain.targets import session_target
from tta.domain.turns import InteractionSubmitted
from tta.eventstore.envelope import Causation
from tta.http.apps import app
from tta.http.edge.wiring import OverdueReplies

NONE = OverdueReplies(0, None)


@pytest_asyncio.fixture
async def silent(tmp_path: Path) -> AsyncIterator[Api]:
    """It projects, and nobody replies."""
    async with api_in(tmp_path / "silent", working=False) as running, at_work(*projectors(running.parts)):
        yield running


async def measured(api: Api, overdue_s: float = 0.0) -> OverdueReplies:
    return await overdue_answers(api.parts.commands.aggregates, api.parts.graph, overdue_s=overdue_s)


async def says(api: Api) -> tuple[Caller, str]:
    """A new player who said something; the read model has seen it."""
    caller, path = await api.session()
    said = await caller.post(f"{path}/interactions", {"text": "Hello"})
    seen = await caller.seen(path, said)
    assert seen.headers["Consistency"] == "fresh"
    return caller, path


async def said_long_ago(api: Api) -> None:
    """As says, but for the time that the event bears."""
    caller, path = await api.session()
    session_id = UUID(path.rpartition("/")[2])
    target = session_target(session_id)
    command_id = derived_id("said long ago", session_id)
    causation = Causation(
        actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
    )
    event = InteractionSubmitted(turn=1, choice="on", at=datetime.now(UTC) - timedelta(minutes=10))
    await handle_over(
        api.parts.commands,
        [target],
        lambda _: {target: [event]},
        CommandContext(causation),
        player_id=caller.player_id,
    )
    # Its token is behind that event, so that the read model has seen both.
    agreed = await caller.put(f"/v1/players/{caller.player_id}/consents/research", {"given": True})
    await caller.seen(path, agreed)


async def test_turns_that_wait_are_counted_with_the_age_of_the_oldest(silent: Api):
    assert await measured(silent) == NONE
    await says(silent)
    await said_long_ago(silent)
    found = await measured(silent)
    assert found.answers == 2
    assert found.oldest_s is not None
    assert 600 <= found.oldest_s < 6_000
    assert (await measured(silent, overdue_s=300)).answers == 1
    assert await measured(silent, overdue_s=6_000) == NONE


async def test_play_that_is_held_or_that_rests_is_left_out(silent: Api):
    caller, _ = await says(silent)
    assert caller.player_id is not None
    token = silent.sealed(caller, await hold(silent, caller.player_id))
    await caller.get(f"/v1/players/{caller.player_id}", Consistency_Token=token, Prefer="wait=10")
    other, path = await says(silent)
    await other.seen(path, await other.post(f"{path}/pause"))
    assert await measured(silent) == NONE


async def test_what_the_read_model_has_not_seen_answered_is_looked_up_in_the_log(tmp_path: Path):
    async with api_in(tmp_path / "late", working=False) as api:
        async with at_work(*projectors(api.parts)):
            caller, path = await says(api)
        assert (await measured(api)).answers == 1
        async with at_work(*reactors(api.parts, AgentOrchestrator(team_of()))):
            async with asyncio.timeout(30):
                while (await caller.get(f"{path}/interactions")).json()["interactions"][0]["reply"] is None:  # noqa: ASYNC110 - Nothing tells when.
                    await asyncio.sleep(0.05)
        assert await measured(api) == NONE


async def test_health_and_metrics_say_it(silent: Api):
    await says(silent)
    overdue = OverdueAnswers(silent.parts.commands.aggregates, silent.parts.graph, overdue_s=0.0)
    served = services(silent.parts, Work([], [], overdue=overdue))
    transport = httpx2.ASGITransport(app(served, "all"))
    async with (
        for_operators(served) as http,
        httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as anybody,
    ):
        assert (await http.get("/health")).json()["details"]["overdue"] is None, "not known yet"
        assert "tta_answers_overdue NaN" in (await http.get("/metrics")).text
        done = asyncio.Event()
        measuring = asyncio.create_task(overdue.run(done.set))
        await done.wait()
        measuring.cancel()
        health = await http.get("/health")
        assert (health.status_code, health.json()["details"]["overdue"]["answers"]) == (503, 1)
        assert "tta_answers_overdue 1.0" in (await http.get("/metrics")).text
        health = await anybody.get("/health")
        assert health.status_code == 503
        assert health.json()["details"] == {"troubles": ["turns wait for their reply"]}


async def test_doctor_says_it(tmp_path: Path):
    async with api_in(tmp_path / "asked", working=False) as api:
        async with at_work(*projectors(api.parts)):
            await said_long_ago(api)
        await api.parts.graph.close()
        findings = {each.what: each for each in await check_graph(api.parts.settings, api.parts.store)}
    assert findings["replies"].state == "fail"
    assert "1 turns wait for their reply, the oldest for 6" in findings["replies"].found
    assert "tta react" in findings["replies"].change
