"""What a chat completion says, in full or in a chunk: its text, whether that ends there, what it cost.

That is all that is read, and it is read leniently: whatever else an endpoint sends, or sends in another form,
is as if it were not there, so that no answer is lost for something beside its text.
"""

from typing import Any, NamedTuple

import msgspec

BOM = b"\xef\xbb\xbf"
TEXTS = (None, "text", "output_text")  # Kinds of parts that hold text; others hold thoughts or refusals.


class UnreadableCompletion(Exception):
    """It is no completion, or an endpoint's word that something went wrong."""


class Usage(NamedTuple):
    """Tokens as an endpoint counts them; None where it does not say."""

    tokens_in: int | None = None
    tokens_out: int | None = None


class Completion(NamedTuple):
    """A completion or a chunk of one."""

    text: str | None
    """None where there is no message at all."""
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
        raise UnreadableCompletion("its content is no text")
    parts = [each for each in content if isinstance(each, dict)]
    if content and not parts:
        raise UnreadableCompletion("its content is no text")
    texts = [each.get("text") for each in parts if each.get("type") in TEXTS]
    return "".join(text for text in texts if isinstance(text, str))


def _usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))


def _count(told: Any) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) else None
