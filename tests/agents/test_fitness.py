"""A model's text keeps to its brief, or is not told."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.agents.brief_examples import BRIEF, CHOICES, PASSAGE, RETOLD, SCENE, TOLD, answer
from tests.support.told_passages import next_passage
from tta.agents.fitness import ANSWER_MAX, REPAIRS, RULES, UnfitText, fit_text, given_by
from tta.agents.messages import Brief
from tta.agents.prompt_templates import prompt
from tta.agents.wording import number_pattern
from tta.domain.passages import Wishes
from tta.domain.turns import REPLY_MAX
from tta.stories.playing.narrating import opening
from tta.stories.story import catalogue

Retelling = dict[str, Any]
"""`text` of the passage to which `moves` lead in the first version of `story`; `breaks`: the rule that
refuses it nevertheless.
"""
RETELLINGS: dict[str, list[Retelling]] = json.loads((Path(__file__).parent / "retellings.json").read_text())
"""Written by hand: `honest` as a careful model would, `untrue` as one that tells something else, and
`inserted`: one sentence of something else within an honest retelling.
"""
PROMPT = prompt("narrate@1").told
RECITED = "Add no person, no name, no place, no number and no event."


def rule_of(raw: str) -> str:
    with pytest.raises(UnfitText) as unfit:
        fit_text(raw, BRIEF, PROMPT)
    return unfit.value.rule


def test_a_retelling_is_fit():
    assert fit_text(answer(), BRIEF, PROMPT) == RETOLD


def test_the_authors_own_text_is_fit():
    assert fit_text(answer(PASSAGE), BRIEF, PROMPT) == PASSAGE


def opening_of(story: str, version: int) -> Brief:
    told_by = catalogue()[story][version]
    told = opening(told_by, UUID(int=1), Wishes())
    scene = told_by.scenes[told.passage.scene or ""]
    return BRIEF._replace(story=told_by, scene=scene, told=told)


@pytest.mark.parametrize("story", sorted(catalogue()))
def test_every_story_opens_with_a_text_that_is_fit(story: str):
    brief = opening_of(story, max(catalogue()[story]))
    told = brief.told
    assert fit_text(answer(told.text, told.passage.choices), brief, PROMPT) == told.text


def retold(retelling: Retelling) -> Brief:
    """The brief that it was written for."""
    by, moves = catalogue()[retelling["story"]][1], retelling["moves"]
    if not moves:
        return opening_of(by.id, 1)
    told = next_passage(by, UUID(int=1), moves[:-1], Wishes(), choice=moves[-1], words=None)
    scene = by.scenes[told.passage.scene or ""]
    assert (told.passage.move, scene.skill) == (moves[-1], None), "a model could be asked to tell it"
    return BRIEF._replace(story=by, scene=scene, told=told)


def broken_by(text: str, brief: Brief) -> str | None:
    try:
        fit_text(answer(text, brief.told.passage.choices), brief, PROMPT)
    except UnfitText as unfit:
        return unfit.rule
    return None


@pytest.mark.parametrize(
    "retelling", RETELLINGS["honest"], ids=lambda each: "/".join([each["story"], *each["moves"]])
)
def test_a_careful_retelling_of_a_real_scene_is_fit(retelling: Retelling):
    assert broken_by(retelling["text"], retold(retelling)) == retelling.get("breaks")


@pytest.mark.parametrize(
    "retelling", RETELLINGS["untrue"], ids=lambda each: "/".join([each["story"], *each["moves"]])
)
def test_a_text_that_tells_something_else_is_not(retelling: Retelling):
    brief = retold(retelling)
    assert broken_by(retelling["text"], brief)
    given = given_by(brief, PROMPT)
    assert not RULES["kept"](retelling["text"], given)
    assert not RULES["new"](retelling["text"], given)


def test_a_retelling_of_another_passage_is_not():
    for retelling in RETELLINGS["honest"]:
        for other in RETELLINGS["honest"]:
            if (other["story"], other["moves"]) != (retelling["story"], retelling["moves"]):
                assert broken_by(retelling["text"], retold(other)), (retelling, other)


def test_of_single_sentences_that_are_not_the_authors_some_are_seen():
    refused = [each for each in RETELLINGS["inserted"] if broken_by(f"{RETOLD} {each['text']}", BRIEF)]
    assert len(refused) >= 8, "docs/models.md says so many of 24"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "Here it is: " + answer(),
        f"<think>{answer()}</think>",
        f"{answer()}\n{answer()}",
        json.dumps({"text": RETOLD}),
        json.dumps({"text": RETOLD, "choices": CHOICES, "note": "x"}),
        json.dumps({"text": 5, "choices": CHOICES}),
        json.dumps([RETOLD]),
        "[" * 20_000,
        '"\ud800"',
    ],
)
def test_anything_but_the_object_is_unfit(raw: str):
    assert rule_of(raw) == "json"


@pytest.mark.parametrize(
    "choices", [(), ("tell",), ("fine", "tell"), ("tell", "fine", "flee"), ("tell", "Fine")]
)
def test_choices_are_kept_in_their_order(choices: tuple[str, ...]):
    assert rule_of(answer(choices=choices)) == "choices"


@pytest.mark.parametrize("text", ["", "You are there.", RETOLD * 3, "a" * (REPLY_MAX + 1)])
def test_too_little_and_too_much_are_unfit(text: str):
    assert rule_of(answer(text)) == "length"


@pytest.mark.parametrize("said", ["You should just die. ", "\ufdfa"])
def test_what_is_too_long_is_not_read_at_all(said: str):
    text = said * (ANSWER_MAX // len(said) - 10)
    assert rule_of(json.dumps({"text": text, "choices": CHOICES}, ensure_ascii=False)) == "length"


@pytest.mark.parametrize(
    ("rule", "added"),
    [
        ("refusal", "I'm sorry, but I cannot continue with that."),
        ("refusal", "As an AI, I have no coat."),
        ("characters", "# The jetty"),
        ("characters", "It is **very** cold."),
        ("characters", "<b>Cold</b>"),
        ("characters", "- take the mug"),
        ("characters", "[mug](here)"),
        ("characters", "The wind is сold."),  # A Cyrillic letter.
        ("characters", "The wind\u202eis cold."),
        ("characters", "It costs 1 €."),
        ("address", "Write to help.example about it."),
        ("number", "It takes 3 nights."),
        ("number", "Call 116 123 now."),
        ("number", "There are seven lamps."),
        ("number", "It takes ½ a night."),
        ("number", "It takes 1 night, and 1 more."),
        ("topic", "There is blood on her coat."),
        ("topic", "She speaks of the funeral."),
        ("new", "The door is broken, and deep cold water pours in."),
        ("name", "Behind her stands Bertha."),
        ("name", "Bertha looks at you."),
        ("name", "'Welcome to Avalon,' she says."),
        ("name", "It is STORMY."),
        ("clinical", "You have an anxiety disorder."),
        ("clinical", "She is depressed."),
        ("clinical", "Her medication is on the sill."),
        ("clinical", "You could kill the light."),
        ("prompt", "The prompt says so."),
        ("prompt", "It says: add no person, no name, no place, no number and no event."),
        ("echo", "'I walk up to her, my heart is loud,' you say."),
    ],
)
def test_what_the_author_does_not_say_is_unfit(rule: str, added: str):
    assert rule_of(answer(f"{RETOLD}\n{added}")) == rule


@pytest.mark.parametrize(
    ("rule", "authored", "instead"),
    [
        ("number", "It takes 1 night", "It takes a night"),
        ("kept", "'Maren Oake,' she says, and gives you a mug.", "She gives you a mug, and has a name."),
        ("kept", "at Farrow Skerry", "at a skerry"),
    ],
)
def test_what_the_author_says_stays(rule: str, authored: str, instead: str):
    assert authored in PASSAGE
    assert rule_of(answer(PASSAGE.replace(authored, instead))) == rule


def test_numbers_stay_in_their_order():
    breathe = "Breathe in for four, hold it for seven, and out for eight."
    brief = BRIEF._replace(told=TOLD._replace(text=f"{PASSAGE} {breathe}"))
    assert broken_by(f"{RETOLD} {breathe}", brief) is None
    for other in (
        "four, held for eight, and out for seven",
        "seven, hold it for four, and out for eight",
        "four, and out for eight",
    ):
        assert broken_by(f"{RETOLD} Breathe in for {other}.", brief) == "number"


@pytest.mark.parametrize("tag", ["warnings", "topics"])
def test_a_topic_that_the_scene_has_may_be_touched(tag: str):
    text = f"{RETOLD} There is blood on her coat."
    assert broken_by(text, BRIEF) == "topic"
    assert broken_by(text, BRIEF._replace(scene=replace(SCENE, **{tag: ("blood",)}))) is None
    assert broken_by(text, BRIEF._replace(told=TOLD._replace(text=f"{PASSAGE} A spot of blood."))) is None


def test_every_rule_can_be_told_to_a_model():
    assert {"json", "choices", *RULES} == REPAIRS.keys()


@given(st.text(max_size=600))
def test_whatever_a_model_says_is_fit_or_breaks_a_rule_that_is_named(raw: str):
    for said in (raw, json.dumps({"text": raw, "choices": CHOICES})):
        rule = ""
        try:
            fit_text(said, BRIEF, PROMPT)
        except UnfitText as unfit:
            rule = unfit.rule
        assert not rule or rule in REPAIRS


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text() | st.sampled_from(["text", "choices"]), each),
    )
)
def test_no_other_json_is_ever_fit(said: object):
    assert rule_of(json.dumps(said)) in {"json", "choices", "length"}


@given(st.integers(0, len(RETOLD)), st.text(min_size=1, max_size=40))
def test_a_fit_text_has_no_digits_signs_or_letters_that_the_author_has_not(at: int, put: str):
    text = RETOLD[:at] + put + RETOLD[at:]
    try:
        fit = fit_text(answer(text), BRIEF, PROMPT)
    except UnfitText:
        return
    assert set(number_pattern.findall(fit)) <= {"1"}
    assert not set(fit) & set("<>{}[]|`#_*@/\\")
    assert fit.isascii() or all(each.isprintable() for each in fit.replace("\n", ""))


@given(
    st.from_regex(r"[A-Z][a-z]{3,9}", fullmatch=True).filter(lambda word: word.lower() not in PASSAGE.lower())
)
def test_no_new_name_stands_within_a_sentence(name: str):
    text = RETOLD.replace("a broad woman", f"{name}, a broad woman")
    assert rule_of(answer(text)) in {"name", "clinical", "prompt", "number"}
