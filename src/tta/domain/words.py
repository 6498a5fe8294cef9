"""What every text and every id from outside must satisfy, whichever aggregate takes it.

Refusals print lengths, never the text: it may be somebody's words. Normalising is the edge's business.
"""

import re

from tta.domain.base import Invalid

catalogue_id_pattern = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")  # No room to smuggle clear text in.


class WordsEmpty(Invalid):
    title = "Words are missing"


class WordsTooLong(Invalid):
    title = "The text is too long"


class WordsBesideChoice(Invalid):
    title = "An interaction is words or a choice"


class CatalogueIdMalformed(Invalid):
    title = "The id is not a valid catalogue id"


def require_words(kind: str, given: str, characters_max: int) -> None:
    if not given.strip():
        raise WordsEmpty(f"expected words as the {kind}, got none")
    require_length(kind, given, characters_max)


def require_length(kind: str, given: str, characters_max: int) -> None:
    """Refuse a text that is too long. Raises WordsTooLong."""
    if len(given) > characters_max:
        raise WordsTooLong(f"expected a {kind} of at most {characters_max} characters, got {len(given)}")


def require_catalogue_id(kind: str, given: str | None) -> None:
    """Refuse what cannot be the id of a story, scene, choice or skill (the catalogue knows which exist)."""
    if given is not None and catalogue_id_pattern.fullmatch(given) is None:
        raise CatalogueIdMalformed(f"expected a {kind} id such as 'clearing', got {len(given)} characters")


def require_words_or_choice(words: str | None, choice: str | None, characters_max: int) -> None:
    match words, choice:
        case None, None:
            raise WordsEmpty("expected words or a choice, got neither")
        case str(), None:
            require_words("text", words, characters_max)
        case None, str():
            require_catalogue_id("choice", choice)
        case _:
            raise WordsBesideChoice("expected words or a choice, got both")
