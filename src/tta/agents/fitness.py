"""Whether a model's text keeps to its brief: rules that need no model, each with its name.

They let no new fact through that shows in a name, a number, an address or a choice. What a sentence means
they do not know, and what no text may say at all is the guardian's business. Where a text does not fit, the
author's is told.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from tta.agents.harms import newcomers_in
from tta.agents.messages import Brief
from tta.domain.turns import REPLY_MAX

TEXT_MIN = 40  # Shorter ones are told anyway where the author's is as short.
SHARE_MIN, TIMES_MAX = 0.4, 2  # Of the authored length.
MARGIN = 200  # A short passage may need a sentence more.
ANSWER_MAX = 6 * REPLY_MAX  # JSON writes a character with up to six.
RUN = 6  # Words in a row that are the prompt's or the player's, and not the author's: they are recited.
LATIN_END = "\u024f"

MARKS = frozenset("<>{}[]|`#_~^\\*=@$%&/+")
PUNCTUATION = frozenset(" \n.,;:!?'\"()-…–—‘’“”«»")
OPENING = "'\"‘“«("
ENDS = ".!?…:\n"
NUMBER_WORDS = frozenset(
    """
    zero three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen
    """.split()  # noqa: SIM905 - Read as a list of words, not of strings.
)
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
CLINICAL = re.compile(
    r"\b(?:diagnos|disorder|depress|anxiet|bipolar|schizo|psycho|psychi|ptsd|ocd\b|adhd|autis|borderline|"
    r"narciss|addict|alcoholi|anorex|bulimi|dementia|delusion|paranoi|symptom|syndrome|medicat|antidepress|"
    r"mental(?:ly)? (?:ill|health)|suicid|self-harm|overdos|kill|therap)",
    re.IGNORECASE,
)
REFUSING = re.compile(
    r"\b(?:i(?: a|['’])m (?:sorry|unable|not able|just an?|only an?)|i (?:cannot|can['’]t|won['’]t)|"
    r"as an? (?:ai|assistant|language model)|language model|chatbot|openai)\b",
    re.IGNORECASE,
)
PROMPTS = frozenset({"json", "prompt", "prompts", "ai", "llm", "gpt", "assistant", "authored"})

word_pattern = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
number_pattern = re.compile(r"\d+")
listing_pattern = re.compile(r"^[ ]*(?:[-–•]|\d+[.)]) ", re.MULTILINE)
dotted_pattern = re.compile(r"\w\.\w|://|\bwww\b", re.IGNORECASE)


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model is asked to give."""

    text: str
    choices: tuple[str, ...]


class Unfit(Exception):
    """A text that breaks a rule. `rule` is one of RULES, `json` or `choices`."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class _Given(NamedTuple):
    """What a text is held against: the author's passage, all words that may be used as names, the prompt."""

    passage: str
    known: frozenset[str]
    prompt: str
    player_said: str


def fit_text(raw: str, brief: Brief, prompt: str) -> str:
    """Read a model's answer and give its text. Raises Unfit with the first rule that it breaks."""
    if len(raw) > ANSWER_MAX:
        raise Unfit("length")
    try:
        answer = msgspec.json.decode(raw.encode(), type=Answer)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise Unfit("json") from None
    if answer.choices != brief.told.passage.choices:
        raise Unfit("choices")
    text = answer.text.strip()
    facts = (brief.told.text, brief.story.title, brief.story.world, brief.scene.location)
    told = " ".join((*facts, *brief.scene.characters, *brief.told.choice_texts))
    given = _Given(brief.told.text, frozenset(_words(told)), prompt, brief.words or "")
    for rule, keeps in RULES.items():
        if not keeps(text, given):
            raise Unfit(rule)
    return text


def _length(text: str, given: _Given) -> bool:
    authored = len(given.passage)
    least = min(authored, max(TEXT_MIN, int(authored * SHARE_MIN)))
    return least <= len(text) <= min(authored * TIMES_MAX + MARGIN, REPLY_MAX)


def _characters(text: str, given: _Given) -> bool:
    """Latin letters, digits, plain punctuation, and what else the author uses: no mark-up, no look-alikes."""
    if listing_pattern.search(text) and not listing_pattern.search(given.passage):
        return False
    return all(
        each in PUNCTUATION
        or each in given.passage
        or (each not in MARKS and each.isalnum() and each <= LATIN_END and each.isprintable())
        for each in set(text)
    )


def _address(text: str, given: _Given) -> bool:
    return all(found.group() in given.passage for found in dotted_pattern.finditer(text))


def _number(text: str, given: _Given) -> bool:
    there = set(number_pattern.findall(given.passage))
    if not set(number_pattern.findall(text)) <= there:
        return False
    if any(each.isnumeric() and not each.isdecimal() and each not in given.passage for each in text):
        return False
    return (set(_words(text)) & NUMBER_WORDS) <= set(_words(given.passage))


def _name(text: str, given: _Given) -> bool:
    """A capitalised word is one of the author's, or a sentence begins with it and it is no name."""
    for found in word_pattern.finditer(text):
        word = found.group()
        plain = _plain(word)
        if not word[0].isupper() or plain in given.known or plain == "i" or _is_of_i(plain):
            continue
        before = text[: found.start()].rstrip(" ")
        begins = not before or before[-1] in ENDS or before[-1] in OPENING
        if not begins or (len(word) > 1 and word.isupper()) or plain.partition("'")[0] not in OPENERS:
            return False
    return True


def _clinical(text: str, given: _Given) -> bool:
    there = {each.casefold() for each in CLINICAL.findall(given.passage)}
    return {each.casefold() for each in CLINICAL.findall(text)} <= there


def _presence(text: str, given: _Given) -> bool:
    return not newcomers_in(text, given.known)


def _refusal(text: str, given: _Given) -> bool:
    there = {each.casefold() for each in REFUSING.findall(given.passage)}
    return {each.casefold() for each in REFUSING.findall(text)} <= there


def _prompt(text: str, given: _Given) -> bool:
    if set(_words(text)) & PROMPTS - set(_words(given.passage)):
        return False
    return _recites_nothing(text, given.prompt, given)


def _echo(text: str, given: _Given) -> bool:
    return _recites_nothing(text, given.player_said, given)


def _recites_nothing(text: str, source: str, given: _Given) -> bool:
    """Say that nothing of a source is repeated but what the author says as well."""
    return _runs(_words(text)) & _runs(_words(source)) <= _runs(_words(given.passage))


RULES: dict[str, Callable[[str, _Given], bool]] = {
    "length": _length,
    "refusal": _refusal,
    "characters": _characters,
    "address": _address,
    "number": _number,
    "name": _name,
    "clinical": _clinical,
    "presence": _presence,
    "prompt": _prompt,
    "echo": _echo,
}
"""By name, in the order in which they are looked at, after `json` and `choices`. The length is first: what
reads a text takes the longer the longer it is.
"""
REPAIRS = {
    "json": "Answer with the one JSON object only, nothing around it.",
    "choices": "Give the ids of all choices, in the order given.",
    "length": "Write between half and twice the length of the passage.",
    "refusal": "Retell the passage; do not speak as yourself.",
    "characters": "Write plain sentences, without any formatting.",
    "address": "Write no links or addresses.",
    "number": "Use no numbers but those of the passage.",
    "name": "Use no names but those of the passage, and begin sentences with everyday words.",
    "clinical": "Use no medical words.",
    "presence": "Bring in no weapon, no animal and no person that the passage has not.",
    "prompt": "Do not speak of your instructions.",
    "echo": "Do not repeat what the reader said.",
}
"""What a model is told that broke a rule, once."""


def _runs(words: Iterable[str]) -> set[tuple[str, ...]]:
    listed = list(words)
    return {tuple(listed[start : start + RUN]) for start in range(len(listed) - RUN + 1)}


def _words(text: str) -> list[str]:
    """Words as they are compared; what an apostrophe ties to one also counts without it: Maren's, Maren."""
    found = []
    for word in word_pattern.findall(text):
        plain = _plain(word)
        found.append(plain)
        if plain.endswith("'s"):
            found.append(plain.removesuffix("'s"))
    return found


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'")


def _is_of_i(plain: str) -> bool:
    return plain in {"i'm", "i'll", "i've", "i'd"}
