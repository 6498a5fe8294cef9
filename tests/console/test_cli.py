"""Every command does what its help says, as a process: what it prints, its exit status, what it leaves."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest

from tests.support.running_tta import Dev, environment, tta
from tta.domain.identity import derived_id
from tta.stories.playing.runtime import ChoiceMove, Playthrough
from tta.stories.story import catalogue

WORDS = "A heron stands in the shallows."
NOBODY = "00000000-0000-8000-8000-000000000000"

class_name_pattern = re.compile(r"tta: [A-Z][a-z]+[A-Z]\w+:")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """One TTA for all tests that leave it as it was."""
    dev = Dev(tmp_path_factory.mktemp("running") / "data")
    yield dev
    assert dev.end() == 0


@pytest.fixture(scope="module")
def session(running: Dev) -> str:
    return running.play(WORDS)[0]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Dev]]:
    """Starts a TTA on this test's data directory; none outlives the test."""
    started: list[Dev] = []

    def one() -> Dev:
        started.append(Dev(tmp_path / "data"))
        return started[-1]

    yield one
    for dev in started:
        processes: list[Any] = [dev.process, *dev.children]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def refused(done: subprocess.CompletedProcess[str], *told: str, status: int = 1) -> None:
    """It said what is wrong in one message, without a traceback."""
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for each in told:
        assert each in done.stderr
    assert class_name_pattern.search(done.stderr) is None, "what went wrong, not which class says so"


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [
        ("tta.console.cli", {"redis", "cryptography", "joserfc", "ladybug", "starlette", "bink"}),
        ("tta.console.operations", {"ladybug", "starlette", "uvicorn", "bink"}),
        ("tta.console.play", {"ladybug", "starlette", "uvicorn", "bink"}),
        ("tta.console.replay", {"ladybug", "starlette", "uvicorn", "bink"}),
    ],
)
def test_a_command_loads_no_library_that_it_does_not_use(module: str, unneeded: set[str]):
    """Each takes a part of the second that a command takes to start."""
    program = f"import sys, {module}; print(*sorted({unneeded!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_the_line_that_dev_prints_works_when_pasted(running: Dev):
    pasted = subprocess.run(["bash", "-c", running.curl], capture_output=True, text=True, check=True)
    again = subprocess.run(["bash", "-c", running.curl], capture_output=True, text=True, check=True)

    assert UUID(json.loads(pasted.stdout)["id"])
    assert pasted.stdout == again.stdout


def test_dev_keeps_what_it_writes_from_others(running: Dev):
    modes = {path.name: path.stat().st_mode & 0o777 for path in (running.data_dir / "keys").iterdir()}

    assert modes == {"key-encryption.json": 0o600, "hmac.json": 0o600, "token-signing.json": 0o600}
    assert running.data_dir.stat().st_mode & 0o777 == 0o700


def test_dev_ends_cleanly_and_the_next_start_continues(start: Callable[[], Dev]):
    dev = start()
    session, seen = dev.play(WORDS)
    assert any("valkey" in child.name() or "redis" in child.name() for child in dev.children)

    assert dev.end() == 0
    assert "The next start continues with this data." in dev.last_words
    assert psutil.wait_procs(dev.children, timeout=5)[1] == []

    dev = start()
    assert dev.last_text(session, seen) == WORDS
    assert dev.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("name", ["a #1? 100%25 'x' \"y\" größer\n[bold]~", "deep" * 40], ids=["odd", "long"])
def test_dev_runs_in_a_directory_of_any_name(name: str, tmp_path: Path):
    dev = Dev(tmp_path / name / "data")
    session, seen = dev.play(WORDS)
    assert dev.last_text(session, seen) == WORDS
    assert tta("replay", session, "--data-dir", dev.data_dir).returncode == 0
    assert tta("doctor", "--data-dir", dev.data_dir).returncode == 0
    assert dev.end() == 0
    assert tta("doctor", "--data-dir", dev.data_dir).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_terminal_that_closes_ends_dev_as_ctrl_c_does(start: Callable[[], Dev]):
    dev = start()
    assert dev.end(signal.SIGHUP) == 0
    assert psutil.wait_procs(dev.children, timeout=5)[1] == []


def test_under_nohup_a_terminal_that_closes_ends_nothing(tmp_path: Path):
    dev = Dev(tmp_path / "data", under="nohup")
    dev.process.send_signal(signal.SIGHUP)
    dev.play(WORDS)
    assert dev.end() == 0


STUBBORN = """
import asyncio, time
from tta.app import running

async def stubborn():
    print("up", flush=True)
    try:
        await asyncio.sleep(60)
    finally:
        time.sleep(60)

running.STOP_S_MAX = 0.2
running.to_its_end(stubborn())
"""


def test_what_does_not_end_when_told_to_is_ended():
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "a part did not stop in time" in told


def test_dev_recovers_what_a_kill_left_behind(start: Callable[[], Dev]):
    dev = start()
    session, seen = dev.play(WORDS)
    orphan, graph = dev.child("valkey"), dev.child("tta.graph.engines.child")
    dev.end(signal.SIGKILL)
    assert psutil.wait_procs([graph], timeout=5)[1] == [], "the graph's process has nobody to answer to"

    assert tta("replay", session, "--data-dir", dev.data_dir).returncode == 0
    assert orphan.is_running(), "looking does not disturb it"

    dev = start()
    assert psutil.wait_procs([orphan], timeout=5)[1] == []
    assert dev.last_text(session, seen) == WORDS
    assert dev.end() == 0


def test_dev_goes_on_when_its_own_server_is_killed(running: Dev):
    before = running.play("Before.")
    server = running.child("valkey")
    server.kill()
    server.wait(10)
    session, seen = running.play("And after.")
    assert running.last_text(session, seen) == "And after."
    assert running.last_text(*before) == "Before."
    running.children = psutil.Process(running.process.pid).children()
    assert len(running.children) == 2, "another server, and one only; and the graph's process"


def test_a_second_dev_on_a_data_directory_is_refused(running: Dev):
    refused(tta("dev", "--data-dir", running.data_dir), "another tta", running.url, "--data-dir")


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = tta("dev", "--data-dir", tmp_path / "data", "--port", str(port))

    refused(done, f"port {port}", "--port")
    assert [line for line in done.stderr.splitlines() if line.startswith("tta:")] != []


def test_a_workers_port_in_use_is_said_in_one_line(tmp_path: Path):
    dev = Dev(tmp_path / "data")
    try:
        servers = {
            "store_url": f"unix://{tmp_path}/data/valkey/valkey.sock",
            "keys_dir": f"{tmp_path}/data/keys",
        }
        port = dev.url.rpartition(":")[2]
        done = tta("react", **servers, graph_url=f"embedded:{tmp_path}/graph", worker_port=port)
    finally:
        dev.end()
    refused(done, f"port {port}", "TTA_WORKER_PORT")


def test_a_misspelt_variable_is_named(tmp_path: Path):
    for command in ("dev", "serve", "project", "react", "migrate", "token"):
        refused(tta(command, cwd=tmp_path, stoer_url="redis://127.0.0.1"), "TTA_STOER_URL is not a setting")
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path):
    servers = {"store_url": "redis://127.0.0.1:1", "graph_url": f"embedded:{tmp_path}/graph"}
    wrong = {
        "log_level": "loud",
        "store_url": "redis://127.0.0.1:port",
        "keyring_url": "http://127.0.0.1",
        "store_durability": "often",
        "graph_url": "bolt://neo4j:secret@127.0.0.1",
        "graph_password_file": f"{tmp_path}/none",
        "port": "eighty",
    }
    for name, value in wrong.items():
        done = tta("serve", cwd=tmp_path, **servers | {name: value})
        refused(done, f"TTA_{name.upper()}")
        assert "secret" not in done.stderr
    refused(tta("dev", "--data-dir", "/proc/none"), "TTA_DATA_DIR")
    refused(tta("keys", "create", "/proc/none"), "/proc/none")
    assert list(tmp_path.iterdir()) == []


def test_what_serves_names_the_servers_that_it_lacks(tmp_path: Path):
    for command in ("serve", "project", "react"):
        refused(tta(command, cwd=tmp_path), "TTA_STORE_URL is missing")


def test_token_is_accepted_by_the_tta_whose_keys_signed_it(running: Dev, session: str):
    player = str(derived_id("player", "demo"))
    own = tta("token", "--data-dir", running.data_dir, "--player", player).stdout.strip()
    other = tta("token", "--data-dir", running.data_dir, "--player", NOBODY).stdout.strip()
    auditor = tta("token", "--data-dir", running.data_dir, "--role", "auditor").stdout.strip()

    statuses = [
        running.ask("GET", f"/v1/sessions/{session}", token=token).status_code
        for token in (own, other, auditor, "none")
    ]
    assert statuses == [200, 404, 403, 401]


def test_token_refuses_what_it_cannot_mint(tmp_path: Path):
    refused(tta("token", "--data-dir", tmp_path / "none"), "token-signing.json does not exist")
    assert not (tmp_path / "none").exists()
    for wrong in (["--minutes", "1441"], ["--minutes", "0"], ["--role", "king"], ["--player", "me"]):
        refused(tta("token", "--data-dir", tmp_path, *wrong), wrong[0], status=2)


def test_migrate_applies_what_is_missing_once(tmp_path: Path, running: Dev):
    graph = f"embedded:{tmp_path}/graph"

    first, second = tta("migrate", graph_url=graph), tta("migrate", graph_url=graph)

    assert "applied 0001_checkpoints" in first.stdout
    assert "nothing to do" in second.stdout
    assert (first.returncode, second.returncode) == (0, 0)
    refused(
        tta("migrate", "--data-dir", running.data_dir), "is open in another process", "ask the running TTA"
    )
    refused(tta("migrate", "--data-dir", tmp_path / "none"), "TTA_GRAPH_URL is missing")
    refused(
        tta("migrate", graph_url="bolt://127.0.0.1:1", graph_password="secret"),
        "the graph bolt://127.0.0.1:1: ",
    )


def test_what_is_wrong_is_said_by_a_sentence_alone(tmp_path: Path, running: Dev):
    away = {"store_url": "redis://127.0.0.1:1"}
    servers = away | {"graph_url": f"embedded:{tmp_path}/graph", "keys_dir": f"{running.data_dir}/keys"}
    told = [
        ("TTA_STORE_URL: no server answers: ", tta("serve", **servers)),
        ("no server answers: ", tta("replay", NOBODY, **away)),
        ("the graph's URL: expected embedded: or one of ", tta("migrate", graph_url="foo://127.0.0.1")),
        ("the graph's URL: Invalid IPv6 URL, got 'bolt://[::1'", tta("migrate", graph_url="bolt://[::1")),
        (f"store tta has no history of {NOBODY}: ", tta("replay", NOBODY, "--data-dir", running.data_dir)),
        ("there is no story, file or folder 'nowhere'; the stories are ", tta("stories", "check", "nowhere")),
        ("TTA_LOG_LEVEL: ", tta("replay", NOBODY, log_level="loud")),
    ]
    for sentence, done in told:
        refused(done)
        assert done.stderr.startswith(f"tta: {sentence}"), done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_keys_are_made_once_and_never_overwritten(tmp_path: Path):
    made = tta("keys", "create", tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}

    assert made.returncode == 0
    assert sorted(before) == ["hmac.json", "key-encryption.json", "token-signing.json"]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    refused(tta("keys", "create", tmp_path / "keys"), "never overwritten")
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}


def test_demo_plays_the_whole_scenario_and_leaves_nothing(tmp_path: Path):
    done = tta("demo", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    for told in ("201 Created", "Idempotency-Replayed: true", "idempotency-key-reused", "version-mismatch"):
        assert told in done.stdout
    for told in ("session-is-paused", "Consistency: fresh", "404 Not Found", "Chain verified: "):
        assert told in done.stdout
    assert "steps succeeded" in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert not [each for each in psutil.process_iter(["cmdline"]) if "tta-demo-" in str(each.info["cmdline"])]


def test_demo_plays_on_a_tta_that_runs_any_number_of_times(running: Dev):
    for _ in range(2):
        done = tta("demo", "--url", running.url, "--data-dir", running.data_dir)
        assert done.returncode == 0, done.stdout + done.stderr


def test_demo_says_where_it_is_not_as_expected(running: Dev, tmp_path: Path):
    refused(tta("demo", "--url", running.url, "--data-dir", tmp_path), "token-signing.json does not exist")
    refused(tta("demo", "--data-dir", tmp_path), "--url")
    tta("keys", "create", tmp_path / "keys")

    unknown_key = tta("demo", "--url", running.url, "--data-dir", tmp_path)
    assert unknown_key.returncode == 1
    assert "Unexpected answer: expected 201, got 401" in unknown_key.stdout
    refused(tta("demo", "--url", "http://127.0.0.1:1", "--data-dir", tmp_path), "is it running?")


def test_completion_can_be_installed(tmp_path: Path):
    done = tta("--install-completion", "--shell", "bash", "--output", tmp_path / "completion")

    assert done.returncode == 0, done.stderr
    assert "replay" in (tmp_path / "completion").read_text()


def test_every_command_has_help():
    listed = tta("--help").stdout
    for command in (
        "dev",
        "serve",
        "project",
        "react",
        "migrate",
        "token",
        "replay",
        "doctor",
        "demo",
        "keys",
    ):
        assert command in listed
        assert tta(command, "--help").returncode == 0


def test_play_plays_a_story_and_leaves_nothing(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "tta", "play", "clearing"],
        cwd=tmp_path,
        env=environment(),
        input="1\nwhat?\n\n2\nquit\n",
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    place = Playthrough(catalogue()["clearing"][1], UUID(int=0))
    assert place.shown.text[:60] in done.stdout
    for number in (0, 1):
        assert place.make(ChoiceMove(place.shown.offers[number].id)).text[:60] in done.stdout
    assert "I am not sure which you mean" in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert "there is no story 'nowhere'" in tta("play", "nowhere", cwd=tmp_path).stdout
