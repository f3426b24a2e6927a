"""On paper a study and a list are their texts: no controls, and the addresses of sources written out."""

import re

import pytest
from playwright.sync_api import Page, expect

STUDY = "cim-smgs-common-rail-consignment-note"
WORDS = {
    "en": ("Sections", "Filters", "Pages", "Result list", "Related studies", "Download this list"),
    "ru": ("Разделы", "Фильтры", "Страницы", "Список результатов", "Связанные примеры", "Скачать этот список"),
}
both_languages = pytest.mark.parametrize("language", ["en", "ru"])


def expect_no_controls(page: Page, language: str) -> None:
    """Everything that only a screen can use is left out, the skip link and the switch of language too."""
    sections, filters, pages, way, related, download = WORDS[language]
    for name in (sections, pages, way):
        expect(page.get_by_role("navigation", name=name)).to_have_count(0)
    expect(page.get_by_role("search")).to_have_count(0)
    expect(page.get_by_role("complementary", name=filters)).to_have_count(0)
    expect(page.get_by_role("region", name=related)).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text(download)).not_to_be_visible()
    expect(page.locator(".skip")).not_to_be_visible()
    expect(page.locator(".languages")).not_to_be_visible()


@both_languages
def test_study_prints_its_texts_and_writes_out_its_sources(page, language):
    page.goto(f"/{language}/case-studies/{STUDY}/?theme=customs-transit")
    page.emulate_media(media="print")
    expect_no_controls(page, language)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for part in ("challenge", "practice", "results", "outcomes", "lessons", "citation"):
        expect(page.locator(f"#{part}")).to_be_visible()
    sources = page.locator(".sources li")
    assert sources.count() > 2
    for source in sources.all():
        address = source.get_by_role("link").get_attribute("href")
        expect(source.get_by_text(address)).to_be_visible()
    expect(page.get_by_text(re.compile(rf"http\S+/{language}/case-studies/{STUDY}/(@1/)?$")).first).to_be_visible()


@both_languages
def test_list_prints_what_was_asked_and_what_was_found(page, language):
    page.goto(f"/{language}/case-studies/?country=KZ&sort=title")
    number = page.get_by_role("article").count()
    page.emulate_media(media="print")
    expect_no_controls(page, language)
    expect(page.locator("#results-heading")).to_have_text(re.compile(rf"^{number} "))
    expect(page.get_by_role("article")).to_have_count(number)
    asked = {"en": "Country: Kazakhstan", "ru": "Страна: Казахстан"}[language]
    expect(page.get_by_role("link", name=asked)).to_be_visible()
    expect(page.get_by_text("×")).not_to_be_visible()


@pytest.mark.parametrize("path", [f"/en/case-studies/{STUDY}/", "/ru/case-studies/?q=транзит", "/en/countries/KZ/"])
def test_page_becomes_a_pdf(page, path):
    page.goto(path)
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 10_000
