"""When a store is away, callers are told so, truthfully and within a bounded time."""

import asyncio
import math
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from tests.support.http.api_examples import Api, api_in, problem
from tta.app.main import services
from tta.app.work import Work
from tta.http.apps import app
from tta.security.key_files import KeyFileUnsafe

BOUND_S = 13.0  # The store gives up an append after 10 s, a read after 2 s.
HELLO = {"text": "Hello"}


@pytest_asyncio.fixture(loop_scope="session")
async def own_api(tmp_path: Path) -> AsyncIterator[Api]:
    """A TTA that may be broken."""
    async with api_in(tmp_path, working=False) as running:
        yield running


async def within(seconds: float, awaited: Any) -> httpx2.Response:
    async with asyncio.timeout(seconds):
        answer: httpx2.Response = await awaited
        return answer


async def test_without_the_event_store(own_api: Api):
    caller, path = await own_api.session()
    waiting = asyncio.create_task(caller.post(f"{path}/interactions", HELLO, Prefer="wait=20"))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await own_api.server.stop()
    answers = await asyncio.gather(
        within(BOUND_S, caller.post(f"{path}/pause")),
        within(BOUND_S, caller.post("/sessions", {}, key=None)),
        within(BOUND_S, own_api.operators.get("/health")),
        within(BOUND_S, own_api.nobody().get("/readyz")),
        within(BOUND_S, own_api.nobody().get("/livez")),
        within(BOUND_S, own_api.operators.get("/metrics")),
    )
    for refused in answers[:2]:
        document = problem(refused, 503, "store-unavailable")
        assert refused.headers["Retry-After"] == "1"
        assert "detail" not in document, "what the store says is for the log"
    health, ready, alive, metrics = answers[2:]
    assert (health.status_code, health.json()["status"]) == (503, "unhealthy")
    assert health.json()["checks"] == {"database": True, "cache": False, "external_apis": True}
    assert {each["events_behind"] for each in health.json()["details"]["projections"]} == {None}
    assert (ready.status_code, ready.json()) == (503, {"status": "not ready"})
    assert alive.status_code == 200
    families = {each.name: each for each in text_string_to_metric_families(metrics.text)}
    behind = [sample.value for sample in families["tta_projection_lag_events"].samples]
    assert behind
    assert all(map(math.isnan, behind)), "what is not known is NaN, never 0"
    said = await waiting
    assert (said.status_code, said.json()["turn"]) == (200, 1), "it was taken before the store went away"
    assert "reply" not in said.json()


async def test_who_needs_help_is_told_what_to_do_also_without_the_event_store(own_api: Api):
    caller = await own_api.player()
    await own_api.server.stop()
    worrying = {"measure": "phq9", "answers": [0] * 8 + [1]}
    asked = caller.post(f"/v1/players/{caller.player_id}/measures", worrying)
    refused = problem(await within(BOUND_S, asked), 503, "store-unavailable")
    assert refused["guidance"]["level"] == "low"


async def test_with_an_event_store_that_does_not_answer(own_api: Api):
    caller, path = await own_api.session()
    process = own_api.server.process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        refused = await within(BOUND_S, caller.post(f"{path}/pause", key="k"))
    finally:
        os.kill(process.pid, signal.SIGCONT)
    problem(refused, 503, "outcome-unknown")
    assert refused.headers["Retry-After"] == "1"
    again = await within(BOUND_S, caller.post(f"{path}/pause", key="k"))
    assert again.json()["version"] == 2, "whether the first was taken or not, there is one"


async def test_without_the_graph(own_api: Api):
    caller, path = await own_api.session()
    await own_api.parts.graph.close()
    for query in (path, f"/v1/players/{caller.player_id}", f"/v1/players/{caller.player_id}/journey"):
        refused = await within(BOUND_S, caller.get(query))
        document = problem(refused, 503, "read-model-unavailable")
        assert refused.headers["Retry-After"] == "1"
        assert "detail" not in document
    assert (await caller.post(f"{path}/pause")).status_code == 200, "commands read no read model"
    health = await own_api.nobody().get("/health")
    assert health.json()["checks"] == {"database": False, "cache": True, "external_apis": True}
    assert (await own_api.nobody().get("/readyz")).status_code == 503


async def test_who_only_commands_is_ready_without_the_graph(own_api: Api):
    alone = app(services(own_api.parts, Work([], []), needs_graph=False), "commands")
    await own_api.parts.graph.close()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(alone), base_url="http://tta.test") as http:
        assert (await http.get("/readyz")).status_code == 200


@pytest.mark.parametrize("name", ["key-encryption.json", "hmac.json"])
async def test_keys_that_are_gone_are_not_made_anew_over_what_they_sealed(tmp_path: Path, name: str):
    async with api_in(tmp_path, working=False) as running:
        await running.player()
    (tmp_path / "keys" / name).unlink()
    with pytest.raises(KeyFileUnsafe, match=name):
        async with api_in(tmp_path, working=False):
            pass


async def test_another_key_than_the_keyrings_is_refused_at_the_start(tmp_path: Path):
    async with api_in(tmp_path / "one", working=False) as running:
        await running.player()
    async with api_in(tmp_path / "other", working=False):
        pass
    shutil.copy(tmp_path / "other" / "keys" / "key-encryption.json", tmp_path / "one" / "keys")
    with pytest.raises(KeyFileUnsafe, match="does not open what the keyring holds"):
        async with api_in(tmp_path / "one", working=False):
            pass


@pytest.mark.parametrize("which", ["commands", "queries"])
async def test_the_two_apps_stand_apart(api: Api, which: str):
    made = app(services(api.parts, Work([], [])), which)
    caller, path = await api.session()
    journey = f"/v1/players/{caller.player_id}/journey"
    await caller.seen(journey, await caller.post(f"{path}/pause"))
    transport = httpx2.ASGITransport(made)
    async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
        alone = caller._replace(http=http)
        statuses = [
            (await alone.post(f"{path}/resume")).status_code,
            (await alone.get(journey)).status_code,
        ]
        assert statuses == ([200, 404] if which == "commands" else [404, 200])
        tags = {
            tag
            for operations in (await alone.get("/v1/openapi.json")).json()["paths"].values()
            for operation in operations.values()
            for tag in operation["tags"]
        }
        assert tags == {which, "operations"}
