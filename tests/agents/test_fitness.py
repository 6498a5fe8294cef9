"""A model's text keeps to its brief, or is not told."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from brief_examples import BRIEF, CHOICES, PASSAGE, RETOLD, answer
from hypothesis import given
from hypothesis import strategies as st

from tta.agents.fitness import ANSWER_MAX, REPAIRS, RULES, Unfit, fit_text, number_pattern
from tta.agents.messages import Brief
from tta.agents.prompt_templates import prompt
from tta.domain.passages import Wishes
from tta.domain.turns import REPLY_MAX
from tta.stories.narrating import opening
from tta.stories.story import catalogue

RETELLINGS: dict[str, list[str]] = json.loads((Path(__file__).parent / "retellings.json").read_text())
"""Of the openings of stories in their first version, written by hand as a careful model would."""
PROMPT = prompt("narrate@1").told
RECITED = "Add no person, no name, no place, no number and no event."


def rule_of(raw: str) -> str:
    with pytest.raises(Unfit) as unfit:
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


@pytest.mark.parametrize(
    ("story", "text"), [(story, text) for story in RETELLINGS for text in RETELLINGS[story]]
)
def test_a_careful_retelling_of_a_real_scene_is_fit(story: str, text: str):
    brief = opening_of(story, 1)
    assert fit_text(answer(text, brief.told.passage.choices), brief, PROMPT) == text


@pytest.mark.parametrize("story", sorted(RETELLINGS))
def test_a_retelling_of_another_scene_is_not(story: str):
    for other, texts in RETELLINGS.items():
        if other != story:
            brief = opening_of(story, 1)
            with pytest.raises(Unfit):
                fit_text(answer(texts[0], brief.told.passage.choices), brief, PROMPT)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "Here it is: " + answer(),
        f"```json\n{answer()}\n```",
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


def test_every_rule_can_be_told_to_a_model():
    assert {"json", "choices", *RULES} == REPAIRS.keys()


@given(st.text(max_size=600))
def test_whatever_a_model_says_is_fit_or_breaks_a_rule_that_is_named(raw: str):
    for said in (raw, json.dumps({"text": raw, "choices": CHOICES})):
        rule = ""
        try:
            fit_text(said, BRIEF, PROMPT)
        except Unfit as unfit:
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
    except Unfit:
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
