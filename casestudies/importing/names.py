"""What may stand in a cell that names something: codes and names of the vocabularies, in every language."""

import re
from collections.abc import Iterable
from functools import cached_property

from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext
from rapidfuzz import process, utils

from casestudies.exports.cells import Unreadable
from casestudies.models import CaseStudy, Chapter, Convention, Country, Outcome, Provision, Theme
from casestudies.models.case import TransportMode

from .tables import LANGUAGES

SHORT_LIST = 12
NEAREST = 5
_CHOICES = {
    "mode": TransportMode,
    "handbook": CaseStudy.HandbookRelation,
    "confidence": CaseStudy.Confidence,
    "unit": Outcome.Unit,
    "better": Outcome.Better,
}
_DASH = re.compile(r"\s+[–—-]\s+")


class KnownNames:
    """The names in every language by which a code is found; what is said of them is in the active language."""

    def __init__(self):
        self._language = get_language()

    def code(self, vocabulary: str, written: object) -> object:
        """Return the code of what is written: a code, a name in any language, or an object with a `code`."""
        if isinstance(written, dict):
            written = written.get("code")
        if isinstance(written, float) and written == int(written):
            written = int(written)
        try:
            return self._codes[vocabulary][_plain(written)]
        except KeyError:
            message = gettext("“%(value)s” is unknown here.") % {"value": str(written)[:100]}
            raise Unreadable(message, self._allowed(vocabulary, written), _link(vocabulary)) from None

    def instrument(self, written: object) -> dict:
        """Return a convention, alone or with its provision: "TIR", "TIR – Article 4", a provision's code."""
        if isinstance(written, dict):
            convention, provision = written.get("code"), written.get("provision")
        else:
            convention, provision = [*_DASH.split(str(written), maxsplit=1), None][:2]
            if provision is None and _plain(written) in self._provision_codes:
                return self._provision_codes[_plain(written)]
            if provision and _plain(written) in self._codes["convention"]:
                convention, provision = written, None  # a name that has a dash
        code = self.code("convention", convention)
        if not provision:
            return {"code": code, "provision": None}
        found = self._provisions.get((code, _plain(provision))) or self._provision_codes.get(_plain(provision))
        if found is None or found["code"] != code:
            references = [f"{code} – {reference}" for reference in self._references.get(code, [])]
            message = gettext("%(convention)s has no such provision here.") % {"convention": code}
            raise Unreadable(message, _nearest(f"{code} – {provision}", references), _link("convention"))
        return found

    def listed(self, vocabulary: str) -> list[tuple[object, dict[str, str]]]:
        """Return every code with its name in each language, in the vocabulary's order."""
        return self._listed[vocabulary]

    def listed_for_people(self, vocabulary: str) -> list[str]:
        """Return every code with its name in the active language."""
        rows = [(code, names[self._language] or names["en"]) for code, names in self._listed[vocabulary]]
        return [name if vocabulary in _CHOICES else f"{code} – {name}" for code, name in rows]

    @cached_property
    def references(self) -> list[tuple[str, dict[str, str]]]:
        """Every convention and provision as a cell has it, by language."""
        rows = []
        for code, names in self._listed["convention"]:
            rows.append((code, names))
            rows += [(f"{code} – {texts['en']}", texts) for texts in self._references_in_full.get(code, [])]
        return rows

    def _allowed(self, vocabulary: str, written: object) -> list[str]:
        return _nearest(str(written), self.listed_for_people(vocabulary))

    @cached_property
    def _listed(self) -> dict[str, list[tuple[object, dict[str, str]]]]:
        chapters = Chapter.objects.filter(kind=Chapter.Kind.CHAPTER)
        return {
            "theme": _named(Theme.objects.all(), "code", "name"),
            "country": _named(Country.objects.all(), "alpha2", "name"),
            "convention": _named(Convention.objects.all(), "code", "short_name"),
            "chapter": _named(chapters, "number", "title"),
            **{vocabulary: _labelled(choices) for vocabulary, choices in _CHOICES.items()},
        }

    @cached_property
    def _codes(self) -> dict[str, dict[str, object]]:
        """Codes by what may be written for them; a code goes before a name, a name before another name."""
        found = {}
        for vocabulary, rows in self._listed.items():
            found[vocabulary] = {_plain(code): code for code, _names in rows}
            for code, names in rows:
                for name in filter(None, names.values()):
                    found[vocabulary].setdefault(_plain(name), code)
                    found[vocabulary].setdefault(_plain(f"{code}. {name}"), code)
                    found[vocabulary].setdefault(_plain(f"{code} – {name}"), code)
        for country in Country.objects.all():
            found["country"].setdefault(_plain(country.alpha3), country.alpha2)
            for language in LANGUAGES:
                for name in getattr(country, f"alternative_names_{language}") or []:
                    found["country"].setdefault(_plain(name), country.alpha2)
        for convention in Convention.objects.all():
            for language in LANGUAGES:
                name = getattr(convention, f"name_{language}") or convention.code
                found["convention"].setdefault(_plain(name), convention.code)
        return found

    @cached_property
    def _all_provisions(self) -> list[Provision]:
        return list(Provision.objects.select_related("convention"))

    @cached_property
    def _provisions(self) -> dict[tuple[str, str], dict]:
        return {
            (provision.convention.code, _plain(reference)): _linked(provision)
            for provision in self._all_provisions
            for reference in (getattr(provision, f"ref_{language}") for language in LANGUAGES)
            if reference
        }

    @cached_property
    def _provision_codes(self) -> dict[str, dict]:
        return {_plain(provision.code): _linked(provision) for provision in self._all_provisions}

    @cached_property
    def _references(self) -> dict[str, list[str]]:
        return {
            code: [texts[self._language] or texts["en"] for texts in rows]
            for code, rows in self._references_in_full.items()
        }

    @cached_property
    def _references_in_full(self) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = {}
        for provision in self._all_provisions:
            texts = {language: getattr(provision, f"ref_{language}") or provision.ref_en for language in LANGUAGES}
            found.setdefault(provision.convention.code, []).append(texts)
        return found


def _linked(provision: Provision) -> dict:
    return {"code": provision.convention.code, "provision": provision.ref_en}


def _named(records: Iterable, code: str, name: str) -> list[tuple[object, dict[str, str]]]:
    return [
        (getattr(record, code), {language: getattr(record, f"{name}_{language}") or "" for language in LANGUAGES})
        for record in records
    ]


def _labelled(choices: type) -> list[tuple[str, dict[str, str]]]:
    labels: dict[str, dict[str, str]] = {value: {} for value in choices.values}
    for language in LANGUAGES:
        with translation.override(language):
            for value, label in choices.choices:
                labels[value][language] = str(label)
    return list(labels.items())


def _nearest(written: str, names: list[str]) -> list[str]:
    """Return the names, of many those that are spelt most like what is written."""
    if len(names) <= SHORT_LIST:
        return names
    return [name for name, *_ in process.extract(written, names, processor=utils.default_process, limit=NEAREST)]


def _link(vocabulary: str) -> str:
    if vocabulary in _CHOICES:
        return ""
    return reverse(f"admin:casestudies_{vocabulary}_changelist")


def _plain(written: object) -> str:
    """Return what people write alike in one spelling."""
    text = re.sub(r"\s+", " ", str(written)).strip().casefold()
    return text.replace("ё", "е").replace("—", "–").replace(" - ", " – ")
