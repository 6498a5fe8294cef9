"""A walk goes wherever what a story remembers leads: variables, visits and returns, and comes to an end."""

from uuid import UUID

import pytest

from tests.support.stories.compiled_story import TOP, compiled, tags
from tests.support.stories.small_story import small_story
from tta.stories.checking.check import check, check_compiled
from tta.stories.checking.counts import visits_told_apart
from tta.stories.checking.walk import Walk
from tta.stories.playing.runtime import ChoiceMove, Playthrough
from tta.stories.story import newest, read_story

BY_VISITS = f"""{TOP}
-> a
=== a ===
{tags("a")}
Here.
+ [By b # id: b # to: b] -> b
+ [By c # id: c # to: c] -> c
=== b ===
{tags("b")}
A way.
+ [On # id: on # to: d] -> d
=== c ===
{tags("c")}
Another.
+ [On # id: on # to: d] -> d
=== d ===
{tags("d")}
They meet.
+ [On # id: on # to: e] -> e
=== e ===
{tags("e")}
A door.
+ {{b}} [Open # id: open # to: end] -> end
=== end ===
{tags("end")}
Well. # ending: well
-> END
"""
BY_A_TEMPORARY = f"""{TOP}
-> a
=== a ===
{tags("a")}
~ temp key = 0
Here.
+ [Take it # id: take]
  ~ key = 1
+ [Leave it # id: leave]
- There.
+ [On # id: on]
- A door.
+ {{key}} [Open # id: open # to: end] -> end
=== end ===
{tags("end")}
Well. # ending: well
-> END
"""
ROUND_AND_ROUND = f"""{TOP}
-> a
=== a ===
{tags("a")}
{{a > 2: Again.|Here.}}
+ [Round # id: round # to: b] -> b
=== b ===
{tags("b")}
Round.
+ [Round # id: round # to: a] -> a
+ {{a > 3}} [Out # id: out # to: c] -> c
=== c ===
{tags("c")}
Out. # ending: out
-> END
"""


@pytest.mark.parametrize(
    ("ink", "place"), [(BY_VISITS, "d"), (BY_A_TEMPORARY, "a")], ids=["visits", "temporary"]
)
def test_a_dead_end_that_only_one_way_leads_to_is_found(tmp_path, ink, place):
    found = {
        each.problem for each in check(read_story("s", 1, compiled(tmp_path, ink))) if each.place == place
    }
    # The runtime itself says that nothing follows on the choice.
    assert any(each.startswith("the choice on fails: ") and "ran out of content" in each for each in found)


def test_a_story_that_counts_its_rounds_is_walked_to_the_end(tmp_path):
    story = read_story("s", 1, compiled(tmp_path, ROUND_AND_ROUND))
    assert visits_told_apart(story) == 4
    walk, walker = Walk(1_000, visits_told_apart(story)), Playthrough(story, UUID(int=1))
    walk.arrive(walker)
    places = []
    for place in walk:
        places.append(place.shown.scene)
        for offer in place.shown.offers:
            walker.go_back(place.saved, place.shown)
            walker.make(ChoiceMove(offer.id))
            walk.arrive(walker)
    assert "c" in places
    assert len(places) <= 10, "rounds beyond the fourth are one to the story"


def test_what_a_story_reads_of_its_visits_says_how_far_they_count():
    keeper, debt = newest("storm_keeper"), newest("the_cartographers_debt")
    assert keeper is not None
    assert debt is not None
    assert (visits_told_apart(keeper), visits_told_apart(debt)) == (3, 2)


def test_a_story_that_counts_turns_is_refused():
    counting = small_story({}).replace('"^So."', '"ev", "turn", "out", "/ev", "^So."')
    assert counting != small_story({})
    _, found = check_compiled(counting)
    assert any(each.problem.startswith("counts turns") for each in found)
    assert not any(each.problem.startswith("counts turns") for each in check_compiled(small_story({}))[1])
