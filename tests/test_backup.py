"""docs/how-to/backup.md: its commands, run as they stand, bring back everything."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from tests.support.running_tta import Dev, tta
from tta.eventstore.log_files import MANIFEST

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "backup.md"
pytestmark = pytest.mark.slow

# `redis-cli` is in no wheel, so the page's commands to it are sent by redis-py.
CLI = """
import sys
from redis import Redis
client = Redis(unix_socket_path=sys.argv[2], decode_responses=True, protocol=2)
connection = client.connection_pool.get_connection()
connection.send_command(*sys.argv[3:])
answer = connection.read_response()
print(*(answer if isinstance(answer, list) else [answer]), sep="\\n")
"""


def commands(heading: str) -> str:
    """The shell commands below a heading of the page."""
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found, f"{heading}: no commands"
    return found[1]


def run(script: str, directory: Path, copy: Path, tools: Path) -> None:
    told = {"DIR": str(directory), "COPY": str(copy), "PATH": f"{tools}:{os.environ['PATH']}"}
    environment = os.environ | told
    subprocess.run(["bash", "-euc", script], env=environment, check=True)


def server_of(dev: Dev) -> Redis:
    return Redis(unix_socket_path=str(dev.data_dir / "valkey" / "valkey.sock"), decode_responses=True)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    folder = tmp_path / "tools"
    folder.mkdir()
    (folder / "cli.py").write_text(CLI)
    script = folder / "redis-cli"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} "{folder}/cli.py" "$@"\n')
    script.chmod(0o700)
    return folder


def test_a_live_backup_brings_back_all_that_was_acknowledged_before_it(tmp_path: Path, tools: Path):
    dev = Dev(tmp_path / "data")
    session, seen = dev.play("Before the backup.")
    copy = tmp_path / "copy"
    copy.mkdir()
    run(commands("Back up, live"), dev.data_dir, copy, tools)
    after = dev.play("After the backup.")
    assert dev.last_text(*after) == "After the backup."
    dev.end(signal.SIGINT)

    run(commands("Restore"), dev.data_dir, copy, tools)
    assert not list(dev.data_dir.glob("graph*")), "no graph is put back"
    restored = Dev(dev.data_dir)
    assert restored.last_text(session, seen) == "Before the backup."
    assert restored.ask("GET", f"/v1/sessions/{after[0]}").status_code == 404
    assert restored.play("And it goes on.")
    assert restored.end() == 0
    assert tta("doctor", "--data-dir", dev.data_dir).returncode == 0


def test_a_rewrite_that_has_begun_is_waited_for(tmp_path: Path, tools: Path):
    dev = Dev(tmp_path / "data")
    session, seen = dev.play("Before the rewrite.")
    copy = tmp_path / "copy"
    copy.mkdir()
    with server_of(dev) as server:
        server.config_set("auto-aof-rewrite-percentage", 77)
        server.config_set("rdb-key-save-delay", 5_000_000 // server.dbsize())  # Microseconds for each key.
        server.bgrewriteaof()
        assert server.info("persistence")["aof_rewrite_in_progress"] == 1
        run(commands("Back up, live"), dev.data_dir, copy, tools)
        assert server.info("persistence")["aof_rewrite_in_progress"] == 0, "it was waited for"
        assert server.config_get("auto-aof-rewrite-percentage") == {"auto-aof-rewrite-percentage": "77"}
    manifests = [each / "appendonlydir" / MANIFEST for each in (dev.data_dir / "valkey", copy)]
    live, copied = (each.read_text() for each in manifests)
    assert copied == live, "no rewrite ended after the copy"
    dev.end(signal.SIGINT)
    run(commands("Restore"), dev.data_dir, copy, tools)
    restored = Dev(dev.data_dir)
    assert restored.last_text(session, seen) == "Before the rewrite."
    assert restored.end() == 0


def test_a_copy_that_fails_puts_the_setting_back(tmp_path: Path, tools: Path):
    dev = Dev(tmp_path / "data")
    with server_of(dev) as server:
        server.config_set("auto-aof-rewrite-percentage", 77)
        with pytest.raises(subprocess.CalledProcessError):
            run(commands("Back up, live"), dev.data_dir, tmp_path / "absent" / "copy", tools)
        assert server.config_get("auto-aof-rewrite-percentage") == {"auto-aof-rewrite-percentage": "77"}
    assert dev.end() == 0


def test_key_files_of_another_backup_are_refused_by_name(tmp_path: Path):
    for name in ("one", "other"):
        dev = Dev(tmp_path / name)
        dev.play(f"In {name}.")
        assert dev.end() == 0
    shutil.copy2(tmp_path / "other" / "keys" / "key-encryption.json", tmp_path / "one" / "keys")
    done = tta("dev", "--data-dir", tmp_path / "one", "--port", "0")
    assert done.returncode == 1
    assert "key-encryption.json" in done.stderr
