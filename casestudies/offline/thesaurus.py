"""What the words of a question mean, for the scripts: the site's own lexicon, as far as it concerns some studies."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product

from django.conf import settings
from django.db import connection

from casestudies.models import CaseStudy
from casestudies.search import lexicon, stemming, understanding
from casestudies.search.lexicon import Expression, Lexicon, Link, Meaning

Stems = tuple[str, ...]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
_STEP = re.compile(r"<(-|\d+)>")
# A word of a phrase that is not looked for, but keeps its place.
ANY_WORD = "_"


def thesaurus(identifiers: list[int], held: dict[str, set[str]]) -> dict:
    """Return what names and words mean in these studies, whose facets hold the codes `held` by filter.

    `rows` are meanings: their further `names` as stems, places in `expressions` of what means the `same` and of what is
    `narrower`, and places in `links` of the records that have the name (`links`), are near it (`themes`), or belong to
    it (`related`). Of what leads to no study only names of several words are there, for they are read as one.
    `expressions` are lists of a text, its stems, and the stems it is looked up by where these are others.
    `acronyms` lead from the stems of acronyms that are words too to places in `rows`; `forms` and `spelled` tell what
    words are one: the cases of nouns by their stems, and the stems of words with two spellings. `saidOfAll` are the
    stems of what is true of every study.
    `cases` lead from the cases of Russian names whose stems other words have too («Грузия») to places in `rows`.
    `numbers` and `themes` lead from stems to places in `links`; `abbreviations` says which stems of a provision's
    name stand for which others; `conventions` are those of provisions, `concerned` the themes these concern first.
    """
    current = lexicon.current()
    lexemes = _lexemes(identifiers)
    short = lexicon.abbreviations(current)
    links: dict[Link, int] = {}
    # Of expressions that find the same, the first.
    texts: dict[str, tuple[int, Expression]] = {}

    def places(some: Iterable[Link], *, all_of_them: bool = False) -> list[int]:
        return [links.setdefault(one, len(links)) for one in some if all_of_them or one.code in held[one.key]]

    def found(some: Iterable[Expression]) -> list[int]:
        stand = [e for e in some if lexemes.issuperset(stemming.lexemes(e.query))]
        return list(dict.fromkeys(texts.setdefault(e.query, (len(texts), e))[0] for e in stand))

    rows, abbreviated = [], set()
    cases = _cases_of_meanings(current)
    places_of_cases: dict[str, list[int]] = defaultdict(list)
    acronyms = _names_of_meanings(current.in_capitals)
    places_of_acronyms: dict[str, list[int]] = defaultdict(list)
    names_of_meanings = _names_of_meanings(current.meanings)
    for meaning in dict.fromkeys([*names_of_meanings, *acronyms]):
        names = names_of_meanings.get(meaning, [])
        expressions, related = understanding.narrower([meaning], current)
        row = {
            "same": found(meaning.equivalents),
            "narrower": found(expressions),
            "themes": places(meaning.themes),
            "near": places(meaning.near),
            "related": places(related),
        }
        leads_somewhere = any(row.values()) or any(link.code in held[link.key] for link in meaning.links)
        row["links"] = places(meaning.links, all_of_them=True)
        if any(link.key == "provision" for link in meaning.links):
            names = _without_abbreviated(names, short)
            abbreviated.update(stem for stems in names for stem in stems)
            row["abbreviated"] = True
        # What means the same and stands in the studies is a name too.
        said = {texts[e.query][1].stems for e in meaning.equivalents if e.query in texts}
        row["names"] = [" ".join(stems) for stems in names if stems not in said and (leads_somewhere or len(stems) > 1)]
        if row["names"] or row["same"] or meaning in acronyms:
            for stems in acronyms.get(meaning, ()):
                places_of_acronyms[" ".join(stems)].append(len(rows))
            for case in cases.get(meaning, ()):
                places_of_cases[case].append(len(rows))
            rows.append({key: value for key, value in row.items() if value})
    concerned = {one.code: place for one in list(links) if one.theme for place in places([one.theme])}
    return {
        "rows": rows,
        "cases": dict(sorted(places_of_cases.items())),
        "expressions": [_expression(query, of) for query, (_place, of) in texts.items()],
        "acronyms": dict(places_of_acronyms),
        "forms": _forms(current, lexemes),
        "spelled": sorted(current.forms.spelled),
        "saidOfAll": sorted(" ".join(stems) for stems in current.said_of_all),
        "numbers": {" ".join(stems): places(found) for stems, found in current.numbers.items() if places(found)},
        "themes": {stem: places(found) for stem, found in current.themes_naming.items() if places(found)},
        "abbreviations": {stem: short[stem] for stem in sorted(abbreviated) if len(short.get(stem, ())) > 1},
        "conventions": _conventions(links),
        "concerned": concerned,
        "links": [[link.key, link.code] for link in links],
    }


def stop_words(identifiers: list[int]) -> list[str]:
    """Return the words of the studies' texts that PostgreSQL does not look for."""
    fields = ("title", "summary", "challenge", "practice", "results", "lessons")
    texts = [f"{field}_{code}" for field in fields for code in LANGUAGES]
    words = _statistics(
        f"SELECT to_tsvector('handbook_words', concat_ws(' ', {', '.join(texts)}))"
        f" FROM {CaseStudy._meta.db_table} WHERE id = ANY(%L)",
        identifiers,
    )
    return sorted(word for word, query in stemming.tsqueries(words).items() if not query)


def _names_of_meanings(of: Mapping[Stems, list[Meaning]]) -> dict[Meaning, list[Stems]]:
    """Return all names of each meaning, as stems."""
    names: dict[Meaning, list[Stems]] = defaultdict(list)
    for stems, meanings in of.items():
        for meaning in meanings:
            names[meaning].append(stems)
    return names


def _cases_of_meanings(current: Lexicon) -> dict[Meaning, list[str]]:
    """Return, by meaning, the cases of the names that only their cases tell from other words."""
    cases: dict[Meaning, list[str]] = defaultdict(list)
    for case, meanings in current.declined.items():
        if current.is_ambiguous_name(case):
            for meaning in meanings:
                cases[meaning].append(case)
    return cases


def _without_abbreviated(names: list[Stems], short: dict[str, Stems]) -> list[Stems]:
    """Return the names from which abbreviating words makes all of them."""
    kept: list[Stems] = []
    made: set[Stems] = set()
    for stems in names:
        if stems not in made:
            kept.append(stems)
            made.update(product(*(short.get(stem, (stem,)) for stem in stems)))
    return kept


def _conventions(links: Iterable[Link]) -> dict[str, int]:
    """Return the convention of each provision, as its place among the links."""
    places = {link.value: place for place, link in enumerate(links) if link.key == "convention"}
    return {
        link.code: places[link.convention] for link in links if link.key == "provision" and link.convention in places
    }


def _expression(query: str, expression: Expression) -> list[str]:
    is_looked_up_otherwise = stemming.lexemes(query) != expression.stems
    return [expression.text, _spaced(query), *([" ".join(expression.stems)] if is_looked_up_otherwise else [])]


def _forms(current: Lexicon, lexemes: set[str]) -> dict[str, str]:
    """Return the cases of each noun that stands in the studies by its stems."""
    forms: dict[str, list[str]] = defaultdict(list)
    for case, stems in current.forms.cases.items():
        if not lexemes.isdisjoint(stems):
            forms[" ".join(stems)].append(case)
    return {stems: " ".join(sorted(cases)) for stems, cases in sorted(forms.items())}


def _spaced(query: str) -> str:
    """Return the stems of a tsquery for words that follow one another, blanks between them."""
    steps = [1 if step == "-" else int(step) for step in _STEP.findall(query)]
    first, *rest = stemming.lexemes(query)
    return " ".join([first, *(f"{f'{ANY_WORD} ' * (step - 1)}{stem}" for step, stem in zip(steps, rest, strict=True))])


def _lexemes(identifiers: list[int]) -> set[str]:
    """Return every lexeme of the studies' search entries."""
    return set(_statistics("SELECT document FROM casestudies_searchentry WHERE case_study_id = ANY(%L)", identifiers))


def _statistics(statement: str, identifiers: list[int]) -> list[str]:
    """Return the words of the documents that the statement selects.

    ts_stat takes the text of a statement, so its parameter becomes a literal.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM ts_stat(format(%s, %s::bigint[]))", [statement, identifiers])
        return [word for (word,) in cursor.fetchall()]
