"""The guardian: the place that every text passes before anybody reads it. It fails closed.

An authored text was reviewed when its story was. A model's text is searched for the phrases that no text may
hold (`tta.agents.harms`), which is no check of what it says: so it is refused, unless whoever runs TTA takes
that upon themselves.
"""

from tta.agents.harms import harm_in
from tta.agents.messages import GuardianVerdict
from tta.domain.vocabulary import Author
from tta.telemetry.llm_metrics import MODEL_TEXTS_UNFIT

AUTHORED = "authored@1"
"""The layer that a text of an author, story or protocol, has passed: its review."""
HARMS = "harms@1"
"""The layer that a model's text has passed: it holds no phrase that could hurt who plays."""


class Guardian:
    NAME = "guardian"
    CAPABILITY = "Telling -> Checked"
    VERSION = 1
    resting = False

    def __init__(self, *, model_text_unchecked: bool = False) -> None:
        self._model_text_unchecked = model_text_unchecked

    def may_pass(self, author: Author) -> bool:
        return author is not Author.MODEL or self._model_text_unchecked

    async def check(self, text: str, author: Author) -> GuardianVerdict:
        if not self.may_pass(author):
            return GuardianVerdict(passes=False)
        if author is not Author.MODEL:
            return GuardianVerdict(passes=True, by=(AUTHORED,))
        harm = harm_in(text)
        if harm is not None:
            MODEL_TEXTS_UNFIT.labels(harm).inc()
        return GuardianVerdict(passes=harm is None, by=(HARMS,))
