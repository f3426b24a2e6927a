"""Every text for people is there in every language, and compiled."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

CATALOGUES = sorted((settings.BASE_DIR / "locale").glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w+}|</?\w+")


def test_every_other_language_has_a_catalogue():
    languages = {code for code, _name in settings.LANGUAGES} - {"en"}
    assert {path.parts[-3] for path in CATALOGUES} == languages


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_message_is_translated(path):
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue if entry.fuzzy or not entry.translated() or entry.obsolete] == []
    for entry in catalogue:
        translations = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for translation in translations:
            assert set(PLACEHOLDER.findall(translation)) == wanted, entry.msgid


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_compiled_messages_are_those_of_the_catalogue(path):
    compiled = polib.mofile(str(path.with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in compiled} == {
        (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in polib.pofile(str(path))
    }


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
def test_catalogue_holds_every_text_of_the_code(tmp_path: Path):
    folders = ("casestudies", "handbook", "templates", "locale")
    for folder in folders:
        shutil.copytree(settings.BASE_DIR / folder, tmp_path / folder)
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    command = [sys.executable, "manage.py", "makemessages", "--all", "--no-obsolete", "--no-wrap"]
    subprocess.run([*command, "--add-location", "file"], cwd=tmp_path, check=True, capture_output=True)
    for path in CATALOGUES:
        gathered = polib.pofile(str(tmp_path / path.relative_to(settings.BASE_DIR)))
        assert {(e.msgctxt, e.msgid) for e in gathered if not e.obsolete} == {
            (e.msgctxt, e.msgid) for e in polib.pofile(str(path))
        }
