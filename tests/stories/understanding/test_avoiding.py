"""A player's words avoid everything that matches them, in any form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tta.domain.passages import Wishes
from tta.stories.playing.filtering import filter_of, may_meet, not_met_because
from tta.stories.story import Scene, catalogue
from tta.stories.understanding.avoiding import KIN, RUN_WORDS_MAX, avoided, known_topics, readings, unknown
from tta.stories.understanding.sensitive import TOPICS

SCENES = [
    s for versions in catalogue().values() for story in versions.values() for s in story.scenes.values()
]
TAGS = sorted({tag for scene in SCENES for tag in (*scene.warnings, *scene.topics)})
MOURNING = {"grief", "loss", "bereavement", "death"}
UNLISTED = ("moth_eaten_clowns", "old_moths", "water_of_the_deep", "good_enough")
FILLER = st.sampled_from(["clown", "moth", "of", "the", "old", "eaten", "deep", "good", "enough", "not"])
TERMS = [(tag.replace("_", " "), tag) for tag in known_topics()]
TERMS += [(word.strip(), tag) for tags, words in KIN for word in words.split("|") for tag in tags]
PHRASES = st.lists(st.sampled_from(TERMS).map(lambda each: each[0]) | FILLER, min_size=1, max_size=6).map(
    " ".join
)


def left_out(wish: str) -> set[str]:
    """The catalogue's tags that a wish leaves out."""
    return set(filter(avoided([wish]).meets, known_topics()))


@pytest.mark.parametrize(
    ("wish", "tags"),
    [
        ("death", MOURNING),
        ("Dying", MOURNING),
        ("the death of a pet", MOURNING),
        ("funerals", MOURNING),
        ("grief", MOURNING),
        ("losses", MOURNING),
        ("drowning", {"deep_water", "drowning"}),
        ("deep-water", {"deep_water", "drowning"}),
        ("Deep Water", {"deep_water", "drowning"}),
        ("  DEEP_WATERS ", {"deep_water", "drowning"}),
        ("deep‑water", {"deep_water", "drowning"}),
        ("water", {"deep_water", "drowning"}),
        ("the dark", {"darkness"}),
        ("storms", {"storm"}),
        ("thunder", {"storm"}),
        ("height", {"heights"}),
        ("being lost", {"being_lost", "getting_lost"}),
        ("arguments", {"conflict"}),
        ("being alone", {"loneliness"}),
        ("my mother", {"family"}),
        ("worrying", {"worry"}),
        ("illnesses", {"illness", "hospital"}),
        ("Self-Criticism", {"self_criticism"}),
        ("criticism", {"self_criticism"}),
        ("fear of failure", {"fear", "failure"}),
        ("phobias", {"fear"}),
        ("spider", {"spiders"}),
        ("bereaved", MOURNING),
        ("somebody passed away", MOURNING),
        ("widowers", MOURNING),
        ("yelling", {"conflict", "anger"}),
        ("people shouting", {"conflict", "anger"}),
        ("abandoned", {"loneliness", "rejection"}),
        ("abandonment", {"loneliness", "rejection"}),
        ("being rejected", {"rejection"}),
        ("rape", {"sexual_violence"}),
        ("sexual violence", {"sexual_violence", "violence", "conflict"}),
        ("bullying", {"bullying", "conflict"}),
        ("my divorce", {"divorce"}),
        ("overdoses", {"suicide", "self_harm"}),
        ("anorexia", {"eating_disorder"}),
    ],
)
def test_a_word_avoids_all_that_goes_by_it(wish: str, tags: set[str]):
    assert left_out(wish) == tags
    assert unknown(readings([wish])) == ()


def test_a_broader_word_avoids_the_narrower_and_not_the_other_way():
    assert {"panic", "worry", "fear", "anxiety"} <= left_out("anxiety")
    assert left_out("panic") == {"panic"}
    assert {"blood", "injury", "hospital", "illness"} <= left_out("medical things")


def test_who_avoids_death_meets_no_scene_of_grief_or_loss():
    mourning = [scene for scene in SCENES if not MOURNING.isdisjoint((*scene.warnings, *scene.topics))]
    assert {tag for scene in mourning for tag in (*scene.warnings, *scene.topics)} >= MOURNING - {"death"}
    assert not any(may_meet(scene, filter_of(Wishes(("death",)))) for scene in mourning)


@given(
    st.sampled_from(TAGS),
    st.sampled_from([str.upper, str.title, str.lower, str.capitalize]),
    st.sampled_from(["_", " ", "-", "  ", "‑"]),
    st.sampled_from(["", "s", " ", "."]),
    st.lists(st.text(max_size=20), max_size=3),
)
def test_a_storys_own_word_is_avoided_however_it_is_written(tag, case, joined, ending, others):
    wishes = (*others, case(tag).replace("_", joined) + ending * (not tag.endswith("s")))
    assert avoided(wishes).meets(tag)
    for scene in (scene for scene in SCENES if tag in (*scene.warnings, *scene.topics)):
        assert tag in not_met_because(scene, filter_of(Wishes(wishes)))


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_the_same_but_for_case_and_underscores_was_and_is_avoided(wish: str, tag: str):
    """As it was once compared, so that nobody is protected less than before."""

    def plain(word: str) -> str:
        return word.strip().casefold().replace("_", " ")

    assert avoided([wish]).meets(wish.swapcase()) or plain(wish) != plain(wish.swapcase())
    assert avoided([wish]).meets(tag) or plain(wish) != plain(tag)


@given(st.lists(st.text(max_size=30), max_size=5), st.lists(st.text(max_size=30), max_size=5))
def test_another_wish_takes_no_protection_away(wishes: list[str], more: list[str]):
    before, after = avoided(wishes), avoided([*wishes, *more])
    assert all(after.meets(tag) for tag in known_topics() if before.meets(tag))


@given(st.lists(PHRASES, max_size=6))
def test_wishes_leave_out_together_what_each_leaves_out_and_no_more(wishes: list[str]):
    read = avoided(wishes)
    for tag in (*known_topics(), *UNLISTED):
        assert read.meets(tag) == any(avoided([wish]).meets(tag) for wish in wishes), tag


@given(st.sampled_from(TERMS), st.lists(FILLER, max_size=12), st.lists(FILLER, max_size=12))
def test_what_is_named_is_left_out_wherever_it_stands_in_a_wish(
    term: tuple[str, str], before: list[str], after: list[str]
):
    words, tag = term
    assert avoided([" ".join((*before, words, *after))]).meets(tag)


@pytest.mark.parametrize(
    ("wish", "is_met"),
    [
        ("all moth-eaten clowns of this world", True),
        ("eaten clowns", True),
        ("moth", True),
        ("clowns, moth eaten", False),
        ("moth and eaten clowns", False),
    ],
)
def test_words_name_what_no_list_has_where_they_stand_beside_each_other(wish: str, is_met: bool):
    assert avoided([wish]).meets("moth_eaten_clowns") == is_met


def test_no_tag_and_no_further_word_is_longer_than_what_is_looked_for():
    phrases = [word for _, words in KIN for word in words.split("|")]
    told = [tag.replace("_", " ") for tag in known_topics()]
    assert max(len(each.split()) for each in (*phrases, *told)) <= RUN_WORDS_MAX


@pytest.mark.parametrize(
    ("wish", "scenes"),
    [
        ("worry", {"last_car", "torn_letter", "worry_drawer", "drawer_time", "thought_record", "ledger"}),
        ("anxiety", {"last_car", "gallery", "making_room", "own_letter"}),
        ("self-criticism", {"last_car", "thought_record", "dawn_camp", "log_room"}),
        ("heights", {"sky_roof", "roof", "gallery", "eye", "dawn"}),
        ("storms", {"boathouse", "slipway", "gallery", "eye"}),
        ("illness", {"bell_house", "lenz_letter"}),
        ("death", {"bell_house", "lenz_letter", "cellar", "hollow"}),
        ("arguments", {"tea_fire", "boathouse", "inspection", "quill_letter", "idris_fire"}),
        ("money", {"dawn_camp", "ledger_tent", "market_gate"}),
    ],
)
def test_what_a_scene_touches_is_left_out(wish: str, scenes: set[str]):
    met = {scene.id for scene in SCENES if may_meet(scene, filter_of(Wishes((wish,))))}
    assert scenes & {scene.id for scene in SCENES} == scenes
    assert not scenes & met


def test_words_that_name_nothing_are_said_and_leave_nothing_out():
    wishes = ("clowns", "storms", "Spinnen", "the", "!!!", "clowns")
    assert unknown(readings(wishes)) == ("clowns", "Spinnen", "the", "!!!")
    untouched = Wishes(("clowns", "Spinnen", "the", "!!!"))
    assert all(may_meet(scene, filter_of(untouched)) for scene in SCENES)


def test_who_avoids_nothing_meets_all():
    assert all(may_meet(scene, filter_of(Wishes())) for scene in SCENES)
    assert unknown({}) == ()


def test_every_further_word_is_of_something_that_is_known():
    for tags, words in KIN:
        assert set(tags) <= set(known_topics())
        assert all(set(tags) <= left_out(word) for word in words.split("|"))
    for topic in TOPICS:
        for name in topic.named:
            assert set(topic.named) <= left_out(name.replace("_", " "))


def test_a_tag_that_no_list_has_is_avoided_by_its_own_word():
    scene = Scene("attic", "cbt", 1, "any", "attic", topics=("moth_eaten_clowns",))  # type: ignore[arg-type]
    assert not may_meet(scene, filter_of(Wishes(("clown",))))
    assert not may_meet(scene, filter_of(Wishes(("Moth-eaten clowns",))))
