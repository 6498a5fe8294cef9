"""What a process that is well says of itself: health and metrics."""

import re

from prometheus_client.parser import text_string_to_metric_families

from tests.support.http.api_examples import Api


async def test_the_process_lives_is_ready_and_healthy(api: Api):
    nobody = api.nobody()
    assert (await nobody.get("/livez")).json() == {"status": "alive"}
    assert (await nobody.get("/readyz")).json() == {"status": "ready"}
    health = await nobody.get("/health")
    assert health.status_code == 200
    assert health.json()["status"] == "healthy"
    assert health.json()["checks"] == {"database": True, "cache": True, "external_apis": True}
    assert health.json()["details"] == {"troubles": []}, "where and when is for those who run it"
    whole = await api.operators.get("/health")
    assert whole.json()["status"] == "healthy"
    assert {each["model"] for each in whole.json()["details"]["projections"]} == {
        "session_state",
        "player_state",
        "journey",
        "progress",
        "agents",
    }


async def test_metrics_are_what_prometheus_reads(api: Api):
    await api.nobody().get("/livez")
    shown = await api.operators.get("/metrics")
    assert re.match("text/plain", shown.headers["content-type"])
    families = {each.name: each for each in text_string_to_metric_families(shown.text)}
    routes = {sample.labels["route"] for sample in families["tta_http_requests"].samples}
    assert "/livez" in routes
    assert families["tta_projection_lag_events"].samples
