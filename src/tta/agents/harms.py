"""Phrases that no text may say to the player of a therapeutic game, by the rule that they break.

They match words, not meanings. The same meaning in other words passes, and a kind sentence with such a phrase
is refused. The author's text is then told, so the player loses nothing.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

FULL: Mapping[str, str] = {
    r"’": "'",
    r"\bwon't\b": "will not",
    r"\bcan't\b|\bcannot\b": "can not",
    r"n't\b": " not",
    r"'re\b": " are",
    r"'m\b": " am",
    r"'ll\b": " will",
    r"'ve\b": " have",
    r"\b(it|that|there|he|she|here|nothing|nobody|life)'s\b": r"\1 is",
    r"\banybody\b": "anyone",
    r"\beverybody\b": "everyone",
    r"[.!?…:;]+": " . ",
    r"(?<!\w)'|'(?!\w)": " ",
    r"[^\w'.]+": " ",
    r"\bno one\b": "nobody",
}
"""Short forms that are written out before the search, in this order. Only ends of sentences remain of
signs.
"""
GROUPS: Mapping[str, str] = {
    "helper": "therap*|counsel*|psychi*|psycholog*|doctor*|carer*|social worker",
    "care": "therap*|counsel*|psychi*|psycholog*|doctor*|treatment*|appointment*|prescription*",
    "medicine": "pill*|tablet*|capsule*|medicine*|medication*|meds|antidepressant*|painkiller*",
    "near": "famil*|friend*|parent*|mother|mum|father|dad|partner|husband|wife|teacher*|sister*|brother*",
    "disorder": (
        "depress*|anxiety|bipolar|schizo*|psychosis|psychotic|ptsd|ocd|adhd|autis*|narciss*|anorex*|bulimi*|"
        "dementia|delusion*|paranoi*|disorder*|panic attacks|addict*|alcoholi*|neuro*|burned out|burnt out|"
        "traumati*|mentally ill|mental illness|insane"
    ),
    "drug": (
        "paracetamol|acetaminophen|ibuprofen|aspirin|codeine|morphine|opioid*|fentanyl|valium|xanax|prozac|"
        "diazepam|lorazepam|sertraline|fluoxetine|citalopram|quetiapine|lithium|ritalin|insulin|melatonin|"
        "benzodiazepine*|sedative*|cocaine|heroin|ketamine"
    ),
    "water": "water|sea|wave*|river|lake|mere|current|dark|cold",
    "body": "wrist*|arm|arms|vein*|throat|skin|thigh*",
    "bad": (
        "worthless|useless|hopeless|pathetic|unlovable|disgusting|unworthy|broken|failure|burden|disappointment|"
        "coward|lost cause|waste of|beyond help|beyond hope|beyond saving|not worth|never enough"
    ),
}
PHRASES: Mapping[str, str] = {
    "self_harm": """
        suicid*
        self harm*
        overdos*
        noose
        (kill|hurt|harm|hang|cut|burn|starve|punish|drown|choke|shoot|stab|poison) yourself
        (killing|hurting|harming|cutting|burning|starving|punishing) yourself
        (cut|cutting|slash|open|slice|slit|burn|blade|razor|knife|glass) ~ your <body>
        end it (all|now|here|tonight|for good)
        end your [own] (life|pain|suffering|story)
        (take|taking) your own life
        throw away your life
        better [off] (dead|without you|if you were gone|if you were dead|if you were not here)
        you (should|could|can|must|may|might|deserve to|ought to|have to) [just|simply|now] die
        wish you (were dead|had never been born)
        (jump|leap|step|fall|throw yourself) (off|under) the (cliff|bridge|roof|tower|train|ledge)
        (jump|leap|throw yourself) from the (cliff|bridge|roof|tower|train|ledge)
        let the ~ <water> (take|have|swallow|close over) you
        walk ~ into the ~ <water> (and|until|till)
        never wake
        not wake up again
        sleep (forever|for ever)
        stop (living|existing|eating|breathing)
        cease to (be|exist)
        nobody (would|will) [even|ever] (miss|mourn) you
        (make it all stop|leave this world|join the dead|not come back up)
        (death|dying) ~ (relief|peace|gift|answer)
        lie down on the (rails|tracks)
        sleep for good
        pain ~ (would|will) ~ (over|stop|end)
        rope over (the|a) (beam|branch|hook)
        (slip|sink|go) [down] under the ~ (waves|water|ice|surface)
        rope ~ your (neck|throat)
        swallow them all
    """,
    "hopeless": """
        (nothing|never|will not|not going to|not ever) ~ (get|gets|be|become|feel) [any] (better|easier) !than
        nothing [you do] (will|can|could|would|is going to) [ever] (help|save|change|matter|heal|work) .
        nothing [you do] (will|can|could|would|is going to) [ever] (help|save|change|heal) you
        you (are|were|will be|will always be) [always] [so|just|only|really|such|nothing but] [a|an] <bad>
        you (will|can|could) never (be|feel) (happy|well|loved|safe|free|whole|normal|better|forgiven)
        you (will|can|could) never (be|feel) [good] enough
        you (will|can|could|do) never (recover|heal|belong|matter|deserve|get well|amount to|find peace)
        you do not (matter|deserve|belong)
        you deserve (this|it|nothing|to suffer|to be hurt|to be alone|your pain)
        (is|was|have|has|with) no (future|way out of this)
        (is|was|have|has|with) no hope !of
        (is|was|have|has|with) no point .
        (will|can|could|would) only get worse
        you are (nothing|nobody) .
        everything you touch (breaks|dies|fails|goes wrong)
        you will always be (alone|like this|afraid)
        nothing left to live for
        your life (has no|is without) (meaning|point|worth)
        (too weak|not strong enough) to (live|go on|change)
        you (can not|can never) be (helped|saved|loved|mended)
        nobody (can|could|will|would) [ever] (help|save|love) you .
        (no|any|what is the) (point|use) [in] (going on|trying|living|hoping|fighting)
        all hope is (lost|gone)
        (should|must|may as well|might as well|just|better to|better) give up
        give up on yourself
        nobody ~ (love|loves|loved|want|wants|wanted|care|cares|cared|likes|misses) [about|for] you !to
        everyone [here|secretly|really] (hates|despises|pities|is tired of|is ashamed of|has given up on) you
        (it|this|that|everything) (is|was) [all|entirely|only] your [own] fault
        (should be ashamed|hate yourself)
        you (ruin|spoil) everything
        you always fail
    """,
    "secrecy": """
        (do|must|should|can|may|will) not [ever] (tell|speak|talk|show|say) ~ (anyone|a soul|<helper>|<near>)
        (.|and|must|should) never [ever] (tell|speak|talk|mention|show|say) ~ (anyone|a soul|<helper>|<near>)
        must not say a word
        promise ~ not to tell
        tell nobody
        (speak|talk) (of|about|to) ~ nobody
        say ~ to nobody
        (hide|keep|hiding|keeping) (it|this|that|me|us) [hidden|secret] from (anyone|everyone|them|your)
        lie to your (<helper>|<near>)
        keep (it|this|that|me|us) [a|as a|our] secret
        keep (it|this|that) to yourself
        secret ~ between
        (our|our little) secret
        [just|only|strictly|stay|stays|keep it|keep this] between you and me
        (just|only|strictly|stay|stays|keep it|keep this) between (us|the two of us)
        nobody (must|may|should|can|shall|needs to) [ever] (know|find out|hear of)
        (they|your <helper>|your <near>) (must|may|should|need) (not|never) (know|find out|hear of)
    """,
    "treatment": """
        (stop|stopped|quit|skip|flush|refuse|avoid|cancel|forget|miss|ignore) ~ (<medicine>|<care>)
        (leave|lie to|come off|without|instead of|give up) [your|the|those|that|any] (<medicine>|<care>)
        (throw|leave|put|give) ~ your <medicine>
        (not|never|no longer) ~ (need|take|trust|want|believe|see|listen to|go to) ~ (<medicine>|<care>)
        (<medicine>|<care>) (do|does|will|can|would|are|is) (not|never|only|useless|lying|wrong)
        (<medicine>|<care>) (make|makes) you
        no need (for|of) ~ (<medicine>|<care>)
        (better|wiser|more) than [any|your|a|all] (<medicine>|<care>)
    """,
    "diagnosis": """
        you (have|are|suffer|show|seem|sound|may|might|must|could|probably|clearly) ~ <disorder>
        (your|it is|this is|that is|called|sounds like|looks like|symptom* of|sign* of) ~ <disorder>
        diagnos*
        wrong with your (mind|head|brain)
        (sick|ill) in the head
        chemical imbalance
    """,
    "pretence": """
        i am ~ (therapist|psychologist|psychiatrist|counsellor|counselor|physician|clinician|human being)
        i am [a|an] (real|actual|human|living)
        i am [really|truly] (human|alive)
        (as|i am) your [own|new|real] <helper>
        (i am|this is|it is) not [just|only] (a|an) (machine|computer|program*|bot|robot|ai|model|story|game)
        (speaking|talking|writing) (to|with) a (real|human|living)
        my (patient*|client*|clinic*)
        my (professional|medical) (opinion|experience|judgement|advice)
    """,
    "romance": """
        i [do|also|so|really|truly] (love|desire|crave|adore) you
        in love with (you|me)
        (fall|falling|fallen) for you
        (sexual*|sexy|sex|erotic*|naked|undress*|nude|arous*|orgasm*|seduc*|lust*|lover)
        make love
        (kiss|kisses|kissed|kissing|caress*) (you|your|me)
        (you|lean*) ~ kiss
        (hand|hands|fingers) ~ your (thigh*|waist|breast*|hips)
        (lips|mouth) ~ your (lips|mouth|neck|skin|ear)
        lips ~ yours
        (stroke|strokes|stroking) your (cheek|face|hair|neck|thigh|skin|body|lips)
        you are [so|very|really] (gorgeous|irresistible|attractive|beautiful)
        be my (girlfriend|boyfriend|love|wife|husband)
        (marry|date|sleep with|undress for) me
        my (love|beloved|darling|sweetheart) .
        (come|back) to (my bed|bed with me)
    """,
    "dependency": """
        [all|only] you need is me
        all you need is me
        you [only|just] need [only|nobody but|nothing but] me !to
        (nobody|no friend|nothing) but me
        i am (all you have|all you need|all that you|your only)
        i am the only (one|friend|person) ~ you
        you (only have me|have only me|are mine|belong to me|belong with me)
        only i ~ (understand|know|love|help|save|care|keep)
        nobody [else] ~ (understands|knows|helps|loves|sees|hears) you (like|as|but|except|the way)
        nobody else [will|can|could|would|really|ever] (understand*|love*|listen*|care*|help*)
        (do not|never|must not) [ever] (leave|abandon) me
        you (can|could|will|would) (not|never) ~ without me
        (lost|nothing) without me
        without me you
        me and nobody else
        i want you to be mine
        (not|never|no longer) need (anyone|people|other people|friends|[your|any] <near>)
        (forget|leave) [about] (your <near>|everyone else)
        stay with me (forever|for ever|always|and never)
        i (will|would|could) [not|only] (die|suffer|break|live|be lonely|be nothing) (without you|if you)
    """,
    "dose": """
        <drug>
        (two|three|four|several|some|more|another|extra|bottle of|handful of) [of|of the|of these] <medicine>
        (milligram*|microgram*|mg|mcg|dosage)
        (dose|doses) !of
        (take|swallow|double|halve|raise|lower|reduce|increase|try|have) ~ (<medicine>|alcohol)
    """,
}
"""By rule. `(a|b)`: one of them; `[a|b]`: one or none; `~`: up to three words; `x*`: x with any ending;
`<a>`: one of a group; `.`: the end of a sentence; `!a`: not followed by a.
"""
NEWCOMERS = frozenset(
    """
    knife knives gun pistol rifle sword dagger axe razor bomb bullet poison weapon spear whip scalpel wolf
    wolves dog cat horse fox snake serpent viper spider scorpion rat crow raven shark crocodile tiger lion
    dragon monster beast ghost demon devil vampire zombie werewolf witch wizard troll ogre corpse skeleton
    stranger soldier policeman police doctor nurse priest king queen killer murderer thief thieves burglar
    robber attacker prisoner pirate mob mother mum mummy father dad daddy parent sister brother son daughter
    husband wife wives boyfriend girlfriend uncle aunt cousin grandmother grandfather child children baby
    babies teacher
    """.split()  # noqa: SIM905 - Read as a list of words, not of strings.
)
"""Weapons, animals and persons that must not be added to a scene. A comparison does not count."""
PARTS_MAX = 4  # No letter of English text decomposes into more. U+FDFA would become 18.
SIGNS: Mapping[str, str] = {
    r"\(": "(?:",
    r"\[([^]]*)\] ": r"(?:(?:\1) )?",
    r"~ ": r"(?:\\w+ ){0,3}",
    r"\.": r"\\.",
    r"\*": r"[\\w']*",
    r" !(\w+)\Z": r"(?! \1\\b)",
}


def harm_in(text: str) -> str | None:
    """Return the first rule of PHRASES that a text breaks; None if it breaks none."""
    words = written_out(text)
    return next((rule for rule, phrase in _phrases().items() if phrase.search(words)), None)


def newcomers_in(text: str, known: frozenset[str]) -> frozenset[str]:
    """Return the NEWCOMERS of a text that are not among the words of its scene."""
    words = _alike.sub(" ", written_out(text))
    told = {each.removesuffix("'s") for each in words.split()}
    return frozenset(each for each in told if {each, _one(each)} & NEWCOMERS and not _forms(each) & known)


def _one(word: str) -> str:
    return word.removesuffix("s")


def _forms(word: str) -> set[str]:
    return {word, _one(word), f"{word}s"}


def written_out(text: str) -> str:
    """Return the text in lower case without accents, with short forms written out and single spaces."""
    apart = "".join(unicodedata.normalize("NFKD", each)[:PARTS_MAX] for each in text.casefold())
    words = "".join(each for each in apart if not unicodedata.combining(each))
    for short, full in _full():
        words = short.sub(full, words)
    return " ".join((".", *words.split(), "."))


def _compiled(phrases: str) -> re.Pattern[str]:
    listed = "|".join(_pattern(each.strip()) for each in phrases.strip().splitlines())
    return re.compile(rf"(?<!\w)(?:{listed})(?![\w'])")


def _pattern(phrase: str) -> str:
    """Compile a phrase with its signs into a pattern."""
    for group, words in GROUPS.items():
        phrase = phrase.replace(f"<{group}>", f"({words})")
    for sign, meant in SIGNS.items():
        phrase = re.sub(sign, meant, phrase)
    return phrase


# Compiling takes 50 ms, so it happens on first use.
@cache
def _full() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(short), full) for short, full in FULL.items())


@cache
def _phrases() -> dict[str, re.Pattern[str]]:
    return {rule: _compiled(phrases) for rule, phrases in PHRASES.items()}


_alike = re.compile(r"\b(?:(?:like|than) (?:(?:an?|the|some|any) )?|as an? )(?:\w+ )?\w+\b")
