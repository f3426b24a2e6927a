"""What a reader types, understood: words, "phrases", -exclusions and OR.

A question is parsed here and handed to PostgreSQL as parameters, so no input can be a syntax error. Every word is
stemmed by the language it is written in: Cyrillic as Russian, anything else as English.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import BooleanField, F, FloatField, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import Expression

MAXIMUM_LENGTH = 500
# Weights of D (sources), C (texts), B (summary, names of what is linked) and A (title) in ts_rank.
WEIGHTS = [0.05, 0.2, 0.5, 1.0]
# Marks around a hit that no text holds, exchanged for <mark> once the text is escaped.
HIT_START, HIT_END = "\ue000", "\ue001"
# PostgreSQL's parser takes "CIM/SMGS" for a file name, "<b>" for markup, "7.7" and the end of "COVID-19" for numbers.
# A question is split at these characters, so texts are too: before the parser sees them they become ones that mean
# nothing to it, for marking hits some that can be changed back, in the index blanks.
MISREAD, STAND_INS = "/<.+-", "\ue002\ue003\ue004\ue005\ue006"
# Between the texts of a study where passages are looked for in all of them.
PARAGRAPH = Value("\n\n")

_QUOTES = str.maketrans(dict.fromkeys("«»„“”‟″", '"'))
_TOKEN = re.compile(r'(?P<minus>[-−–](?=["\w]))?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_OR = {"OR", "ИЛИ", "|"}
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_NOT_A_LETTER = re.compile(r"[^\w']+")


@dataclass(frozen=True)
class Term:
    """One thing to look for, or to leave out: a word, or words that follow one another."""

    words: str
    excluded: bool = False

    def expression(self) -> Expression:
        """Return the term as PostgreSQL's tsquery."""
        configuration = "handbook_ru" if _CYRILLIC.search(self.words) else "handbook_en"
        query = SearchQuery(self.words, config=configuration, search_type="phrase")
        return ~query if self.excluded else query


class _Joined(SearchQuery):
    """Many tsqueries joined by an operator side by side; `&` would nest them, and hundreds exceed Python's stack."""

    def __init__(self, operator: str, queries: list[Expression]):
        self.invert = False
        Func.__init__(self, *queries, template="(%(expressions)s)", arg_joiner=f" {operator} ")


@dataclass(frozen=True)
class Question:
    """What was asked: alternatives joined by OR, each of terms that must all hold."""

    alternatives: tuple[tuple[Term, ...], ...]

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    def expression(self) -> Expression:
        """Return the question as PostgreSQL's tsquery; that of an empty question matches nothing."""
        if not self:
            return SearchQuery("", config="handbook_en", search_type="plain")
        return _Joined("||", [_Joined("&&", [t.expression() for t in terms]) for terms in self.alternatives])

    def matches(self) -> Q:
        """Return the condition on search entries."""
        return Q(document=self.expression())


def parse(text: str) -> Question:
    """Read a question as people type it. Whatever it holds, the result is usable; without any word it is empty."""
    # Composed letters, and no stress marks: "й" in two code points is the same letter, "гра́ница" the same word.
    text = "".join(c for c in unicodedata.normalize("NFC", text) if not unicodedata.combining(c))
    alternatives: list[list[Term]] = [[]]
    for token in _TOKEN.finditer(text.translate(_QUOTES)):
        if token["word"] in _OR and not token["minus"]:
            alternatives.append([])
            continue
        # A hyphenated word is sought as words that follow one another: it finds both spellings.
        words = _NOT_A_LETTER.sub(" ", token["phrase"] or token["word"] or "").strip(" '_")
        if words:
            alternatives[-1].append(Term(words, excluded=bool(token["minus"])))
    return Question(tuple(tuple(dict.fromkeys(terms)) for terms in alternatives if terms))


def rank(entries: QuerySet, question: Question) -> QuerySet:
    """Annotate search entries for ordering: `in_title` (the title alone answers the question), then `rank`.

    `rank` is ts_rank of the whole question, which rewards words that stand together but never exceeds 1, and so cannot
    tell the best apart; plus that of each term, which goes on counting.
    """
    expression = question.expression()
    terms = dict.fromkeys(term for terms in question.alternatives for term in terms if not term.excluded)
    title_only = Func(
        F("document"), Value("{a}"), function="ts_filter", template='%(function)s(%(expressions)s::"char"[])'
    )
    return entries.annotate(
        in_title=Func(
            title_only, expression, template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField()
        ),
        rank=Func(
            *(
                SearchRank(F("document"), query, weights=WEIGHTS)
                for query in [expression, *map(Term.expression, terms)]
            ),
            template="(%(expressions)s)",
            arg_joiner=" + ",
            output_field=FloatField(),
        ),
    )


def headline(text: Expression, language: str, question: Question, **options) -> SearchHeadline:
    """Return an expression for `text` with hits marked; `as_written` reads it.

    `language` is the language of the text. Options are PostgreSQL's for ts_headline.
    """
    return SearchHeadline(
        Func(text, Value(MISREAD), Value(STAND_INS), function="translate", output_field=TextField()),
        question.expression(),
        config=f"handbook_{language}",
        start_sel=HIT_START,
        stop_sel=HIT_END,
        **options,
    )


def as_written(marked: str) -> str:
    """Return a marked text with its own characters again; the marks stay."""
    return marked.translate(str.maketrans(STAND_INS, MISREAD))
