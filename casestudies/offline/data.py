"""What the scripts of an offline edition work with: each study's facets and places in every order, names, synonyms."""

from datetime import date
from itertools import chain

from django.conf import settings
from django.db.models.fields.json import KT
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext

from casestudies import facets, panels, search_index, versions
from casestudies.filters import SORT_ORDERS, VALUE_FILTERS
from casestudies.models import Chapter, SearchEntry
from casestudies.selection import Selection

from .thesaurus import stop_words, thesaurus
from .words import interface_words

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Withdrawals before these are no news to anybody who opens the file.
WITHDRAWN_NAMED = 200


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
        "orders": {
            "relevance": str(SORT_ORDERS["relevance"]),
            # The order in which the studies stand in the file: nothing that its scripts have to be told.
            "downloaded": gettext("As downloaded"),
            **{code: str(SORT_ORDERS[code]) for code in _orders(selection)},
        },
        "chapters": {slug: str(number) for slug, number in Chapter.objects.values_list("slug", "number")},
        "thesaurus": thesaurus(identifiers, held),
        "stopWords": stop_words(identifiers),
        "withdrawn": _withdrawn(),
        "words": interface_words(),
    }


def _studies(selection: Selection) -> list[dict]:
    """Return the facets of every study, as its search entry holds them, and its place in every order."""
    codes = {key: {entry.value: code for code, entry in selection.vocabulary[key].items()} for key in VALUE_FILTERS}
    columns = [*facets.COLUMNS.values(), "period_start", "period_end", "case_study__slug", "changed_at"]
    places = _places(selection)
    outcomes = search_index.outcomes_in_words(list(selection.counts.identifiers()))
    studies = []
    for entry in SearchEntry.objects.filter(pk__in=list(selection.counts.identifiers())).values("pk", *columns):
        held = {key: facets.values(key, entry[column]) for key, column in facets.COLUMNS.items()}
        studies.append(
            {
                "slug": entry["case_study__slug"],
                "updated": f"{timezone.localdate(entry['changed_at']):%Y-%m-%d}",
                "values": {key: [codes[key][value] for value in values] for key, values in held.items() if values},
                "outcomes": outcomes.get(entry["pk"], {}),
                "years": [entry["period_start"], entry["period_end"]],
                "places": {
                    order: {code: places[order, code].get(entry["pk"], len(studies)) for code in LANGUAGES}
                    for order in _orders(selection)
                },
            }
        )
    return studies


def _orders(selection: Selection) -> list[str]:
    """Return the orders that do not depend on a question and have a meaning here."""
    return [code for code in SORT_ORDERS if code != "relevance" and code in selection.orders]


def _places(selection: Selection) -> dict[tuple[str, str], dict[int, int]]:
    """Return the place of each study by primary key, for each order and language, as the site orders them."""
    places = {}
    for language in LANGUAGES:
        with translation.override(language):
            for order in _orders(selection):
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


def _withdrawn() -> list[dict]:
    """Return the studies that ceased to be public, the latest first, each with the day and its titles."""
    titles = {f"title_{code}": KT(f"record__{code}__title") for code in LANGUAGES}
    rows = versions.withdrawn_since(date(1970, 1, 1)).annotate(**titles).values("slug", "withdrawn_at", *titles)
    return [
        {
            "slug": row["slug"],
            "day": f"{timezone.localdate(row['withdrawn_at']):%Y-%m-%d}",
            "titles": {code: row[f"title_{code}"] or row["title_en"] for code in LANGUAGES},
        }
        for row in rows[:WITHDRAWN_NAMED]
    ]
