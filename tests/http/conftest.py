"""One TTA for these tests, or a process of their own."""

from pathlib import Path

import pytest

from tests.support.http.fixtures import (
    api,
    api_directory,
    dev,
    fresh_dev,
    on_the_session_s_loop,
    still_api,
    working_api,
)

__all__ = ["api", "api_directory", "dev", "fresh_dev", "still_api", "working_api"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    on_the_session_s_loop(items, Path(__file__).parent)
