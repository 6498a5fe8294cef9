"""The words by which a player's meaning is told: tables, in English as the stories are."""

from collections.abc import Mapping


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _phrases(listed: str) -> tuple[str, ...]:
    return tuple(" ".join(each.split()) for each in listed.split("|"))


def _any_of(listed: str) -> frozenset[str]:
    return frozenset(_phrases(listed))


EMPTY = _words(
    """
    a am an and are as at be been by do does for from had has have he her his i id ill im in into is
    it its ive just let lets me my of off on one or our out please quite really she so some
    somewhere still than that the their them then there they this those to too up upon us very want
    was we were what which will with would you your now bit little again like gonna wanna okay ok
    well hmm um about
    """
)
"""Not looked at when a choice is compared: too many sentences hold them."""
NEGATIONS = _words(
    """
    not dont cant wont never no isnt didnt doesnt nothing neither nor refuse without cannot instead
    avoid stop wouldnt shouldnt mustnt arent
    """
)
SHARED: Mapping[str, str] = {
    "go": "walk head move travel stroll wander proceed continue march run follow enter went onward hurry",
    "take": "grab get pick collect fetch seize accept",
    "talk": (
        "speak ask tell say chat greet answer reply whisper call shout talking hello hi hey thank question"
    ),
    "look": "examine inspect see watch view observe study check read gaze stare peek search",
    "sit": "seat sitting sat",
    "rest": "relax nap pause doze",
    "sleep": "asleep bed snooze",
    "climb": "ascend clamber",
    "breathe": "breath breathing inhale exhale breaths",
    "give": "offer",
    "put": "place lay set drop",
    "write": "note scribble jot",
    "begin": "start",
    "stay": "remain wait linger",
    "listen": "hear",
    "help": "assist aid",
    "path": "trail track road way",
    "house": "home cottage",
    "quiet": "silent calm still",
    "small": "short tiny half",
    "finish": "complete done",
    "yourself": "myself",
}
SYNONYMS: Mapping[str, str] = {
    each: name for name, others in SHARED.items() for each in (name, *others.split())
}
"""One name for words that a player takes for each other; a story's own words go through it too."""
WEAK = _words("go take talk look put give")
"""Alone they name no choice: many choices hold them, or might."""

COURTESY = _phrases(
    """
    can you please | could you please | would you please | please can you | i would like to | i want
    to | i wanna | id like to | i think ill | i need to | i have to | i must | can we | could we |
    can you | could you | can i | could i | may i | lets | let us | let me | ill | i will | im going
    to | please | now | ok | okay | hey | hi | just | sorry | so | well | then | i
    """
)
COURTESY_AFTER = _phrases(
    """
    please | now | thanks | thank you | then | for now | for today | here | ok | okay | for me |
    again
    """
)

LOOK = _any_of(
    """
    look | look around | look round | where am i | where are we | again | repeat | repeat that | say
    that again | say it again | describe | what do i see | what can i see | what is here | whats
    here | what is around me | whats around me | read it again | read that again | what was that |
    look around me | describe the place | describe the room | where are we now | tell me where i am
    """
)
HELP = _any_of(
    """
    help | help me | what can i do | commands | options | how do i play | how does this work | what
    are my options | what are the options | what are my choices | what now | what should i do | how
    do i do this | how to play | instructions | what can i say | what do i do | menu | show help |
    show me the options | show options | list options | what do i do now | which ways are open | i
    need help with the game | how does this game work
    """
)
STATUS = _any_of(
    """
    status | progress | show status | show my status | how far am i | how am i doing | my progress |
    show progress | show my progress | what have i practised | what have i practiced | what have i
    done | which story is this | what story is this | what is this story called | inventory | stats
    | what is my status | whats my status | how far have i come | what skills have i practised |
    which skills have i practised | what is the title
    """
)
PAUSE = _any_of(
    """
    pause | pause the story | pause the game | pause it | pause this | pause session | pause the
    session | take a break | have a break | need a break | a break | break | come back later | stop
    for now | stop for today | save | save and exit | save game | save the game | brb | be right
    back | stop here for today | stop for a while | continue later | go on later | later | i need a
    break | take a pause | go on tomorrow | continue tomorrow | hold on a moment | stop here for now
    | make a pause | need a pause | pause here | carry on later
    """
)
QUIT = _any_of(
    """
    quit | exit | quit the game | quit the story | quit game | exit the game | exit game | exit the
    story | end the story | end the game | end story | end game | end this story | end it here |
    stop playing | leave the game | leave the story | stop the game | stop the story | quit playing
    | end the session | end session | stop the session | bye | finish the game | close the game |
    end this session | quit this story | leave this story | stop this game | quit this game
    """
)
YES = _any_of(
    """
    yes | yes quit | yes end it | yes end the story | yes i am sure | im sure | y | yes please
    """
)
ONWARD = _any_of(
    """
    go on | continue | next | onward | onwards | go ahead | carry on | keep going | proceed | and
    then | then | more | forward | go | move on
    """
)
CORE = _words("look help status pause quit")
"""Commands wherever they stand alone, even where a choice has such an id."""

CARDINALS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
ORDINALS = dict(zip(("first", "second", "third", "fourth", "fifth", "sixth"), range(1, 7), strict=True))
ORDINALS |= dict(zip(("1st", "2nd", "3rd", "4th", "5th", "6th"), range(1, 7), strict=True))
ORDINALS |= {"last": -1, "final": -1}
AROUND_NUMBERS = _words(
    """
    the number option choice way answer nr no please i ill take choose pick go with for want would
    like select id say lets do my is that it try
    """
)
NOT_THE_PLAYER_FIRST = _words(
    """
    what why how who when where which should does did is are do whats whos wheres if
    """
)
"""A sentence that begins so asks something: it takes no choice, however well it fits."""

DOUBTS = _words("should if does did is are")

MYSELF = _words(
    """
    i im ive id my me myself mine ill
    """
)
FEELINGS = _words(
    """
        tired exhausted sad unhappy anxious hurts aches hungry thirsty anxiety nervous lonely alone
    scared afraid frightened
    terrified angry furious depressed depression stressed stress hopeless worthless useless
    overwhelmed hurt hurting cry crying cried panic panicking numb ashamed guilty worried worry
    worrying empty upset miserable desperate awful terrible horrible ill sick dizzy pain hate hated
    hates lost broken failure fail failing failed stupid ugly fed struggling bad rough hard low down
    unwell restless bored frustrated jealous homesick heartbroken grieving insomnia die dying dead
    death suicide suicidal kill harm cut cutting hungover drunk drinking smoking sober relapsed feel
    feeling felt feels happy glad proud better relieved grateful calmer worse okay fine good
    """
)
LIVES = _words(
    """
    mum mom mother dad father brother sister parents wife husband partner boyfriend girlfriend
    friend friends kids child children son daughter boss job work school university exam doctor
    therapist medication pills family marriage divorce landlord colleague colleagues teacher flat
    rent money cat dog life day week weekend today yesterday tonight sleep slept night nightmare
    nightmares headache heart body mind anybody everyone nobody ex grandmother grandfather gran nan
    childhood counsellor counselor appointment
    """
)
"""Of the player's life rather than the story's: with `i` or `my`, they speak of themself."""
STRONG_SELF = _phrases(
    """
    kill myself | hurt myself | harm myself | cut myself | want to die | wanna die | end my life |
    end it all | cant go on | cannot go on | no point | give up on life | better off dead | cant
    sleep | couldnt sleep | cant stop crying | cant do this anymore | i feel | im feeling | i felt |
    my day was | had a bad day | bad day | rough day | nobody loves me | nobody likes me | hate
    myself | hate my life | i miss my | in real life | quit smoking | quit drinking | quit my job |
        stop drinking | stop smoking | been crying | drinking too much | so alone | i am so | im so
    | help me i | need
    someone to talk to | need somebody to talk to | dont want to live | dont want to be here anymore
    | disappear | i cut
    """
)

ACTS = _words(
    """
    open close take eat drink kick push pull throw break jump swim sing dance dig build fly fight
    kill attack burn steal climb hide knock ring light cook buy sell play hug kiss pet stroke touch
    smell taste wear wash clean draw paint read write shout whistle run walk go sit stand lie look
    search find follow use turn lift drop put give pour cut tie untie unlock lock wait call row sail
    count feed wake catch cast summon teleport explore plant pick make get carry hold visit leave
    enter return ask tell listen stroll wave smash shake
    """
)
