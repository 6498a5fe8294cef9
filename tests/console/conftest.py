"""A TTA and a language model's server, for what the console says of them."""

from tests.support.agents.fixtures import model
from tests.support.http.fixtures import api, api_directory, working_api

__all__ = ["api", "api_directory", "model", "working_api"]
