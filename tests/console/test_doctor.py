"""`tta doctor` finds what is wrong with keys, servers and settings, says what to change, tells no secret."""

import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.running_tta import SLOTS, Dev, tta
from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.store import EventStore

SECRET = "a-secret-of-the-tests"

Report = dict[str, list[dict[str, str]]]


def examined(*arguments: str | Path, **settings: str) -> tuple[int, Report]:
    """The exit status, and the findings by what they are about."""
    done = tta("doctor", "--json", *arguments, **settings)
    assert done.stderr == "", done.stderr
    assert SECRET not in done.stdout
    report = json.loads(done.stdout)
    assert report["healthy"] == (done.returncode == 0)
    findings: Report = {}
    for finding in report["findings"]:
        findings.setdefault(finding["what"], []).append(finding)
    return done.returncode, findings


def only(findings: Report, what: str) -> tuple[str, str, str]:
    (finding,) = findings[what]
    return finding["state"], finding["found"], finding["change"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    dev = Dev(tmp_path_factory.mktemp("running") / "data")
    yield dev
    assert dev.end() == 0


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ChildServer]:
    """A server that keeps what `fsync` promises, without a store."""
    child = ChildServer(tmp_path / "valkey")
    await child.start()
    yield child
    await child.stop()


def test_a_tta_that_runs_is_well(running: Dev):
    status, findings = examined("--data-dir", running.data_dir)

    assert status == 0
    assert {finding["state"] for each in findings.values() for finding in each} <= {"ok", "warn"}
    assert running.url in only(findings, "graph")[1]
    assert "every slot has a worker" in only(findings, "projection journey")[1]
    assert "keeps fsync" in only(findings, "store server durability")[1]
    assert f"{SLOTS} slots" in only(findings, "store")[1]


def test_a_table_is_for_people(running: Dev):
    done = tta("doctor", "--data-dir", running.data_dir)

    assert done.returncode == 0
    assert "checks: 0 failed" in done.stdout


def test_before_the_first_start_there_is_nothing_to_mend(tmp_path: Path):
    status, findings = examined("--data-dir", tmp_path / "none")

    assert status == 0
    assert {finding["state"] for finding in findings["keys"]} == {"warn"}
    assert not (tmp_path / "none").exists()


def test_key_files_that_others_read_or_that_are_missing_fail(tmp_path: Path):
    tta("keys", "create", tmp_path)
    (tmp_path / "hmac.json").chmod(0o644)
    (tmp_path / "token-signing.json").unlink()

    status, findings = examined(keys_dir=str(tmp_path))

    assert status == 1
    assert [finding["state"] for finding in findings["keys"]] == ["ok", "fail", "fail"]
    assert "chmod 600" in findings["keys"][1]["change"]
    assert "tta keys create" in findings["keys"][2]["change"]


def test_a_wrong_setting_is_a_finding():
    status, findings = examined(stoer_url="redis://")
    assert (status, only(findings, "settings")[0]) == (1, "fail")

    status, findings = examined(log_level="loud")
    assert (status, only(findings, "settings")[0]) == (1, "fail")

    status, findings = examined(store_durability="often", graph_password_file="/none", origins="*")
    found = " ".join(finding["found"] for finding in findings["settings"] if finding["state"] == "fail")
    assert status == 1
    for name in ("TTA_STORE_DURABILITY", "TTA_GRAPH_PASSWORD_FILE", "TTA_ORIGINS"):
        assert name in found


def test_a_server_that_is_not_there_fails_without_its_password():
    status, findings = examined(
        store_url=f"redis://:{SECRET}@127.0.0.1:1/0",
        keyring_url=f"redis://:{SECRET}@127.0.0.1:1/1",
        graph_url="bolt://127.0.0.1:1",
        graph_password=SECRET,
    )

    assert status == 1
    for what in ("store server", "keyring server", "graph"):
        state, found, change = only(findings, what)
        assert state == "fail", found
        assert "127.0.0.1:1" in found
        assert change


async def test_every_unsafe_setting_of_a_server_is_named(tmp_path: Path):
    unsafe = {"appendonly": "no", "maxmemory-policy": "allkeys-lru"}
    server = ChildServer(tmp_path / "valkey", settings=unsafe)
    await server.start()
    try:
        status, findings = examined(store_url=server.url)
        state, found, change = only(findings, "store server durability")
        assert (status, state) == (1, "fail")
        assert "appendonly is no, must be yes" in found
        assert "maxmemory-policy is allkeys-lru, must be noeviction" in found
        assert "CONFIG SET" in change
        assert examined(store_url=server.url, store_durability="memory")[0] == 1
    finally:
        await server.stop()


async def test_the_record_of_a_store_is_compared_and_never_made(server: ChildServer, tmp_path: Path):
    settings = {"store_url": server.url, "data_dir": str(tmp_path / "none")}
    status, findings = examined(**settings)
    assert (status, only(findings, "store")[0]) == (0, "warn")
    assert only(findings, "keyring")[0] == "warn", "a production keyring has a server of its own"

    status, findings = examined(**settings)
    assert only(findings, "store")[0] == "warn", "to look makes no store"

    await (await EventStore.open(server.url, "tta", slots=8, durability=Durability("fsync"))).close()
    status, findings = examined(**settings)
    differs = ("fail", f"tta: 8 slots, expected {SLOTS}", "set TTA_STORE_SLOTS=8")
    assert (status, only(findings, "store")) == (1, differs)


def test_a_graph_that_lacks_migrations_fails(tmp_path: Path):
    url = f"embedded:{tmp_path}/graph"

    status, findings = examined(graph_url=url, data_dir=str(tmp_path / "none"))
    assert (status, only(findings, "migrations")[0]) == (1, "fail")
    assert "tta migrate" in only(findings, "migrations")[2]

    tta("migrate", graph_url=url)
    status, findings = examined(graph_url=url, data_dir=str(tmp_path / "none"))
    assert (status, only(findings, "migrations")[0]) == (0, "ok")


@pytest.mark.neo4j
def test_a_neo4j_tells_its_version(neo4j_server: tuple[str, str], tmp_path: Path):
    url, password = neo4j_server

    _, findings = examined(graph_url=url, graph_password=password, data_dir=str(tmp_path / "none"))
    wrong, refused = examined(graph_url=url, graph_password=SECRET, data_dir=str(tmp_path / "none"))

    assert "Neo4j Kernel 5.26" in only(findings, "graph")[1]
    assert (wrong, only(refused, "graph")[0]) == (1, "fail")


def test_a_port_that_another_program_has_is_told_from_ones_own(running: Dev, tmp_path: Path):
    port = running.url.rpartition(":")[2]
    assert "a TTA answers" in only(examined("--data-dir", tmp_path, port=port)[1], "port")[1]

    with socket.create_server(("127.0.0.1", 0)) as taken:
        taken.listen()
        other = str(taken.getsockname()[1])
        state, _, change = only(examined("--data-dir", tmp_path, port=other)[1], "port")
    assert (state, "TTA_PORT" in change) == ("warn", True)
