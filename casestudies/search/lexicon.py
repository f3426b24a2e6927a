"""What names and words mean: the vocabularies and the thesaurus, looked up by the stems of a question.

The lexicon of a process is made anew when the vocabulary's revision changes, so an edit works at once.
"""

import gc
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, islice, product
from threading import Lock
from types import MappingProxyType

from django.conf import settings
from django.utils import translation

from casestudies import revision
from casestudies.models import (
    Chapter,
    Concept,
    Convention,
    Country,
    GlossaryTerm,
    Organization,
    Provision,
    ProvisionTheme,
    Region,
    SearchWord,
    Theme,
)
from casestudies.models.case import TransportMode
from casestudies.vocabulary import Vocabulary

from . import declension, stemming
from .forms import Forms
from .question import language_of

# A name's part in brackets is often left out when people type it, and often an acronym.
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_ACRONYM = re.compile(r"[^\W\d_a-zа-яё][^\s]*[A-ZА-ЯЁ]\S*")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_NUMBER_RANGE = re.compile(r"(?P<stem>(?:\d+\.)?)(?P<first>\d+)[–-](?:\d+\.)?(?P<last>\d+)$")
_BESIDE_NUMBERS = re.compile(r"[^\d.\s–-]")
# While somebody types, the first expressions that begin like it stand for all.
MEANINGS_WHILE_TYPING = 3
# Acronyms in whose place people mostly write a word: these are read as acronyms only in capitals, and no text, whose
# words are indexed without them, is searched for them.
ORDINARY_WORDS = frozenset(
    [
        "am",
        "are",
        "arise",
        "as",
        "at",
        "boot",
        "can",
        "car",
        "do",
        "eco",
        "he",
        "in",
        "is",
        "it",
        "may",
        "me",
        "no",
        "on",
        "or",
        "sad",
        "safe",
        "seed",
        "so",
        "traces",
        "us",
        "we",
        "who",
    ]
)
# The concept whose expressions are true of every study and so tell none from another.
SAID_OF_ALL = "said-of-every-study"
# A longer code of a convention is a word, mostly the name of a place: "Nairobi".
LONGEST_ACRONYM = 5
# The words of the texts by which spellings and cases are known: those of most studies.
WORDS_OF_TEXTS = 20_000
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True)
class Expression:
    """Words as people write them, and the tsquery that finds them."""

    text: str
    query: str
    stems: tuple[str, ...]
    """One for each word, the same in every spelling and case: what it is looked up by."""

    @property
    def language(self) -> str:
        """The language whose texts it is found in."""
        return language_of(self.text)


@dataclass(frozen=True)
class Link:
    """A value of a filter that a name stands for, and the lexeme that search entries hold for it."""

    key: str
    code: str
    value: int | str
    convention: int | None = None
    """For a provision, the primary key of its convention."""
    theme: "Link | None" = None
    """For a provision, the theme that it concerns first of all."""

    @property
    def is_place(self) -> bool:
        """Whether it is a country or a region."""
        return self.key in ("country", "region")

    @property
    def query(self) -> str:
        """The tsquery that finds the studies with this link."""
        return f"'{self.key}={self.value}'"


@dataclass(frozen=True)
class Meaning:
    """What an expression means: other expressions for the same, narrower ones, and the record of that name."""

    equivalents: tuple[Expression, ...] = ()
    narrower: tuple[Expression, ...] = ()
    links: tuple[Link, ...] = ()
    themes: tuple[Link, ...] = ()
    """The themes that have the expression among their synonyms, which are near their name, not the same."""
    near: tuple[Link, ...] = ()
    """The themes that have what means the same among their names and synonyms."""
    offered: tuple[Link, ...] = ()
    """The values of filters that it names and that studies are not found through."""


class Beginnings:
    """Finds texts of one line by how they, or one of their words, begin: thousands at once, in one long text."""

    def __init__(self, texts: list[str]):
        self._joined = "".join(f"\n{text}" for text in texts)
        self._starts = list(accumulate((len(text) + 1 for text in texts), initial=0))[:-1]

    def found(self, beginning: str) -> list[tuple[int, bool]]:
        """Return the places of the texts in order, and of each whether only a word inside it begins so."""
        found: dict[int, bool] = {}
        for before, inside in (("\n", False), (" ", True)):
            at = self._joined.find(before + beginning)
            while at >= 0:
                found.setdefault(bisect_right(self._starts, at) - 1, inside)
                at = self._joined.find(before + beginning, at + 1)
        return sorted(found.items())


@dataclass
class Lexicon:
    """Meanings by the stems of the expressions that have them."""

    forms: Forms
    meanings: dict[tuple[str, ...], list[Meaning]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[tuple[str, ...], list[Link]] = field(default_factory=lambda: defaultdict(list))
    """Provisions by their number alone, which means something beside the name of their convention."""
    named: list[tuple[str, str, Link]] = field(default_factory=list)
    """Every name of every record that filters have a value for: folded for comparing, as written, and the record."""
    said: list[tuple[str, Meaning]] = field(default_factory=list)
    """Every other expression, folded, with its meaning."""
    themes_naming: dict[str, list[Link]] = field(default_factory=lambda: defaultdict(list))
    """Themes by each stem of their names."""
    words: set[str] = field(default_factory=set)
    """All words of all expressions, as written, in lower case: what a misspelt word may have meant."""
    hyphenated: dict[str, str] = field(default_factory=dict)
    """Those that are written with a hyphen, by what they are without it: "prearrival"."""
    longest: int = 1
    """The number of stems in the longest expression."""
    declined: dict[str, list[Meaning]] = field(default_factory=lambda: defaultdict(list))
    """What the cases of Russian names of one word mean, by the case as written."""
    in_capitals: dict[tuple[str, ...], list[Meaning]] = field(default_factory=lambda: defaultdict(list))
    """What acronyms mean that are words too."""
    said_of_all: set[tuple[str, ...]] = field(default_factory=set)
    """What is true of every study: "best practice"."""
    ambiguous: set[str] = field(default_factory=set)
    """Stems of such names that other words of the collection have too: "груз" of "Грузия"."""

    def of(self, stems: tuple[str, ...], written: str) -> list[Meaning]:
        """Return what an expression with these stems, as written, means, most specific source first; often nothing."""
        acronyms = self.in_capitals.get(stems, []) if written.isupper() else []
        return [*acronyms, *self.meanings.get(stems, []), *self.declined.get(declension.folded(written), [])]

    def is_name_without_stem(self, word: str) -> bool:
        """Say whether this is a name that is left out of texts, as "Того" (Togo) is, and written as one."""
        return word[:1].isupper() and declension.folded(word) in self.declined

    def is_ambiguous_name(self, written: str) -> bool:
        """Say whether this is a name whose stem other words have too, or that texts are not searched for: "Того"."""
        if declension.folded(written) not in self.declined:
            return False
        stems = self.forms.stems(written)
        return not stems or not self.ambiguous.isdisjoint(stems)

    def same_as_beginning_with(self, beginning: str) -> list[str]:
        """Return what means the same as the first expressions that begin like this: "нарв" gives "Narva"."""
        begins = (self.said[place][1] for place, inside in self._beginnings_of_said.found(beginning) if not inside)
        first = islice(begins, MEANINGS_WHILE_TYPING)
        return [expression.text for meaning in first for expression in meaning.equivalents]

    def named_beginning_with(self, beginning: str) -> Iterator[tuple[bool, str, Link]]:
        """Yield the names that begin, or have a word that begins, like this: whether it is a word, name and record."""
        for place, inside in self._beginnings_of_named.found(beginning):
            _folded, name, link = self.named[place]
            yield inside, name, link

    @cached_property
    def _beginnings_of_said(self) -> "Beginnings":
        return Beginnings([name for name, _meaning in self.said])

    @cached_property
    def _beginnings_of_named(self) -> "Beginnings":
        return Beginnings([name for name, _written, _link in self.named])

    def enter(
        self, names: Iterable[Expression], meaning: Meaning, cases: Mapping[str, Iterable[str]] = MappingProxyType({})
    ) -> None:
        """Let each of the names have the meaning; one that has `cases`, in these alone."""
        names = list(names)
        for form in {case for name in names for case in cases.get(name.text, ())}:
            self.declined[form].append(meaning)
        for stems, is_word in {
            (name.stems, _is_ordinary_word(name.text)) for name in names if not cases.get(name.text)
        }:
            meanings = self.in_capitals if is_word else self.meanings
            if stems and meaning not in meanings[stems]:
                meanings[stems].append(meaning)
                self.longest = max(self.longest, len(stems))


def _is_ordinary_word(name: str) -> bool:
    """Say whether it is an acronym that is a word too."""
    return name.isupper() and name.casefold() in ORDINARY_WORDS


# The lexicons of the last two states: requests that began before an edit still ask for the one before.
_kept: dict[object, Lexicon] = {}
_lock = Lock()


def current() -> Lexicon:
    """Return the lexicon of the vocabulary as it is now."""
    state = revision.current().vocabulary
    with _lock:
        if state is None or state not in _kept:
            if len(_kept) > 1:
                del _kept[next(iter(_kept))]
            _kept[state] = _built()
            # A hundred thousand objects that stay: looking through them for garbage would halt a request now and then.
            gc.freeze()
        _kept[state] = _kept.pop(state)  # the last one asked for stands last
        return _kept[state]


def _built() -> Lexicon:
    """Read all vocabularies and the thesaurus."""
    said_of_all = {text for names, *_rest in _concepts(code=SAID_OF_ALL) for text in names}
    entries = [*_concepts(), *_glossary(), *_records(), *_organizations()]
    provisions, themes, offered = list(_provisions()), list(_synonyms()), list(_offered())
    texts = {text for names, *_rest in entries for text in names}
    texts |= {text for _names, equivalents, narrower, _link in entries for text in (*equivalents, *narrower)}
    texts |= {text for names, *_rest in (*provisions, *themes, *offered) for text in names}
    places = {name: link for names, *_rest, link in entries if link and link.is_place for name in names}
    cases = {name: declension.forms(name) for name in places}
    words = {word for text in texts for word in re.findall(r"[^\W\d_]{3,}", text.casefold())}
    queries = stemming.tsqueries(texts.union(*cases.values()))
    forms = Forms(words.union(SearchWord.objects.order_by("-studies").values_list("word", flat=True)[:WORDS_OF_TEXTS]))
    forms.prepare(texts | said_of_all)
    keys = {text: forms.key(text) for text in texts}
    hyphenated = {one.replace("-", ""): one for text in texts for one in _HYPHENATED.findall(text.casefold())}
    lexicon = Lexicon(forms, ambiguous=_ambiguous(cases, places, queries), words=words, hyphenated=hyphenated)
    lexicon.said_of_all = {forms.key(text) for text in said_of_all}

    def expressions(written: Iterable[str]) -> tuple[Expression, ...]:
        return tuple(
            Expression(text, queries[text], keys[text])
            for text in dict.fromkeys(written)
            if queries[text] or text in cases
        )

    def in_texts(written: Iterable[str]) -> tuple[Expression, ...]:
        """Return what texts are searched for: an expression in its spellings, a name's cases but for ambiguous ones."""
        found = []
        for expression in expressions(text for text in written if text.casefold() not in ORDINARY_WORDS):
            ways = {queries[case] for case in cases.get(expression.text, ())} or forms.queries(expression.text)
            certain = sorted(query for query in ways if query and not {*stemming.lexemes(query)} & lexicon.ambiguous)
            found += [Expression(expression.text, query, expression.stems) for query in certain]
        return tuple(found)

    def links_by_name(named: Iterable[tuple[Iterable[str], Link]]) -> dict[tuple[str, ...], list[Link]]:
        found: dict[tuple[str, ...], list[Link]] = defaultdict(list)
        for names, link in named:
            for stems in {keys[name] for name in names}:
                found[stems].append(link)
        return found

    named_by = links_by_name(
        [*themes, *((names, link) for names, *_rest, link in entries if link and link.key == "theme")]
    )
    offered_by = links_by_name(offered)
    for names, equivalents, narrower, link in entries:
        same = in_texts(equivalents)
        links = (link,) if link else ()
        near = [] if link else [theme for name in names for theme in named_by.get(keys[name], ())]
        also = [] if link else [value for name in names for value in offered_by.get(keys[name], ())]
        lexicon.named += [(folded(name), name, link) for name in names if link]
        near, also = tuple(dict.fromkeys(near)), tuple(dict.fromkeys(also))
        meaning = Meaning(same, in_texts(narrower), links, near=near, offered=also)
        lexicon.enter(expressions(names), meaning, cases if link and link.is_place else {})
        if link and link.key == "theme":
            for stem in {stem for name in same for stem in name.stems}:
                lexicon.themes_naming[stem].append(link)
        lexicon.said += [(folded(name), meaning) for name in names if not link]
    for synonyms, link in themes:
        lexicon.named += [(folded(synonym), synonym, link) for synonym in synonyms]
        lexicon.enter(expressions(synonyms), Meaning(themes=(link,)))
    for names, link in offered:
        lexicon.enter(expressions(names), Meaning(offered=(link,)))
    lexicon.named += [(folded(name), name, link) for _names, shown, link in provisions for name in shown]
    short = abbreviations(lexicon)
    for names, _shown, link in provisions:
        for stems in {forms.reference(name) for name in names}:
            # In a heading, the name of something else would stand for it.
            is_reference = any(stem.isdigit() for stem in stems)
            for variant in product(*((short.get(stem, (stem,)) if is_reference else (stem,)) for stem in stems)):
                lexicon.enter((Expression("", "", variant),), Meaning(links=(link,)))
        for stems in {tuple(stem for stem in forms.reference(name) if stem.isdigit()) for name in names}:
            if stems and link not in lexicon.numbers[stems]:
                lexicon.numbers[stems].append(link)
    return lexicon


def _ambiguous(cases: dict[str, frozenset[str]], places: dict[str, Link], queries: dict[str, str]) -> set[str]:
    """Return the stems of names that other words of the published texts, or other places' names, have too."""
    forms = set().union(*cases.values())
    named: dict[str, set[Link]] = defaultdict(set)
    for name, some in cases.items():
        for stem in {stem for form in some for stem in stemming.lexemes(queries[form])}:
            named[stem].add(places[name])
    beginning = f"^({'|'.join(map(re.escape, sorted(named)))})"
    words = SearchWord.objects.filter(word__regex=beginning) if named else SearchWord.objects.none()
    others = set(words.values_list("word", flat=True)) - forms
    shared = {stem for query in stemming.tsqueries(others).values() for stem in stemming.lexemes(query)} & named.keys()
    # "Нигер" and "Нигерия" have one stem.
    return shared | {stem for stem, links in named.items() if len(links) > 1}


def abbreviations(lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """Return for each stem that the thesaurus gives one-word equivalents of its own language, these and itself.

    "ст." stands for "статья" also inside a reference.
    """
    short = {}
    for stems, meanings in lexicon.meanings.items():
        if len(stems) == 1:
            same = {
                expression.stems
                for meaning in meanings
                if not meaning.links
                for expression in meaning.equivalents
                if language_of(expression.text) == language_of(stems[0])
            }
            short[stems[0]] = tuple({stems[0], *(found[0] for found in same if len(found) == 1)})
    return short


# One row an entry: the names that have the meaning, what means the same in texts, what is narrower, and the link.
_Entry = tuple[list[str], list[str], list[str], Link | None]


def _both(record: object, field_name: str) -> list[str]:
    """Return the texts of a translated field, lists joined, in all languages."""
    texts: list[str] = []
    for language in LANGUAGES:
        value = getattr(record, f"{field_name}_{language}") or []
        texts += value if isinstance(value, list) else [value]
    return texts


def _variants(names: Iterable[str]) -> list[str]:
    """Return each name as it stands, without what is in brackets, and an acronym in brackets by itself."""
    variants: list[str] = []
    for name in names:
        inside = _BRACKETS.findall(name)
        variants.append(name)
        if inside:
            variants += [_BRACKETS.sub("", name), *(part for part in inside if _ACRONYM.fullmatch(part))]
    return list(dict.fromkeys(variant.strip() for variant in variants if variant.strip()))


def _concepts(code: str = "") -> Iterator[_Entry]:
    """Yield the concepts, or the one with this code; what is said of all studies is no concept otherwise."""
    for concept in Concept.objects.filter(code=code) if code else Concept.objects.exclude(code=SAID_OF_ALL):
        same = _both(concept, "expressions")
        yield same, same, _both(concept, "narrower"), None


def _glossary() -> Iterator[_Entry]:
    conventions = {
        part
        for convention in Convention.objects.all()
        for name in (convention.code, *_both(convention, "short_name"))
        for part in re.findall(r"\w+", name)
    }
    for term in GlossaryTerm.objects.all():
        abbreviations = [part.strip() for text in _both(term, "abbreviation") for part in text.split(";")]
        # A consignment note has the abbreviations of several conventions: each is one kind of it.
        kinds = [part for part in abbreviations if len(abbreviations) > len(LANGUAGES) and part in conventions]
        same = _variants([*_both(term, "term"), *(part for part in abbreviations if part not in kinds)])
        yield same, same, kinds, None


def _records() -> Iterator[_Entry]:
    """Yield what filters have values for."""
    for theme in Theme.objects.all():
        names = _variants(_both(theme, "name"))
        yield names, names, [], Link("theme", theme.code, theme.pk)
    for country in Country.objects.all():
        names = [*_variants(_both(country, "name")), *_both(country, "alternative_names")]
        yield names, names, [], Link("country", country.alpha2, country.pk)
    for region in Region.objects.all():
        names = [*_both(region, "name"), *_both(region, "alternative_names")]
        yield names, names, [], Link("region", region.slug, region.pk)
    for convention in Convention.objects.all():
        same = [*_both(convention, "short_name"), *_both(convention, "alternative_names")]
        code = [convention.code] if len(convention.code) <= LONGEST_ACRONYM or not convention.code.isalpha() else []
        names = [*same, *_variants(_both(convention, "name")), *code]
        yield names, same, [], Link("convention", convention.code, convention.pk)
    for chapter in Chapter.objects.filter(kind=Chapter.Kind.CHAPTER):
        yield _both(chapter, "title"), [], [], Link("chapter", str(chapter.number), chapter.pk)
    for mode in TransportMode:
        names = []
        for language in LANGUAGES:
            with translation.override(language):
                names.append(str(mode.label))
        yield names, [], [], Link("mode", mode.value, mode.value)


def _synonyms() -> Iterator[tuple[list[str], Link]]:
    """Yield the synonyms of each theme."""
    for theme in Theme.objects.all():
        yield _both(theme, "synonyms"), Link("theme", theme.code, theme.pk)


def _offered() -> Iterator[tuple[list[str], Link]]:
    """Yield the names of values that are no record's: of yes-or-no filters, and of the ways to be in the OSCE."""
    from casestudies.filters import CaseStudyFilterSet, FlagFilter  # which read questions

    for key, filter_ in CaseStudyFilterSet.base_filters.items():
        is_flag = isinstance(filter_, FlagFilter)
        if is_flag or key == "osce":
            names: dict[str, list[str]] = defaultdict(list)
            for language in LANGUAGES:
                with translation.override(language):
                    for code, entry in Vocabulary(language)[key].items():
                        names[code] += [str(entry.label), *([str(filter_.label)] if is_flag else [])]
            yield from ((some, Link(key, code, code)) for code, some in names.items())


def _organizations() -> Iterator[_Entry]:
    for organization in Organization.objects.all():
        names = _variants(_both(organization, "name"))
        yield [*names, organization.code], names, [], None


def _provisions() -> Iterator[tuple[set[str], list[str], Link]]:
    """Yield each provision's names, and those of them by which it is offered while somebody types.

    These are headings and references; names are also a reference's parts that end with a number, and each number of a
    range.
    """
    concerns: dict[int, Link] = {}
    for link in ProvisionTheme.objects.select_related("theme").order_by("position", "id"):
        concerns.setdefault(link.provision_id, Link("theme", link.theme.code, link.theme_id))
    for provision in Provision.objects.all():
        references = _both(provision, "ref")
        offered = [text for text in (*references, *_both(provision, "heading")) if text]
        names = {*offered, *(part for reference in references for part in _parts(reference))}
        theme = concerns.get(provision.pk)
        yield names, offered, Link("provision", provision.code, provision.pk, provision.convention_id, theme)


def folded(text: str) -> str:
    """Return a name as it is compared with what somebody types: no capitals, no accents, no punctuation."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("ё", "е").replace("й", "\ue000"))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).replace("\ue000", "й")
    return " ".join(re.findall(r"\w+", letters))


def _parts(reference: str) -> Iterator[str]:
    """Yield the ways to name a provision: "Annex 8, Article 5" is also sought as "Annex 8" and "Article 5".

    "General Annex, Transitional Standard 3.32" is also "Standard 3.32", "Standards 3.6–3.10" also "Standards 3.7".
    """
    yield reference
    for part in reference.replace(":", ",").split(","):
        words = part.split()
        if not words or not re.search(r"\d", words[-1]):
            continue
        for start in range(len(words) - 1):
            head = words[start:-1]
            if _BESIDE_NUMBERS.search(head[-1]):
                for number in _numbers(words[-1]):
                    yield " ".join([*head, number])


def _numbers(text: str) -> list[str]:
    """Return the numbers that "3.6–3.10" or "11.1–11.4" or "7.9" names, as written."""
    found = _NUMBER_RANGE.fullmatch(text)
    if not found:
        return [text]
    first, last = int(found["first"]), int(found["last"])
    return [f"{found['stem']}{number}" for number in range(first, min(last, first + 50) + 1)]
