"""What `deploy/` and `compose.yaml` promise: safe servers, no default secrets, and commands that exist."""

import asyncio
import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from packaging.requirements import Requirement

from tests.support.running_tta import NO_TLS, environment, tta
from tta.app.settings import Settings
from tta.console.cli import cli
from tta.eventstore.child_server import ChildServer, server_binary
from tta.eventstore.durability import Durability
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.nodes import Nodes

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy" / "image" / "Dockerfile").read_text()
README = (ROOT / "deploy" / "README.md").read_text()
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "tta"}
SETTINGS = {f"TTA_{field.upper()}" for field in Settings.__struct_fields__}
ONCE = {"keys", "migrate"}
READY_WITHIN_S = 60


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_looked_after(name: str):
    service = SERVICES[name]

    assert service["restart"] in ({"no", "on-failure"} if name in ONCE else {"unless-stopped"})
    assert service["healthcheck"].get("disable", False) == (name in ONCE)
    assert service["logging"]["options"]["max-size"] if name in ("valkey", "commands") else True


def test_who_reads_no_personal_text_has_no_keys():
    for name in ("projector", "migrate"):
        given = SERVICES[name]
        assert not given["volumes"]
        assert not {"TTA_KEYS_DIR", "TTA_KEYRING_URL"} & given["environment"].keys()


def test_metrics_are_published_nowhere_and_health_is_asked_where_it_is_answered():
    """They tell when somebody acts: only what is in the containers' network may scrape them."""
    for name in OURS.keys() - ONCE:
        given = SERVICES[name]
        port = given["environment"]["TTA_WORKER_PORT"]
        assert given["environment"]["TTA_WORKER_HOST"] == "0.0.0.0"
        published = [each.rpartition(":")[2] for each in given.get("ports", ())]
        assert port not in (*published, "8000"), "it is not the API's"
        asked = re.search(r"127\.0\.0\.1:(\d+)/(\w+)", given["healthcheck"]["test"][-1])
        assert asked
        assert asked.groups() == (("8000", "readyz") if published else (port, "livez"))
    assert "port: 9000" in README


def test_no_secret_has_a_default():
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            secret = re.search(r"PASSWORD|AUTH|URL|SECRET", variable) and "GRAPH_URL" not in variable
            if secret and not variable.endswith("_FILE"):
                assert re.search(r"\$\{\w+_PASSWORD:\?[^}]+\}", value), f"{name}: {variable}"
    assert not re.search(r"\$\{[^}:]*(:-|-)", (ROOT / "compose.yaml").read_text()), "a default"
    assert not re.search(r"password\s*[:=]\s*\w", DOCKERFILE, re.IGNORECASE)


def test_every_setting_named_is_a_setting():
    named = set(re.findall(r"TTA_[A-Z_]+", (ROOT / "compose.yaml").read_text() + DOCKERFILE + README))

    assert named - SETTINGS == set()
    rows = " ".join(line for line in README.splitlines() if line.startswith("|"))
    described = {name for name in SETTINGS if f"`{name}`" in rows}
    assert SETTINGS - described == set(), "README.md describes every one"


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str):
    command, _, _ = cli.parse_args(OURS[name]["command"], exit_on_error=False, print_error=False)

    assert callable(command)


def test_only_who_needs_to_can_write_the_keys():
    writers = {name for name, service in OURS.items() if "keys:/keys" in service["volumes"]}

    assert writers == {"keys"}
    assert all(service["read_only"] for service in OURS.values())


def test_the_image_is_built_from_what_is_there_and_runs_as_nobody_special():
    stages = DOCKERFILE.split("\nFROM ")
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    ignored = (ROOT / "deploy" / "image" / "Dockerfile.dockerignore").read_text().splitlines()

    assert len(stages) == 3, "what builds is not what runs"
    assert re.search(r"^USER tta$", stages[-1], re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", stages[-1], re.MULTILINE)
    for source in (each for line in copied for each in line.split()):
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored, source
    assert "*" in ignored


def test_the_image_takes_the_versions_of_the_lock(tmp_path: Path):
    (script,) = re.findall(r"^RUN (sed .+) > constraints.txt$", DOCKERFILE, re.MULTILINE)

    done = subprocess.run(["sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    pinned = {Requirement(line).name for line in done.stdout.splitlines()}

    lock = (ROOT / "requirements.lock").read_text()
    assert len(pinned) == len(re.findall(r"^\w", lock, re.MULTILINE))
    assert {"redis", "starlette", "ladybug"} <= pinned


@pytest.mark.parametrize("name", ["valkey", "keyring"])
async def test_the_stores_servers_keep_what_they_promise_and_ask_for_a_password(name: str, tmp_path: Path):
    shell, flag = SERVICES[name]["entrypoint"]
    (script,) = SERVICES[name]["command"]
    # Compose makes one dollar sign of two; the rest is this machine's binary, directory and socket.
    script = script.replace("$$", "$").replace("valkey-server", shlex.quote(server_binary()), 1)
    script = script.replace("--dir /data", f"--dir {tmp_path} --port 0 --unixsocket {tmp_path}/socket")
    process = await asyncio.create_subprocess_exec(
        *(shell, flag, script),
        env=environment() | {"VALKEYCLI_AUTH": "for-tests-only"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        while b"Ready to accept connections" not in (line := await process.stdout.readline()):
            assert line, "it ended before it was ready"
        nodes = await Nodes.connect(f"unix://:for-tests-only@{tmp_path}/socket", Durability("fsync"))
        await nodes.close()
        with pytest.raises(StoreUnavailable, match="uthenticat"):
            await Nodes.connect(f"unix://{tmp_path}/socket", Durability("fsync"))
    finally:
        process.terminate()
        await process.communicate()


class Part:
    """One `tta …` process of a production TTA."""

    def __init__(self, *command: str, log: Path, **settings: str) -> None:
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tta", *command],
                env=environment(**settings, log_json="true"),
                stderr=output,
                start_new_session=True,
            )

    async def ready(self) -> str:
        """Its URL, once it is ready; empty for what serves nothing."""
        async with asyncio.timeout(READY_WITHIN_S):
            while True:
                for line in self._log.read_text().splitlines():
                    if '"event": "ready"' in line:
                        return json.loads(line)["url"] or ""
                assert self.process.poll() is None, self._log.read_text()
                await asyncio.sleep(0.05)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@pytest.fixture
async def production(tmp_path: Path, empty_neo4j: tuple[str, str]) -> AsyncIterator[dict[str, str]]:
    """The settings of a TTA on servers of its own: a store, a keyring, an empty Neo4j, keys made once."""
    url, password = empty_neo4j
    (tmp_path / "password").write_text(password)
    assert tta("keys", "create", tmp_path / "keys").returncode == 0
    servers = [ChildServer(tmp_path / name) for name in ("store", "keyring")]
    for server in servers:
        await server.start()
    yield {
        "store_url": servers[0].url,
        "keyring_url": servers[1].url,
        "graph_url": url,
        "graph_password_file": str(tmp_path / "password"),
        "keys_dir": str(tmp_path / "keys"),
        "data_dir": str(tmp_path / "unused"),
    }
    for server in servers:
        await server.stop()


@pytest.mark.neo4j
async def test_its_parts_play_a_turn_as_processes_of_their_own(production: dict[str, str], tmp_path: Path):
    early = tta("serve", "queries", "--port", "0", **production)
    assert (early.returncode, "run `tta migrate`" in early.stderr) == (1, True)
    keyless = tta("serve", **production | {"keys_dir": str(tmp_path / "none")})
    assert (keyless.returncode, "key-encryption.json" in keyless.stderr) == (1, True)
    assert tta("migrate", **production).returncode == 0
    commands, queries, projector, reactor = parts = [
        Part(*command, log=tmp_path / f"{n}.log", **production)
        for n, command in enumerate(
            (
                ("serve", "commands", "--port", "0"),
                ("serve", "queries", "--port", "0"),
                ("project",),
                ("react",),
            )
        )
    ]
    try:
        tell, ask = await commands.ready(), await queries.ready()
        await projector.ready()
        await reactor.ready()
        await asyncio.to_thread(play_a_turn, tell, ask, production)
        assert tta("doctor", **production).returncode == 0
    finally:
        ended = [part.end() for part in parts]
    assert ended == [0, 0, 0, 0]
    assert not (tmp_path / "unused").exists()


def play_a_turn(tell: str, ask: str, production: dict[str, str]) -> None:
    """Register, agree, start, say something and be answered; then look with the token, and replay."""
    service = token("--role", "service", **production)
    made = send("POST", f"{tell}/v1/players", service, {"name": "Robin"})
    player = made.json()["id"]
    own = token("--player", player, **production)
    send("PUT", f"{tell}/v1/players/{player}/consents/play", own, {"given": True})
    session = send("POST", f"{tell}/v1/sessions", own, {"story": "clearing"}).headers["Location"]
    said = send("POST", f"{tell}{session}/interactions", own, {"text": "Hello."}, prefer="wait=20")
    assert said.json()["reply"]["author"] == "story"

    seen = {"consistency_token": said.headers["Consistency-Token"], "prefer": "wait=20, handling=strict"}
    shown = send("GET", f"{ask}{session}", own, **seen)
    assert (shown.headers["Consistency"], shown.json()["last_text"]) == ("fresh", "Hello.")
    assert send("GET", f"{tell}{session}", own, expects=404).json()["code"] == "not-found"

    replayed = tta("replay", session.rpartition("/")[2], **production)
    assert (replayed.returncode, "Chain verified: 3 events" in replayed.stdout) == (0, True)


def token(*arguments: str, **settings: str) -> str:
    return tta("token", *arguments, **settings).stdout.strip()


def send(
    method: str, url: str, bearer: str, body: Any = None, *, expects: Any = 0, **headers: str
) -> httpx2.Response:
    sent = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f'"{method} {url}"'}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer = httpx2.request(method, url, json=body, headers=sent, timeout=40, trust_env=False, verify=NO_TLS)
    assert answer.status_code == expects if expects else answer.is_success, answer.text
    return answer
