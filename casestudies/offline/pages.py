"""The pages of an offline edition, made from the templates of the site."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import json_script

from casestudies import versions
from casestudies.exports.characters import without_control_characters
from casestudies.exports.document import Document
from casestudies.models import CaseStudy
from casestudies.querysets import CaseStudyQuerySet
from casestudies.translations import standing

from .data import LANGUAGES, edition_data
from .volumes import Volume

STATIC = Path(settings.BASE_DIR) / "casestudies" / "static" / "casestudies"
VENDOR = [f"vendor/snowball/{name}-stemmer.js" for name in ("base", "english", "russian")]
SCRIPTS = [
    f"offline/{name}.js"
    for name in ("page", "studies", "words", "question", "thesaurus", "search", "passages", "filters", "state")
] + [f"offline/{name}.js" for name in ("list", "panels", "study", "faults", "main")]
# Stands in the rendered page where the studies go, which are written one by one.
_STUDIES = "<!-- studies -->"


def edition(document: Document, sections: Iterable[str], parts: list[str] = ()) -> Iterator[str]:
    """Yield the page piece by piece: its head, the sections, and the scripts with their data.

    `parts` are the addresses of scripts beside the page that bring further studies.
    """
    day = f"{document.provenance.day:%Y-%m-%d}"
    data = edition_data(document.selection, document.provenance.address, day)
    shell = render_to_string("casestudies/offline/edition.html", _context(document, data, parts))
    head, foot = without_control_characters(shell).split(_STUDIES)
    yield head
    yield from sections
    yield foot


def studies() -> CaseStudyQuerySet:
    """Return what `section` reads studies through."""
    return CaseStudy.objects.in_full().with_card_facts()


def section(document: Document, study: CaseStudy) -> str:
    """Return a study in every language, the document's first; the others are hidden until the script shows them."""
    languages = sorted(LANGUAGES, key=lambda code: code != document.language)
    version, last_change = versions.latest(study), versions.last_change(study)
    shown = []
    for language in languages:
        with translation.override(language):
            context = {
                "study": study,
                "language": language,
                "hidden": language != document.language,
                "prefix": f"{study.slug}-{language}-",
                "link_base": document.site,
                "address": document.address_of(study),
                "site_url": document.site,
                "version": version,
                "last_change": last_change,
                "translation": standing(study),
                **_site(),
            }
            shown.append(render_to_string("casestudies/offline/_version.html", context))
    texts = without_control_characters("".join(shown))
    return f'<section class="entry" id="/study/{study.slug}">\n{texts}</section>\n'


def as_script(sections: list[str]) -> str:
    """Return a script that hands these sections to the page beside it."""
    return f"addStudies({json.dumps(''.join(sections), ensure_ascii=False)});\n"


def plain_page(document: Document, place: int, sections: list[str]) -> str:
    """Return a page with these sections for browsers that run no scripts, the part with number `place`."""
    styles = _styles()
    context = {
        **_site(),
        "provenance": document.provenance,
        "language": document.language,
        "policy": _policy([], styles, []),
        "styles": styles,
        "place": place,
        "sections": "".join(sections),
    }
    return without_control_characters(render_to_string("casestudies/offline/part.html", context))


def _site() -> dict:
    return {"site_name": settings.SITE_NAME, "institution": settings.INSTITUTION, "offline": True}


def _context(document: Document, data: dict, parts: list[str]) -> dict:
    scripts = ["\n".join(map(_source, VENDOR)), '"use strict";\n' + "\n".join(map(_source, SCRIPTS))]
    styles = _styles()
    return {
        **_site(),
        "provenance": document.provenance,
        "language": document.language,
        "policy": _policy(scripts, styles, parts),
        "is_volume": isinstance(document.selection, Volume),
        "scripts": scripts,
        "styles": styles,
        "data": json_script({**data, "parts": parts}, "data", encoder=_Compact),
        "studies_mark": _STUDIES,
        "contents": [] if parts else _contents(document),
        "parts": parts,
    }


def _styles() -> list[tuple[str, str]]:
    """Return the styles with the media they are for."""
    return [(_source("site.css") + _source("offline/offline.css"), ""), (_source("print.css"), "print")]


def _contents(document: Document) -> Iterator[CaseStudy]:
    titles = [f"title_{code}" for code in LANGUAGES]
    return document.studies(CaseStudy.objects.only("slug", *titles))


class _Compact(DjangoJSONEncoder):
    """JSON without blanks, letters as they are."""

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "separators": (",", ":"), "ensure_ascii": False})


@cache
def _source(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _policy(scripts: list[str], styles: list[tuple[str, str]], parts: list[str]) -> str:
    """Return the Content Security Policy: only the page's own scripts and styles run, and nothing is ever asked for.

    The parts of an edition lie beside it: under `file:` when it is opened from disk.
    """
    beside = " 'self' file:" if parts else ""
    directives = [
        "default-src 'none'",
        f"script-src {_hashes(scripts)}{beside}" if scripts else "script-src 'none'",
        f"style-src {_hashes([style for style, _media in styles])}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(directives)


def _hashes(sources: list[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() for source in sources)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
