"""Graph and log of different ages: what TTA does, what health says, and what `tta doctor` advises."""

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.running_tta import SLOTS, Dev, tta, wait_until

pytestmark = pytest.mark.slow


def said(dev: Dev, session: str, words: str, key: str) -> str:
    """Say something in a session, wait for the reply; give the consistency token."""
    answer = dev.ask(
        "POST",
        f"/v1/sessions/{session}/interactions",
        {"text": words},
        idempotency_key=f'"{key}"',
        prefer="wait=30",
    )
    assert "reply" in answer.json(), answer.text
    return answer.headers["Consistency-Token"]


def doctor(data_dir: Path) -> dict[str, dict[str, Any]]:
    """What doctor found, by what it looked at; of several the worst."""
    ran = tta("doctor", "--json", "--data-dir", data_dir)
    order = ["ok", "warn", "fail"]
    findings = json.loads(ran.stdout)["findings"]
    return {each["what"]: each for each in sorted(findings, key=lambda each: order.index(each["state"]))}


def health(dev: Dev) -> tuple[int, dict[str, Any]]:
    answer = dev.health()
    return answer.status_code, answer.json()


def answered(dev: Dev, session: str, token: str) -> dict[str, Any]:
    """Return how the session is shown once its last turn has its answer, which the token does not name."""
    deadline = time.monotonic() + 60
    while True:
        asked = dev.ask("GET", f"/v1/sessions/{session}", consistency_token=token, prefer="wait=20")
        shown: dict[str, Any] = asked.json()
        if shown.get("unanswered") is False:
            return shown
        assert time.monotonic() < deadline, asked.text
        time.sleep(0.05)


def copied(data_dir: Path, part: str, to: Path) -> None:
    """Put a copy of what is kept beside; the embedded graph is several files."""
    to.mkdir()
    for found in data_dir.glob(f"{part}*"):
        (shutil.copytree if found.is_dir() else shutil.copy2)(found, to / found.name)


def put_back(data_dir: Path, part: str, kept: Path) -> None:
    for found in data_dir.glob(f"{part}*"):
        shutil.rmtree(found) if found.is_dir() else found.unlink()
    for found in kept.iterdir():
        (shutil.copytree if found.is_dir() else shutil.copy2)(found, data_dir / found.name)


def test_a_graph_that_is_older_than_the_log_catches_up(tmp_path: Path):
    data_dir = tmp_path / "data"
    dev = Dev(data_dir)
    session, _ = dev.play("I am here")
    dev.end()
    copied(data_dir, "graph", tmp_path / "graph before")
    dev = Dev(data_dir)
    seen = said(dev, session, "Hello again", "one")
    assert dev.last_text(session, seen) == "Hello again"
    dev.end()
    put_back(data_dir, "graph", tmp_path / "graph before")
    dev = Dev(data_dir)
    try:
        assert dev.last_text(session, seen) == "Hello again"
        dev.await_health()
        assert doctor(data_dir)["projection session_state"]["state"] == "ok"
    finally:
        dev.end()


def test_a_graph_that_is_newer_than_the_log_shows_nothing_as_fresh_until_it_is_forgotten(tmp_path: Path):
    data_dir = tmp_path / "data"
    dev = Dev(data_dir)
    session, early = dev.play("I am here")
    player = answered(dev, session, early)
    dev.end()
    copied(data_dir, "valkey", tmp_path / "log before")
    dev = Dev(data_dir)
    lost = said(dev, session, "This is lost", "one")
    assert dev.last_text(session, lost) == "This is lost"
    dev.end()
    put_back(data_dir, "valkey", tmp_path / "log before")
    dev = Dev(data_dir)
    try:
        _lane_stops_loudly(dev, session, early, lost)
        found = doctor(data_dir)["projection session_state"]
        assert found["state"] == "fail"
        assert "no longer in the log" in found["found"]
        assert "tta graph forget --model session_state" in found["change"]
        advised = re.search(r"`tta (graph forget [^`]+)`", found["change"])
        assert advised is not None
        for model in ("session_state", "player_state", "journey", "progress", "agents"):
            advice = advised[1].replace("session_state", model)
            forgotten = tta(*advice.split(), "--data-dir", data_dir)
            assert forgotten.returncode == 0, forgotten.stderr
            assert "filled again" in forgotten.stdout
        assert dev.last_text(session, early) == "I am here"
        shown = dev.ask("GET", f"/v1/sessions/{session}", consistency_token=early)
        assert (shown.headers["Consistency"], shown.json()) == ("fresh", player)
        gone = dev.ask("GET", f"/v1/sessions/{session}", consistency_token=lost)
        assert (gone.status_code, gone.headers["Consistency"]) == (200, "lost")
        seen = said(dev, session, "And on", "two")
        assert dev.last_text(session, seen) == "And on"
        wait_until(lambda: health(dev)[1]["details"]["stopped"] == [])
        assert doctor(data_dir)["projection session_state"]["state"] == "ok"
    finally:
        dev.end()


def _lane_stops_loudly(dev: Dev, session: str, early: str, lost: str) -> None:
    path = f"/v1/sessions/{session}"
    asked = dev.ask("GET", path, consistency_token=early, prefer="wait=5")
    assert (asked.status_code, asked.headers["Consistency"]) == (200, "unknown")
    asked = dev.ask("GET", path)
    assert (asked.status_code, asked.headers["Consistency"]) == (200, "unknown"), "also without a token"
    asked = dev.ask("GET", path, consistency_token=lost, prefer="wait=5")
    assert (asked.status_code, asked.headers["Consistency"]) == (200, "lost")
    for token, code in ((early, "read-model-stopped"), (lost, "history-changed")):
        asked = dev.ask("GET", path, consistency_token=token, prefer="handling=strict")
        assert (asked.status_code, asked.json()["code"]) == (503, code)
    # What is measured in the graph shows at once, what the workers find a moment later.
    deadline = time.monotonic() + 60
    while True:
        status, told = health(dev)
        assert (status, told["status"]) == (503, "unhealthy")
        changed = {each["model"]: each["changed"] for each in told["details"]["projections"]}
        if {each["slot"] for each in told["details"]["stopped"]} == set(changed["session_state"]):
            break
        assert time.monotonic() < deadline, told
        time.sleep(0.05)
    assert bytes.fromhex(session[:2])[0] % SLOTS in changed["session_state"]
    assert len(changed["session_state"]) < SLOTS, "agents that started since are in other slots"


def test_without_a_running_tta_it_is_done_at_once_and_shown_at_the_next_start(tmp_path: Path):
    data_dir = tmp_path / "data"
    nothing = tta("graph", "forget", "--data-dir", data_dir)
    assert (nothing.returncode, "no graph" in nothing.stderr) == (1, True), nothing.stderr
    dev = Dev(data_dir)
    session, seen = dev.play("I am here")
    dev.end()
    for wrong in (("--model", "diary"), ("--slot", str(SLOTS)), ("--slot", "-1")):
        refused = tta("graph", "forget", "--data-dir", data_dir, *wrong)
        assert refused.returncode == 1
        assert "expected" in refused.stderr
    forgotten = tta("graph", "forget", "--data-dir", data_dir, "--model", "session_state")
    assert forgotten.returncode == 0, forgotten.stderr
    dev = Dev(data_dir)
    try:
        assert dev.last_text(session, seen) == "I am here"
    finally:
        dev.end()
