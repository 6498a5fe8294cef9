"""Decides whether a player speaks about themselves: feelings, body, life, or about harm and death.

It finds words, not meanings, and does not assess risk; other code assesses the same words.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from tta.stories.understanding.phrases import (
    ACTS,
    BEFORE_FIRST,
    BEGINNINGS,
    NOT_THE_PLAYER_FIRST,
    OTHERS,
    any_of,
    phrases_of,
    words_of,
)

LONG = 25  # Words. A longer utterance tells something.


class NearestChoice(NamedTuple):
    """The closest choice, if any."""

    plain: str = ""
    words: Collection[str] = ()
    fits: bool = False
    """It is named, and most of its words were said."""
    explains: bool = False
    """It accounts for all the words."""
    spoken: bool = False
    acts: bool = False
    """It is an act, not only an answer."""


MYSELF = words_of("i my me myself mine ill")
HARM = words_of(
    """
    die dies died dying dead deadly death deaths suicide suicidal overdose overdosed overdosing selfharm
    razor razors razorblade blade blades knife knives gun pistol noose pill pills tablets paracetamol poison
    bleach corpse funeral coffin grave wrist wrists veins bleed bleeding blood drown drowning
    drowned strangle strangled stab stabbing hanged trigger
    """
)
"""Words of harm or death, of anybody. They never take a choice that does not contain them."""
HARMFUL_PHRASES = any_of(
    """
    kill me | end my life | take my life | took my life | end it all | i will end it | want to end it |
    no point | give up on life | better off dead | better off without me | better without me | cant go
    on | cannot go on | cant sleep | couldnt sleep | cant stop crying | cant do this anymore | cant take
    it anymore | cant live | dont want to live | dont want to be here anymore | wont be here | wont wake
    up | never wake up | not wake up | tired of | sick of | no reason to live | no reason to go on |
    goodbye letter | farewell letter | goodbye note | last letter | goodbye everyone | goodbye forever |
    say goodbye to everyone | jump off | jump down | jump from | will jump | going to jump |
    should jump | could jump | might jump | want to jump | and jump | just jump | in front of
    a train | nobody loves me | nobody likes me | nobody would miss me | nobody would find | i want to
    disappear | i cut | i miss | i love | cant breathe | hate my life | in real life | quit smoking |
    quit drinking | quit my job | stop drinking | stop smoking | drinking too much | been crying | need
    someone to talk to | need somebody to talk to | help me i
    """
)
"""These count whatever else is said."""
TO_MYSELF = words_of(
    """
    kill killing hurt hurting harm harming cut cutting hang hanging drown drowning shoot shooting starve
    starving throw throwing poison poisoning stab stabbing burn burning hate punish drink
    """
)
"""Done to `myself`."""
OF_FEELING = any_of(
    """
    i feel | im feeling | i felt | my day was | had a bad day | bad day | rough day | so alone | i
    am so | im so | disappear
    """
)
"""These count if no choice accounts for all the words."""
FEELINGS = words_of(
    """
    tired exhausted sad unhappy anxious hurt hurts hurting ache aches aching hungry thirsty anxiety
    nervous lonely alone scare scared scares scary scaring afraid fear fears frighten frightened
    frightens frightening terrify terrified terrifies terrifying dread angry anger furious depressed
    depressing depression stress stressed stressful hopeless worthless useless overwhelmed
    overwhelming cry crying cried panic panicking numb ashamed shame guilty guilt worried worry
    worries worrying upset upsets miserable desperate despair awful terrible horrible sick dizzy
    pain painful hate hated hates failure fail failing failed stupid ugly fed struggling unwell
    restless bored frustrated jealous homesick heartbroken grieving grief insomnia kill killing harm
    harming cut cutting hungover drunk drinking smoking sober relapsed feel feeling felt feels proud
    relieved grateful calmer worse stoned trauma traumatic trigger triggers triggered crushing
    """
)
HELD = words_of("feel feeling feels felt")
"""An act may mention these: "write down a feeling". Other feelings occur only in answers."""
MOODS = words_of(
    "ill down low hard rough bad good fine better okay ok empty lost broken happy glad cold weak"
)
"""About oneself only after `am`, `feel` and similar verbs: a path may also be hard, and lead down."""
AM = words_of("am feel feels feeling felt was been being")
HOW_MUCH = words_of("so very really too quite pretty rather a bit little just all")
LIVES = words_of(
    """
    mum mom mother dad father brother sister parents wife husband partner boyfriend girlfriend
    friend friends kids child children son daughter boss job work school university exam doctor
    therapist medication family marriage divorce landlord colleague colleagues teacher flat
    rent money cat dog life day week weekend today yesterday tonight sleep slept night nightmare
    nightmares headache heart body mind anybody everyone nobody ex grandmother grandfather gran nan
    childhood counsellor counselor appointment neighbour neighbours drugs debts
    """
)
"""Words of the player's life rather than the story's. With `i` or `my` they are about the player."""
BODY = words_of(
    "head neck throat chest stomach belly heart skin bones arm arms back breath lungs brain teeth face"
)
"""After `my`."""

WISHED = any_of(
    """
    i would like | i would like to | i would love | i would love to | i want | i want to | i will |
    i will have | i am going to | i can | i think i will | i would rather | i would prefer | i prefer |
    i choose | let me | please | just | can i | could i | i should | i need to | i have to | i must |
    i decide to | i try to | i try | i start | i begin | i keep | i
    """
)
"""Beginnings of what somebody would do or have. What they cannot do is about themselves."""
ACTED = ACTS | words_of(
    """
    nod smile shrug grin bow help try step pack grab fix repair approach cross join offer accept refuse
    apologise apologize thank promise reply answer say whisper introduce explain kneel bend point wander hurry
    stare notice fold mark sort deliver check continue stay rest warm walking going sitting looking
    """
)
"""Ordinary acts in a story, which no choice need name."""
THINGS = words_of("a an the some this that these those one another something anything more")
REFUSED = phrases_of("i will not | i do not want | i would not | i would rather not | i do not like")
ASKED_OF_OTHERS = words_of("show bring guide lead teach remind excuse pass send")
LEARNT = words_of("know hear")
QUESTIONS = (NOT_THE_PLAYER_FIRST - OTHERS) - {"if", "when", "why"}
RELATIVE = frozenset({"what", "how", "where"})
OF_THE_GAME = any_of(
    """
    i do not know | i am not sure | i can not decide | i do not understand | i have no idea | i do not mind |
    i do not care | i do | i did | i am | i will | i see | i understand | i agree | i am ready | i am back |
    i am here | i am done | i am sorry | i mean | i meant | excuse me | it is me
    """
)
WHICH = words_of("which do one way to take choose go pick what that this you mean yet really either them it")
"""Alone, these are about the game: "I don't know which to take"."""


def speaks_of_self(said: Sequence[str], near: NearestChoice) -> bool:
    """Return whether words are about the player's own life, apart from the words of the nearest choice."""
    plain = f" {' '.join(said)} "
    if any(f" {each} " in plain and each not in near.plain for each in HARMFUL_PHRASES):
        return True
    if any(f" {each} " in plain for each in OF_FEELING) and not near.explains:
        return True
    own = {word for word in said if word not in near.words}
    if own & HARM or ("myself" in said and own & TO_MYSELF):
        return True
    return not MYSELF.isdisjoint(said) and _of_my_life(said, own, near)


def _of_my_life(said: Sequence[str], own: Collection[str], near: NearestChoice) -> bool:
    """Return whether words with `i` or `my` are about feelings, a life or a body, or are very many."""
    answers = near.spoken or not MYSELF.isdisjoint(near.words)
    felt = own if answers else set(said) - (HELD & set(near.words))
    return (
        not FEELINGS.isdisjoint(felt)
        or not LIVES.isdisjoint(own)
        or any(_of_mood(said, at) for at, word in enumerate(said) if word in own)
        or any(_of_body(pair, near) for pair in pairwise(said))
        or (len(said) > LONG and not near.explains)
    )


def _of_mood(said: Sequence[str], at: int) -> bool:
    """Return whether it is a state, as in "I am so low"."""
    before = [word for word in said[:at] if word not in HOW_MUCH][-1:]
    return said[at] in MOODS and not AM.isdisjoint(before)


def _of_body(pair: tuple[str, str], near: NearestChoice) -> bool:
    """Return whether "my chest" is the player's, because the choice means another chest."""
    whose, what = pair
    meant = what in near.words and (not near.acts or f"your {what}" in near.plain)
    return whose == "my" and what in BODY and not meant


def tells_of_self(said: Sequence[str], near: NearestChoice) -> bool:
    """Return whether words that no choice fits state something with `i`, `my` or `me`, and are not an act.

    In doubt they do, because that reply also lists the choices.
    """
    begun = said[next((at for at, word in enumerate(said) if word not in BEFORE_FIRST), 0) :]
    if near.explains or near.fits or MYSELF.isdisjoint(begun):
        return False
    if len(begun) < 2 or ("i" not in begun and len(begun) == 2):
        return False
    if _asks(begun) or begun[0] in ASKED_OF_OTHERS or _of_the_game(begun):
        return False
    if near.plain and (begun[0] == "why" or " ".join(begun).startswith(REFUSED)):
        return False  # "I won't go to the path" is about the path.
    wished = _wished(begun)
    if wished[:1] == ["am"]:
        return wished[1:2] not in (["going"], ["heading"], ["walking"])
    first = wished[0] if wished else ""
    would_do = first in ACTED or (bool(near.plain) and first in BEGINNINGS | LEARNT)
    return not would_do and not (first in THINGS and len(wished) < len(begun))


def _wished(begun: Sequence[str]) -> Sequence[str]:
    """Return what follows "I", "I would like to", "let me" and similar phrases."""
    plain = f"{' '.join(begun)} "
    longest = max((len(each.split()) for each in WISHED if plain.startswith(f"{each} ")), default=0)
    return _wished(begun[longest:]) if longest else begun


def _asks(begun: Sequence[str]) -> bool:
    """Return whether it begins as a question: "where do I go", but not "what I did"."""
    return begun[0] in QUESTIONS and not (begun[0] in RELATIVE and begun[1] in MYSELF)


def _of_the_game(begun: Sequence[str]) -> bool:
    plain = " ".join(word for word in begun if word not in HOW_MUCH)
    return any(
        f"{plain} ".startswith(f"{each} ") and WHICH.issuperset(plain.removeprefix(each).split())
        for each in OF_THE_GAME
    )
