"""What a machine can find of English that is hard to read, in docstrings, comments, messages and docs."""

import ast
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STILL_TO_EDIT = Path(__file__).with_name("prose_to_edit.txt")
"""How many places each file may still have, a path and a number a line. It only ever gets shorter."""

SAY_INSTEAD = {
    r"\bwho(m|se)?ever\b": "name the actor with a noun: the caller, the worker, a client that …",
    r"(?:\A|[.:;?!…]\s+)Who (?!\w[^.!]*\?)": "name the actor with a noun",
    r"[:;]\s+who (?!\w[^.!;]*\?)": "name the actor with a noun",
    r"\b(?:if|where|when|while|unless|until|because) who\b": "name the actor with a noun",
    r"\b(?:[Nn]one|True|False|[Nn]ull|[Ee]mpty|0|1) where\b": "None if absent, or: returns None if …",
    r"\bRaises (?:[A-Z]\w+|,|and|or|\s)+ where\b": "Raises … if",
    r"\bwhat(?:ever)? (?:came|comes|became|becomes|has become) of\b": "the outcome of …",
    r"\b(?:anew|afresh)\b": "again",
    r"\b(?:for want of|by and by|all the same|as things stand|sees? to it that)\b": "a plain word",
    r"(?<!there )\b(?:is|are|was|were) none\b(?! of)": "is not a …",
    r"\b(?:of|for|to|by|from|with|than) who\b": "name the actor with a noun",
    r"\bwhere there (?:is|are|was|were) (?:none|no|nothing|neither)\b": "if there is none, or: if absent",
    r"\b(?:where|wherever) (?:none|nothing|nobody) (?:is|are|was|were|has|does|stands)\b": "if no …",
    r"\bso with (?:the|what|its|their|each|it|`)": "likewise, or say it of both",
    r"\bnone of (?:ours|theirs|its own|yours|mine)\b": "say what it is",
    r", (?:did|had|were|has|does|would|should) (?:it|he|she|they|one|there|that) not\b": "if it did not …",
    r"(?:\A|[,.:;]\s+)(?:[Hh]ad|[Ww]ere) (?:it|he|she|they|one|there) (?!\w[^.!]*\?)": "if it had …",
    r"\b(?:amid|lest|whence|thence|thereof|therein|wherein|whereof|whereupon|forthwith)\b": "a plain word",
    r"\bturn's turn\b": "the next turn",
    r"\b[Nn]obody (?:has|needs) to (?:act|do anything)\b": "leave it out: a line says who must act",
}
"""Patterns that are found without regard to line breaks, and what to write in their place."""
BANNED = {re.compile(pattern): instead for pattern, instead in SAY_INSTEAD.items()}
RIDDLE = re.compile(r"\A(?:What|Where|Who) (?![^.!]*\?)[^?]*[.;:]")
"""A docstring, comment or message that begins so says what it is in a roundabout way: begin with a noun
or a verb.
"""
PAGES = [
    *ROOT.glob("*.md"),
    *(page for folder in ("docs", "deploy", "safety") for page in (ROOT / folder).rglob("*.md")),
]
CODE = [path for folder in ("src", "tests", "bench", "migrations") for path in (ROOT / folder).rglob("*.py")]
QUOTED = re.compile(r"`[^`]*`|\"[^\"\n]*\"|“[^”]*”")
"""Code and speech within prose: names, and what players and stories say."""
SPEECH = (
    "src/tta/agents/harms.py",
    "src/tta/agents/wording.py",
    "src/tta/stories/understanding/",
    "tests/agents/",
    "tests/stories/",
)
"""The other texts of these are word lists and what people say. Their docstrings and comments are ours."""


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def docstrings_of(tree: ast.Module) -> Iterator[str]:
    """Every string that stands alone: docstrings, and what is said of a field below it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def messages_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


def comments_of(path: Path) -> Iterator[str]:
    """Comments, those on following lines as one text."""
    last, text = -1, ""
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type != tokenize.COMMENT:
                continue
            said = token.string.lstrip("#: ")
            if token.start[0] == last + 1:
                text = f"{text} {said}"
            else:
                yield text
                text = said
            last = token.start[0]
    yield text


def texts_of(path: Path) -> Iterator[str]:
    """What a file says in prose, each text once."""
    if path.suffix == ".md":
        for paragraph in re.split(r"\n\s*\n|\n(?=[-|#] ?)|\|", path.read_text()):
            yield paragraph.lstrip("-#> \n")
        return
    tree = ast.parse(path.read_text())
    yield from comments_of(path)
    yield from docstrings_of(tree) if shown(path).startswith(SPEECH) else messages_of(tree)


def found_in(text: str, *, is_code: bool = False) -> list[str]:
    plain = " ".join(QUOTED.sub("…", text).split())
    riddles = [f"begin with a noun or a verb — {plain[:70]!r}"] if is_code and RIDDLE.match(plain) else []
    return riddles + [
        f"{instead} — {plain[max(0, found.start() - 30) : found.end() + 40]!r}"
        for pattern, instead in BANNED.items()
        for found in pattern.finditer(plain)
    ]


def found_on(path: Path) -> list[str]:
    return [each for text in texts_of(path) for each in found_in(text, is_code=path.suffix == ".py")]


def allowed() -> dict[str, int]:
    rows = (line.rsplit(" ", 1) for line in STILL_TO_EDIT.read_text().splitlines())
    return {path: int(number) for path, number in rows}


ALLOWED = allowed()


@pytest.mark.parametrize("path", [*CODE, *PAGES], ids=shown)
def test_prose_is_plain(path: Path):
    if path == Path(__file__):
        return
    found = found_on(path)
    most = ALLOWED.get(shown(path), 0)
    assert len(found) <= most, "\n".join(found)
    assert len(found) == most, f"{STILL_TO_EDIT.name}: {shown(path)} has only {len(found)} left"


def test_what_is_still_to_edit_is_there():
    assert not [path for path in ALLOWED if not (ROOT / path).is_file()]
    assert list(ALLOWED) == sorted(ALLOWED)


@pytest.mark.parametrize(
    "text",
    [
        "Who waits while somebody else asks does not wait long.",
        "They are no events: who lives says so again.",
        "Give it to whoever asks.",
        "The one that was asked last, None where none was.",
        "403 where there is none.",
        "All of them; so with the failures.",
        "A value, and one that is none of ours.",
        "It could miss the rows, did it not wait.",
        "Had it been told, it would know.",
        "It is another turn's turn.",
        "A new route. Nobody has to act.",
        "Raises Absent, Conflicting or Invalid where a rule says no.",
        "Empty where no route is known.",
        "Count the calls by what came of them.",
        "The rows are filled anew.",
        "It is recorded all the same.",
        "A name that is none is refused.",
        "It is left for who comes next.",
    ],
)
def test_it_finds_what_is_hard_to_read(text: str):
    assert found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who may read this?",
        "Which agents are there, and who runs them?",
        "Returns None if absent.",
        "The caller, who has left, is not answered.",
        "If there is none, it is made.",
        "`whoever` is a word, and so is “whoever”.",
        "Nobody has left, so without a reason nothing changes.",
        "If there is none, nothing is none of the caller's concern.",
        "Raises Absent if there is no such player, where ids are compared.",
    ],
)
def test_it_leaves_alone_what_is_plain(text: str):
    assert not found_in(text)


@pytest.mark.parametrize(
    "text", ["What a turn comes to.", "Where the story stands: its place.", "Who asks; None if unknown."]
)
def test_a_docstring_begins_with_a_noun_or_a_verb(text: str):
    assert found_in(text, is_code=True)
    assert not found_in(f"The result: {text.lower().replace('who asks', 'the caller')}", is_code=True)


@pytest.mark.parametrize("text", ["What can stop", "What may a caller do?", "Where did it fail? It says."])
def test_a_heading_or_a_question_may_begin_so(text: str):
    assert not found_in(text, is_code=True)


def test_texts_of_a_page_are_found_across_line_breaks(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("# A page\n\nIt is None\nwhere nothing stands.\n")
    assert [each for text in texts_of(page) for each in found_in(text)]


def counts() -> Counter[str]:
    return Counter({shown(path): len(found_on(path)) for path in [*CODE, *PAGES]})


if __name__ == "__main__":
    rows = sorted(
        (path, number) for path, number in counts().items() if number and path != shown(Path(__file__))
    )
    STILL_TO_EDIT.write_text("".join(f"{path} {number}\n" for path, number in rows))
