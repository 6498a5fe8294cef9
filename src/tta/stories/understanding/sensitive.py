"""Sensitive topics and their words, to find topics that an author forgot to name.

It finds words, not meanings. A scene may touch a topic without any of these words, so authors must still read
their stories.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tta.stories.story import Scene, Story


class Topic(NamedTuple):
    """A topic that many players want to avoid. A scene names it by one of `named`, preferably the first."""

    named: tuple[str, ...]
    words: re.Pattern[str]
    mentions_min: int = 1
    """How many mentions are more than a turn of phrase. In a scene's id or location, one is enough."""
    places: re.Pattern[str] | None = None
    """Further words that count only in a scene's id or location."""


def _topic(*named: str, words: str, mentions_min: int = 1, places: str = "") -> Topic:
    where = _whole(places) if places else None
    return Topic(named, _whole(words), mentions_min, where)


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


ONESELF = r"(?:him|her|my|your|it|one|them)sel(?:f|ves)"
SOMEBODY = r"(?:you|me|him|her|them|us|my|your|his|their|our)"
DEATH = (
    r"funerals?|graves?|gravestones?|coffins?|corpses?|cemeter(?:y|ies)|died|dies|dying|deaths?|deathbed"
    r"|dead(?![- ](?:ends?|letters?|centre|calm|ahead|slow|tired|weight|wood|fly))|passed away|murder\w*"
    r"|bereave\w*|mourn(?:s|ed|ing|ers?)|griev(?:e|es|ed|ing)|widow(?:s|ed|ers?)?|miscarr\w*|stillborn"
)
ILLNESS = (
    r"hospitals?|surger(?:y|ies)|surgeons?|ambulances?|cancer|tumou?rs?|illness(?:es)?|diseases?|dementia"
    r"|(?:is|was|were|been|be|am|are|fell|falls?|fallen|lay|taken|so|very|too|gravely|seriously|terminally"
    r"|mentally|critically) ill|ill with|poorly|terminal(?:ly)? diagnos\w*|chemotherapy|heart attacks?"
)
SUICIDE = (
    rf"suicid\w*|kill(?:s|ed|ing)? {ONESELF}|hang(?:s|ed|ing)? {ONESELF}|nooses?|overdos\w*|razors?"
    r"|(?:end|ends|ended|ending|take|takes|took|taking) (?:my|your|his|her|their) (?:own )?li(?:fe|ves)"
    r"|self[- ](?:harm\w*|injur\w*|mutilat\w*)"
    rf"|(?:harm|hurt|cut|burn)(?:s|ed|ting|ing)? {ONESELF}(?! (?:an?|some|off|loose|free)\b)"
    r"|(?:cut|cuts|cutting|slit|slits|slash\w*) (?:my|your|his|her|their) (?:own )?"
    r"(?:arms?|wrists?|legs?|thighs?|skin|veins)"
    r"|(?:wants?|wanted|wish(?:es|ed)?) to die|wish(?:es|ed)? (?:you|i|he|she|they) were dead"
)
ABUSE = (
    rf"abus(?:e|es|ed|er|ers|ing|ive)|molest\w*|(?:beat|beats|beaten|beating) {SOMEBODY}(?! to\b)"
    r"|battered (?:wife|wives|child|children|women)|domestic violence"
)
VIOLENCE = (
    r"guns?|pistols?|stab(?:s|bed|bing)|strangl\w*|assault\w*|tortur\w*"
    rf"|(?:hits|slap(?:s|ped)?|punch(?:es|ed)?|kick(?:s|ed)?|whip(?:s|ped)?) {SOMEBODY}"
)
SEXUAL = (
    r"rap(?:e|es|ed|ing|ists?)|sexual(?:ly)? (?:assault|abus|harass|violen|attack)\w*|incest\w*|molest\w*"
    rf"|grop(?:e|es|ed|ing) {SOMEBODY}|forced {ONESELF} on"
)
EATING = (
    rf"anorexi\w*|bulimi\w*|eating disorders?|starv(?:e|es|ed|ing) {ONESELF}|vomit\w*|laxatives?|calories"
    r"|bing(?:e|es|ed|ing|eing)|purg(?:e|es|ed|ing)|(?:too|so) fat|los(?:e|es|ing) weight"
    rf"|weigh(?:s|ed)? {ONESELF}"
)
TOPICS = (
    _topic("blood", "injury", words=r"blood\w*|bleed\w*|wounds?"),
    _topic("death", "grief", "loss", "bereavement", words=DEATH),
    _topic("deep_water", "drowning", words=r"drown\w*"),
    _topic("fire", words=r"ablaze|wildfires?|in flames|burn(?:s|t|ed|ing) down"),
    _topic(
        "heights",
        words=r"cliff[- ]?(?:tops?|edges?)|precipice|vertigo|abyss|rooftops?",
        places=r"roofs?|gallery|balcon(?:y|ies)|parapet|ledge|scaffold\w*",
    ),
    _topic(
        "storm",
        words=r"storms?|thunder\w*|lightning|hurricanes?|squalls?|gales?|tempests?|tornado\w*|blizzards?",
        mentions_min=2,
    ),
    _topic("spiders", words=r"spiders?|tarantulas?", mentions_min=2),
    _topic("snakes", words=r"snakes?|vipers?", mentions_min=2),
    _topic("alcohol", words=r"wine|beer|whisk(?:e?y|ies)|brandy|rum|vodka|drunkards?|hangover"),
    _topic("hospital", "illness", words=ILLNESS),
    _topic("violence", words=VIOLENCE),
    _topic("suicide", "self_harm", words=SUICIDE),
    _topic("abuse", words=ABUSE),
    _topic("sexual_violence", words=SEXUAL),
    _topic("eating_disorder", words=EATING),
    _topic("bullying", words=r"bull(?:y|ies|ied|ying)|taunt(?:s|ed|ing)?"),
    _topic("divorce", words=r"divorc(?:e|es|ed|ing)"),
)


def unnamed_topics(story: Story) -> Iterator[tuple[str, str]]:
    """Return each scene that touches a topic that neither its warnings nor its topics name, with the topic.

    A function has no tags, and any scene may call it, so its text must touch no topic.
    """
    told = _texts(story.compiled)
    for scene in story.scenes.values():
        for topic in TOPICS:
            if not {*scene.warnings, *scene.topics}.intersection(topic.named) and _touches(
                scene, told.get(scene.id, ""), topic
            ):
                yield scene.id, topic.named[0]
    for knot in sorted(told.keys() - story.scenes.keys()):
        for topic in TOPICS:
            if topic.words.search(told[knot]):
                yield knot, topic.named[0]


def _touches(scene: Scene, text: str, topic: Topic) -> bool:
    place = f"{scene.id} {scene.location}".replace("_", " ")
    by_place = topic.words.search(place) or (topic.places and topic.places.search(place))
    return bool(by_place) or len(topic.words.findall(text)) >= topic.mentions_min


def _texts(compiled: str) -> dict[str, str]:
    """Return all that each knot may say, in the order of its parts, without tags."""
    root: list[Any] = json.loads(compiled)["root"]
    knots = root[-1] if isinstance(root[-1], dict) else {}
    return {name: "\n".join(_said(content)) for name, content in knots.items()}


def _said(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        for each in content.values():
            yield from _said(each)
    elif isinstance(content, list):
        yield from _said_in(content)


def _said_in(content: Iterable[object]) -> Iterator[str]:
    in_tag = False
    for each in content:
        if not isinstance(each, str):
            yield from _said(each)
        elif each in {"#", "/#"}:
            in_tag = each == "#"
        elif each.startswith("^") and not in_tag:
            yield each[1:]
