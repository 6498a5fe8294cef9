"""However a questionnaire is written and broken, its ninth answer is read where it is legible; and nothing
else is taken for it.
"""

import json
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.http.questionnaire_examples import level_read
from tta.domain.vocabulary import RiskLevel
from tta.http.edge.tolerant_json import CHARACTERS_MAX, excerpt

Form = Callable[[Sequence[int]], str]
Break = Callable[[str], str]


def as_json(answers: Sequence[int]) -> str:
    return json.dumps({"measure": "phq9", "answers": list(answers), "difficulty": 2})


def parts(name: str, value: object) -> str:
    return f'--b7\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


FORMS: dict[str, Form] = {
    "json": as_json,
    "names in another order": lambda a: json.dumps({"difficulty": 2, "answers": list(a), "measure": "phq9"}),
    "lines": lambda a: json.dumps({"measure": "phq9", "answers": list(a)}, indent=2),
    "texts": lambda a: json.dumps({"measure": "phq9", "answers": [str(each) for each in a]}),
    "fractions": lambda a: json.dumps({"measure": "phq9", "answers": [float(each) for each in a]}),
    "one text": lambda a: json.dumps({"measure": "phq9", "answers": ",".join(map(str, a))}),
    "digits": lambda a: json.dumps({"measure": "phq9", "answers": "".join(map(str, a))}),
    "an object": lambda a: json.dumps({"measure": "phq9", "answers": dict(enumerate(a))}),
    "an object from one": lambda a: json.dumps(
        {"measure": "phq9", "answers": {f"q{at}": each for at, each in enumerate(a, 1)}}
    ),
    "scores": lambda a: json.dumps(
        {"measure": "phq9", "answers": [{"item": at, "score": each} for at, each in enumerate(a, 1)]}
    ),
    "another wording": lambda a: as_json(a).replace('"phq9"', '"PHQ-9"').replace("answers", "Answers"),
    "in a list": lambda a: f"[{as_json(a)}]",
    "in an object": lambda a: f'{{"data": {as_json(a)}}}',
    "JSON in JSON": lambda a: json.dumps(as_json(a)),
    "no quotes": lambda a: as_json(a).replace('"', ""),
    "single quotes": lambda a: as_json(a).replace('"', "'"),
    "typeset quotes": lambda a: as_json(a).replace(' "', " \u201c").replace('"', "\u201d"),
    "round brackets": lambda a: as_json(a).replace("[", "(").replace("]", ")"),
    "arrows": lambda a: as_json(a).replace(":", "=>"),
    "no commas": lambda a: as_json(a).replace(",", " "),
    "leading zeros": lambda a: as_json(a).replace("[", "[0").replace(", ", ", 0"),
    "a form": lambda a: "measure=phq9" + "".join(f"&answers={each}" for each in a) + "&difficulty=2",
    "a form with a list": lambda a: "measure=phq9&answers=" + ",".join(map(str, a)),
    "an encoded form": lambda a: "measure=phq9&answers=%5B" + "%2C+".join(map(str, a)) + "%5D",
    "a form with places": lambda a: (
        "".join(f"answers%5B{at}%5D={each}&" for at, each in enumerate(a)) + "measure=phq9"
    ),
    "a form in parts": lambda a: parts("measure", "phq9") + "".join(parts("answers", each) for each in a),
    "YAML": lambda a: "measure: phq9\nanswers:\n" + "".join(f"- {each}\n" for each in a),
    "elements": lambda a: (
        "<m><measure>phq9</measure><answers>"
        + "".join(f"<answer>{each}</answer>" for each in a)
        + "</answers></m>"
    ),
}  # fmt: skip
BREAKS: dict[str, Break] = {
    "nothing": lambda text: text,
    "a mark": lambda text: "\ufeff" + text,
    "white space": lambda text: f"\r\n\t {text} \r\n",
    "something before": lambda text: ")]}',\n" + text,
    "something behind": lambda text: text + "\r\n}]garbage",
    "itself behind": lambda text: text + "\n" + text,
    "a comment before": lambda text: "/* the 9 answers, 3, 3: */" + text,
    "NaN": lambda text: text.replace("{", '{"mood": NaN, "last": -Infinity, ', 1),
    "half a character": lambda text: text.replace("{", '{"name": "\\ud800", ', 1),
    "a quote too many": lambda text: text.replace("{", '{"name": "said "no", ', 1),
    "a control character": lambda text: text.replace("{", '{"name": "\x01", ', 1),
    "a zero": lambda text: text + "\x00",
    "deep": lambda text: text.replace("{", '{"deep": ' + "[" * 2_000 + ", ", 1),
    "deep behind": lambda text: text + ', "deep": ' + "[" * 100_000,
    "long before": lambda text: "x" * 200_000 + "\n" + text,
    "long behind": lambda text: text + "\n" + "x" * 200_000,
    "trailing commas": lambda text: text.replace("]", ",]"),
    "comments in it": lambda text: text.replace("[", "[ /* 3, 3 */ ").replace("{", "{ // 3\n"),
    "other characters": lambda text: text.replace("{", '{"name": "\u00e4\u2201\U0001f600", ', 1),
    "escapes": lambda text: text.replace("measure", "m\\u0065asure"),
}
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
first_eight = st.lists(st.integers(0, 3), min_size=8, max_size=8)


def raw_of(form: str, broken: str, encoding: str, answers: Sequence[int]) -> bytes:
    return BREAKS[broken](FORMS[form](answers)).encode(encoding, "surrogatepass")


@settings(max_examples=1_000, deadline=None)
@given(
    form=st.sampled_from(sorted(FORMS)),
    broken=st.sampled_from(sorted(BREAKS)),
    encoding=st.sampled_from(ENCODINGS),
    others=first_eight,
    ninth=st.integers(0, 3),
)
def test_the_ninth_answer_is_read_in_any_form(
    form: str, broken: str, encoding: str, others: list[int], ninth: int
):
    expected = [RiskLevel.NONE, RiskLevel.LOW, RiskLevel.MODERATE, RiskLevel.MODERATE][ninth]
    assert level_read(raw_of(form, broken, encoding, [*others, ninth])) is expected


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("broken", BREAKS)
def test_each_form_is_read_however_it_is_broken(form: str, broken: str):
    assert level_read(raw_of(form, broken, "utf-8", [0] * 8 + [3])) is RiskLevel.MODERATE
    assert level_read(raw_of(form, broken, "utf-8", [3] * 8 + [0])) is RiskLevel.NONE


@given(others=first_eight, cut=st.integers(0, 30))
def test_what_breaks_off_behind_the_ninth_answer_loses_nothing(others: list[int], cut: int):
    for text in (FORMS["names in another order"]([*others, 3]), as_json([*others, 3])):
        end = text.index("]")
        assert level_read(text[: min(len(text), end + cut)].encode()) is RiskLevel.MODERATE
        assert level_read(text[: end - 1].encode()) is RiskLevel.NONE


@given(answers=st.lists(st.integers(0, 3), max_size=12), broken=st.sampled_from(sorted(BREAKS)))
def test_another_questionnaire_says_nothing(answers: list[int], broken: str):
    raw = BREAKS[broken](json.dumps({"measure": "gad7", "answers": answers})).encode("utf-8", "replace")
    assert level_read(raw) is RiskLevel.NONE


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_anything_at_all_is_read_without_an_error_and_says_nothing(raw: bytes):
    assert level_read(raw) is RiskLevel.NONE


@given(raw=st.text("{}[]()\",:='/*#\\%u0039\n&-. naswermeuhpq", max_size=300))
def test_anything_like_it_is_read_without_an_error(raw: str):
    assert level_read(raw.encode()) in RiskLevel


@pytest.mark.parametrize(
    "body",
    [
        '{"measure":"phq9","answers":[0,0,0,0,0,0,0,0,0],"answers":[0,0,0,0,0,0,0,0,3]}',
        '{"measure":"phq9","answers":[0,0,0,0,0,0,0,0,3],"answers":[0,0,0,0,0,0,0,0,0]}',
        '{"measure":"gad7","measure":"phq9","answers":[0,0,0,0,0,0,0,0,3]}',
        '{"measure":"phq9","measure":"gad7","answers":[0,0,0,0,0,0,0,0,3]}',
        '{"measure":"phq9","answers":[0,0,0,0,0,0,0,0,0],"Answers":[0,0,0,0,0,0,0,0,3]}',
        '{"measure":"phq9","answers":{"9":3,"9":0,"1":0}}',
        '{"measure":"phq9","answers":[0,0,0,0,0,0,0,0,0]}\n{"measure":"phq9","answers":[0,0,0,0,0,0,0,0,3]}',
    ],
)
def test_of_several_the_highest_counts(body: str):
    assert level_read(body.encode()) is RiskLevel.MODERATE


@pytest.mark.parametrize(
    ("ninth", "level"),
    [
        ("1e400", RiskLevel.MODERATE),
        ("Infinity", RiskLevel.MODERATE),
        ("-Infinity", RiskLevel.NONE),
        ("NaN", RiskLevel.NONE),
        ("9" * 5_000, RiskLevel.MODERATE),
        ('"+1"', RiskLevel.LOW),
        ('"Several days"', RiskLevel.LOW),
        ('"nearly every day"', RiskLevel.MODERATE),
        ('"Not at all"', RiskLevel.NONE),
        ('"true"', RiskLevel.LOW),
        ('"\uff13"', RiskLevel.MODERATE),
        ("[2]", RiskLevel.MODERATE),
        ("[]", RiskLevel.NONE),
        ('{"item": 9, "value": 0}', RiskLevel.NONE),
        ("undefined", RiskLevel.NONE),
        ("", RiskLevel.NONE),
        ("true", RiskLevel.LOW),
        ("0.5", RiskLevel.LOW),
    ],
)
@pytest.mark.parametrize("broken", ["", "garbage"])
def test_a_count_is_read_however_it_is_written(ninth: str, level: RiskLevel, broken: str):
    body = f'{{"measure":"phq9","answers":[3,3,3,3,3,3,3,3,{ninth}]}}{broken}'
    assert level_read(body.encode()) is level


def test_a_body_that_never_says_which_questionnaire_counts_only_where_it_is_broken():
    """It may have been about to say so; no other questionnaire has a ninth item."""
    assert level_read(b'{"answers":[0,0,0,0,0,0,0,0,3]}') is RiskLevel.NONE
    assert level_read(b'{"answers":[0,0,0,0,0,0,0,0,3],"meas') is RiskLevel.MODERATE


@pytest.mark.parametrize(
    "piece",
    [
        "answers:[",
        "/*",
        "[",
        '"',
        "%41",
        "answers//",
        "answers\n",
        " ",
        "\\u0041",
        '{"a":1},',
        "9",
        "answers='",
    ],
)
def test_its_work_is_bounded(piece: str):
    """By what a short body costs, however long it is."""
    text = ('{"measure":"phq9","answers":' + piece * 2**20)[: 2**20]
    assert len(excerpt(text, "measure", "answer")) <= 2 * CHARACTERS_MAX
    began = time.process_time()
    level_read(text.encode())
    assert time.process_time() - began < 5, "without bounds it may take minutes"


def test_a_long_body_is_read_near_the_first_and_the_last_names():
    text = as_json([0] * 8 + [3])
    many = '{"answer": "' + "answers " * 100_000 + '",'
    for each in (many + text[1:], text[:-1] + ", " + many, text[:-1] + ', "\u0130": "' + "x" * 200_000):
        assert level_read(each.encode()) is RiskLevel.MODERATE
