"""A keyring that does not answer: what opens nothing sealed is shown, everything else is told truthfully."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest_asyncio

from tests.support.http.api_examples import Api, api_in, problem
from tests.support.http.key_examples import keyring_of
from tta.domain.vocabulary import Role
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import LoadRequest


@pytest_asyncio.fixture(loop_scope="session")
async def keyring_server(tmp_path: Path) -> AsyncIterator[ChildServer]:
    """A keyring of its own, beside the log."""
    server = ChildServer(tmp_path / "keyring")
    await server.start()
    yield server
    with suppress(ProcessLookupError):
        await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def own_api(tmp_path: Path, keyring_server: ChildServer) -> AsyncIterator[Api]:
    async with api_in(tmp_path / "api", keyring_url=keyring_server.url) as running:
        yield running


async def version(api: Api, path: str) -> int:
    """Where a session stands in the log."""
    (found,) = await api.parts.store.load([LoadRequest(UUID(path.rpartition("/")[2]))])
    return found.head.version


async def test_queries_that_open_nothing_go_on_while_the_keyring_is_away(
    own_api: Api, keyring_server: ChildServer
):
    caller, path = await own_api.session()
    said = await caller.post(f"{path}/interactions", {"text": "Hello"}, Prefer="wait=20")
    journey = f"/v1/players/{caller.player_id}/journey"
    for page in (path, journey):
        assert (await caller.seen(page, said)).status_code == 200
    before = await version(own_api, path)
    await keyring_server.stop()
    keyring_of(own_api).forget()

    listed = await caller.get("/v1/sessions")
    assert [each["id"] for each in listed.json()["sessions"]] == [path.rpartition("/")[2]]
    played = await caller.get(journey)
    assert (played.status_code, len(played.json()["sessions"])) == (200, 1)
    operator = own_api.caller(Role.OPERATOR)
    assert (await operator.get("/v1/operations/agents")).status_code == 200
    problem(await caller.get(path), 503, "store-unavailable")  # It shows what the player said.
    problem(await caller.post(f"{path}/pause"), 503, "store-unavailable")
    assert not keyring_of(own_api).lacking, "that a keyring is away says nothing about whom it lacks"
    assert await version(own_api, path) == before
