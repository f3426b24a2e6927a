"""What the log of the admin says: kept without a language, and put into words for whoever reads it.

Django keeps its own sentences so ("changed" with the names of fields), and shows a plain text as it was written. Ours
stand among its entries as `{"said": {"text": …, "values": …, "comment": …}}`.
"""

import json
import re

from django.contrib.admin.models import LogEntry
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext, override

Value = str | list[str]
# "Summary [en]", as modeltranslation names the field of a language.
_IN_A_LANGUAGE = re.compile(r"(.+) \[(\w+)\]\Z")


def said(text: str, comment: str = "", **values: Value) -> str:
    """Return a sentence as the log keeps it. What is lazy of it is translated when it is read, the comment is not."""
    with override(None):
        plain = {name: _plain(value) for name, value in values.items()}
        sentence = {"text": str(text), "values": plain, "comment": comment.strip()}
    # With letters as they are, so that the log can be searched for them.
    return json.dumps([{"said": sentence}], ensure_ascii=False)


def _plain(value: Value) -> Value:
    return [str(item) for item in value] if isinstance(value, list) else str(value)


def in_words(entry: LogEntry) -> str:
    """Return what an entry says, in the reader's language."""
    try:
        parts = json.loads(entry.change_message)
        own = [part["said"] for part in parts if "said" in part]
        native = [{deed: _in_language(done) for deed, done in part.items()} for part in parts if "said" not in part]
    except (ValueError, TypeError, AttributeError):
        return entry.change_message
    sentences = [_sentence(**sentence) for sentence in own]
    if native:
        sentences.append(LogEntry(change_message=json.dumps(native)).get_change_message())
    return " ".join(sentences)


class ShowsLogInWords:
    """An admin whose records have Django's own history; those of `KeepsHistory` have another."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """Put the entries of the page into words."""
        response = super().history_view(request, object_id, extra_context)
        for entry in (getattr(response, "context_data", None) or {}).get("action_list", ()):
            entry.change_message = in_words(entry)
        return response


def _sentence(text: str, values: dict[str, Value], comment: str) -> str:
    shown = {
        name: ", ".join(map(_translated, value)) if isinstance(value, list) else _translated(value)
        for name, value in values.items()
    }
    sentence = gettext(text) % shown if shown else gettext(text)
    return f"{sentence}: {comment}" if comment else sentence


def _translated(value: str) -> str:
    return gettext(value) if value else ""


def _in_language(done: dict) -> dict:
    """Return one of Django's own sentences with the names of fields translated."""
    return {**done, "fields": [_label(name) for name in done["fields"]]} if "fields" in done else done


def _label(name: str) -> str:
    """Return the name of a field. Forms write it with a capital, models, whose texts are translated, without."""
    in_a_language = _IN_A_LANGUAGE.match(name)
    if in_a_language:
        return f"{_label(in_a_language[1])} [{in_a_language[2]}]"
    small = name[:1].lower() + name[1:]
    translated = _translated(small)
    return capfirst(translated) if translated != small else _translated(name)
