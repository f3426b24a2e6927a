"""What the scripts of an offline edition work with: each study's facets and places in every order, names, synonyms."""

from itertools import chain

from django.conf import settings
from django.db import connection
from django.http import QueryDict
from django.utils import timezone, translation

from casestudies import facets, panels
from casestudies.filters import SORT_ORDERS, VALUE_FILTERS
from casestudies.models import CaseStudy, Chapter, SearchEntry
from casestudies.search import lexicon, stemming
from casestudies.selection import Selection

from .words import interface_words

LANGUAGES = [code for code, _name in settings.LANGUAGES]


def edition_data(selection: Selection, address: str, day: str) -> dict:
    """Return everything for the scripts, in the active language.

    `address` is the permanent address of the selection, `day` the day on which the edition is made, as YYYY-MM-DD.
    """
    studies = _studies(selection)
    held = {key: set(chain.from_iterable(study["values"].get(key, ()) for study in studies)) for key in VALUE_FILTERS}
    identifiers = list(selection.counts.identifiers())
    return {
        "language": selection.language,
        "languages": LANGUAGES,
        "address": address,
        "day": day,
        "studies": studies,
        "filters": [_filter(selection, key, held[key]) for key in VALUE_FILTERS],
        "valuesShown": panels.VALUES_SHOWN,
        "orders": {code: str(label) for code, label in SORT_ORDERS.items()},
        "chapters": {slug: str(number) for slug, number in Chapter.objects.values_list("slug", "number")},
        "thesaurus": _thesaurus(identifiers, held),
        "stopWords": _stop_words(identifiers),
        "words": interface_words(),
    }


def _studies(selection: Selection) -> list[dict]:
    """Return the facets of every study, as its search entry holds them, and its place in every order."""
    codes = {key: {entry.value: code for code, entry in selection.vocabulary[key].items()} for key in VALUE_FILTERS}
    columns = [*facets.COLUMNS.values(), "period_start", "period_end", "case_study__slug", "case_study__updated_at"]
    places = _places(selection)
    studies = []
    for entry in SearchEntry.objects.filter(pk__in=list(selection.counts.identifiers())).values("pk", *columns):
        held = {key: facets.values(key, entry[column]) for key, column in facets.COLUMNS.items()}
        studies.append(
            {
                "slug": entry["case_study__slug"],
                "updated": f"{timezone.localdate(entry['case_study__updated_at']):%Y-%m-%d}",
                "values": {key: [codes[key][value] for value in values] for key, values in held.items() if values},
                "years": [entry["period_start"], entry["period_end"]],
                "places": {
                    order: {code: places[order, code].get(entry["pk"], len(studies)) for code in LANGUAGES}
                    for order in _orders()
                },
            }
        )
    return studies


def _orders() -> list[str]:
    """Return the orders that do not depend on a question."""
    return [code for code in SORT_ORDERS if code != "relevance"]


def _places(selection: Selection) -> dict[tuple[str, str], dict[int, int]]:
    """Return the place of each study by primary key, for each order and language, as the site orders them."""
    places = {}
    for language in LANGUAGES:
        with translation.override(language):
            for order in _orders():
                ordered = Selection(QueryDict(selection.query_string_with("sort", order, replace=True)))
                places[order, language] = {pk: place for place, pk in enumerate(ordered.identifiers())}
    return places


def _filter(selection: Selection, key: str, held: set[str]) -> dict:
    """Return a filter with the values that the studies have, in the vocabulary's order."""
    return {
        "key": key,
        "label": str(selection.filterset.filters[key].label),
        "folded": key in panels.FOLDED,
        "flag": key in panels.FLAGS,
        "values": [[code, str(entry.label)] for code, entry in selection.vocabulary[key].items() if code in held],
    }


# Search ------------------------------------------------------------------------------------------------------------


def _thesaurus(identifiers: list[int], held: dict[str, set[str]]) -> dict:
    """Return the curated expressions that lead to something in these studies.

    `same` are rows of expressions that mean the same and stand in the studies, of those that do not, and of narrower
    ones that do; `records` are rows of a filter's key, a code, and the record's names.
    """
    lexemes = _lexemes(identifiers)

    def found(expressions: tuple[lexicon.Expression, ...]) -> list[str]:
        return [e.text for e in expressions if lexemes.issuperset(stemming.lexemes(e.query))]

    current = lexicon.current()
    rows = []
    for meaning in {id(meaning): meaning for _name, meaning in current.said}.values():
        same, narrower = found(meaning.equivalents), found(meaning.narrower)
        if same or narrower:
            rows.append([same, [e.text for e in meaning.equivalents if e.text not in same], narrower])
    names: dict[tuple[str, str], list[str]] = {}
    for _folded, name, link in current.named:
        if link.code in held[link.key]:
            names.setdefault((link.key, link.code), []).append(name)
    return {
        "same": rows,
        "records": [[key, code, list(dict.fromkeys(written))] for (key, code), written in names.items()],
    }


def _lexemes(identifiers: list[int]) -> set[str]:
    """Return every lexeme of the studies' search entries."""
    return set(_statistics("SELECT document FROM casestudies_searchentry WHERE case_study_id = ANY(%L)", identifiers))


def _stop_words(identifiers: list[int]) -> list[str]:
    """Return the words of the studies' texts that PostgreSQL does not look for."""
    texts = [f"{field}_{code}" for field in ("title", "summary", "practice", "results") for code in LANGUAGES]
    words = _statistics(
        f"SELECT to_tsvector('handbook_words', concat_ws(' ', {', '.join(texts)}))"
        f" FROM {CaseStudy._meta.db_table} WHERE id = ANY(%L)",
        identifiers,
    )
    return sorted(word for word, query in stemming.tsqueries(words).items() if not query)


def _statistics(statement: str, identifiers: list[int]) -> list[str]:
    """Return the words of the documents that the statement selects.

    ts_stat takes the text of a statement, so its parameter becomes a literal.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM ts_stat(format(%s, %s::bigint[]))", [statement, identifiers])
        return [word for (word,) in cursor.fetchall()]
