"""`tta doctor` on the language models' endpoints: it asks for their lists of models, which costs nothing.

It sends no player's words and requests no text.
"""

import asyncio

import httpx2
import msgspec

from tta.agents.bounded_transport import BoundedTransport
from tta.agents.endpoints import Endpoint, EndpointsWrong, read_endpoints
from tta.app.settings import Settings
from tta.console.doctor_servers import DoctorFinding

ASK_TIMEOUT_S = 5.0
REFUSED = (401, 403)


class _ListedModel(msgspec.Struct, frozen=True):
    id: str


class _List(msgspec.Struct, frozen=True):
    data: list[_ListedModel]


async def check_llms(settings: Settings) -> list[DoctorFinding]:
    """Check the file of endpoints, and each endpoint."""
    if settings.models_file is None:
        return []
    try:
        endpoints = read_endpoints(settings.models_file)
    except EndpointsWrong as error:
        return [DoctorFinding("models", "fail", str(error), "correct this; see docs/models.md")]
    findings = [DoctorFinding("models", "ok", f"{settings.models_file}: {len(endpoints)} endpoints", "")]
    if settings.model_text_unchecked:
        found = "text of language models reaches players unchecked"
        findings.append(
            DoctorFinding("models", "warn", found, "unset TTA_MODEL_TEXT_UNCHECKED: it is for tests only")
        )
    return findings + list(await asyncio.gather(*(_check(each) for each in endpoints)))


async def _check(endpoint: Endpoint) -> DoctorFinding:
    what, url = f"model {endpoint.name}", endpoint.base_url
    try:
        async with asyncio.timeout(ASK_TIMEOUT_S), _client(endpoint) as client:
            answer = await client.get(f"{url}/models")
    except (httpx2.HTTPError, TimeoutError) as error:
        change = "start it, or correct base_url; until then the authored stories are told"
        return DoctorFinding(what, "warn", f"{url} does not answer: {type(error).__name__}", change)
    if answer.status_code in REFUSED:
        return DoctorFinding(what, "fail", f"{url}: answers {answer.status_code}", "correct api_key_file")
    try:
        listed = {each.id for each in msgspec.json.decode(answer.content, type=_List).data}
    except (msgspec.DecodeError, UnicodeDecodeError):
        change = "nothing, if this endpoint does not list its models; else correct base_url"
        return DoctorFinding(
            what, "warn", f"{url}: answers {answer.status_code}, does not list its models", change
        )
    if endpoint.model not in listed:
        change = f"correct `model`; the endpoint has {', '.join(sorted(listed)[:10]) or 'none'}"
        return DoctorFinding(what, "warn", f"{url}: answers, does not list {endpoint.model}", change)
    return DoctorFinding(what, "ok", f"{url}: answers, has {endpoint.model}", "")


def _client(endpoint: Endpoint) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=BoundedTransport(endpoint.api_key), trust_env=False, timeout=None)
