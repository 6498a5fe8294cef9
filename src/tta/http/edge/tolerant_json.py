"""A reader for JSON that is broken, or is something else: it finds what was said under a name.

It never fails, and its work is bounded. It is for looking only; what is recorded is decoded strictly.
"""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

OCCURRENCES_MAX = 32  # Of a name in one body: a form names each of nine answers, a duplicate names all again.
TOKENS_MAX = 400  # Of a value; nine answers with names and comments have fewer than 100.
COMMENT_CHARACTERS_MAX = 200
CHARACTERS_MAX = 32 * 1024  # Read whole; of a longer text only what stands near a name.
EXCERPT_CHARACTERS_MAX = 2_000
EXCERPTS_MAX = 4  # At the first occurrences of a name, and as many at the last.
WORDS_CHARACTERS_MAX = 64_000  # Of a text of words that is given whole.
WORDS_PART_CHARACTERS = 16_000  # Given of the beginning, and of the end, of a longer one.

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # Begins like the mark of UTF-16, so it is asked for first.
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
COMMENT = rf"/\*.{{0,{COMMENT_CHARACTERS_MAX}}}?\*/|(?://|\#)[^\r\n]{{0,{COMMENT_CHARACTERS_MAX}}}"
GAP = rf"(?:\s|{COMMENT})*+"
PART_HEADERS = r"(?:content-[\w-]+:[^\r\n]*\s*)*+"  # Of a part of a form (RFC 7578).

as_plain_quotes = str.maketrans(
    {"\\": None, "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "`": '"'}
)
as_plain_double_quotes = str.maketrans({"\u201c": '"', "\u201d": '"', "`": '"'})
QUOTES = ('"', "'")
WHITE_SPACE = {"n": "\n", "r": "\n", "t": "\t"}
"""What some characters mean behind a backslash."""
number = re.compile(r"[+-]?\.?\d")
escaped = re.compile(r"\\u([0-9a-fA-F]{4})")
escaped_character = re.compile(r"\\(.)", re.DOTALL)
PLAIN_ENDS = (
    r"&[\w.%\[\]-]{1,64}=|</|[\r\n]--"  # The next field of a form, the end of an element or of a part.
)
ENDS = {
    opening: re.compile(rf"(?<!\\){re.escape(closing)}(?=\s*+(?:[,;}}\])&]|\Z))")
    for opening, closing in {'"': '"', "'": "'", "[": "]", "(": ")", "{": "}"}.items()
}
"""What ends a text of words that begins so: a quote within it does not, as something else follows."""
plain_end = re.compile(PLAIN_ENDS)
tokens = re.compile(
    rf"""(?P<gap>\s+|{COMMENT}|[,;])
    |(?P<opens>[\[{{(])
    |(?P<closes>[\]}})])
    |(?P<names>[:=])
    |"(?P<text>[^"\r\n\[\]{{}}]*)"
    |'(?P<quoted>[^'\r\n\[\]{{}}]*)'
    |(?P<word>[+-]?[\w.][\w.+-]*)
    |(?P<skipped>["'-])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class NamedValue(NamedTuple):
    """A member of an object: its name and its value."""

    name: str
    value: Any


def text_of(raw: bytes) -> str:
    """Decode a body as its mark or its zero bytes say, else as UTF-8; what does not decode is replaced."""
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    return raw.decode(json.detect_encoding(raw), "replace")


def excerpt(text: str, *names: str) -> str:
    """Cut a long text down to what stands near the first and the last occurrences of these names."""
    if len(text) <= CHARACTERS_MAX:
        return text
    lower, cut, ended = _lower(text), [], 0
    for start in sorted(at for name in names for at in _first_and_last(name, lower)):
        # One character more: an element or a name in quotes begins before it.
        end = max(ended, start + EXCERPT_CHARACTERS_MAX)
        cut.append(text[max(ended, start - 1) : end])
        ended = end
    return "".join(cut)


def _first_and_last(name: str, text: str) -> Iterator[int]:
    first = -1
    for _ in range(EXCERPTS_MAX):
        first = text.find(name, first + 1)
        if first < 0:
            return
        yield first
    last = len(text)
    for _ in range(EXCERPTS_MAX):
        last = text.rfind(name, first + 1, last)
        if last < 0:
            return
        yield last


def members_of(text: str) -> list[NamedValue] | None:
    """Give every member of every object of a JSON text, also those of one name; None if it is no JSON.

    A value that is an object is a list of its members.
    """
    try:
        tree = json.loads(text, object_pairs_hook=lambda pairs: [NamedValue(*each) for each in pairs])
    except (ValueError, RecursionError):
        return None
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, NamedValue):
            found.append(node)
            waiting.append(node.value)
        elif isinstance(node, list):
            waiting.extend(reversed(node))
    return found


def found_under(name: str, text: str) -> list[Any]:
    """Give what follows a name, or its plural, in a text of any form: broken JSON, an object of a script,
    YAML, a form, an element. What has an index there (`name[8]`) is a NamedValue; a list may lack its end.
    """
    text = _without_escapes(text).translate(as_plain_quotes)
    pattern, found = _pattern(name), []
    for each in [text, unquote_plus(text)] if "%" in text else [text]:
        for named in islice(pattern.finditer(each), OCCURRENCES_MAX):
            value = _value(each, named.end())
            if value is not None:
                found.append(NamedValue(named["index"], value) if named["index"] else value)
    return found


def words_under(name: str, text: str) -> list[str]:
    """Give the words that follow a name, or its plural, in a text of any form.

    A list is given as it is written. In doubt a text goes on, so what follows it may be given too. Of very
    long words the beginning and the end are given.
    """
    text = _without_escapes(text).translate(as_plain_double_quotes)
    pattern, found = _pattern(name), list[str]()
    for each in [text, unquote_plus(text)] if "%" in text else [text]:
        lower = _lower(each)
        at = lower.find(name)
        while at >= 0 and len(found) < OCCURRENCES_MAX:
            named, end = pattern.match(each, at), at + 1
            if named is not None:
                words, end = _words(each, named.end())
                found += [words] if words else []
            at = lower.find(name, end)
    return found


def _lower(text: str) -> str:
    """Write a text in lower case, in as many characters."""
    return text.replace("\u0130", "I").lower()  # The one letter that would be two.


def _words(text: str, start: int) -> tuple[str, int]:
    """Read the words that begin there, and give where they end."""
    opening = text[start : start + 1]
    ended = ENDS.get(opening, plain_end).search(text, start + (opening in ENDS))
    end = len(text) if ended is None else ended.start()
    words = shortened(text[start + (opening in QUOTES) : end])
    if opening not in ENDS:
        words = words.replace("+", " ")  # A form's space (WHATWG URL §5.1).
    return escaped_character.sub(_unescaped, words).strip(), end


def shortened(words: str) -> str:
    """Cut very long words down to their beginning and their end."""
    if len(words) <= WORDS_CHARACTERS_MAX:
        return words
    return f"{words[:WORDS_PART_CHARACTERS]}\n{words[-WORDS_PART_CHARACTERS:]}"


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?<![a-z]){name}s?[\[._-]*+(?P<index>\d{{0,3}})\]?
        ["']?{GAP}(?:[:=]>?|>|(?<=[\r\n])){GAP}{PART_HEADERS}""",
        re.VERBOSE | re.DOTALL | re.IGNORECASE,
    )


def _without_escapes(text: str) -> str:
    """Write out each character that is escaped by its number; half of a pair is replaced."""
    if "\\u" not in text:
        return text
    written = escaped.sub(lambda found: chr(int(found[1], 16)), text)
    return written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(found: re.Match[str]) -> str:
    return WHITE_SPACE.get(found[1], found[1])


def _value(text: str, start: int) -> Any:
    """Read the value that begins there: a list of texts, or one text; None if neither does."""
    top: list[Any] = []
    inner = top
    around: list[list[Any]] = []
    for token in islice(tokens.finditer(text, start), TOKENS_MAX):
        kind = token.lastgroup
        if kind == "opens" and (around or not top):
            opened: list[Any] = []
            _add(inner, opened)
            around.append(inner)
            inner = opened
        elif kind == "word" and top and not around and number.match(token["word"]) is None:
            break  # A list without brackets is numbers; a word is something else that follows.
        elif kind in {"text", "quoted", "word"}:
            _add(inner, token[kind])
            if kind != "word" and not around:
                break
        elif kind == "names" and around:
            if inner and isinstance(inner[-1], str):
                inner[-1] = NamedValue(inner[-1], None)
        elif kind == "closes" and len(around) > 1:
            inner = around.pop()
        elif kind not in {"gap", "skipped"} and (not around or kind == "closes"):
            break
    if not top:
        return None
    return top[0] if len(top) == 1 else top


def _add(inner: list[Any], value: Any) -> None:
    """Add a value to a list, or give it to the name that waits for it."""
    if inner and isinstance(inner[-1], NamedValue) and inner[-1].value is None:
        inner[-1] = inner[-1]._replace(value=value)
    else:
        inner.append(value)
