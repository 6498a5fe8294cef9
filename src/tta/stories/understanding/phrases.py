"""The word tables for understanding players, in English like the stories."""

from collections.abc import Mapping

from tta.stories.understanding.contractions import spelled_out


def words_of(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def phrases_of(listed: str) -> tuple[str, ...]:
    return tuple(spelled_out(" ".join(each.split())) for each in listed.split("|"))


def any_of(listed: str) -> frozenset[str]:
    return frozenset(phrases_of(listed))


EMPTY = words_of(
    """
    a am an and are as at been by can could do does for had has have he her his i ill in into is
    it its just let my of on one or our out please quite really she so some
    somewhere still than that the their then there they this here those to too upon us very want
    was we were what which will with would you your now bit little again like okay ok
    well hmm um about
    """
)
"""Ignored in comparisons, because too many sentences contain them."""
NEGATIONS = words_of(
    """
    not never no neither nor none nobody nowhere hardly barely
    """
)
"""Each denies what follows it. Only a choice with the same denial is meant."""
EXCEPTIONS = words_of(
    """
    but except excepting excluding besides than instead apart aside unless without or nothing stop avoid
    refuse skip forget ignore
    """
)
"""Each turns away from something, or leaves it open. Only a choice with this very word is meant."""
TURNING = words_of("skip avoid refuse forget ignore without")
"""Those that name what they turn away from: "skip the water" means no choice that skips something else."""
SHARED: Mapping[str, str] = {
    "go": (
        "goes going walk head move travel stroll wander proceed continue march run follow enter went onward "
        "hurry"
    ),
    "take": "grab get pick collect fetch seize accept",
    "talk": (
        "speak ask tell say chat greet answer reply whisper call shout talking hello hi hey thank question"
    ),
    "look": "examine inspect see watch view observe study check read gaze stare peek search",
    "sit": "seat sitting sat",
    "rest": "relax nap pause doze",
    "sleep": "asleep snooze",
    "climb": "ascend clamber",
    "breathe": "breath breathing inhale exhale breaths",
    "give": "offer",
    "put": "place lay set drop",
    "write": "note scribble jot",
    "begin": "start",
    "stay": "remain wait linger",
    "listen": "hear",
    "help": "assist aid",
    "path": "trail track road",
    "house": "home cottage",
    "quiet": "silent calm still",
    "small": "short tiny half",
    "finish": "complete",
    "yourself": "myself",
    "mend": "fix repair",
}
SYNONYMS: Mapping[str, str] = {
    each: name for name, others in SHARED.items() for each in (name, *others.split())
}
"""A shared name for synonyms. A story's own words are replaced too."""
WEAK = words_of("go take talk look put give")
"""Alone they name no choice, because many choices may contain them."""
MANNER = words_of(
    """
    please kindly thanks cheers then first next finally together again once too also simply only
    quietly slowly carefully gently quickly softly calmly happily gladly eagerly bravely cautiously
    silently directly properly straight absolutely certainly definitely surely patiently curiously
    mindfully attentively closely immediately
    choose choosing chose pick select prefer decide decided try trying rather
    yes yeah yep sure alright while moment minute
    """
)
"""Manner, choosing and courtesy. Such words may be added to any choice."""
REQUESTS = frozenset(
    tuple(pair.split())
    for pair in phrases_of(
        """
        can i | can we | can you | could i | could we | could you | may i | may we | shall we |
        would you | will you
        """
    )
)
COURTEOUS = REQUESTS | {
    *(("thank", "you"), ("give", "me"), ("give", "us"), ("let", "me"), ("for", "me")),
    *(("would", "better"), ("had", "better")),
}
"""Pairs that may be added to any choice."""
TURNED_AWAY = frozenset(
    tuple(pair.split())
    for pair in phrases_of("never mind | let go | shut up | take care | let her | let him | let them")
)
"""Pairs with another meaning than their words, or about what others should do."""
VAGUE = words_of(
    """
    down up over through back off out away along all both none either much many more most enough
    any other last next end good leave keep hold stop let begin start stay come get make have need
    feel think know fall wait own be me thing left right something anything everything whatever
    i you your he him his she her they them their we us our it its someone somebody everyone everybody
    anyone anybody who whom whose what which how why when where
    not no never none nor neither nobody nothing nowhere hardly barely yes
    now again tonight night today tomorrow yesterday evening morning
    """
)
"""Alone they name no choice either: they have too many meanings in too many sentences."""
DIRECTIONS = words_of(
    "along over across toward towards through round around up down inside ahead forward under"
)
"""They may be added to a choice that names no direction."""

COURTESY = phrases_of(
    """
    can you please | could you please | would you please | please can you | i would like to | i want
    to | i wanna | id like to | i think ill | i need to | i have to | i must | can we | could we |
    can you | could you | can i | could i | may i | lets | let us | let me | ill | i will | im going
    to | please | now | ok | okay | hey | hi | just | sorry | so | well | then | i
    """
)
COURTESY_AFTER = phrases_of(
    """
    please | now | thanks | thank you | then | for now | for today | here | ok | okay | for me |
    again
    """
)

LOOK = any_of(
    """
    look | look around | look round | where am i | where are we | again | repeat | repeat that | say
    that again | say it again | describe | what do i see | what can i see | what is here | whats
    here | what is around me | whats around me | read it again | read that again | what was that |
    look around me | describe the place | describe the room | where are we now | tell me where i am
    """
)
HELP = any_of(
    """
    help | what can i do | commands | options | how do i play | how does this work | what
    are my options | what are the options | what are my choices | what now | what should i do | how
    do i do this | how to play | instructions | what can i say | what do i do | menu | show help |
    show me the options | show options | list options | what do i do now | which ways are open | i
    need help with the game | how does this game work
    """
)
PLEAS = any_of(
    """
    help me | help me out | help me someone | help me somebody | please help | help please | can you
    help | could you help | would you help | will you help | need help | need some help | need your
    help | really need help | want help | want some help | could use some help | someone help |
    somebody help | someone help me | somebody help me | can someone help me | can somebody help me
    | can anyone help me | can anybody help me | help help | god
    help me | get me help | really need some help | give me a hand | give us a hand | lend me a hand |
    need a hand | could use a hand | can you give me a hand | somebody give me a hand
    """
)
"""In a therapeutic story these may be about the player: answer where to find help, not with rules."""
STATUS = any_of(
    """
    status | progress | show status | show my status | how far am i | how am i doing | my progress |
    show progress | show my progress | what have i practised | what have i practiced | what have i
    done | which story is this | what story is this | what is this story called | inventory | stats
    | what is my status | whats my status | how far have i come | what skills have i practised |
    which skills have i practised | what is the title
    """
)
PAUSE = any_of(
    """
    pause | pause the story | pause the game | pause it | pause this | pause session | pause the
    session | take a break | have a break | need a break | a break | break | come back later | stop
    for now | stop for today | save | save and exit | save game | save the game | brb | be right
    back | stop here for today | stop for a while | continue later | go on later | later | i need a
    break | take a pause | go on tomorrow | continue tomorrow | hold on a moment | stop here for now
    | make a pause | need a pause | pause here | carry on later
    """
)
QUIT = any_of(
    """
    quit | exit | quit the game | quit the story | quit game | exit the game | exit game | exit the
    story | end the story | end the game | end story | end game | end this story | end it here |
    stop playing | leave the game | leave the story | stop the game | stop the story | quit playing
    | end the session | end session | stop the session | bye | finish the game | close the game |
    end this session | quit this story | leave this story | stop this game | quit this game
    """
)
STOP = any_of(
    """
    stop | stop it | stop this | stop it now | stop this now | stop here | stop right here | stop there
    | stop now | stop stop | stop stop stop | full stop | stop everything | i said stop | i am stopping
    | end | end here | end now | the end | end please | end of story | end of game | enough | that is
    enough | enough now | enough of this | that is enough now | that will do | finish here | goodbye |
    good bye | bye bye | bye now | goodnight | good night | exit now | quit now | leave now | leave game
    | leave story | log out | logout | sign out | done playing | i am done playing | no more playing |
    end playing | stop playing this | stop with this
    """
)
"""They also leave the story, after a confirmation, except within an exercise, where they belong to it."""
NO_END_OF_A_STORY = any_of(
    "i want to end | i wanna end | i need to end | i have to end | i must end | i will end"
)
"""Without an object, these may be about the player's own end."""
YES = any_of(
    """
    yes | yes quit | yes end it | yes end the story | yes i am sure | im sure | y | yes please
    """
)
AGREED = any_of(
    """
    yes | y | yeah | yep | yes i do | i do | yes i mean that | i mean that | yes that one | that one |
    exactly | correct | sure | ok | okay | of course | thats it | yes thats it | thats the one | yes that
    """
)
"""Answers to "Do you mean …?" about one choice."""
FORMER = any_of("former | the former | first of the two | the first of the two")
LATTER = any_of("latter | the latter | second of the two | the second of the two")
ONWARD = any_of(
    """
    go on | continue | next | onward | onwards | go ahead | carry on | keep going | proceed | and
    then | then | more | forward | go | move on
    """
)
CORE = words_of("look help status pause quit")
"""Commands if nothing else is said, even if a choice has such an id."""

CARDINALS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
ORDINALS = dict(zip(("first", "second", "third", "fourth", "fifth", "sixth"), range(1, 7), strict=True))
ORDINALS |= dict(zip(("1st", "2nd", "3rd", "4th", "5th", "6th"), range(1, 7), strict=True))
ORDINALS |= {"last": -1, "final": -1}
AROUND_NUMBERS = words_of(
    """
    the number option choice way answer nr please i ill take choose pick go with for want would
    like select will us say let do try
    """
)
BEFORE_ONE = words_of("one number option choice answer nr please")
"""Only with these words is "one" a number, unlike "that one" and "I want one"."""
OTHERS = words_of("you he she they someone somebody everyone everybody nobody anyone anybody")
NOT_THE_PLAYER_FIRST = OTHERS | words_of(
    """
    what why how who when where which should does did is are do if would will shall
    can could may was were has
    """
)
"""A sentence with this beginning is a question or about others, unless it is a request. It takes no
choice.
"""
BEFORE_FIRST = words_of("and then so well now ok okay hmm um but because")
REPORTS = frozenset(
    f"{who} {did}"
    for who in ("i", "we", "he", "she", "it", "they")
    for did in ("was", "were", "had", "used", "did", "thought", "went", "came", "saw")
)
"""Beginnings of what happened in the past, which takes no choice."""

STATEMENTS = frozenset({"its", "it is", "this is", "that is"})
"""Beginnings of a description, which does not take a choice that is an act."""
DOUBTS = words_of("should if does did is are")

ACTS = words_of(
    """
    open close take eat drink kick push pull throw break jump swim sing dance dig build fly fight
    kill attack burn steal climb hide knock ring light cook buy sell play hug kiss pet stroke touch
    smell taste wear wash clean draw paint read write shout whistle run walk go sit stand lie look
    search find follow use turn lift drop put give pour cut tie untie unlock lock wait call row sail
    count feed wake catch cast summon teleport explore plant pick make get carry hold visit leave
    enter return ask tell listen stroll wave smash shake
    """
)
BEGINNINGS = ACTS | words_of(
    """
    begin start stop stay keep let shut watch dip brace hold head skip ride hand step stand lean mend
    name see slip cross offer rest thank find share stick breathe count wish put whisper hum
    """
)
"""Words that mark a choice as an act. At the beginning of a player's words, some of them do not."""
