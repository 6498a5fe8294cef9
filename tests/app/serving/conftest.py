"""One TTA for these tests."""

from pathlib import Path

import pytest

from tests.support.http.fixtures import api, api_directory, on_the_session_s_loop, working_api

__all__ = ["api", "api_directory", "working_api"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    on_the_session_s_loop(items, Path(__file__).parent)
