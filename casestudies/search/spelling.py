"""Words that nobody knows, and what they may have meant: spelling mistakes, and the wrong keyboard."""

import re
from collections.abc import Iterable
from functools import partial
from string import ascii_lowercase

from django.contrib.postgres.search import TrigramSimilarity
from django.core.cache import caches
from rapidfuzz import process
from rapidfuzz.distance import OSA, Editop, Levenshtein

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
# In a shorter one, and beside another mistake, all are likely ones; its last letter is right: words end in many ways.
SURE_WORD = 7
# The parts of a word without its blank are no shorter; of three letters they are words that as many titles and
# summaries have.
SHORTEST_PART = 3
SURE_PART, STUDIES_OF_A_SHORT_PART = 4, 5
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
# Where each letter's key is: the rows are shifted by half a key.
_PLACES = {
    key: (start + at, row)
    for keys in (_LATIN, _CYRILLIC)
    for row, (start, letters) in enumerate([(-1, keys[:13]), (0.5, keys[13:24]), (1, keys[24:])])
    for at, key in enumerate(letters)
}
_LETTERS = {"en": ascii_lowercase, "ru": "".join(filter(str.isalpha, _CYRILLIC))}
_VOWELS = frozenset("aeiouyаеёиоуыэюя")
_SOUND_ALIKE = frozenset(
    ("ck", "cs", "sz", "gj", "fv", "mn", "бп", "вф", "гк", "дт", "жш", "зс", "ий", "шщ", "цс", "ьъ")
)
# After the only vowel a consonant is doubled before these endings: "filled" is no slip for "filed", "openning" is one.
_DOUBLED = re.compile(r"[^aeiouy]*[aeiou]+([^aeiouwxy])\1(ed|er|ers|ing|y)")


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


def with_hyphens(words: Iterable[str], lexicon: Lexicon) -> dict[str, str]:
    """Return those of the words that vocabularies or texts write with a hyphen, as they do; kept as `corrected` is."""
    solid = {word: word.casefold() for word in words if word.isalpha() and SHORTEST <= len(word) <= LONGEST}
    found = {form: lexicon.hyphenated[form] for form in solid.values() if form in lexicon.hyphenated}
    keys = {form: f"hyphen:{revision.current().collection}:{form}" for form in solid.values() if form not in found}
    kept = caches["memory"].get_many(keys.values())
    if asked := [form for form, key in keys.items() if key not in kept]:
        parted = {f"{form[:at]}-{form[at:]}": form for form in asked for at in range(1, len(form))}
        # A part that is left out of texts would make of the rest a word that many hold.
        telling = [one for one, query in stemming.tsqueries(parted).items() if len(stemming.lexemes(query)) > 1]
        written = {parted[one]: one for one in sorted(standing(telling))}
        kept |= {keys[form]: written.get(form, "") for form in asked}
        caches["memory"].set_many({keys[form]: kept[keys[form]] for form in asked}, SECONDS_KEPT)
    found |= {form: kept[key] for form, key in keys.items() if kept[key]}
    return {word: found[form] for word, form in solid.items() if form in found}


def slipped(words: Iterable[str], lexicon: Lexicon) -> dict[str, str]:
    """Return those of the words, which are found through their stems, that are a known word misspelt, each with that.

    Inflection changes the end of a word, a slip of the fingers mostly its middle: "таможеный", not "таможенного".
    """
    near = {word: _one_letter_away(word.casefold()) for word in words if SHORTEST <= len(word) <= LONGEST}
    if not near:
        return {}
    every = set().union(*near.values())
    # One array, not hundreds of parameters: to put these into a query takes longer than to look them up.
    held, numbers = by_index.row(
        "SELECT array_agg(word), array_agg(studies) FROM casestudies_searchword WHERE word = ANY(%s)", [list(every)]
    )
    studies = dict.fromkeys(every & lexicon.words, 0) | dict(zip(held or (), numbers or (), strict=True))
    found = {}
    for word, others in near.items():
        likely = [other for other in others & studies.keys() if _is_slip(word.casefold(), other)]
        if likely:
            found[word] = min(likely, key=lambda other: (-studies[other], other))
    return found


def _one_letter_away(written: str) -> set[str]:
    """Return all that has one letter more, fewer or other in its middle, or two exchanged, but for other spellings."""
    first, middle, end = written[0], written[1:-2], written[-2:]
    parted = [(middle[:at], middle[at:]) for at in range(len(middle) + 1)]
    middles = {before + after[1:] for before, after in parted}
    middles |= {before + after[1::-1] + after[2:] for before, after in parted}
    for letter in _LETTERS[language_of(written)]:
        middles |= {before + letter + after[skipped:] for before, after in parted for skipped in (0, 1)}
    return {f"{first}{other}{end}" for other in middles} - {written, *stemming.spellings(written)}


def corrected(word: str, lexicon: Lexicon) -> str | None:
    """Return the known word that is nearest to an unknown one, or the two it is made of; None where there are none.

    Near is one mistake in a short word, two from nine letters, three from fourteen; two letters exchanged are one
    mistake, and mistakes are such as people make. Among equally near words the one that most studies hold wins. What
    was found is kept until the collection changes.
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
    # People double letters, and leave doubled ones out, twice in a short word too: "comitee".
    cutoff = max(allowed, 2)
    near = process.extract(written, {*lexicon.words, *studies}, scorer=OSA.distance, score_cutoff=cutoff, limit=None)
    same = {written, *stemming.spellings(written)}
    near = [
        (distance, candidate)
        for candidate, distance, _index in near
        if candidate not in same
        and (distance <= allowed or _without_doubles(candidate) == _without_doubles(written))
        and (_begins_alike(written, candidate) or (distance == 1 and len(written) >= SURE_BEGINNING))
        and _is_slip(written, candidate)
    ]
    if not near:
        return None
    _distance, best = min(
        near, key=lambda found: (found[0], found[1][0] != written[0], -studies.get(found[1], 0), found[1])
    )
    return best


def _begins_alike(written: str, candidate: str) -> bool:
    return candidate[0] == written[0] or candidate[:2] == written[1::-1]


def _without_doubles(word: str) -> str:
    return re.sub(r"(.)\1", r"\1", word)


def _is_slip(written: str, candidate: str) -> bool:
    """Say whether the mistakes of a word are such as people make, or the word is long and has one only."""
    if OSA.distance(written, candidate) == 1 < Levenshtein.distance(written, candidate):
        return True  # two letters exchanged
    if min(len(written), len(candidate)) >= SURE_WORD and (
        written.startswith(candidate) or candidate.startswith(written)
    ):
        return True  # another form of the word, for which the stemmer has another stem
    mistakes = [_letters(written, candidate, mistake) for mistake in Levenshtein.editops(written, candidate)]
    likely = all(not typed or any(map(partial(_are_near, typed), meant)) for typed, meant, _at in mistakes)
    if len(mistakes) > 1:
        return likely
    ((typed, meant, at),) = mistakes
    if typed and at == len(written) - 1:
        return (likely and len(written) >= SURE_WORD) or any(map(partial(_sound_alike, typed), meant))
    if len(written) > len(candidate) and _DOUBLED.fullmatch(written):
        return False
    return likely or len(written) >= SURE_WORD


def _letters(written: str, candidate: str, mistake: Editop) -> tuple[str, str, int]:
    """Return the letter that is wrong, "" where one was left out, those that may have been meant, and where it stands.

    Of a letter too much, its neighbours were meant: it was typed twice, or two keys were touched at once.
    """
    at = mistake.src_pos
    if mistake.tag == "insert":
        return "", "", at
    if mistake.tag == "delete":
        return written[at], written[max(at - 1, 0) : at] + written[at + 1 : at + 2], at
    return written[at], candidate[mistake.dest_pos], at


def _sound_alike(one: str, other: str) -> bool:
    return one == other or not _SOUND_ALIKE.isdisjoint([one + other, other + one])


def _are_near(one: str, other: str) -> bool:
    """Say whether two letters sound alike, or their keys are side by side."""
    if _sound_alike(one, other) or {one, other} <= _VOWELS:
        return True
    if one not in _PLACES or other not in _PLACES:
        return False
    return all(abs(mine - its) <= 1 for mine, its in zip(_PLACES[one], _PLACES[other], strict=True))


def _apart(written: str, lexicon: Lexicon) -> str | None:
    """Return the two known words that a word is made of: "singlewindow"; the pair of which both are most frequent."""
    pairs = [(written[:at], written[at:]) for at in range(SHORTEST_PART, len(written) - SHORTEST_PART + 1)]
    parts = {part for pair in pairs for part in pair}
    studies = dict.fromkeys(parts & lexicon.words, 0)
    studies |= dict(SearchWord.objects.filter(word__in=parts).values_list("word", "studies"))
    # Of few letters, much looks like a word; a word that says nothing is mostly an ending: "раз", "over".
    words = {part for part in studies if len(part) >= SURE_PART or studies[part] >= STUDIES_OF_A_SHORT_PART}
    telling = {part for part, query in stemming.tsqueries(words).items() if query}
    known = [pair for pair in pairs if telling.issuperset(pair)]
    return " ".join(max(known, key=lambda pair: min(studies[part] for part in pair))) if known else None
