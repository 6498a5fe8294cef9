"""Texts that somebody sent: how long they may be, and what they are normalised to.

The length is asked of the text as it was sent: normalising takes time, and a text that is too long is refused
anyway.
"""

import re
import unicodedata

from tta.domain.words import require_length

NON_STARTERS_MAX = 30  # Of one letter. No language has as many (UAX #15 §13, Stream-Safe Text Format).
JOINER = "\u034f"  # COMBINING GRAPHEME JOINER: nobody sees it, and nothing is reordered across it.

line_ends = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
spaces = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
unseen_characters = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # Control characters; line ends have become line feeds.
    "\u00ad\u180e\u200b\u2060\ufeff"  # What breaks or joins words; U+200C and U+200D spell words and emoji.
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # What turns the direction of writing.
)


def clean_text(raw: str, characters_max: int) -> str:
    """Normalise a text (NFC): every line end is a line feed, every space one that people type; tabs stay, and
    what nobody sees goes. Raises WordsTooLong.
    """
    require_length("text", raw, characters_max)
    text = spaces.sub(" ", line_ends.sub("\n", raw))
    # Composed last: where something unseen stood, a letter and its accent may have become neighbours.
    return composed(unseen_characters.sub("", text))


def composed(text: str) -> str:
    """Normalise a text to NFC, in a time that grows with its length only."""
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _stream_safe(text))


def _stream_safe(text: str) -> str:
    """Part long runs of combining marks (UAX #15 §13.2): to order one takes the square of its length."""
    written, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > NON_STARTERS_MAX:
            written.append(JOINER)
            run = 1
        written.append(character)
    return "".join(written)
