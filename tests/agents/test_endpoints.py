"""The file of endpoints is read strictly, and what is wrong with it is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from tta.agents.endpoints import ENDPOINTS_MAX, FILE_BYTES_MAX, Endpoint, EndpointsWrong, read_endpoints

FIRST: dict[str, Any] = {"name": "first", "base_url": "https://models.example/v1/", "model": "small"}


def file_of(tmp_path: Path, told: object) -> Path:
    path = tmp_path / "models.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return path


def wrong(tmp_path: Path, told: object) -> str:
    path = file_of(tmp_path, told)
    with pytest.raises(EndpointsWrong) as error:
        read_endpoints(path)
    assert str(path) in str(error.value)
    return str(error.value)


def test_endpoints_come_in_their_order_with_careful_defaults(tmp_path: Path):
    local = {"name": "local", "base_url": "http://localhost:11434/v1", "model": "m", "streams": True}
    first, second = read_endpoints(file_of(tmp_path, [FIRST, local]))
    assert first == Endpoint("first", "https://models.example/v1", "small")
    assert (second.name, second.streams, second.idempotency_header) == ("local", True, False)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": "First one"}, "name"),
        ({"name": "x" * 33}, "name"),
        ({"model": ""}, "model"),
        ({"model": "a\nb"}, "model"),
        ({"modle": "small"}, "modle"),
        ({"timeout_s": 21}, "timeout_s"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": "5"}, "timeout_s"),
        ({"tokens_out_max": 1}, "tokens_out_max"),
        ({"tokens_out_max": 100_000}, "tokens_out_max"),
        ({"tokens_field": "tokens"}, "tokens_field"),
        ({"streams": 1}, "streams"),
        ({"api_key": "k"}, "api_key"),
        ({"api_key_file": "nowhere"}, "api_key_file"),
        ({"api_key_file": "a\0b"}, "api_key_file"),
    ],
)
def test_the_field_that_is_wrong_is_named(tmp_path: Path, change: dict[str, Any], named: str):
    assert named in wrong(tmp_path, [FIRST | change])


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example/v1",
        "http://10.0.0.1/v1",
        "http://localhost.example/v1",
        "ftp://models.example",
        "models.example",
        "https://",
        "https://user:word@models.example/v1",
        "https://models.example/v1?key=k",
        "https://models.example/v1#x",
        "https://models.example:0/v1",
        "https://models.example:x/v1",
        "https://models.example/v1 x",
        "https://" + "x" * 500,
    ],
)
def test_words_go_over_https_only(tmp_path: Path, url: str):
    assert "base_url" in wrong(tmp_path, [FIRST | {"base_url": url}])


@pytest.mark.parametrize("url", ["http://127.0.0.1:80/v1", "http://[::1]:80/v1", "http://localhost/v1"])
def test_this_machine_needs_no_https(tmp_path: Path, url: str):
    assert read_endpoints(file_of(tmp_path, [FIRST | {"base_url": url}]))[0].base_url == url


@pytest.mark.parametrize(
    "told", ["", "{}", "[]", "[1]", "nonsense", "[" * 10_000, " " * (FILE_BYTES_MAX + 1)]
)
def test_anything_else_is_refused(tmp_path: Path, told: str):
    wrong(tmp_path, told)


def test_there_are_not_too_many(tmp_path: Path):
    many = [FIRST | {"name": f"e{number}"} for number in range(ENDPOINTS_MAX + 1)]
    assert len(read_endpoints(file_of(tmp_path, many[:-1]))) == ENDPOINTS_MAX
    assert f"got {ENDPOINTS_MAX + 1}" in wrong(tmp_path, many)


def test_names_are_unique(tmp_path: Path):
    assert "'first' twice" in wrong(tmp_path, [FIRST, FIRST])


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(EndpointsWrong, match=r"none\.json"):
        read_endpoints(tmp_path / "none.json")


def test_a_key_is_read_from_its_file_and_never_shown(tmp_path: Path):
    key = tmp_path / "key"
    key.write_text("sk-secret\n")
    key.chmod(0o600)
    (endpoint,) = read_endpoints(file_of(tmp_path, [FIRST | {"api_key_file": "key"}]))
    assert endpoint.api_key == "sk-secret"
    assert "secret" not in repr(endpoint)


@pytest.mark.parametrize("content", ["", "two words", "schlüssel", "k" * 1_001])
def test_a_file_that_holds_no_key_is_refused_without_being_shown(tmp_path: Path, content: str):
    key = tmp_path / "key"
    key.write_text(content)
    key.chmod(0o600)
    said = wrong(tmp_path, [FIRST | {"api_key_file": str(key)}])
    assert "api_key_file" in said
    assert not content or content not in said


def test_a_key_that_others_may_read_is_refused(tmp_path: Path):
    key = tmp_path / "key"
    key.write_text("sk-secret")
    key.chmod(0o644)
    assert "chmod 600" in wrong(tmp_path, [FIRST | {"api_key_file": "key"}])
