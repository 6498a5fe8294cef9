"""Text that could hurt the player is not told, and authored stories are told unchanged."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.agents.brief_examples import BRIEF, PASSAGE, RETOLD, answer
from tests.support.agents.harm_examples import FIT, IN_THE_SCENE, UNFIT
from tta.agents.fitness import UnfitText, fit_text
from tta.agents.guardian import HARMS, Guardian
from tta.agents.harms import PARTS_MAX, PHRASES, harm_in, newcomers_in, written_out
from tta.agents.messages import GuardianVerdict
from tta.agents.prompt_templates import prompt
from tta.agents.wording import words_in
from tta.domain.vocabulary import Author
from tta.stories.checking.walk import Walk
from tta.stories.playing.runtime import ChoiceMove, Playthrough, SceneMove
from tta.stories.story import CALM, Story, catalogue
from tta.telemetry.metrics import REGISTRY

PROMPT = prompt("narrate@1").told
HARMFUL = [(rule, said) for rule in PHRASES for said in UNFIT[rule]]
STORIES = [story for versions in catalogue().values() for story in versions.values()]
PLACES_MAX = 5_000  # More than any story has, as far as a story check walks.


def refused_for(rule: str) -> float:
    return REGISTRY.get_sample_value("tta_model_texts_unfit_total", {"rule": rule}) or 0.0


def rule_of(text: str) -> str:
    with pytest.raises(UnfitText) as unfit:
        fit_text(answer(text), BRIEF, PROMPT)
    return unfit.value.rule


async def test_what_could_hurt_is_not_told():
    guardian = Guardian(model_text_unchecked=True)
    for rule, said in HARMFUL:
        counted = refused_for(rule)
        verdict = await guardian.check(f"{RETOLD}\n\n{said}", Author.MODEL)
        assert (verdict, refused_for(rule)) == (GuardianVerdict(passes=False, by=(HARMS,)), counted + 1), said


@pytest.mark.parametrize("newcomer", UNFIT["presence"])
def test_who_is_not_there_does_not_come(newcomer: str):
    assert rule_of(f"{RETOLD}\n\n{newcomer}") == "presence"


@pytest.mark.parametrize("said", FIT)
async def test_what_a_story_says_is_told(said: str):
    text = f"{RETOLD}\n\n{said}"
    assert not newcomers_in(text, frozenset(words_in(PASSAGE)))
    verdict = await Guardian(model_text_unchecked=True).check(text, Author.MODEL)
    assert verdict == GuardianVerdict(passes=True, by=(HARMS,))


async def test_without_the_setting_no_text_of_a_model_passes_at_all():
    assert await Guardian().check(RETOLD, Author.MODEL) == GuardianVerdict(passes=False)


@pytest.mark.parametrize(("authored", "said"), IN_THE_SCENE)
def test_what_the_scene_has_may_be_told(authored: str, said: str):
    text = f"{RETOLD}\n\n{said}"
    with pytest.raises(UnfitText, match="presence"):
        fit_text(answer(text), BRIEF, PROMPT)
    brief = BRIEF._replace(told=BRIEF.told._replace(text=f"{PASSAGE} {authored}"))
    assert fit_text(answer(text), brief, PROMPT) == text


def test_there_are_examples_of_every_rule():
    assert UNFIT.keys() == {*PHRASES, "presence"}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.id}@{story.version}")
def test_nothing_that_an_author_wrote_is_refused(story: Story):
    texts = {*texts_of(story), *re.findall(r'"\^((?:[^"\\]|\\.)+)"', story.compiled)}
    assert len(texts) > len(story.scenes)
    assert [(harm_in(text), text) for text in texts if harm_in(text)] == []


def texts_of(story: Story) -> Iterator[str]:
    """Every passage that one session's chance leads to, and the words of its choices."""
    walk, walker = Walk(PLACES_MAX), Playthrough(story, UUID(int=1))
    walk.arrive(walker)
    walker.make(SceneMove(CALM))
    walk.arrive(walker)
    for place in walk:
        yield place.shown.text
        for offer in place.shown.offers:
            yield offer.text
            walker.go_back(place.saved, place.shown)
            walker.make(ChoiceMove(offer.id))
            walk.arrive(walker)


@given(
    said=st.sampled_from([said for _, said in HARMFUL]),
    written=st.sampled_from(
        [
            str.upper,
            str.title,
            lambda said: said.replace("'", "’"),
            lambda said: said.replace(" ", "\n"),
            lambda said: said.replace(" ", ", "),
            lambda said: said.replace("e", "é").replace("o", "ö"),
            lambda said: "".join(chr(ord(each) + 0xFEE0) if "A" <= each <= "z" else each for each in said),
            lambda said: f"'{said}' she says.",
        ]
    ),
)
def test_however_it_is_written(said: str, written):
    assert harm_in(written(said)) == harm_in(said) is not None


@pytest.mark.parametrize("letter", ["\ufdfa", "\ufdfb", "\u33ab", "\u2478"])
def test_no_letter_makes_much_more_to_read_of_a_text(letter: str):
    assert len(written_out(letter * 1_000)) <= (PARTS_MAX + 1) * 1_000
