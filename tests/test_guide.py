"""The curators' guide stays true: both languages say the same of pages that have the names it gives."""

import re
from pathlib import Path

import allauth
import django
import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from casestudies.guide import FILES, FOLDER
from tests.curating import with_role

PLACEHOLDER = re.compile(r"%\\?\(\w+\\?\)[sd]")
PACKAGES = {
    settings.BASE_DIR: ["."],
    Path(django.__file__).parent: ["contrib/admin", "contrib/auth"],
    Path(allauth.__file__).parent: ["."],
}
CATALOGUES = [root / part / "locale/ru/LC_MESSAGES/django.po" for root, parts in PACKAGES.items() for part in parts]
PICTURE = re.compile(r"!\[([^\]]*)\]\(images/(\w+)/([\w-]+\.png)\)")
MOST_BYTES_OF_A_PICTURE, MOST_BYTES_OF_ALL = 120 * 1024, 2 * 1024 * 1024
each_language = pytest.mark.parametrize("language", FILES)


def text_of(language: str) -> str:
    return (FOLDER / FILES[language]).read_text()


def pictures_of(language: str) -> list[tuple[str, str, str]]:
    return PICTURE.findall(text_of(language))


def outline_of(language: str) -> list[tuple[str, ...]]:
    """Return the order of headings by their depth, of pictures by their names, and of tables by their size."""
    outline = []
    for line in text_of(language).splitlines():
        if line.startswith("#"):
            outline.append((line.split(" ")[0],))
        elif line.startswith("|"):
            outline.append(("row", str(line.count("|"))))
        elif found := PICTURE.search(line):
            outline.append(("picture", found[3]))
    return outline


def test_every_language_of_the_site_has_its_guide():
    assert set(FILES) == {code for code, _name in settings.LANGUAGES}


def test_both_guides_have_the_same_chapters_tables_and_pictures_in_the_same_order():
    assert outline_of("en") == outline_of("ru")
    assert len(pictures_of("en")) >= 10


@each_language
def test_every_picture_is_there_in_the_language_of_the_guide_and_is_small_and_described(language):
    pictures = pictures_of(language)
    assert {folder for _alt, folder, _name in pictures} == {language}
    assert {name for _alt, _folder, name in pictures} == {
        path.name for path in (FOLDER / "images" / language).iterdir()
    }
    sizes = [(FOLDER / "images" / language / name).stat().st_size for _alt, _folder, name in pictures]
    assert max(sizes) <= MOST_BYTES_OF_A_PICTURE
    assert sum(sizes) <= MOST_BYTES_OF_ALL / len(FILES)
    assert min(len(alt) for alt, _folder, _name in pictures) > 20


@each_language
def test_every_name_in_bold_stands_in_the_interface(language):
    known = names_of_the_interface(language)
    names = [" ".join(name.split()) for name in re.findall(r"\*\*(.+?)\*\*", text_of(language), re.DOTALL)]
    assert len(names) > 80
    assert [name for name in names if not known.fullmatch(name)] == []


def names_of_the_interface(language: str) -> re.Pattern:
    """Return what matches each message in a language as pages show it, with something in place of what is filled in.

    A label may end with a colon that its message does not have, or be the message's beginning up to what is filled in.
    """
    texts = set()
    for entry in (entry for path in CATALOGUES for entry in polib.pofile(str(path)) if not entry.obsolete):
        both = (entry.msgid, entry.msgstr or entry.msgstr_plural.get(0, ""))
        texts.add(both[0] if language == "en" else both[1])
    patterns = set()
    for text in texts:
        literal = PLACEHOLDER.sub("", text)
        if len(re.findall(r"[^\W\d]", literal)) >= 2:
            pattern = PLACEHOLDER.sub(".+", re.escape(" ".join(text.split())))
            patterns |= {pattern, pattern.removesuffix(r"\ .+")}
    return re.compile("|".join(sorted(patterns)), re.IGNORECASE)


# In the admin ----------------------------------------------------------------------------------------------------


@each_language
def test_staff_read_the_guide_in_their_language_with_its_pictures(client_of_field_office, language):
    desk = client_of_field_office.get(reverse("admin:index"), headers={"accept-language": language})
    address = reverse("admin:guide", args=[language])
    assert f'href="{address}"' in desk.content.decode()
    content = client_of_field_office.get(address, headers={"accept-language": language}).content.decode()
    chapters = re.findall(r"^## (.+)$", text_of(language), re.MULTILINE)
    assert re.findall(r'<li><a href="#[\w-]+">(.+?)</a></li>', content) == chapters
    assert re.findall(r'<h2 id="[\w-]+">(.+?)</h2>', content) == chapters
    sources = re.findall(r'<img src="([^"]+)"', content)
    assert len(sources) == len(pictures_of(language))
    for source in sources:
        assert client_of_field_office.get(source).headers["Content-Type"] == "image/png"
    other = next(code for code in FILES if code != language)
    assert f'href="{reverse("admin:guide", args=[other])}"' in content


@pytest.fixture
def client_of_field_office(db) -> Client:
    """Whoever may do least."""
    return with_role("Field office")


def test_guide_is_for_staff_and_knows_its_languages(client_of_field_office, client):
    assert client.get(reverse("admin:guide", args=["en"])).status_code == 302
    assert client_of_field_office.get(reverse("admin:guide", args=["fr"])).status_code == 404
