"""What could hurt who plays is not told, whoever wrote it; and stories are told as they always were."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from brief_examples import BRIEF, PASSAGE, RETOLD, answer
from harm_examples import FIT, IN_THE_SCENE, UNFIT
from hypothesis import given
from hypothesis import strategies as st

from tta.agents.fitness import Unfit, fit_text
from tta.agents.harms import PARTS_MAX, PHRASES, harm_in, written_out
from tta.agents.prompt_templates import prompt
from tta.stories.playing import Chosen, Playthrough, Sent
from tta.stories.story import CALM, Story, catalogue
from tta.stories.walk import Walk

PROMPT = prompt("narrate@1").told
SAID = [(rule, said) for rule, listed in UNFIT.items() for said in listed]
STORIES = [story for versions in catalogue().values() for story in versions.values()]
PLACES_MAX = 5_000  # More than any story has, as far as a story check walks.


def rule_of(text: str) -> str:
    with pytest.raises(Unfit) as unfit:
        fit_text(answer(text), BRIEF, PROMPT)
    return unfit.value.rule


@pytest.mark.parametrize(("rule", "said"), SAID)
def test_what_could_hurt_is_not_told(rule: str, said: str):
    assert rule_of(f"{RETOLD}\n\n{said}") == rule


@pytest.mark.parametrize(("rule", "said"), [(rule, said) for rule, said in SAID if rule in PHRASES])
def test_it_is_not_told_of_an_author_either(rule: str, said: str):
    brief = BRIEF._replace(told=BRIEF.told._replace(text=f"{PASSAGE} {said}"))
    with pytest.raises(Unfit) as unfit:
        fit_text(answer(f"{RETOLD} {said}"), brief, PROMPT)
    assert unfit.value.rule == rule


@pytest.mark.parametrize("said", FIT)
def test_what_a_story_says_is_told(said: str):
    text = f"{RETOLD}\n\n{said}"
    assert fit_text(answer(text), BRIEF, PROMPT) == text


@pytest.mark.parametrize(("authored", "said"), IN_THE_SCENE)
def test_what_the_scene_has_may_be_told(authored: str, said: str):
    text = f"{RETOLD}\n\n{said}"
    with pytest.raises(Unfit, match="presence"):
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
    walker.make(Sent(CALM))
    walk.arrive(walker)
    for place in walk:
        yield place.shown.text
        for offer in place.shown.offers:
            yield offer.text
            walker.go_back(place.saved, place.shown)
            walker.make(Chosen(offer.id))
            walk.arrive(walker)


@given(
    said=st.sampled_from([said for rule, said in SAID if rule in PHRASES]),
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
