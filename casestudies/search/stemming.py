"""Words reduced to what the index holds: asked of PostgreSQL, so that questions and texts are stemmed alike."""

import re
from collections.abc import Iterable, Iterator

from django.db import connection

from .question import composed, language_of, only_words

# What is remembered at most: words do not change their stem while the process runs.
MAXIMUM_REMEMBERED = 50_000
_remembered: dict[str, str] = {}
_LEXEME = re.compile(r"'((?:[^'\\]|''|\\.)*)'")
_FOLLOWED_BY = re.compile(r"<(-|\d+)>")
# Regular differences between British and American spelling, each read both ways.
_SPELLINGS = [
    (re.compile(rf"({before}){ours}({endings})$"), rf"\1{theirs}\2")
    for before, one, other, endings in (
        ("", "is", "iz", "e|es|ed|er|ers|ing|able|ation|ations|ational"),
        ("", "ys", "yz", "e|es|ed|er|ers|ing"),
        ("", "our", "or", "|s|ed|ing|able|ite|ites|al"),
        # "centre", but not "tire" and "tier".
        ("[bcdgtv]", "re", "er", "|s"),
        ("", "ogue", "og", "|s"),
        ("", "ence", "ense", "|s"),
        # "travelled", but not "filled".
        ("[aeiouy][^aeiouy]+[aeiou]", "ll", "l", "ed|ing|er|ers"),
    )
    for ours, theirs in ((one, other), (other, one))
]

# What most words have none of: looked for first.
_SPELLED = re.compile(
    r"(?:(?:[iy][sz]|our|or|ll?)(?:e|s|es|ed|er|ers|al|ing|able|ite|ites|ation|ations|ational)?|res?|ers?|ogu?e?s?|en[cs]es?)$"
)


def tsqueries(texts: Iterable[str]) -> dict[str, str]:
    """Return for each text the tsquery, as PostgreSQL writes it, that finds its words following one another.

    Stop words leave a distance; a text of nothing else gives "".
    """
    texts = list(texts)
    unknown = {text: only_words(composed(text)) for text in texts if text not in _remembered}
    if unknown:
        if len(_remembered) > MAXIMUM_REMEMBERED:
            _remembered.clear()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT phraseto_tsquery(configuration::regconfig, words)::text"
                " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS asked (configuration, words, place)"
                " ORDER BY place",
                [[f"handbook_{language_of(text)}" for text in unknown], list(unknown.values())],
            )
            found = {text: query for text, (query,) in zip(unknown, cursor.fetchall(), strict=True)}
        _remembered.update(found)
        return {text: found[text] if text in found else _remembered[text] for text in texts}
    return {text: _remembered[text] for text in texts}


def lexemes(query: str) -> tuple[str, ...]:
    """Return the lexemes of a tsquery as PostgreSQL writes it, in order."""
    return tuple(lexeme.replace("''", "'") for lexeme in _LEXEME.findall(query))


def spellings(word: str) -> list[str]:
    """Return the word as the other side of the Atlantic spells it, in all regular ways; often none is a word."""
    lower = word.lower()
    if not _SPELLED.search(lower):
        return []
    return [rule.sub(replacement, lower) for rule, replacement in _SPELLINGS if rule.search(lower)]


def either(queries: Iterable[str]) -> str:
    """Return the tsquery that any of these satisfies, "" without any."""
    return " | ".join(dict.fromkeys(f"({query})" if " " in query else query for query in queries if query))


def without_needless(queries: Iterable[str]) -> list[str]:
    """Return the tsqueries without phrases that find nothing more, since they hold another of the tsqueries whole."""
    queries = list(dict.fromkeys(query for query in queries if query))
    whole = {query for query in queries if "|" not in query and "&" not in query}
    return [query for query in queries if query not in whole or whole.isdisjoint(_parts_of_phrase(query))]


def _parts_of_phrase(query: str) -> Iterator[str]:
    """Yield the tsqueries for what follows one another within a phrase, but not the phrase itself."""
    tokens = query.split(" ")  # lexemes, and between them their distances
    for first in range(0, len(tokens), 2):
        for last in range(first, len(tokens), 2):
            if last - first < len(tokens) - 1:
                yield " ".join(tokens[first : last + 1])


def all_of(queries: Iterable[str]) -> str:
    """Return the tsquery that all of these satisfy together, "" without any."""
    return " & ".join(dict.fromkeys(f"({query})" if " " in query else query for query in queries if query))


def in_any_order(query: str) -> str:
    """Return the tsquery without the order of words: what it finds holds everything that `query` finds."""
    return _FOLLOWED_BY.sub("&", query)


def beginning_with(words: str) -> str:
    """Return the tsquery for words of which the last may not be typed to its end, "" for nothing to look for."""
    *whole, last = words.split() or [""]
    found = tsqueries([*whole, last])
    # The stem too: "harmonizati" is no beginning of "harmon".
    unfinished = either([f"'{last}':*" if last.isalnum() else "", found.pop(last)])
    return all_of([*found.values(), unfinished]) if unfinished else ""
