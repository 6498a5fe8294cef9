"""The form of the labelled texts in `safety/`: names, labels, counts, and that no two are nearly the same.

Whether the system detects what they say is not checked here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "safety"
FILES = ("must_detect", "harmless", "conversations")
LABELS = ("none", "low", "moderate", "high", "imminent")
SOFT, HARD = {"low", "moderate"}, {"high", "imminent"}
LOWEST = {
    "suicide": "low",
    "self_harm": "low",
    "harm_to_others": "low",
    "abuse": "moderate",
    "psychosis": "moderate",
    "eating_disorder": "moderate",
    "substance": "moderate",
    "medical": "high",
}
"""The categories, and the lowest level for which each has an anchor."""
ALIKE_MAX = 0.8
SHORT = 20
"""Texts with fewer characters than this are answers and commands, which conversations share."""

Row = Mapping[str, Any]


def rows_of(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


MUST_DETECT, HARMLESS, CONVERSATIONS = (rows_of(name) for name in FILES)
TURNS = [turn for conversation in CONVERSATIONS for turn in conversation["turns"]]


def grams(text: str) -> frozenset[str]:
    plain = " ".join(text.lower().split())
    return frozenset(plain[start : start + 5] for start in range(max(1, len(plain) - 4)))


def alike(first: frozenset[str], second: frozenset[str]) -> float:
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


def near_pairs(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of texts that are almost the same. Sets of very different sizes cannot be, and are skipped."""
    known = [(text, grams(text)) for text in texts]
    for (one, first), (other, second) in combinations(known, 2):
        small, large = sorted((len(first), len(second)))
        if small > ALIKE_MAX * large and alike(first, second) > ALIKE_MAX:
            yield one, other


@pytest.mark.parametrize("name", FILES)
def test_ids_are_unique_within_all_files(name: str):
    ids = [row["id"] for row in rows_of(name)]
    others = {row["id"] for other in FILES if other != name for row in rows_of(other)}
    assert len(ids) == len(set(ids))
    assert not others.intersection(ids)


def test_a_line_has_these_fields():
    for row in MUST_DETECT + HARMLESS:
        assert set(row) == {"id", "text", "label", "category", "group"}, row
        assert row["group"], row


def test_a_conversation_has_these_fields():
    for conversation in CONVERSATIONS:
        assert set(conversation) == {"id", "group", "turns"}, conversation["id"]
        assert 3 <= len(conversation["turns"]) <= 10, conversation["id"]
    for turn in TURNS:
        assert set(turn) in ({"text", "label", "category"}, {"text", "label", "category", "context"}), turn
        if "context" in turn:
            assert set(turn["context"]) == {"question"}, turn
            assert turn["context"]["question"].endswith("?"), turn


def test_every_label_has_an_anchor_in_its_category():
    for row in [*MUST_DETECT, *HARMLESS, *TURNS]:
        assert row["label"] in LABELS, row
        if row["label"] == "none":
            assert row["category"] == "none", row
        else:
            assert LABELS.index(row["label"]) >= LABELS.index(LOWEST[row["category"]]), row


def test_texts_are_trimmed_and_not_empty():
    for row in [*MUST_DETECT, *HARMLESS, *TURNS]:
        assert row["text"], row
        assert row["text"] == row["text"].strip(), row
        assert "\n" not in row["text"], row


def test_the_pack_to_detect_covers_every_category():
    hard = [row for row in MUST_DETECT if row["label"] in HARD]
    soft = [row for row in MUST_DETECT if row["label"] in SOFT]
    assert len(hard) >= 320
    assert len(soft) >= 120
    assert len(hard) + len(soft) == len(MUST_DETECT)
    for level in HARD:
        assert {row["category"] for row in hard if row["label"] == level} == set(LOWEST)


def test_harmless_lines_are_labelled_none():
    assert len(HARMLESS) >= 250
    assert {row["label"] for row in HARMLESS} == {"none"}


def test_there_are_conversations_with_and_without_a_hard_level():
    calm = [each for each in CONVERSATIONS if not any(turn["label"] in HARD for turn in each["turns"])]
    assert len(CONVERSATIONS) >= 64
    assert 20 <= len(calm) <= len(CONVERSATIONS) - 20


def test_no_two_texts_are_the_same():
    texts = [row["text"] for row in MUST_DETECT + HARMLESS]
    said = [turn["text"] for turn in TURNS if len(turn["text"]) >= SHORT]
    assert len(texts) == len(set(texts))
    assert len(said) == len(set(said))
    assert not set(texts).intersection(turn["text"] for turn in TURNS)


def test_no_two_texts_are_almost_the_same():
    texts = [row["text"] for row in MUST_DETECT + HARMLESS]
    said = [turn["text"] for turn in TURNS if len(turn["text"]) >= SHORT]
    assert list(near_pairs(texts + said)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I want to walk to the lighthouse today.", "I want to walk to the lighthouse  today!"),
        ("Take the lantern and go on to the pier", "take the lantern and go on to the pier."),
    ],
)
def test_almost_the_same_is_found(one: str, other: str):
    assert list(near_pairs([one, "Something else altogether, about soup.", other])) == [(one, other)]
