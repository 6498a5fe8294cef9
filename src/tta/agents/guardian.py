"""The guardian: the place that every text passes before anybody reads it. It fails closed.

An authored text was reviewed when its story was. Nothing here can check a model's text, so it is refused
unless whoever runs TTA takes that upon themselves.
"""

from tta.agents.messages import Checked
from tta.domain.vocabulary import Author

AUTHORED = "authored@1"
"""The layer that a text of an author, story or protocol, has passed: its review."""


class Guardian:
    NAME = "guardian"
    CAPABILITY = "Telling -> Checked"
    VERSION = 1
    resting = False

    def __init__(self, *, model_text_unchecked: bool = False) -> None:
        self._model_text_unchecked = model_text_unchecked

    def may_pass(self, author: Author) -> bool:
        return author is not Author.MODEL or self._model_text_unchecked

    async def check(self, text: str, author: Author) -> Checked:  # noqa: ARG002 - What checks come will read it.
        if author is Author.MODEL:
            # Passed on without being seen: no layer may be named.
            return Checked(passes=self._model_text_unchecked)
        return Checked(passes=True, by=(AUTHORED,))
