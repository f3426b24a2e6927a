"""Search: what a reader types, understood through the vocabularies, found, ranked, and explained."""

from .answering import COUNTED, DECIDING, ENOUGH, read, seeks, without
from .by_index import row as row_by_index
from .by_index import studies
from .marking import HIT_END, HIT_START
from .passages import Explanation, Note, explain, held_by
from .question import MAXIMUM_LENGTH, MISREAD, QUOTES, parse, searchable
from .ranking import RANKED, TsQuery, scores
from .reading import Reading, Wanted
from .spelling import similar
from .stemming import all_of, beginning_with, either, in_any_order, tsqueries
from .understanding import Sought

__all__ = [
    "COUNTED",
    "DECIDING",
    "ENOUGH",
    "HIT_END",
    "HIT_START",
    "MAXIMUM_LENGTH",
    "MISREAD",
    "QUOTES",
    "RANKED",
    "Explanation",
    "Note",
    "Reading",
    "Sought",
    "TsQuery",
    "Wanted",
    "all_of",
    "beginning_with",
    "either",
    "explain",
    "held_by",
    "in_any_order",
    "parse",
    "read",
    "row_by_index",
    "scores",
    "searchable",
    "seeks",
    "similar",
    "studies",
    "tsqueries",
    "without",
]
