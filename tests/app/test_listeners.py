"""A process answers anybody on one address, and operators on another."""

import base64
import json
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.running_tta import NO_TLS, Dev, tta
from tta.domain.measures import Change, Severity
from tta.telemetry.metrics import REGISTRY


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    running = Dev(tmp_path_factory.mktemp("listeners") / "data")
    yield running
    running.end()


def asked(url: str, method: str = "GET") -> httpx2.Response:
    return httpx2.request(method, url, timeout=30, trust_env=False, verify=NO_TLS)


def listening(dev: Dev) -> set[tuple[str, int]]:
    """Return the addresses of the process itself, without those of its child servers."""
    found = psutil.Process(dev.process.pid).net_connections("inet")
    return {(each.laddr.ip, each.laddr.port) for each in found if each.status == psutil.CONN_LISTEN}


def address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


def own_path(dev: Dev) -> str:
    """The path of the demo player."""
    part = dev.token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return f"/v1/players/{claims['player']}"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "/v1/metrics", "/METRICS", "/metrics%0a", "//metrics"]
)
def test_on_the_api_s_port_there_are_no_metrics(dev: Dev, method: str, path: str):
    assert asked(f"{dev.url}{path}", method).status_code == 404


def test_the_contract_has_no_metrics(dev: Dev):
    assert "/metrics" not in asked(f"{dev.url}/v1/openapi.json").text


def test_those_who_run_it_are_told_all(dev: Dev):
    assert asked(f"{dev.operators}/livez").json() == {"status": "alive"}
    assert asked(f"{dev.operators}/readyz").json() == {"status": "ready"}
    assert "tta_projection_lag_events" in asked(f"{dev.operators}/metrics").text
    whole = dev.health().json()
    assert {"keyring", "projections", "stopped", "parked", "put_back", "overdue"} <= whole["details"].keys()
    assert asked(f"{dev.operators}/v1/sessions").status_code == 404


def test_health_tells_anybody_nothing_of_slots_moments_or_events(dev: Dev):
    for path in ("/health", "/v1/health"):
        told = asked(f"{dev.url}{path}").json()
        assert told.keys() == {"status", "checks", "details"}
        assert told["details"].keys() == {"troubles"}
        assert not re.search(r"\d", str(told["details"]))


def test_no_metric_says_how_somebody_is(dev: Dev):
    player = own_path(dev)
    measure = {"measure": "phq9", "answers": [2] * 8 + [0]}
    assert dev.ask("POST", f"{player}/measures", measure, idempotency_key="m").status_code == 200
    goal = dev.ask("POST", f"{player}/goals", {"text": "Sleep"}, idempotency_key="g").json()["goal_id"]
    progress = {"goal_id": goal, "attainment": -2}
    assert dev.ask("POST", f"{player}/progress", progress, idempotency_key="p").status_code == 200
    families = list(text_string_to_metric_families(asked(f"{dev.operators}/metrics").text))
    samples = [sample for family in families for sample in family.samples]
    names = {sample.name for sample in samples}
    assert {"tta_measures_recorded_total", "tta_goal_attainment_total", "tta_goal_changes_total"} <= names
    assert not [name for name in names if name.endswith("_created")]
    values = {value for sample in samples for value in sample.labels.values()}
    assert not values & {
        *map(str, Severity),
        *map(str, Change),
        "-2",
        "-1",
        "1",
        "2",
        "milestone",
        "set_aside",
    }
    labels = {label for sample in samples for label in sample.labels}
    assert not labels & {"band", "severity", "change", "attainment", "level", "risk", "player", "session"}


def test_no_metric_that_there_is_has_such_a_label():
    """Also those that no test above has made anything count."""
    for collector in set(REGISTRY._collector_to_names):
        labels = getattr(collector, "_labelnames", ())
        assert not {"band", "severity", "change", "attainment", "level", "risk", "player"} & set(labels), (
            collector
        )


def test_both_are_on_loopback_only(dev: Dev):
    assert listening(dev) == {address(dev.url), address(dev.operators)}
    assert {host for host, _ in listening(dev)} == {"127.0.0.1"}


def test_another_address_and_port_are_taken_from_the_settings(tmp_path: Path):
    with socket.create_server(("127.0.0.2", 0)) as probe:
        port = probe.getsockname()[1]
    dev = Dev(tmp_path / "data", worker_host="127.0.0.2", worker_port=str(port))
    try:
        assert dev.operators == f"http://127.0.0.2:{port}"
        assert asked(f"{dev.operators}/metrics").status_code == 200
        with pytest.raises(httpx2.ConnectError):
            asked(f"http://127.0.0.1:{port}/metrics")
    finally:
        assert dev.end(signal.SIGTERM) == 0


def test_the_api_s_own_port_is_refused_by_name(dev: Dev, tmp_path: Path):
    servers = {"store_url": f"unix://{dev.data_dir}/valkey/valkey.sock", "keys_dir": f"{dev.data_dir}/keys"}
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    done = tta(
        "serve", "commands", **servers, graph_url=f"embedded:{tmp_path}/graph", port=port, worker_port=port
    )
    assert done.returncode == 1
    assert done.stderr.count("tta: cannot listen") == 1
    assert f"port {port}" in done.stderr
    assert "TTA_WORKER_HOST and TTA_WORKER_PORT" in done.stderr or "TTA_HOST and TTA_PORT" in done.stderr


def test_doctor_asks_there_too(dev: Dev):
    done = tta("doctor", data_dir=str(dev.data_dir))
    assert "no reply is overdue" in done.stdout or "overdue" in done.stdout
    assert f"in use by the TTA at {dev.url}" in done.stdout
