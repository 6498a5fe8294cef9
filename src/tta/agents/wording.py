"""The words of a text for comparisons: content words, names and numbers."""

import re

STEM = 5  # Compared letters: enough to distinguish words, and few enough to equate walks and walking.
ENDS = ".!?…:\n"
OPENING = "'\"‘“«(_"
NUMBER_WORDS = frozenset(
    """
    zero three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen
    """.split()  # noqa: SIM905 - Read as a list of words, not of strings.
)
"""*One* and *two* are everyday words."""
OPENERS = frozenset(
    """
    a about above across after afterwards again against ah ahead all almost along alongside already also
    although always among an and another any anyone anything around as at away back barely because
    before behind below beneath beside besides between beyond both breathing but by carefully come
    despite do down downstairs during each early either else even eventually every everybody everyone
    everything everywhere except far farther few finally first for from further gently go half halfway
    hardly he hello her here hers him his holding how i if in indoors inside instead into is it its just
    keep last later leaning left less let lightly like listen listening little long look looking many
    maybe meanwhile more most much near nearby nearly neither never next no nobody nodding none nor not
    nothing notice now of off often oh okay on once one only or other others our out outdoors outside
    over overhead past perhaps please presently quietly quite rather reaching really remember right
    seeing several she since sitting slightly slow slowly smiling so softly some somebody somehow
    someone something sometimes somewhere soon sooner standing stay steadily still such suddenly take
    taking than that the their theirs them then there these they this those though through till time to
    today together tonight too toward towards turning two under underneath unless until up upon upstairs
    usually wait waiting walking we well what whatever when whenever where whereas wherever whether
    which while who whoever whose why with within without yes yet you your yours
    """.split()  # noqa: SIM905
)
"""Everyday words that may begin a sentence, so that their capital letter marks no name."""
AUXILIARIES = frozenset(
    """
    am are aren't be been being can can't could couldn't did didn't do does doesn't don't doing done had
    hadn't has hasn't have haven't having is isn't may me might mine must my myself needn't ought own same
    shall should shouldn't us was wasn't were weren't will won't would wouldn't
    """.split()  # noqa: SIM905
)

word_pattern = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
number_pattern = re.compile(r"\d+")
counted_pattern = re.compile(r"\d+|[^\W\d_]+")
short_pattern = re.compile(r"'(?:s|m|ll|ve|d|re)\Z")


def words_in(text: str) -> list[str]:
    """Return comparable words. A word with an apostrophe also counts without its ending: Maren's, Maren."""
    found = []
    for word in word_pattern.findall(text):
        plain = plain_word(word)
        found.append(plain)
        if plain.endswith("'s"):
            found.append(plain.removesuffix("'s"))
    return found


def told_in(text: str) -> list[str]:
    """Return the stems of the content words in order, without everyday words and auxiliaries."""
    plain = (short_pattern.sub("", plain_word(word)) for word in word_pattern.findall(text))
    return [word[:STEM] for word in plain if len(word) > 2 and word not in OPENERS | AUXILIARIES]


def numbers_in(text: str) -> list[str]:
    """Return the numbers of a text in order, in digits and in words."""
    found = counted_pattern.findall(text.casefold())
    return [each for each in found if each.isdecimal() or each in NUMBER_WORDS]


def names_in(text: str) -> frozenset[str]:
    """Return words that are capitalised within a sentence, and never in lower case."""
    listed = list(word_pattern.finditer(text))
    small = {found.group() for found in listed if found.group()[0].islower()}
    within = (found.group() for found in listed if not begins_sentence(text, found.start()))
    plain = {plain_word(word) for word in within if word[0].isupper()}
    return frozenset(short_pattern.sub("", word) for word in plain if word not in small) - {"i"}


def begins_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" ")
    return not before or before[-1] in ENDS or before[-1] in OPENING


def plain_word(word: str) -> str:
    return word.casefold().replace("’", "'")
