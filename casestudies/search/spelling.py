"""Words that nobody knows, and what they may have meant: spelling mistakes, and the wrong keyboard."""

import re
from collections.abc import Iterable

from django.contrib.postgres.search import TrigramSimilarity
from django.core.cache import caches
from rapidfuzz import process
from rapidfuzz.distance import OSA

from casestudies import revision
from casestudies.models import SearchWord

from . import stemming
from .lexicon import Lexicon
from .question import language_of

# A shorter word is a misspelling of too many others.
SHORTEST = 4
# The longest words of both languages have less; nothing is near a longer one.
LONGEST = 60
CANDIDATES = 20
SECONDS_KEPT = 3600
# The same keys on the two usual layouts, QWERTY and ЙЦУКЕН.
_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_LATIN_SHIFTED = '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_CYRILLIC_SHIFTED = "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
_TO_CYRILLIC = str.maketrans(_LATIN + _LATIN_SHIFTED.replace('"', ""), _CYRILLIC + _CYRILLIC_SHIFTED.replace("Э", ""))
_TO_LATIN = str.maketrans(_CYRILLIC + _CYRILLIC_SHIFTED, _LATIN + _LATIN_SHIFTED)


def on_other_keyboard(text: str) -> str:
    """Return what the same keys would have typed with the other layout on: "tlbyjt jryj" → "единое окно"."""
    return text.translate(_TO_LATIN if language_of(text) == "ru" else _TO_CYRILLIC)


def unwritten(words: Iterable[str], lexicon: Lexicon) -> list[str]:
    """Return those of the words that stand, in this very form, neither in a text nor in a vocabulary."""
    forms = {word: word.casefold() for word in words}
    asked = [form for form in forms.values() if form not in lexicon.words]
    written = set(SearchWord.objects.filter(word__in=asked).values_list("word", flat=True)) if asked else set()
    return [word for word, form in forms.items() if form in asked and form not in written]


def looks_misspelt(word: str, better: str) -> bool:
    """Say whether a word that is found through its stem is `better` misspelt, not an inflected form of it.

    Inflection changes the end of a word, a slip of the fingers mostly its middle: "таможеный", not "таможенного".
    """
    written = word.casefold()
    return written[0] == better[0] and written[-2:] == better[-2:] and OSA.distance(written, better) == 1


def corrected(word: str, lexicon: Lexicon) -> str | None:
    """Return the known word that is nearest to an unknown one, None where none is near enough.

    Near is one mistake in a short word, two in one of eight letters or more, three from twelve; two letters exchanged
    are one mistake. Among equally near words the one that most studies hold wins. What was found is kept until the
    collection changes.
    """
    written = word.casefold()
    if not SHORTEST <= len(written) <= LONGEST or not re.fullmatch(r"[^\W\d_]+", written):
        return None
    key = f"spelling:{revision.current().collection}:{written}"
    found = caches["memory"].get(key)
    if found is None:
        found = _nearest(written, lexicon) or ""
        caches["memory"].set(key, found, SECONDS_KEPT)
    return found or None


def _nearest(written: str, lexicon: Lexicon) -> str | None:
    allowed = 1 + (len(written) >= 8) + (len(written) >= 12)
    studies = dict(
        SearchWord.objects.filter(word__trigram_similar=written)
        .annotate(similarity=TrigramSimilarity("word", written))
        .order_by("-similarity", "-studies")
        .values_list("word", "studies")[:CANDIDATES]
    )
    near = process.extract(written, {*lexicon.words, *studies}, scorer=OSA.distance, score_cutoff=allowed, limit=None)
    same = {written, *stemming.spellings(written)}
    near = [(distance, candidate) for candidate, distance, _index in near if candidate not in same]
    if not near:
        return None
    _distance, best = min(near, key=lambda found: (found[0], found[1][0] != written[0], -studies.get(found[1], 0)))
    return best
