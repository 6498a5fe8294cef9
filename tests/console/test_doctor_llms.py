"""`tta doctor` says which endpoints answer, and sends nothing but the question which models they have."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.agents.llm_server import LlmServer
from tta.app.settings import Settings
from tta.console.doctor_llms import check_llms


def settings(tmp_path: Path, *endpoints: dict[str, Any], **other: Any) -> Settings:
    told = tmp_path / "models.json"
    told.write_text(json.dumps(endpoints))
    return Settings(models_file=told, **other)


async def states(given: Settings) -> list[tuple[str, str]]:
    return [(finding.what, finding.state) for finding in await check_llms(given)]


async def test_without_a_file_there_is_nothing_to_look_at():
    assert await check_llms(Settings()) == []


async def test_endpoints_are_told_apart(tmp_path: Path, model: LlmServer):
    key = tmp_path / "key"
    key.write_text("k-1\n")
    key.chmod(0o600)
    well = {"name": "well", "base_url": model.base_url, "model": "small", "api_key_file": "key"}
    lacks = {"name": "lacks", "base_url": model.base_url, "model": "large"}
    away = {"name": "away", "base_url": "http://127.0.0.1:1/v1", "model": "small"}
    found = await states(settings(tmp_path, well, lacks, away))
    assert found == [("models", "ok"), ("model well", "ok"), ("model lacks", "warn"), ("model away", "warn")]
    assert {each.path.removeprefix(model.base_url) for each in model.received} == {"/models"}
    assert all(not each.body for each in model.received)
    assert {each.headers.get("authorization") for each in model.received} == {"Bearer k-1", None}


@pytest.mark.parametrize(("behaviour", "state"), [("401", "fail"), ("500", "warn"), ("no json", "warn")])
async def test_an_endpoint_that_is_not_well_is_named(
    tmp_path: Path, model: LlmServer, behaviour: str, state: str
):
    model.behaviour = behaviour
    endpoint = {"name": "first", "base_url": model.base_url, "model": "small"}
    assert await states(settings(tmp_path, endpoint)) == [("models", "ok"), ("model first", state)]


async def test_a_wrong_file_is_a_failure(tmp_path: Path):
    (finding,) = await check_llms(settings(tmp_path, {"name": "first"}))
    assert finding.state == "fail"
    assert "models.json" in finding.found


async def test_texts_that_nobody_checks_are_warned_of(tmp_path: Path, model: LlmServer):
    endpoint = {"name": "first", "base_url": model.base_url, "model": "small"}
    found = await check_llms(settings(tmp_path, endpoint, model_text_unchecked=True))
    assert [each.found for each in found if each.state == "warn"] == [
        "text of language models reaches players unchecked"
    ]
