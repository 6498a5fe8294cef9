"""Prompt templates: files `prompts/<name>@<version>.txt`. A changed text is a new version.

Events name the version. A template has the instructions, a line `---`, and the message with the data.
"""

from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, NamedTuple

import msgspec

from tta.agents.endpoint_client import Message


class Prompt(NamedTuple):
    """A version of a template. `name` appears in events and logs."""

    name: str
    told: str
    data: Template

    def messages(self, data: Any) -> tuple[Message, ...]:
        """Fill in the data. It cannot end its fence, because its JSON is one line without `<` and `>`."""
        line = msgspec.json.encode(data).decode().replace("<", "\\u003c").replace(">", "\\u003e")
        return Message("system", self.told), Message("user", self.data.substitute(data=line))


@cache
def prompt(name: str) -> Prompt:
    """Read a template, `narrate@1`."""
    text = files("tta.agents").joinpath("prompts", f"{name}.txt").read_text("utf-8")
    told, _, data = text.partition("\n---\n")
    return Prompt(name, told.strip(), Template(data.strip()))
