"""Chance is the session's own: its seed says all of it, and whatever else would is refused."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from tta.stories.checking.chance import chance_problems, uses_chance
from tta.stories.checking.check import UNLIKE, check
from tta.stories.checking.walk import Walk
from tta.stories.playing.runtime import ChoiceMove, Move, Playthrough
from tta.stories.story import Story, newest

SEEDED = '"ev",{"VAR?":"seed"},"srnd","pop","/ev"'
TO_CHANCE = "a wren, cocked like a comma"


def chanced() -> Story:
    """An authored story with chance."""
    story = newest("clearing")
    assert story is not None
    assert uses_chance(story)
    return story


def changed(old: str, new: str) -> Story:
    story = chanced()
    assert story.compiled.count(old) == 1
    return story._replace(compiled=story.compiled.replace(old, new))


def way_to_chance(story: Story) -> tuple[Move, ...]:
    """Moves to a passage that is left to chance, found where one of its ways of being told is met."""
    for number in range(100):
        walk, walker = Walk(500), Playthrough(story, UUID(int=number))
        walk.arrive(walker)
        for place in walk:
            if TO_CHANCE in place.shown.text:
                return place.moves
            for offer in place.shown.offers:
                walker.go_back(place.saved, place.shown)
                walker.make(ChoiceMove(offer.id))
                walk.arrive(walker, (*place.moves, ChoiceMove(offer.id)))
    raise AssertionError("chance is nowhere")


def told_to(story: Story, moves: Sequence[Move], sessions: int = 40) -> set[str]:
    """Return the texts of this many sessions after the moves. Each is played twice, with the same text."""
    texts = set()
    for number in range(sessions):
        session = UUID(int=number)
        text = Playthrough(story, session).play(moves).text
        assert text.encode() == Playthrough(story, session).play(moves).text.encode()
        texts.add(text)
    return texts


def test_chance_is_the_sessions_own():
    story = chanced()
    assert len(told_to(story, way_to_chance(story))) > 1


def test_a_constant_seed_tells_all_sessions_alike_and_is_refused():
    moves = way_to_chance(chanced())
    constant = changed(SEEDED, SEEDED.replace('{"VAR?":"seed"}', "42"))
    assert len(told_to(constant, moves)) == 1
    assert any("seeds chance other than" in each for each in chance_problems(constant))


BETWEEN = SEEDED + ',"ev",7,"srnd","pop","/ev"'


@pytest.mark.parametrize(
    ("seeding", "said"),
    [
        (SEEDED, None),
        ('"ev",1,6,"rnd","pop","/ev",' + SEEDED, "seeds chance other than"),
        ('{"->":"calm_place"},' + SEEDED, "seeds chance other than"),
        (BETWEEN, "seeds chance other than"),
        ('"ev",{"VAR?":"other"},"srnd","pop","/ev"', "seeds chance other than"),
        ('"\\n"', "uses chance without"),
        (SEEDED + ',"ev",{"VAR?":"seed"},"lrnd","pop","/ev"', "uses LIST_RANDOM"),
    ],
)
def test_chance_is_seeded_once_from_the_session_before_all_else(seeding: str, said: str | None):
    found = list(chance_problems(changed(SEEDED, seeding)))
    assert [each for each in found if said is None or said not in each] == []
    assert bool(found) == (said is not None)


def test_a_seed_that_nothing_sets_is_refused():
    """`begin` sets the variable only where the story has it."""
    unset = changed('{"VAR=":"seed"}', '{"VAR=":"sown"}')
    assert any("`VAR seed`" in each for each in chance_problems(unset))


def test_words_about_chance_are_no_chance():
    story = newest("storm_keeper")
    assert story is not None
    said = story._replace(compiled=story.compiled.replace("^language: en", '^language: en \\"rnd\\" seq', 1))
    assert not uses_chance(said)
    assert list(chance_problems(said)) == []


def test_what_one_seed_tells_in_two_ways_is_found_by_playing_it_twice():
    # An unseeded runtime takes chance from the clock, here for a number that each passage on begins with.
    unseeded = changed(SEEDED, '"ev",1,1000000,"rnd","out","/ev"')
    assert UNLIKE in {each.problem for each in check(unseeded)}
