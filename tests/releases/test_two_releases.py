"""A release and the one before, one after the other over the same data: running sessions keep their story's
version, byte for byte, and each release recognises the commands that the other took.
"""

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

import tta
from tests.support.running_tta import Dev
from tests.support.told_passages import next_passage
from tta.domain.passages import Wishes
from tta.graph.migrations import migrations_folder
from tta.stories.playing.narrating import ToldPassage, opening
from tta.stories.story import Story, catalogue, read_story

FIRST = catalogue()["clearing"][1]
TURNS = 4


def second() -> Story:
    """The next version, which says almost everything in other words."""
    compiled = FIRST.compiled.replace("^version: 1", "^version: 2").replace("You ", "You, once more, ")
    assert compiled.count("You, once more, ") > 50
    return read_story("clearing", 2, compiled)


def copy_of_this_release(folder: Path) -> Path:
    """Give the package in it, with its bytecode: else every process would compile all of it."""
    (package,) = tta.__path__
    copied = folder / "tta"
    shutil.copytree(package, copied, ignore=shutil.ignore_patterns("*.pyc.*"))  # Just being written.
    shutil.copytree(migrations_folder(), copied / "migrations", dirs_exist_ok=True)
    return copied


def release_with(story: Story, folder: Path) -> Path:
    """A copy of TTA that comes with one version more."""
    package = copy_of_this_release(folder)
    authored = package / "stories" / "authored" / story.id
    (authored / f"{story.version}.json").write_text(story.compiled, "utf-8")
    return folder


def expected(story: Story, session: UUID, moves: list[str]) -> list[ToldPassage]:
    """What a player is told who makes these moves."""
    told = [opening(story, session, Wishes())]
    for made, choice in enumerate(moves):
        told.append(next_passage(story, session, moves[:made], Wishes(), choice=choice, words=None))
    return told


def begun(dev: Dev, key: str) -> str:
    started = dev.ask("POST", "/v1/sessions", {"story": "clearing"}, idempotency_key=f'"{key}"')
    assert started.status_code == 201, started.text
    return str(started.json()["id"])


def opened(dev: Dev, session: str) -> dict[str, Any]:
    found = dev.ask("GET", f"/v1/sessions/{session}/interactions", prefer="wait=20")
    assert found.status_code == 200, found.text
    beginning: dict[str, Any] = found.json()["opening"]
    return beginning


def interact(dev: Dev, session: str, body: dict[str, str], key: str) -> httpx2.Response:
    path = f"/v1/sessions/{session}/interactions"
    return dev.ask("POST", path, body, idempotency_key=f'"{key}"', prefer="wait=20")


def chosen(dev: Dev, session: str, choice: str, key: str) -> dict[str, Any]:
    reply: dict[str, Any] = interact(dev, session, {"choice": choice}, key).json()["reply"]
    return reply


def must_be_told(shown: dict[str, Any], told: ToldPassage) -> None:
    assert shown["text"].encode() == told.text.encode()
    assert [(each["id"], each["text"]) for each in shown["choices"]] == list(
        zip(told.passage.choices, told.choice_texts, strict=True)
    )


def release_before(folder: Path) -> Path:
    """A copy of TTA that takes the fingerprint of texts as they were sent, as the release before did."""
    package = copy_of_this_release(folder)
    asking = package / "http" / "edge" / "asking.py"
    written = asking.read_text("utf-8")
    assert written.count("if payload.isascii():") == 1
    asking.write_text(written.replace("if payload.isascii():", "if True:"), "utf-8")
    return folder


def said(dev: Dev, session: str, text: str, key: str) -> tuple[int, bool]:
    """Say something; gives the status, and whether it was recognised."""
    answer = interact(dev, session, {"text": text}, key)
    return answer.status_code, answer.headers.get("idempotency-replayed") == "true"


def test_each_release_recognises_what_the_other_took(tmp_path: Path):
    """Accented texts included; but of a text that came decomposed (NFD) the release before does not know
    the fingerprint that this one takes, and refuses its retry (422), as docs/http-api/commands.md says.
    """
    before = release_before(tmp_path / "before")
    dev = Dev(tmp_path / "data", source=before)
    session = begun(dev, "one")
    assert said(dev, session, "Cafe\u0301", "decomposed") == (200, False)
    assert said(dev, session, "Caf\u00e9", "composed") == (200, False)
    assert said(dev, session, "look", "plain") == (200, False)
    assert dev.end() == 0

    dev = Dev(tmp_path / "data")
    assert said(dev, session, "Cafe\u0301", "decomposed") == (200, True)
    assert said(dev, session, "Caf\u00e9", "composed") == (200, True)
    assert said(dev, session, "Cafe\u0301", "composed") == (200, True)
    assert said(dev, session, "look", "plain") == (200, True)
    assert said(dev, session, "Th\u00e9", "of this") == (200, False)
    assert said(dev, session, "look", "plain of this") == (200, False)
    assert said(dev, session, "the\u0301", "decomposed of this") == (200, False)
    assert dev.end() == 0

    dev = Dev(tmp_path / "data", source=before)
    try:
        assert said(dev, session, "Th\u00e9", "of this") == (200, True)
        assert said(dev, session, "look", "plain of this") == (200, True)
        assert said(dev, session, "th\u00e9", "decomposed of this") == (200, True)
        assert said(dev, session, "the\u0301", "decomposed of this") == (422, False)
    finally:
        assert dev.end() == 0


def test_a_running_session_goes_on_in_its_version_and_a_new_one_begins_in_the_next(tmp_path: Path):
    newer = second()
    dev = Dev(tmp_path / "data")
    session, moves = begun(dev, "one"), list[str]()
    shown = opened(dev, session)
    for turn in range(TURNS):
        moves.append(shown["choices"][0]["id"])
        shown = chosen(dev, session, moves[-1], f"one {turn}")
    assert dev.end() == 0

    dev = Dev(tmp_path / "data", source=release_with(newer, tmp_path / "next"))
    try:
        for turn in range(TURNS, 2 * TURNS):
            moves.append(shown["choices"][0]["id"])
            shown = chosen(dev, session, moves[-1], f"one {turn}")
            must_be_told(shown, expected(FIRST, UUID(session), moves)[-1])
        must_be_told(opened(dev, session), expected(FIRST, UUID(session), [])[0])

        copied = dev.ask("POST", f"/v1/sessions/{session}/copy", {}, idempotency_key='"copy"')
        assert copied.status_code == 201, copied.text
        copy = copied.json()["id"]
        must_be_told(opened(dev, copy), opening(FIRST, UUID(session), Wishes(), moves))
        choice = opened(dev, copy)["choices"][0]["id"]
        told = next_passage(FIRST, UUID(session), moves, Wishes(), choice=choice, words=None)
        must_be_told(chosen(dev, copy, choice, "copy 0"), told)

        other = begun(dev, "other")
        beginning = expected(newer, UUID(other), [])[0]
        assert beginning.text != expected(FIRST, UUID(other), [])[0].text
        must_be_told(opened(dev, other), beginning)
        choice = beginning.passage.choices[0]
        must_be_told(chosen(dev, other, choice, "other 0"), expected(newer, UUID(other), [choice])[-1])
    finally:
        assert dev.end() == 0
