"""The curators' guide as a page of the admin: the Markdown of `docs/`, rendered in the reader's language."""

from dataclasses import dataclass
from itertools import pairwise

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = settings.BASE_DIR / "docs"
FILES = {"en": "curators.md", "ru": "curators.ru.md"}
"""The guide's file in `docs/`, by language."""


@dataclass(frozen=True)
class Guide:
    """The guide in one language: its title, its chapters as pairs of anchor and heading, and the rest as HTML."""

    title: str
    chapters: list[tuple[str, str]]
    body: SafeString


def read(language: str) -> Guide:
    """Read the guide in a language of `FILES`; its links and pictures lead to addresses of the admin."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("table_open", _table_open)
    markdown.add_render_rule("table_close", _table_close)
    _open, title, _close, *tokens = markdown.parse((FOLDER / FILES[language]).read_text())
    chapters = []
    for token, following in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            chapters.append((f"chapter-{len(chapters) + 1}", following.content))
            token.attrSet("id", chapters[-1][0])
        for child in token.children or ():
            _lead_into_the_admin(child)
    body = markdown.renderer.render(tokens, markdown.options, {})
    return Guide(title.content, chapters, mark_safe(body))


def _lead_into_the_admin(token: Token) -> None:
    """Turn what the file names beside itself, a picture or the other language, into an address of the site."""
    if token.type == "image":
        token.attrSet("src", static(token.attrs["src"].replace("images/", "guide/", 1)))
    elif token.type == "link_open":
        languages = {file: language for language, file in FILES.items()}
        if language := languages.get(token.attrs["href"]):
            token.attrSet("href", reverse("admin:guide", args=[language]))


def _table_open(*_arguments) -> str:
    """Begin a table that scrolls by itself, also by keyboard, where the screen is narrow."""
    return format_html('<div class="wide" role="region" aria-label="{}" tabindex="0"><table>', gettext("Table"))


def _table_close(*_arguments) -> str:
    return "</table></div>"
