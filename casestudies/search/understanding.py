"""What a question means: each thing sought with its spellings, other names, translations and the records it names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import takewhile

from . import stemming
from .lexicon import Expression, Lexicon, Link, Meaning
from .question import Question, Term

# A number alone ("7.9") or a reference ("Article 5") that more conventions than these have means none of them.
CONVENTIONS_A_REFERENCE_MAY_MEAN = 3
# How a part of a provision is called, by keys: "пункт" alone is mostly a border crossing point, so no synonym says it.
_ARTICLE = frozenset({"articl", "art", "стат", "ст"})
_PARAGRAPH = frozenset({"paragraph", "para", "п", "пункт", "параграф"})
_PARAGRAPHS = re.compile("(?P<article>A1)(?P<paragraph>P1+)|(?P<paragraph_first>P1+)(?P<article_first>A1)(?!1)")


@dataclass(frozen=True)
class Sought:
    """One thing that a question looks for, or leaves out, and all ways to find it, as tsqueries or what has one."""

    written: str
    """As it was typed."""
    typed: str
    """The words themselves, in any regular spelling; "" where they are stop words."""
    equivalents: tuple[Expression, ...] = ()
    narrower: tuple[Expression, ...] = ()
    links: tuple[Link, ...] = ()
    themes: tuple[Link, ...] = ()
    """Themes that have it among their synonyms."""
    near: tuple[Link, ...] = ()
    """Themes that have what means the same among their synonyms: it is found through them where few hold it."""
    related: tuple[Link, ...] = ()
    """Records that it includes, and themes whose names hold it."""
    offered: tuple[Link, ...] = ()
    """Values of filters that it names and is not found through."""
    excluded: bool = False
    stems: tuple[str, ...] = ()
    parts: tuple["Sought", ...] = ()
    """Of a name of several words, each word by itself."""
    apart: tuple["Sought", ...] = ()
    """Of words that a hyphen or a slash joins and that are no name, what they seek where nobody holds them so."""

    @property
    def all_links(self) -> tuple[Link, ...]:
        """The records it may be found through, the surest first."""
        return (*self.links, *self.themes, *self.related)

    @cached_property
    def query(self) -> str:
        """The tsquery that finds it in any way."""
        return stemming.either([self.certain, self.phrases])

    @cached_property
    def certain(self) -> str:
        """The tsquery of the ways that the index alone decides: those without words that must follow one another."""
        return stemming.either(way for way in self._ways() if "<" not in way)

    @cached_property
    def phrases(self) -> str:
        """The tsquery of the ways whose words must follow one another, for which the documents are looked into."""
        return stemming.either(way for way in stemming.without_needless(self._ways()) if "<" in way)

    @cached_property
    def in_texts(self) -> list[str]:
        """The tsqueries of the ways that texts are marked by: the words, not the records."""
        ways = [self.typed, *(expression.query for expression in (*self.equivalents, *self.narrower))]
        return [way for way in ways if way and "=" not in way]

    def without_phrases(self, language: str | None = None) -> "Sought":
        """Return the same without other names of several words, of a language or of all."""

        def kept(words: tuple[Expression, ...]) -> tuple[Expression, ...]:
            return tuple(one for one in words if "<" not in one.query or language not in (None, one.language))

        return replace(self, equivalents=kept(self.equivalents), narrower=kept(self.narrower))

    def _ways(self) -> list[str]:
        expressions = self.equivalents if self.excluded else (*self.equivalents, *self.narrower)
        links = (*self.links, *self.themes) if self.excluded else self.all_links
        return [way for way in (self.typed, *(e.query for e in expressions), *(link.query for link in links)) if way]


def understand(question: Question, lexicon: Lexicon) -> tuple[tuple[Sought, ...], ...]:
    """Return, for each alternative, what it seeks. Alternatives that seek nothing are left out."""
    _prepare(question, lexicon)
    read = [_alternative(terms, lexicon) for terms in question.alternatives]
    return tuple(sought for sought in read if any(not one.excluded for one in sought))


def _prepare(question: Question, lexicon: Lexicon) -> None:
    """Ask the database once for the stems of everything."""
    words = [
        word
        for terms in question.alternatives
        for term in terms
        for word in (term.words, *term.words.split(), term.words.replace(" ", ""))
    ]
    stemming.tsqueries([*words, *(variant for word in words for variant in stemming.spellings(word))])
    lexicon.forms.prepare(words)


def _alternative(terms: tuple[Term, ...], lexicon: Lexicon) -> tuple[Sought, ...]:
    sought: list[Sought] = []
    run: list[Term] = []
    for term in terms:
        if term.excluded or term.quoted:
            sought += _read_run(run, lexicon)
            run = []
            sought += _read_phrase(term, lexicon)
        else:
            run.append(term)
    sought += _read_run(run, lexicon)
    # What is true of every study tells nothing beside other words.
    telling = [one for one in sought if one.excluded or one.stems not in lexicon.said_of_all]
    return tuple(_in_context(telling if any(not one.excluded for one in telling) else sought))


def _read_phrase(term: Term, lexicon: Lexicon) -> Iterator[Sought]:
    """Read a quoted phrase or an excluded term: its words in their order, or a name it is."""
    query = stemming.tsqueries([term.words])[term.words]
    if query:
        found = _sought(term.words, _exactly(term.words, query, lexicon), lexicon, lexicon.forms.key(term.words))
        yield replace(found, written=term.written, excluded=term.excluded)


def _exactly(words: str, query: str, lexicon: Lexicon) -> str:
    """Return the tsquery for words that follow one another, a single one in any regular spelling and case."""
    stems = lexicon.forms.stems(words) if " " not in words else ()
    return stemming.either([query, *(f"'{stem}'" for stem in stems)])


def _read_run(terms: list[Term], lexicon: Lexicon) -> Iterator[Sought]:
    """Read words side by side: the longest names that the lexicon knows, and between them word by word."""
    words = [(term, word) for term in terms for word in term.words.split()]
    # The "X" of "X-ray" is no number.
    keys = lexicon.forms.keys(word.lower() if " " in term.words else word for term, word in words)
    tokens = [
        (term, word, (key or word,))
        for (term, word), key in zip(words, keys, strict=True)
        if key or lexicon.is_name_without_stem(word)
    ]
    return _read(_references(tokens), lexicon)


def _references(tokens: list[tuple]) -> list[tuple]:
    """Return the words with "Article 7 paragraph 4" and "п. 4 ст. 7" as "Article 7.4"."""
    kinds = "".join(_kind(token) for token in tokens)
    found: list[tuple] = []
    at = 0
    for match in _PARAGRAPHS.finditer(kinds):
        found += tokens[at : match.start()]
        for name in ("article", "paragraph"):
            start, end = match.span(name) if match[name] else match.span(f"{name}_first")
            found += tokens[start + (name == "paragraph") : end]
        at = match.end()
    return found + tokens[at:]


def _kind(token: tuple) -> str:
    (key,) = token[2]
    return "1" if key.isdigit() else "A" if key in _ARTICLE else "P" if key in _PARAGRAPH else "-"


def _read(tokens: list[tuple], lexicon: Lexicon, *, joined: bool = True) -> Iterator[Sought]:
    """Read words with their stems. Those of one term, which a hyphen joins, stay together where they are no name."""
    start = 0
    while start < len(tokens):
        length = next(
            (
                length
                for length in range(min(lexicon.longest, len(tokens) - start), 1, -1)
                if _is_name(tokens[start : start + length], lexicon)
            ),
            0,
        )
        together = sum(token[0] is tokens[start][0] for token in tokens[start:]) if joined else 1
        part = tokens[start : start + (length or together)]
        start += len(part)
        if length:
            # Of "7.4.1" no more is known than 7.4.
            start += sum(1 for _rest in takewhile(partial(_continues, part[-1]), tokens[start:]))
        apart = tuple(_in_context(_apart(part, lexicon))) if len(part) > 1 and not length else ()
        if apart and all(any(link.is_place for link in one.links) for one in apart):
            yield from apart
        else:
            yield replace(_together(part, lexicon), apart=apart)


def _continues(last: tuple, token: tuple) -> bool:
    """Say whether a number goes on with this: they are of one term."""
    return token[0] is last[0] and token[2][0].isdigit() and last[2][0].isdigit()


def _apart(tokens: list[tuple], lexicon: Lexicon) -> list[Sought]:
    """Read the words of a hyphenated one by themselves; a letter says nothing beside them: the "e" of "e-queue"."""
    words = [token for token in tokens if len(token[1]) > 1]
    return list(_read(words or tokens, lexicon, joined=False))


def _together(tokens: list[tuple], lexicon: Lexicon) -> Sought:
    """Read words as one thing: a name, a word, or words that a hyphen joins."""
    term = tokens[0][0]
    stems = tuple(stem for _term, _word, stems in tokens for stem in stems)
    written, typed = " ".join(word for _term, word, _stems in tokens), _typed(tokens, lexicon)
    solid = term.words.replace(" ", "")
    # "on-line", where "on" is no word to look for.
    is_cut = term.words != solid and tokens[-1][0] is term and len(written.replace(" ", "")) < len(solid)
    if is_cut and lexicon.of(lexicon.forms.key(solid), solid):
        return _sought(solid, _typed([(term, solid, ())], lexicon), lexicon, lexicon.forms.key(solid))
    found = _sought(written, typed, lexicon, stems, also=solid if written == term.words != solid else "")
    # The words of a country's or a convention's name mean nothing by themselves.
    is_record = any(link.key != "theme" for link in found.links)
    return replace(found, parts=tuple(_word_by_word(tokens, lexicon)) if len(tokens) > 1 and not is_record else ())


def _word_by_word(tokens: list[tuple], lexicon: Lexicon) -> Iterator[Sought]:
    """Read each word by itself; a number means nothing without what it numbers."""
    for token in tokens:
        _term, word, stems = token
        if not all(stem.isdigit() for stem in stems):
            yield _sought(word, _typed([(word, word, stems)], lexicon), lexicon, stems)


def _is_name(tokens: list[tuple], lexicon: Lexicon) -> bool:
    stems = tuple(stem for _term, _word, stems in tokens for stem in stems)
    written = " ".join(word for _term, word, _stems in tokens)
    is_number = all(stem.isdigit() for stem in stems)
    is_known = stems in lexicon.said_of_all or bool(lexicon.of(stems, written))
    return is_known or (is_number and bool(lexicon.numbers.get(stems)))


def _typed(tokens: list[tuple], lexicon: Lexicon) -> str:
    """Return the tsquery for words as typed: all of them, those of one hyphenated word side by side or joined."""
    words = []
    for term in dict.fromkeys(token[0] for token in tokens):
        own = [word for owner, word, _stems in tokens if owner is term]
        phrase = " ".join(own)
        joined = ["".join(own)] if len(own) > 1 else []
        found = stemming.tsqueries([phrase, *joined])
        words.append(_exactly(phrase, stemming.either(found.values()), lexicon))
    return stemming.all_of(words)


def _sought(written: str, typed: str, lexicon: Lexicon, stems: tuple[str, ...], also: str = "") -> Sought:
    """Return what is sought by words as written; `also` is what they are without their hyphen."""
    meanings = lexicon.of(stems, written)
    if also:
        meanings = list(dict.fromkeys([*meanings, *lexicon.of(lexicon.forms.key(also), also)]))
    links = [link for meaning in meanings for link in meaning.links]
    if lexicon.is_ambiguous_name(written):
        # "Грузия" is no word of texts that hold its stem, which is that of "груз": the record alone finds it.
        typed = stemming.either(link.query for link in links)
    if all(stem.isdigit() for stem in stems):
        links += lexicon.numbers.get(stems, [])
    equivalents = [e for meaning in meanings for e in meaning.equivalents if e.stems != stems]
    kinds, related = narrower(meanings, lexicon)
    if len(stems) == 1:
        # "transit" is not the name of a theme, but "Customs transit" and "Transit corridors" are about it.
        related += lexicon.themes_naming.get(stems[0], [])
    themes = [link for meaning in meanings for link in meaning.themes if link not in links]
    near = [link for meaning in meanings for link in meaning.near if link not in (*links, *themes)]
    return Sought(
        written,
        typed,
        tuple(_each_once(equivalents)),
        tuple(_each_once(kinds)),
        tuple(dict.fromkeys(links)),
        tuple(dict.fromkeys(themes)),
        tuple(dict.fromkeys(near)),
        tuple(dict.fromkeys(link for link in related if link not in links and link not in themes)),
        tuple(dict.fromkeys(link for meaning in meanings for link in meaning.offered)),
        stems=stems,
    )


def narrower(meanings: Iterable[Meaning], lexicon: Lexicon) -> tuple[list[Expression], list[Link]]:
    """Return the narrower expressions with what means the same as they do; of a record's name, the record."""
    expressions, links = [], []
    for expression in (expression for meaning in meanings for expression in meaning.narrower):
        same = lexicon.of(expression.stems, expression.text)
        records = [link for meaning in same for link in meaning.links if link.is_place]
        links += records
        expressions.append(expression)
        if not records:
            expressions += [e for meaning in same if not meaning.links for e in meaning.equivalents]
    return expressions, links


def _each_once(expressions: Iterable[Expression]) -> Iterator[Expression]:
    """Yield expressions that find different things, the first of each."""
    return iter({expression.query: expression for expression in reversed(list(expressions))}.values())


def _in_context(sought: list[Sought]) -> Iterator[Sought]:
    """Yield what is sought, references to provisions narrowed to the conventions that are named beside them."""
    named = {link.value for one in sought for link in one.links if link.key == "convention"}
    for one in sought:
        provisions = [link for link in one.links if link.key == "provision"]
        meant = [link for link in provisions if link.convention in named]
        if not meant and not all(stem.isdigit() for stem in one.stems):
            conventions = {link.convention for link in provisions}
            meant = provisions if len(conventions) <= CONVENTIONS_A_REFERENCE_MAY_MEAN else []
        others = [link for link in one.links if link.key != "provision"]
        # What a heading means, its own words say; of a number, the provision's code stands before those of its parts.
        is_number = any(stem.isdigit() for stem in one.stems)
        first = sorted(meant, key=lambda link: link.code)[:1] if is_number else []
        themes = [link.theme for link in first if link.theme and link.theme not in others]
        yield replace(one, links=(*others, *meant), related=(*one.related, *themes))
