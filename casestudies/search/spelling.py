"""Words that nobody knows, and what they may have meant: spelling mistakes, and the wrong keyboard."""

import re
from collections.abc import Iterable

from django.contrib.postgres.search import TrigramSimilarity
from django.core.cache import caches
from rapidfuzz import process
from rapidfuzz.distance import OSA

from casestudies import revision
from casestudies.models import SearchWord

from . import by_index, stemming
from .lexicon import LANGUAGES, Lexicon
from .question import composed, language_of, only_words

# A shorter word is a misspelling of too many others.
SHORTEST = 4
# In a shorter one, or beside another mistake, the first letter is right, or exchanged with the second: people seldom
# miss it.
SURE_BEGINNING = 8
# From so many letters on two mistakes are likely, and three: about a fifth of all.
TWO_MISTAKES, THREE_MISTAKES = 9, 14
# The parts of a word without its blank are no shorter.
SHORTEST_PART = 3
# A word is looked for in the texts of at most so many of the studies that hold its stem.
LOOKED_THROUGH = 200
# The longest words of both languages have less; nothing is near a longer one.
LONGEST = 60
CANDIDATES = 20
# So many words of a question are compared with all known ones at most: each takes milliseconds.
CORRECTED = 8
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


def typed_on_other_keyboard(text: str, lexicon: Lexicon) -> str | None:
    """Return a text of which some or all words were typed with the other layout as it was meant, None where none was.

    A word of three letters or more was, where only what the same keys give on the other keyboard is a word, perhaps
    misspelt. Where all such words were, the short ones between them were too.
    """
    tokens = list(dict.fromkeys(text.split()))
    others = {token: on_other_keyboard(token) for token in tokens}
    known = _known({*tokens, *others.values()}, lexicon)
    long = [token for token in tokens if len(token) >= SHORTEST_PART]
    unknown = [token for token in long if token not in known]
    switched = {token for token in unknown if others[token] in known}
    for token in [token for token in unknown if token not in switched][:CORRECTED]:
        if not corrected(token, lexicon) and corrected(others[token], lexicon):
            switched.add(token)
    if not switched:
        return None
    if all(token in switched or not _seeks(others[token]) for token in long):
        return on_other_keyboard(text)
    return " ".join(others[token] if token in switched else token for token in text.split())


def _seeks(text: str) -> str:
    """Return the tsquery of a text, "" where it holds only stop words."""
    words = only_words(composed(text))
    return stemming.tsqueries([words])[words] if words else ""


def _known(texts: Iterable[str], lexicon: Lexicon) -> set[str]:
    """Return those of the texts that a study holds or a vocabulary names; stop words are no sign of a language."""
    words = {text: only_words(composed(text)) for text in texts}
    found = stemming.tsqueries(set(words.values()) - {""})
    queries = {text: found.get(one, "") for text, one in words.items()}
    named = {text for text, query in queries.items() if lexicon.of(stemming.lexemes(query), words[text])}
    rest = [text for text, query in queries.items() if query and text not in named]
    held = by_index.held(queries[text] for text in rest)
    return named | {text for text, is_held in zip(rest, held, strict=True) if is_held}


def unwritten(words: Iterable[str], lexicon: Lexicon) -> list[str]:
    """Return those of the words that stand, in this very form, neither in a text nor in a vocabulary."""
    forms = {word: word.casefold() for word in words}
    asked = [form for form in forms.values() if form not in lexicon.words]
    written = set(SearchWord.objects.filter(word__in=asked).values_list("word", flat=True)) if asked else set()
    return [word for word, form in forms.items() if form in asked and form not in written]


def standing(words: Iterable[str]) -> set[str]:
    """Return those of the words that stand, in this very form, in any text of a study; it looks through texts."""
    queries = {word: query for word, query in stemming.tsqueries(words).items() if query}
    if not queries:
        return set()
    fields = ("title", "summary", "challenge", "practice", "results", "lessons")
    texts = ", ".join(f"{field}_{language}" for field in fields for language in LANGUAGES)
    (found,) = by_index.row(
        "SELECT ARRAY(SELECT word FROM unnest(%s::text[], %s::text[]) AS asked (word, query) WHERE EXISTS ("
        " SELECT FROM (SELECT case_study_id FROM casestudies_searchentry WHERE document @@ query::tsquery"
        f" LIMIT {LOOKED_THROUGH}) AS entry JOIN casestudies_casestudy AS study ON study.id = entry.case_study_id"
        f" WHERE translate(lower(concat_ws(' ', {texts})), 'ё', 'е')"
        " ~ ('\\m' || translate(lower(word), 'ё', 'е') || '\\M')))",
        [list(queries), list(queries.values())],
    )
    return set(found)


def looks_misspelt(word: str, better: str) -> bool:
    """Say whether a word that is found through its stem is `better` misspelt, not an inflected form of it.

    Inflection changes the end of a word, a slip of the fingers mostly its middle: "таможеный", not "таможенного".
    """
    written = word.casefold()
    return written[0] == better[0] and written[-2:] == better[-2:] and OSA.distance(written, better) == 1


def corrected(word: str, lexicon: Lexicon) -> str | None:
    """Return the known word that is nearest to an unknown one, or the two it is made of; None where there are none.

    Near is one mistake in a short word, two from nine letters, three from fourteen; two letters exchanged are one
    mistake. Among equally near words the one that most studies hold wins. What was found is kept until the collection
    changes.
    """
    written = word.casefold()
    if not SHORTEST <= len(written) <= LONGEST or not re.fullmatch(r"[^\W\d_]+", written):
        return None
    key = f"spelling:{revision.current().collection}:{written}"
    found = caches["memory"].get(key)
    if found is None:
        found = _nearest(written, lexicon) or _apart(written, lexicon) or ""
        caches["memory"].set(key, found, SECONDS_KEPT)
    return found or None


def similar(word: str, number: int) -> list[str]:
    """Return words of titles and summaries that share most with one, of one stem the first; none may be meant."""
    candidates = _candidates(word.casefold())
    queries = stemming.tsqueries(candidates)
    return list({queries[candidate]: candidate for candidate in reversed(candidates)}.values())[: -number - 1 : -1]


def _candidates(written: str) -> dict[str, int]:
    """Return the words that share most with one, with the number of studies that hold each."""
    return dict(
        SearchWord.objects.filter(word__trigram_similar=written)
        .annotate(similarity=TrigramSimilarity("word", written))
        .order_by("-similarity", "-studies", "word")
        .values_list("word", "studies")[:CANDIDATES]
    )


def _nearest(written: str, lexicon: Lexicon) -> str | None:
    allowed = 1 + (len(written) >= TWO_MISTAKES) + (len(written) >= THREE_MISTAKES)
    studies = _candidates(written)
    near = process.extract(written, {*lexicon.words, *studies}, scorer=OSA.distance, score_cutoff=allowed, limit=None)
    same = {written, *stemming.spellings(written)}
    near = [
        (distance, candidate)
        for candidate, distance, _index in near
        if candidate not in same
        and (_begins_alike(written, candidate) or (distance == 1 and len(written) >= SURE_BEGINNING))
    ]
    if not near:
        return None
    _distance, best = min(
        near, key=lambda found: (found[0], found[1][0] != written[0], -studies.get(found[1], 0), found[1])
    )
    return best


def _begins_alike(written: str, candidate: str) -> bool:
    return candidate[0] == written[0] or candidate[:2] == written[1::-1]


def _apart(written: str, lexicon: Lexicon) -> str | None:
    """Return the two known words that a word is made of: "singlewindow"; the pair of which both are most frequent."""
    pairs = [(written[:at], written[at:]) for at in range(SHORTEST_PART, len(written) - SHORTEST_PART + 1)]
    parts = {part for pair in pairs for part in pair}
    studies = dict.fromkeys(parts & lexicon.words, 0)
    studies |= dict(SearchWord.objects.filter(word__in=parts).values_list("word", "studies"))
    known = [pair for pair in pairs if pair[0] in studies and pair[1] in studies]
    return " ".join(max(known, key=lambda pair: min(studies[part] for part in pair))) if known else None
