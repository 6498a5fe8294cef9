"""A process that only serves shows how the models' endpoints do, as all processes know it."""

import json
from pathlib import Path

import httpx2
from api_examples import Api
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from tta.agents.breaker import circuit_breaker
from tta.asked_models import models_of
from tta.http.apps import app
from tta.main import services
from tta.work import Work


class Broken(Exception):
    """The endpoint does not work."""


async def test_a_breaker_that_another_process_opened_is_shown(still_api: Api, tmp_path: Path):
    parts = still_api.parts
    file = tmp_path / "models.json"
    endpoints = [
        {"name": each, "base_url": "http://127.0.0.1:9/v1", "model": "small"} for each in ("one", "two")
    ]
    file.write_text(json.dumps(endpoints))
    elsewhere = circuit_breaker(parts.store.nodes, parts.store.layout.name, "one")
    for _ in range(5):
        try:
            async with elsewhere.guarded():
                raise Broken
        except Broken:
            continue
    models = models_of(replace(parts.settings, models_file=file), parts.store)
    assert models is not None
    try:
        made = app(services(parts, Work([], [], models=models)), "all")
        transport = httpx2.ASGITransport(made)
        async with httpx2.AsyncClient(transport=transport, base_url="http://tta.test") as http:
            told = (await http.get("/metrics")).text
    finally:
        await models.close()
    families = {each.name: each for each in text_string_to_metric_families(told)}
    open_now = {
        sample.labels["endpoint"]: sample.value for sample in families["tta_model_breaker_open"].samples
    }
    assert (open_now["one"], open_now["two"]) == (1, 0)
