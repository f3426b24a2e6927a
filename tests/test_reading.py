"""Pages as readers ask for them."""

import pytest

PAGES = [
    "/{language}/",
    "/{language}/case-studies/",
    "/{language}/case-studies/?q=transit&country=KZ&country=UZ&sort=title",
    "/{language}/case-studies/?page=2",
    "/{language}/case-studies/?q=zzzzzz",
    "/{language}/case-studies/?country=XX&nonsense=1",
    "/{language}/case-studies/cim-smgs-common-rail-consignment-note/?theme=customs-transit",
    "/{language}/chapters/",
    "/{language}/chapters/processing-of-freight/",
    "/{language}/chapters/glossary/",
    "/{language}/chapters/overview-of-organizations/",
    "/{language}/themes/",
    "/{language}/themes/single-window/",
    "/{language}/countries/",
    "/{language}/countries/KZ/",
    "/{language}/conventions/",
    "/{language}/conventions/HARMONIZATION/",
    "/{language}/about/",
]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("page", PAGES)
def test_page_has_one_heading_and_its_language(client, db, page, language):
    response = client.get(page.format(language=language))
    content = response.content.decode()
    assert response.status_code == 200
    assert content.count("<h1") == 1
    assert f'<html lang="{language}">' in content
    assert content.count("<title>") == 1
