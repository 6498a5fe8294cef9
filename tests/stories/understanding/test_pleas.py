"""A player who asks for help without saying with what may mean themselves, and is told where help is."""

import pytest

from tests.support.stories.told_places import place
from tta.stories.playing.standing import SELF
from tta.stories.story import catalogue
from tta.stories.understanding.meaning import meaning_of

FIRST = [
    (story, scene)
    for story, versions in catalogue().items()
    for scene in list(versions[max(versions)].scenes)[:1]
]


@pytest.mark.parametrize("at", FIRST)
@pytest.mark.parametrize(
    "words",
    [
        "help me",
        "Help me!",
        "please help",
        "help, please",
        "I need help",
        "i really need some help",
        "Can you help me, please?",
        "please help me now",
        "somebody help me",
    ],
)
def test_a_plea_is_taken_as_talk_of_oneself(at: tuple[str, str], words: str):
    assert meaning_of(words, *place(*at)).kind == "self"


@pytest.mark.parametrize("at", FIRST)
@pytest.mark.parametrize("words", ["help", "help!", "HELP", "?", " ?? ", "I need help with the game"])
def test_the_command_stays_one(at: tuple[str, str], words: str):
    assert meaning_of(words, *place(*at)).kind == "help"


def test_the_answer_to_a_plea_names_people_and_the_command():
    assert all(each in SELF for each in ("whom you trust", "“help”"))
