"""A prompt's text is known by its version, and no prompt is made without consent."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.agents.brief_examples import BRIEF
from tta.agents.messages import Brief
from tta.agents.prompt_templates import prompt

PROMPTS = Path(__file__).parents[2] / "src" / "tta" / "agents" / "prompts"
DIGESTS = {
    "interpret@1": "b6fdf3dfde153f76",
    "narrate@1": "ab3b30e8c9178493",
}
"""Events name the version that was used: another text needs another version, and a line here."""


def test_every_version_has_the_text_that_it_always_had():
    found = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in PROMPTS.glob("*.txt")}
    assert found == DIGESTS


@pytest.mark.parametrize("name", DIGESTS)
@given(said=st.text())
def test_data_is_one_line_that_cannot_end_its_fence(name: str, said: str):
    instructions, data = prompt(name).messages({"player_said": said})
    first, line, last = data.text.split("\n")
    assert (first, last) == ("DATA", "END")
    assert json.loads(line) == {"player_said": said}
    assert not set(line) & set("<>")
    assert instructions.text == prompt(name).told


def test_a_brief_without_consent_cannot_be_made():
    with pytest.raises(TypeError, match="consent"):
        Brief(BRIEF.story, BRIEF.scene, BRIEF.told, BRIEF.words)  # type: ignore[call-arg]
