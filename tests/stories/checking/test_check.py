"""The check finds the faults of a story before it is played. Our stories have none."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.support.stories import faulty_story
from tests.support.stories.compiled_story import TOP, compiled, tags
from tests.support.stories.faulty_story import FAULTY
from tests.support.stories.small_story import small_story
from tta.stories.checking.check import NAMED, SCENES_MIN, SESSIONS, UNLIKE, check, check_compiled
from tta.stories.checking.softest import soft_problems
from tta.stories.playing.runtime import CHARACTERS_MAX, LINES_MAX, ChoiceMove, Playthrough, SceneMove
from tta.stories.shown import show_findings
from tta.stories.story import CALM, StoryBroken, authored, catalogue, newest, read_story
from tta.stories.ways import credited


def checked(wanted: Path | str) -> tuple[int, str]:
    """The exit status of a check, and what it says."""
    said = StringIO()
    try:
        show_findings(Console(file=said, width=200), str(wanted))
    except SystemExit as left:
        return int(str(left.code)), said.getvalue()
    return 0, said.getvalue()


STORIES = [story for versions in catalogue().values() for story in versions.values()]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.id}@{story.version}")
def test_every_story_is_well(story, tmp_path):
    """Checked by its file, as `tta stories check` does: no problems, and status 0."""
    file = tmp_path / "any.json"
    file.write_text(story.compiled)
    status, said = checked(file)
    told = f"{story.id}@{story.version}: {len(story.scenes)} scenes, no problems"
    assert (status, " ".join(said.split()).endswith(told)) == (0, True), said


def test_there_are_four_of_different_approaches():
    assert len(catalogue()) >= 4
    assert {"cbt", "dbt", "act", "mindfulness"} <= {each for story in STORIES for each in story.approaches}
    assert all(len(story.scenes) >= SCENES_MIN for story in STORIES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.id}@{story.version}")
def test_what_is_compiled_is_what_is_written(story, tmp_path):
    source = authored() / story.id / f"{story.version}.ink"
    assert json.loads(compiled(tmp_path, source.read_text("utf-8"))) == json.loads(story.compiled)


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    ink = f"""{TOP}
-> a
=== a ===
{tags("a", intensity="4")}
Here. {{RANDOM(1, 6)}}
+ [On # id: on # to: c] -> b
+ [No id] -> b
=== b ===
{tags("b")}
Nothing more.
-> END
=== c ===
{tags("c")}
Nobody comes here.
-> END
"""
    found = {
        (each.place, each.problem.split(":")[0])
        for each in check(read_story("s", 1, compiled(tmp_path, ink)))
        if each.problem != UNLIKE  # Its chance may come out the same twice.
    }
    assert found == {
        ("", "has 3 scenes, needs 20"),
        ("", "has no ending that can be reached"),
        ("", "uses chance without `~ SEED_RANDOM(seed)`"),
        (CALM, "is missing"),
        ("a", "a choice has no id"),
        ("a", "has intensity 4 and no warnings"),
        ("a", "the choice on says that it leads to c, not b"),
        ("b", "is a dead end"),
        ("c", "cannot be reached"),
    }


FAULTS = {
    ("start", "the choice called is not told within 1 s: it loops"),
    ("start", "the choice silent is not told within 1 s: it loops"),
    ("start", f"the choice lines tells more than {LINES_MAX} lines in one move"),
    ("start", f"the choice long tells more than {CHARACTERS_MAX} characters in one move"),
    ("start", "the choice through goes through grief, calm_place in one move: one scene at a time"),
    (CALM, "the choice grieve goes through grief, calm_place in one move: one scene at a time"),
}


def test_what_loops_tells_too_much_or_passes_through_a_scene_is_named_once():
    found = [(each.place, each.problem) for each in check(FAULTY)]
    assert len(found) == len(set(found))
    assert {each for each in found if "the choice" in each[1]} == FAULTS


@pytest.mark.parametrize(
    ("place", "said", "loops"),
    [("", '{"->":"start"}', '{"->":"lines"}'), (CALM, '"^Rest."', '{"->":"lines"}')],
)
def test_what_loops_where_a_story_begins_or_rests_is_named(place, said, loops):
    assert FAULTY.compiled.count(said) == 1
    broken = FAULTY._replace(compiled=FAULTY.compiled.replace(said, loops))
    found = [each.problem for each in check(broken) if each.place == place]
    assert any(each.startswith("the way there" if place else "the beginning") for each in found)


def test_the_faulty_story_is_compiled_from_what_is_written(tmp_path):
    source = Path(faulty_story.__file__).with_name("faulty.ink").read_text("utf-8")
    assert json.loads(compiled(tmp_path, source)) == json.loads(FAULTY.compiled)


@pytest.mark.parametrize(
    ("way", "found"),
    [
        ("a", [("", "has no ending that the most protected player can reach")]),
        (
            "b",
            [
                (CALM, "leaves the most protected player no choice"),
                ("", "has no ending that the most protected player can reach"),
            ],
        ),
        ("end", []),
    ],
)
def test_whether_the_softest_player_can_go_on_and_end_is_found_out(tmp_path, way, found):
    ink = f"""{TOP}
-> a
=== a ===
{tags("a")}
Here.
+ [On # id: on # to: b] -> b
+ [Rest # id: rest # to: calm_place] -> calm_place
=== b ===
{tags("b", readiness="settled")}
There. # ending: there
-> END
=== calm_place ===
{tags(CALM)}
Rest.
+ [On # id: on # to: {way}] -> {way}
=== end ===
{tags("end")}
Well. # ending: well
-> END
"""
    story = read_story("s", 1, compiled(tmp_path, ink))
    assert list(soft_problems(story, SESSIONS[0])) == found


def test_emphasis_is_written_in_one_way():
    emphasised = FAULTY._replace(compiled=FAULTY.compiled.replace('"^Rest."', '"^Rest, *well*."'))
    assert ("calm_place", "says something between *…*: emphasis is written _…_") in {
        (each.place, each.problem) for each in check(emphasised)
    }


def test_a_skill_that_is_credited_is_the_skill_of_its_scene():
    story = newest("the_night_post")
    assert story is not None
    assert {skill for _, skill in credited(story)} == set(story.skills)
    _, found = check_compiled(small_story({"skill": "worry_time"}, later={"practised": "grounding_54321"}))
    assert {
        ("a", "credits grounding_54321 as practised, which is not its skill"),
        ("a", "has the skill worry_time and credits it on no line"),
    } <= {(each.place, each.problem) for each in found}


@pytest.mark.parametrize("columns", [("for", "against"), ("against", "for")])
def test_a_thought_record_is_credited_once_all_its_columns_are_filled(columns):
    story = newest("clearing")
    assert story is not None
    play = Playthrough(story, SESSIONS[0])
    play.play([SceneMove("ledger"), *map(ChoiceMove, columns), ChoiceMove("friend")])
    assert play.practised == ()
    assert play.make(ChoiceMove("moment")).practised == ("thought_record",)


@pytest.mark.parametrize(
    ("story_id", "moves", "skill"),
    [
        ("storm_keeper", [SceneMove("tide_steps"), ChoiceMove("rain")], "mindful_noticing"),
        ("storm_keeper", [SceneMove("log_room"), ChoiceMove("thought")], "defusion_naming"),
        ("storm_keeper", [SceneMove("map_table"), ChoiceMove("red"), ChoiceMove("below")], "wise_mind"),
        ("storm_keeper", [SceneMove("slipway"), ChoiceMove("speak")], "dear_man"),
        ("storm_keeper", [SceneMove("night_kitchen"), ChoiceMove("finish")], "dear_man"),
        (
            "storm_keeper",
            [SceneMove("deep_channel"), ChoiceMove("aboard"), ChoiceMove("willing")],
            "willingness",
        ),
        ("the_cartographers_debt", [SceneMove("dunes")], "mindful_noticing"),
        ("the_cartographers_debt", [SceneMove("sky_roof"), ChoiceMove("look")], "observing_self"),
        ("the_cartographers_debt", [SceneMove("archive"), ChoiceMove("hang")], "willingness"),
        ("clearing", [SceneMove("compost"), ChoiceMove("open")], "willingness"),
    ],
)
def test_an_exercise_that_was_done_is_credited(story_id, moves, skill):
    story = newest(story_id)
    assert story is not None
    play = Playthrough(story, SESSIONS[0])
    play.play(moves[:-1])
    assert play.practised == ()
    assert play.make(moves[-1]).practised == (skill,)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"intensity": "9"}, "intensity is 1 to 5, got 9"),
        ({"approach": "magic"}, "approach is one of cbt, dbt, act, mindfulness, got magic"),
        ({"readiness": "sure"}, "readiness is one of any, settled, ready, got sure"),
        ({"scene": "b"}, "says that it is the scene b"),
        ({"location": ""}, "the tags location are missing"),
        ({"topic": "bereavement"}, "there is no tag topic: it is one of scene, "),
        ({"warning": "grief"}, "there is no tag warning: it is one of scene, "),
    ],
)
def test_a_tag_that_says_nothing_known_is_refused(changed, said):
    with pytest.raises(StoryBroken, match=f"s@1, a: {said}"):
        read_story("s", 1, small_story(changed))


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ({"practiced": "body_scan"}, "within a scene a tag is one of id, to, practised, ending: value"),
        ({"warnings": "grief"}, "the tag warnings stands after the scene's first words"),
    ],
)
def test_a_tag_within_a_scene_that_says_nothing_known_is_refused(later, said):
    with pytest.raises(StoryBroken, match=said):
        read_story("s", 1, small_story({}, later=later))


def test_one_broken_tag_hides_nothing_else():
    broken = {
        "intensity": "9",
        "approach": "magic",
        "warnings": "greif",
        "topics": "clowns",
        "skill": "juggling",
    }
    _, found = check_compiled(small_story(broken, titel="T", title=""))
    assert [(each.place, each.problem.partition(":")[0]) for each in found] == [
        ("", "there is no tag titel"),
        ("", "the tags title are missing"),
        ("a", "intensity is 1 to 5, got 9"),
        ("a", "approach is one of cbt, dbt, act, mindfulness, got magic"),
        ("", "has 1 scenes, needs 20"),
        (CALM, "is missing"),
        ("a", "names an unknown warning or topic, greif"),
        ("a", "names an unknown warning or topic, clowns"),
        ("a", "has the skill juggling and credits it on no line"),
    ]
    assert "did you mean grief?" in {each.problem.partition(": ")[2] for each in found}


def test_every_warning_and_topic_is_one_that_players_have_words_for():
    scenes = [scene for story in STORIES for scene in story.scenes.values()]
    assert {tag for scene in scenes for tag in (*scene.warnings, *scene.topics)} <= NAMED


def test_what_leads_to_no_scene_is_found_where_nobody_walks_too():
    _, found = check_compiled(small_story({}, later={"to": "nowhere"}))
    assert ("a", "leads to nowhere, which is no scene") in {(each.place, each.problem) for each in found}


def test_stories_that_are_not_installed_are_checked_by_their_files(tmp_path):
    (tmp_path / "draft").mkdir()
    (tmp_path / "draft" / "1.json").write_text(small_story({"intensity": "9"}), "utf-8-sig")
    (tmp_path / "notes.json").write_text("{}")
    status, said = checked(tmp_path)
    assert status == 1
    assert "1.json: s@1: 1 scenes, 3 problems" in said
    assert "a: intensity is 1 to 5, got 9" in said
    assert "notes.json: this is not compiled Ink" in said
    assert checked(tmp_path / "draft" / "1.json")[0] == 1


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(StoryBroken, match=r"there is no \.json in"):
        checked(tmp_path)
    with pytest.raises(StoryBroken, match="there is no story, file or folder"):
        checked(tmp_path / "nothing")
