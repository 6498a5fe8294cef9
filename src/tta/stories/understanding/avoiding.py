"""Which warnings and topics of scenes match the words that a player wants to avoid.

Matching is broad: in doubt a scene is left out. Nothing of what players say is kept.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from tta.stories.story import catalogue
from tta.stories.understanding.sensitive import TOPICS

TAGS_REMEMBERED_MAX = 2_000  # Only authors' words: about forty tags today.

RUN_WORDS_MAX = 4  # Of a tag or term. The longest has three.

Stems = tuple[str, ...]

word_pattern = re.compile(r"\w+")
KIN: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("death",),
        "dying | dead | die | mourning | mourn | grieve | widow | orphan | miscarriage | cemetery | murder",
    ),
    (("death",), "bereaved | widower | widowed | passed away | passing away | pass away | stillbirth"),
    (("loss",), "lose | losing"),
    (("deep_water",), "water | ocean | sea | lake | swimming"),
    (("fire",), "burning | flame"),
    (("heights",), "falling | cliff | high place | acrophobia"),
    (("storm",), "weather | tempest | gale"),
    (("spiders",), "arachnophobia | insect | bug | animal"),
    (("snakes",), "reptile | animal"),
    (("alcohol",), "drinking | drunk | alcoholism | addiction | substance | drug"),
    (("hospital", "blood"), "medical | doctor | surgical | needle | health"),
    (("illness",), "sick | sickness | disease | ill"),
    (("violence",), "violent | fight | fighting | weapon | abuse | assault | war | murder"),
    (("suicide",), "suicidal | self injury | self mutilation | cutting | overdose | hanging"),
    (("suicide",), "killing myself | end my life | razor"),
    (
        ("abuse",),
        "abused | abuser | abusive | beating | beaten | domestic violence | mistreatment | childhood trauma",
    ),
    (("abuse", "sexual_violence"), "sexual abuse | child abuse | molestation | incest"),
    (("sexual_violence",), "rape | raped | rapist | sexual assault | sexual | sex | assault | abuse"),
    (("eating_disorder",), "eating | food | diet | weight | body image | anorexia | bulimia"),
    (("eating_disorder",), "binge | purging | vomit | starving"),
    (("bullying",), "bully | bullied | bullies | teasing | mobbing | mockery | harassment"),
    (("divorce",), "divorced | separation | separated | break up | breakup | marriage"),
    (("darkness",), "dark | night"),
    (("getting_lost", "being_lost"), "lost | losing the way | losing my way"),
    (
        ("conflict",),
        "argument | arguing | argue | quarrel | fight | fighting | shouting | confrontation | violence",
    ),
    (("conflict",), "yelling | bullying"),
    (("anger",), "angry | rage | shouting | yelling"),
    (("anxiety", "panic", "worry", "fear"), "anxious | anxiety | stress | mental health"),
    (("panic",), "panic attack"),
    (("fear",), "scared | afraid | phobia | horror"),
    (("uncertainty",), "uncertain | not knowing"),
    (
        ("loneliness",),
        "lonely | alone | isolation | isolated | solitude | abandonment | abandoned | left behind",
    ),
    (("rejection",), "rejected | reject | abandonment | abandoned | left behind | turned down | unloved"),
    (("sadness",), "sad | depression | depressed | depressing | crying"),
    (("failure",), "fail | failing | mistake | not good enough"),
    (("perfectionism",), "perfection | perfect | perfectionist | not good enough"),
    (("shame",), "ashamed | humiliation | embarrassment | guilt"),
    (
        ("self_criticism",),
        "self critical | self esteem | self hatred | self loathing | self worth | criticism",
    ),
    (("ageing",), "aging | old age | growing old | getting older | dementia"),
    (("debt",), "money | financial | finance | poverty | owing"),
    (
        ("family",),
        "parent | mother | father | mum | mom | dad | sibling | brother | sister | child | relative",
    ),
    (("friendship",), "friend"),
    (("work",), "job | career | boss | workplace | burnout | unemployment"),
    (("trust",), "betrayal"),
    (("boundaries",), "boundary | saying no"),
    (("letting_go",), "let go | giving up | retirement | farewell | goodbye"),
    (("acceptance",), "accepting | accept"),
    (("adventure",), "adventurous | danger"),
    (("community",), "crowd"),
    (("new_beginnings",), "starting over | new job | change"),
    (("rest",), "resting | tired | tiredness | exhaustion | fatigue"),
    (("self_care",), "looking after myself"),
    (("self_compassion",), "self kindness | being kind to myself"),
)
"""Tags with further words that avoid them: synonyms, broader words, and parts."""


class AvoidedStems(NamedTuple):
    """A player's wishes, as stems."""

    said: frozenset[Stems] = frozenset()
    """Each whole wish: it leaves out a tag that contains it."""
    named: frozenset[Stems] = frozenset()
    """All tags that they name, and each run of their words that may be a tag."""

    def meets(self, tag: str) -> bool:
        """Return whether a warning or topic is avoided."""
        if not self.said:
            return False
        stems = _tag_stems(tag)
        return stems in self.named or not self.said.isdisjoint(_runs(stems))


def avoided(wishes: Iterable[str]) -> AvoidedStems:
    """Find all that a player's words name. Each takes up to 0.2 ms, so a turn does this once."""
    return together(map(read_wish, wishes))


def readings(wishes: Iterable[str]) -> dict[str, AvoidedStems]:
    """Return what each wish names by itself."""
    return {wish: read_wish(wish) for wish in dict.fromkeys(wishes)}


def together(read: Iterable[AvoidedStems]) -> AvoidedStems:
    """Combine wishes that were read one by one."""
    each = list(read)
    none: frozenset[Stems] = frozenset()
    return AvoidedStems(none.union(*(one.said for one in each)), none.union(*(one.named for one in each)))


def unknown(read: Mapping[str, AvoidedStems]) -> tuple[str, ...]:
    """Return the wishes that name no warning or topic of any story, and no sensitive topic."""
    return tuple(wish for wish, avoids in read.items() if not any(map(avoids.meets, known_topics())))


def read_wish(wish: str) -> AvoidedStems:
    """Find all that one wish names."""
    stems = _stems(wish)
    runs = frozenset(_runs(stems))
    terms, plain = _terms(), wish.replace("_", " ")
    names = (terms[run] for run in runs & terms.keys())
    touched = (_named(topic.named) for topic in TOPICS if topic.words.search(plain))
    return AvoidedStems(frozenset({stems}), runs.union({stems}, *names, *touched))


@cache
def known_topics() -> tuple[str, ...]:
    """Return every warning and topic of the catalogue, and the names of all sensitive topics."""
    scenes = (
        s for versions in catalogue().values() for story in versions.values() for s in story.scenes.values()
    )
    told = {tag for scene in scenes for tag in (*scene.warnings, *scene.topics)}
    return tuple(sorted(told | {name for topic in TOPICS for name in topic.named}))


@cache
def _terms() -> Mapping[Stems, frozenset[Stems]]:
    """Return the known words, as stems, and what they name. Each name of a topic avoids all of its names."""
    together = {_stems(name): _named(topic.named) for topic in TOPICS for name in topic.named}
    terms = dict(together)
    for tags, words in KIN:
        names = frozenset[Stems]().union(*(together.get(_stems(tag), {_stems(tag)}) for tag in tags))
        for word in words.split("|"):
            terms[_stems(word)] = terms.get(_stems(word), frozenset()) | names
    return terms


def _named(tags: Iterable[str]) -> frozenset[Stems]:
    return frozenset(map(_stems, tags))


def _runs(stems: Stems) -> Iterator[Stems]:
    """Return all runs of consecutive words, up to the longest tag or term."""
    for words in range(1, min(len(stems), RUN_WORDS_MAX) + 1):
        yield from (stems[at : at + words] for at in range(len(stems) - words + 1))


@lru_cache(maxsize=TAGS_REMEMBERED_MAX)
def _tag_stems(tag: str) -> Stems:
    return _stems(tag)


def _stems(words: str) -> Stems:
    """Fold case, accents, hyphens, underscores and spaces, and reduce each word to its stem."""
    parted = (
        unicodedata.normalize("NFKD", words.casefold()).replace("_", " ").replace("'", "").replace("’", "")
    )
    plain = "".join(each for each in parted if not unicodedata.combining(each))
    # A text without words still equals itself.
    return tuple(map(_stem, word_pattern.findall(plain))) or (words.casefold().strip(),)


def _stem(word: str) -> str:
    """Return the common part of an English word's forms: drowned, drowning; worries, worry; dark,
    darkness.
    """
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    word = word.removesuffix("ness") if len(word) > 6 else word
    for ending in ("ing", "ed"):
        bare = word.removesuffix(ending)
        if bare != word and len(bare) > 2 and not set("aeiouy").isdisjoint(bare):
            word = bare[:-1] if bare[-1] == bare[-2] and bare[-1] not in "sl" else bare
    if len(word) > 4:
        word = word.removesuffix("e")
    return word[:-1] + "i" if len(word) > 2 and word.endswith("y") else word
