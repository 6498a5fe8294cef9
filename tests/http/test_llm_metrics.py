"""A process that only serves shows how the models' endpoints do, as all processes know it."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from tests.support.http.api_examples import Api, for_operators
from tta.agents.breaker import circuit_breaker
from tta.app.llms import llms_of
from tta.app.main import services
from tta.app.work import Work
from tta.http.apps import app
from tta.http.edge.wiring import Services


class Broken(Exception):
    """The endpoint does not work."""


async def opened(api: Api, endpoint: str) -> None:
    """Have another process open the breaker of an endpoint."""
    elsewhere = circuit_breaker(api.parts.store.nodes, api.parts.store.layout.name, endpoint)
    for _ in range(5):
        try:
            async with elsewhere.guarded():
                raise Broken
        except Broken:
            continue


@asynccontextmanager
async def for_anybody(served: Services) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app(served, "all"))
    async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
        yield http


@asynccontextmanager
async def serving(
    api: Api, directory: Path, names: Sequence[str], whom: Any = for_anybody
) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve with models at endpoints where nobody listens."""
    file = directory / "models.json"
    endpoints = [{"name": each, "base_url": "http://127.0.0.1:9/v1", "model": "small"} for each in names]
    file.write_text(json.dumps(endpoints))
    llms = llms_of(replace(api.parts.settings, models_file=file), api.parts.store)
    assert llms is not None
    try:
        async with whom(services(api.parts, Work([], [], llms=llms))) as http:
            yield http
    finally:
        await llms.close()


async def test_a_breaker_that_another_process_opened_is_shown(still_api: Api, tmp_path: Path):
    await opened(still_api, "one")
    async with serving(still_api, tmp_path, ["one", "two"], for_operators) as http:
        told = (await http.get("/metrics")).text
    families = {each.name: each for each in text_string_to_metric_families(told)}
    open_now = {
        sample.labels["endpoint"]: sample.value for sample in families["tta_model_breaker_open"].samples
    }
    assert (open_now["one"], open_now["two"]) == (1, 0)


async def test_health_says_when_no_model_may_be_asked(api: Api, tmp_path: Path):
    async with serving(api, tmp_path, ["three", "four"]) as http:
        for endpoint, may_be_asked in (("", True), ("three", True), ("four", False)):
            if endpoint:
                await opened(api, endpoint)
            health = await http.get("/health")
            assert "model" not in str(health.json()["details"]["troubles"]), "stories go on without models"
            assert health.json()["checks"]["external_apis"] is may_be_asked


async def test_resting_models_leave_a_process_ready(still_api: Api, tmp_path: Path):
    await opened(still_api, "five")
    async with serving(still_api, tmp_path, ["five"]) as http:
        assert (await http.get("/health")).json()["checks"]["external_apis"] is False
        assert (await http.get("/readyz")).status_code == 200
