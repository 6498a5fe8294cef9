"""A process that only works tells those who run it that it lives, and how its work goes."""

import random

import httpx2
import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.support.proofs.retrying_client import Api
from tests.support.proofs.story_player import StoryPlayer
from tests.support.proofs.system import Part, System, until


async def shown(part: Part, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=part.operators_url, trust_env=False) as client:
        return await client.get(path)


async def scraped(part: Part, sample: str, **labels: str) -> float:
    """Add up a process's samples of a name and labels; 0 where it has none."""
    families = text_string_to_metric_families((await shown(part, "/metrics")).text)
    samples = [each for family in families for each in family.samples if each.name == sample]
    return sum(each.value for each in samples if labels.items() <= each.labels.items())


async def test_workers_show_their_own_metrics(system: System, chance: random.Random):
    parts = {
        name: await system.started(name, *arguments)
        for name, arguments in {
            "api": ("serve", "all"),
            "reactor": ("react",),
            "projector": ("project",),
        }.items()
    }
    api, reactor, projector = parts.values()
    assert await scraped(api, "tta_projection_lag_events") >= 0
    client = Api(api.url)
    player = StoryPlayer(client, system.mint, "heron", chance, looks=False)
    await player.register()
    await player.begin()
    assert await scraped(reactor, "tta_agent_steps_total") == 0
    await player.take_turn()
    await client.close()
    assert await scraped(reactor, "tta_agent_steps_total", step="checking") == 1
    assert await scraped(reactor, "tta_reactor_dealt_total", reactor="reply") >= 1
    assert await scraped(reactor, "tta_projection_events_total") == 0

    async def projected() -> bool:
        return await scraped(projector, "tta_projection_events_total", model="session_state") >= 3

    await until(projected)
    assert await scraped(projector, "tta_agent_steps_total") == 0


async def test_a_worker_lives_and_has_no_other_pages(system: System):
    reactor = await system.started("reactor", "react")
    alive = await shown(reactor, "/livez")
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert alive.headers["X-Content-Type-Options"] == "nosniff"
    elsewhere = await shown(reactor, "/v1/sessions")
    assert elsewhere.status_code == 404
    assert elsewhere.headers["Content-Type"] == "application/problem+json"
    assert elsewhere.json()["code"] == "not-found"


async def test_zero_is_nowhere(system: System):
    api = await system.started("api", "serve", "all", worker_port="0")
    found = psutil.Process(api.pid).net_connections("inet")
    assert {each.laddr.port for each in found if each.status == psutil.CONN_LISTEN} == {api.port}


async def test_each_part_of_the_api_answers_those_who_run_it(system: System):
    for which in ("commands", "queries"):
        api = await system.started(which, "serve", which)
        assert (await shown(api, "/livez")).status_code == 200
        assert (await shown(api, "/metrics")).status_code == 200
        assert "projections" in (await shown(api, "/health")).json()["details"]
        async with httpx2.AsyncClient(base_url=api.url, trust_env=False) as client:
            assert (await client.get("/metrics")).status_code == 404
            assert "projections" not in (await client.get("/health")).json()["details"]
