"""A process raises its limit of descriptors, keeps to what it then allows, and says what is too few."""

import json
import resource
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.support.running_tta import Dev, environment
from tta.app.descriptors import CONNECTIONS_MIN, RESERVED
from tta.app.serving.server import CONNECTIONS_MAX

ENOUGH = CONNECTIONS_MAX + RESERVED
CALLERS = 60  # That the process below may serve beyond the least it must.


def limited(directory: Path, soft: int, hard: int) -> str:
    """Write a program that runs another under these limits."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip(f"this machine does not allow {hard} descriptors")
    script = directory / f"limited-{soft}-{hard}"
    script.write_text(f'#!/bin/sh\nulimit -S -n {soft} && ulimit -H -n {hard} && exec "$@"\n')
    script.chmod(0o700)
    return str(script)


def run(script: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [script, sys.executable, "-m", "tta", *arguments],
        env=environment(**settings),
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )


def limit_of(dev: Dev) -> tuple[int, int]:
    found = psutil.Process(dev.process.pid).rlimit(psutil.RLIMIT_NOFILE)
    return found[0], found[1]


def said(dev: Dev) -> str:
    return (dev.data_dir.parent / f"{dev.data_dir.name}.log").read_text()


def test_the_soft_limit_is_raised_to_the_hard_one(tmp_path: Path):
    dev = Dev(tmp_path / "data", under=limited(tmp_path, 256, ENOUGH))
    try:
        assert limit_of(dev) == (ENOUGH, ENOUGH)
        assert "fewer connections" not in said(dev)
    finally:
        assert dev.end() == 0


def test_a_small_one_is_told_and_kept_to(tmp_path: Path):
    """More callers come than there may be descriptors: none of them keeps the others from an answer."""
    small = RESERVED + CONNECTIONS_MIN + CALLERS
    dev = Dev(tmp_path / "data", under=limited(tmp_path, 64, small), log_json="true")
    try:
        assert limit_of(dev) == (small, small)
        (line,) = [each for each in said(dev).splitlines() if "fewer connections than wanted" in each]
        told = json.loads(line)
        assert (told["wanted"], told["allowed"]) == (CONNECTIONS_MAX, CONNECTIONS_MIN + CALLERS)
        assert "RLIMIT_NOFILE" in told["change"]
        host, _, port = dev.url.removeprefix("http://").partition(":")
        with ExitStack() as stack:
            for _ in range(2 * small):
                try:
                    stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
                except OSError:
                    continue
            assert httpx2.get(f"{dev.url}/livez", timeout=20, trust_env=False).status_code == 200
            assert httpx2.get(f"{dev.operators}/livez", timeout=20, trust_env=False).status_code == 200
            assert psutil.Process(dev.process.pid).num_fds() < small - 100
        assert "Too many open files" not in said(dev)
    finally:
        assert dev.end() == 0


@pytest.mark.parametrize("command", [("dev",), ("serve",), ("project",), ("react",)], ids=" ".join)
def test_too_few_to_serve_anybody_are_refused_by_name(tmp_path: Path, command: tuple[str, ...]):
    script = limited(tmp_path, 64, RESERVED + CONNECTIONS_MIN - 1)
    servers = {
        "store_url": "redis://127.0.0.1:9",
        "graph_url": "bolt://127.0.0.1:9",
        "keys_dir": str(tmp_path),
    }
    done = run(script, *command, data_dir=str(tmp_path / "data"), **({} if command == ("dev",) else servers))
    assert done.returncode == 1
    (line,) = [each for each in done.stderr.splitlines() if each.startswith("tta:")]
    assert f"may open {RESERVED + CONNECTIONS_MIN - 1} files and connections" in line
    assert "RLIMIT_NOFILE" in line
    assert "ulimit -n" in line


@pytest.mark.parametrize(
    ("most", "state"), [(ENOUGH, "ok"), (ENOUGH - 1, "warn"), (RESERVED + CONNECTIONS_MIN - 1, "fail")]
)
def test_doctor_says_what_to_do(tmp_path: Path, most: int, state: str):
    done = run(limited(tmp_path, 128, most), "doctor", "--json", data_dir=str(tmp_path / "data"))
    report = json.loads(done.stdout)
    (finding,) = [each for each in report["findings"] if each["what"] == "descriptors"]
    assert finding["state"] == state
    if state != "ok":
        assert f"may open {most} files and connections, expected {ENOUGH}" in finding["found"]
        assert "LimitNOFILE=" in finding["change"]
    assert (done.returncode == 1) >= (state == "fail")
