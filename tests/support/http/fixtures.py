"""One TTA for many tests, which all run on one event loop. Tests that break it start their own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.eventstore.store_servers import until
from tests.support.http.api_examples import Api, api_in
from tests.support.running_tta import Dev

SLOTS = "64"  # The default.


def on_the_session_s_loop(items: list[pytest.Item], folder: Path) -> None:
    """Run the asynchronous tests of a folder on the event loop of the app of `api`."""
    for item in items:
        if item.path.is_relative_to(folder) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def api_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("api")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def working_api(api_directory: Path) -> AsyncIterator[Api]:
    """With projectors and reactors."""
    async with api_in(api_directory / "working", origins=["https://play.example"]) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def api(working_api: Api) -> Api:
    """A working TTA. Its loop stands still while synchronous tests run, so that its workers exceed their time
    limits and reconnect.
    """

    async def is_well() -> bool:
        return (await working_api.operators.get("/health")).status_code == 200

    await until(is_well)
    return working_api


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def still_api(api_directory: Path) -> AsyncIterator[Api]:
    """A TTA without projectors and reactors: read models stay as they are, turns unanswered."""
    async with api_in(api_directory / "still", working=False) as running:
        yield running


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """A separate process, for what only the network and the log can show.

    It ends with the file: an idle one takes a twentieth of a core.
    """
    running = Dev(tmp_path_factory.mktemp("dev") / "data", store_slots=SLOTS)
    yield running
    running.end()


@pytest.fixture
def fresh_dev(tmp_path: Path) -> Iterator[Dev]:
    """A new process that no other test uses before or after."""
    running = Dev(tmp_path / "data", store_slots=SLOTS)
    yield running
    running.end()
