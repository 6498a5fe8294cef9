"""Reads a chat completion or a chunk of one: its text, whether it ends there, and its cost.

Reading is lenient: other or malformed fields are ignored, so that no answer is lost because of something
beside its text.
"""

from typing import Any, NamedTuple

import msgspec

BOM = b"\xef\xbb\xbf"
TEXTS = (None, "text", "output_text")  # The kinds of parts with text. Others contain thoughts or refusals.


class UnreadableCompletion(Exception):
    """It is not a completion, or the endpoint reports an error."""


class Usage(NamedTuple):
    """Tokens as the endpoint counts them; None if it does not report them."""

    tokens_in: int | None = None
    tokens_out: int | None = None


class Completion(NamedTuple):
    """A completion or a chunk of one."""

    text: str | None
    """None if there is no message at all."""
    is_finished: bool
    usage: Usage | None


def completion_in(raw: str | bytes) -> Completion:
    """Read JSON. Raises UnreadableCompletion."""
    if isinstance(raw, bytes):
        raw = raw.removeprefix(BOM)
    try:
        answer = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UnreadableCompletion("no JSON") from error
    if not isinstance(answer, dict):
        return Completion(None, is_finished=False, usage=None)
    if answer.get("error"):
        raise UnreadableCompletion("an error")
    choice = _first(answer.get("choices"))
    return Completion(
        _text(choice), is_finished=bool(choice.get("finish_reason")), usage=_usage(answer.get("usage"))
    )


def _first(choices: Any) -> dict[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _text(choice: dict[str, Any]) -> str | None:
    for name in ("message", "delta"):
        message = choice.get(name)
        if isinstance(message, dict):
            return _content(message.get("content"))
    return None


def _content(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise UnreadableCompletion("its content is not text")
    parts = [each for each in content if isinstance(each, dict)]
    if content and not parts:
        raise UnreadableCompletion("its content is not text")
    texts = [each.get("text") for each in parts if each.get("type") in TEXTS]
    return "".join(text for text in texts if isinstance(text, str))


def _usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))


def _count(told: Any) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) else None
