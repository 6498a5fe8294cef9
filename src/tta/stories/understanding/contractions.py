"""Spells out contractions, with or without their apostrophe: "I'm", "dont"."""

import re
from collections.abc import Mapping

APOSTROPHES = "'’ʼ`"
WHOLE: Mapping[str, str] = {
    "won't": "will not",
    "can't": "can not",
    "shan't": "shall not",
    "ain't": "am not",
    "cannot": "can not",
    "let's": "let us",
    "y'all": "you all",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "got to",
}
ENDINGS: Mapping[str, str] = {
    "n't": " not",
    "'m": " am",
    "'re": " are",
    "'ve": " have",
    "'ll": " will",
    "'d": " would",
}
IS = frozenset(("it", "that", "what", "who", "where", "how", "when", "why", "here", "there", "he", "she"))
"""After these words 's means `is`. After any other word it is a genitive or unclear, and is dropped."""
VERBS = (
    *("do", "does", "did", "is", "are", "was", "were", "have", "has", "had"),
    *("could", "would", "should", "must", "need"),
)
BARE = {each.replace("'", ""): told for each, told in WHOLE.items()}
BARE |= {f"{each}nt": f"{each} not" for each in VERBS}
BARE |= {f"{each}ve": f"{each} have" for each in ("i", "you", "we", "they")}
BARE |= {f"{each}s": f"{each} is" for each in IS - {"it"}}
BARE |= {"im": "i am", "id": "i would", "youre": "you are", "theyre": "they are"}
BARE |= {"youll": "you will", "theyll": "they will", "itll": "it will", "youd": "you would"}
"""Forms without an apostrophe that are no other words, unlike "ill", "its", "well", "were"."""

contracted_pattern = re.compile(rf"(?<!\w)([^\W_]+)[{APOSTROPHES}]([^\W_]+)(?!\w)")
bare_pattern = re.compile(rf"(?<!\w)({'|'.join(BARE)})(?!\w)")


def spelled_out(folded: str) -> str:
    """Spell out every contraction of a text in lower case."""
    return bare_pattern.sub(lambda found: BARE[found[1]], contracted_pattern.sub(_contracted, folded))


def _contracted(found: re.Match[str]) -> str:
    word, ending = found[1], found[2]
    whole = f"{word}'{ending}"
    if whole in WHOLE:
        return WHOLE[whole]
    for suffix, told in ENDINGS.items():
        if whole.endswith(suffix):
            return whole.removesuffix(suffix) + told
    if ending == "s":
        return f"{word} is" if word in IS else word
    return word + ending
