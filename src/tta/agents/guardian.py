"""The guardian: checks every text before it is shown. If the guardian fails, the text is not shown.

Authored text was reviewed with its story. Generated text is searched for banned phrases (`tta.agents.harms`).
That does not check its meaning, so it is refused unless a setting allows it.
"""

from tta.agents.harms import harm_in
from tta.agents.messages import GuardianVerdict
from tta.domain.vocabulary import Author
from tta.telemetry.llm_metrics import MODEL_TEXTS_UNFIT

AUTHORED = "authored@1"
"""The layer that authored text, of a story or the protocol, has passed: its review."""
HARMS = "harms@1"
"""The layer that generated text has passed: it contains no banned phrase."""


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
