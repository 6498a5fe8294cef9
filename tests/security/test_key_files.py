"""Key files are their owner's alone, whole or absent, and made once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tta.security.key_files import (
    KEY_BYTES,
    KeyFileUnsafe,
    read_hmac_keys,
    read_key_encryption_keys,
)
from tta.security.tokens import Tokens

READERS: dict[str, Any] = {
    "key encryption": read_key_encryption_keys,
    "hmac": read_hmac_keys,
    "token signing": Tokens.read,
}


@pytest.fixture(params=READERS)
def read(request: pytest.FixtureRequest) -> Any:
    return READERS[request.param]


def test_a_file_is_made_once_and_read_again(read: Any, tmp_path: Path):
    path = tmp_path / "keys" / "file.json"
    read(path, create=True)
    made = path.read_bytes()
    read(path, create=True)
    read(path, create=False)
    assert path.read_bytes() == made
    assert [each.name for each in path.parent.iterdir()] == ["file.json"], "no draft is left"


def test_only_its_owner_may_read_it(read: Any, tmp_path: Path):
    path = tmp_path / "keys" / "file.json"
    read(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    for mode in (0o640, 0o604, 0o660, 0o755):
        path.chmod(mode)
        with pytest.raises(KeyFileUnsafe, match=f"chmod 600 {path}"):
            read(path, create=True)


def test_a_missing_file_is_named(read: Any, tmp_path: Path):
    path = tmp_path / "file.json"
    with pytest.raises(KeyFileUnsafe, match=f"{path}: expected a key file: No such file"):
        read(path, create=False)
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"keys": []}', b'{"keys": [1]}'])
def test_a_malformed_file_is_named_and_left_as_it_is(read: Any, tmp_path: Path, content: bytes):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileUnsafe, match=str(path)):
        read(path, create=True)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (read_key_encryption_keys, '{"current":"k1","keys":{"k1":"c2hvcnQ="}}'),
        (read_key_encryption_keys, '{"current":"k2","keys":{}}'),
        (read_hmac_keys, '{"command":"c2hvcnQ=","fingerprints":["c2hvcnQ="]}'),
        (read_hmac_keys, f'{{"command":"{"A" * 43}=","fingerprints":[]}}'),
    ],
)
def test_keys_that_are_short_or_absent_are_refused(read: Any, content: str, tmp_path: Path):
    path = tmp_path / "file.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileUnsafe, match="expected"):
        read(path, create=False)


def test_a_message_never_shows_a_key(tmp_path: Path):
    path = tmp_path / "file.json"
    path.write_text('{"current":"k1","keys":{"k1":"VGhpcyBpcyBzZWNyZXQ="},"more":1}')
    path.chmod(0o600)
    with pytest.raises(KeyFileUnsafe) as refused:
        read_key_encryption_keys(path, create=False)
    assert "VGhpcy" not in str(refused.value)


def test_made_keys_are_random_and_long(tmp_path: Path):
    made = [read_hmac_keys(tmp_path / f"{each}.json", create=True) for each in range(2)]
    assert made[0].command != made[1].command != made[0].fingerprints[0]
    assert all(len(each.command) == KEY_BYTES for each in made)


MAKE = """
import sys
from pathlib import Path
from tta.security.key_files import read_hmac_keys
print(read_hmac_keys(Path(sys.argv[1]), create=True).command.hex())
"""


def test_of_two_processes_that_make_it_one_wins(tmp_path: Path):
    def made(_: int) -> bytes:
        path = tmp_path / "keys" / "hmac.json"
        return subprocess.run([sys.executable, "-c", MAKE, path], check=True, capture_output=True).stdout

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(made, range(6)))) == 1
