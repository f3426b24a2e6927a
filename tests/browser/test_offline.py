"""The offline edition, opened from disk with the network off."""

import io
import json
import random
import re
import urllib.parse
import urllib.request
import zipfile

import psycopg
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.test_accessibility import DESKTOP, PHONE, surplus_width, violations

STUDY = "cim-smgs-common-rail-consignment-note"
SINGLE = "central-america-duca-single-declaration"
both_languages = pytest.mark.parametrize("language", ["en", "ru"])


@pytest.fixture(scope="session")
def editions(server: str, tmp_path_factory) -> dict[str, str]:
    """The addresses of the files of the whole collection, by language, as downloaded from the site."""
    folder = tmp_path_factory.mktemp("offline")
    for language in ("en", "ru"):
        urllib.request.urlretrieve(f"{server}/{language}/case-studies.html", folder / f"{language}.html")
    return {language: f"file://{folder}/{language}.html" for language in ("en", "ru")}


@pytest.fixture
def open_offline(browser):
    """Return a function that opens an address without a network; what is asked of one, or complained of, fails."""
    contexts, complaints = [], []

    def open_page(address: str, **options) -> Page:
        contexts.append(browser.new_context(offline=True, **{"viewport": DESKTOP, **options}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith("file:") or complaints.append(request.url))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def answer(server: str, query: str, language: str = "en") -> dict:
    with urllib.request.urlopen(f"{server}/{language}/case-studies.json?{query}") as response:
        return json.load(response)


def shown(page: Page) -> list[str]:
    """Return the slugs of all studies of the list that the address asks for, in its order."""
    page.wait_for_function("JSON.stringify(asked()) === JSON.stringify(followed)")
    if page.locator("#all").is_visible():
        page.locator("#all").click()
    links = page.locator("#cards h3 a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [re.match(r"#/study/([^?]+)", link)[1] for link in links]


def ask(page: Page, query: str) -> None:
    page.evaluate("hash => { location.hash = hash }", f"#/?{query}")
    page.wait_for_function("hash => shownHash === hashOf(stateOf(hash))", arg=f"#/?{query}")


def counts(page: Page) -> dict[str, dict[str, int]]:
    """Return the counts of every value that the panels show, chosen ones left out: they carry no count."""
    found: dict[str, dict[str, int]] = {}
    for key, code, count in page.locator(".value:not(.chosen)").evaluate_all(
        "values => values.map(v => [...v.id.match(/^([a-z_]+)-(.+)$/).slice(1),"
        " v.querySelector('.count').firstChild.data])"
    ):
        found.setdefault(key, {})[code] = int(count)
    return found


def some_questions(facets: dict, number: int) -> list[str]:
    """Return questions of one to three values, of one filter and of several, and some with years; always the same."""
    chosen = random.Random(8)
    values = [(key, code) for key, by_code in facets.items() for code in by_code]
    questions = [chosen.sample(values, chosen.randint(1, 3)) for _time in range(number - 2)]
    questions += [[("theme", "customs-transit"), ("theme", "single-window"), ("lldc", "1")]]
    questions += [[("mode", "rail"), ("mode", "road"), ("year_from", "2005"), ("year_to", "2012")]]
    return [urllib.parse.urlencode(question) for question in questions]


def test_filters_give_what_the_site_gives(server, editions, open_offline):
    page = open_offline(editions["en"])
    for query in some_questions(answer(server, "")["facets"], 8):
        site = answer(server, f"{query}&sort=title")
        ask(page, f"{query}&sort=title")
        assert shown(page) == [study["slug"] for study in site["results"]], query
        asked = set(urllib.parse.parse_qsl(query))
        expected = {
            key: {code: count for code, count in by_code.items() if (key, code) not in asked}
            for key, by_code in site["facets"].items()
        }
        assert counts(page) == {key: by_code for key, by_code in expected.items() if by_code}, query


@both_languages
@pytest.mark.parametrize("sort", ["newest", "title", "country"])
def test_orders_are_those_of_the_site(server, editions, open_offline, language, sort):
    page = open_offline(editions[language])
    ask(page, f"sort={sort}&theme=customs-transit")
    site = answer(server, f"sort={sort}&theme=customs-transit", language)
    assert shown(page) == [study["slug"] for study in site["results"]]


@pytest.mark.parametrize("extension", ["html", "zip"])
def test_file_opens_in_the_order_of_the_list_it_was_made_of(server, open_offline, tmp_path, extension):
    chosen = "&".join(f"study={slug}" for slug in (STUDY, "rwanda-electronic-single-window", SINGLE))
    for number, (language, query) in enumerate(
        [("en", "country=KZ&sort=title"), ("ru", "q=очереди"), ("en", chosen), ("en", "country=KZ")]
    ):
        query = urllib.parse.quote(query, safe="=&")
        folder = tmp_path / str(number)
        folder.mkdir()
        urllib.request.urlretrieve(
            f"{server}/{language}/case-studies.{extension}?{query}", folder / f"index.{extension}"
        )
        if extension == "zip":
            zipfile.ZipFile(folder / "index.zip").extractall(folder)
        page = open_offline(f"file://{folder}/index.html")
        listed = [study["slug"] for study in answer(server, query, language)["results"]]
        assert shown(page) == listed, query
        expect(page.locator("#sorting [aria-current]")).to_have_attribute("id", "order-downloaded")
        question = page.locator("#edition dd").nth(1).text_content()
        expect(page.locator(".edition-question")).to_have_text(question)
        for order in ("order-title", "order-downloaded"):
            page.locator(f"#{order}").click()
            expect(page.locator("#sorting [aria-current]")).to_have_attribute("id", order)
        assert shown(page) == listed, query
        expect(page).to_have_url(re.compile("#/$"))


def test_words_have_the_stems_that_postgresql_gives_them(database_url, editions, open_offline):
    """All but a few of the newest exceptions of Snowball."""
    page = open_offline(editions["en"])
    page.evaluate("makeReady()")
    stems = dict(
        page.evaluate("[...read].filter(([, one]) => !one.isStopWord).map(([word, { stem }]) => [word, stem])")
    )
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT word, tsvector_to_array(to_tsvector((CASE WHEN word ~ '[\u0400-\u04ff]' THEN 'handbook_ru'"
            " ELSE 'handbook_en' END)::regconfig, word)) FROM unnest(%s::text[]) AS word",
            [list(stems)],
        ).fetchall()
    different = {word: (stems[word], theirs) for word, theirs in rows if theirs != [stems[word]]}
    assert len(rows) > 15_000
    assert len(different) < 0.003 * len(rows), different


QUESTIONS = [
    ("УЭО", "turkiye-authorised-operator-clearance-at-premises", None),
    ("железнодорожных накладных", STUDY, None),
    ('"rail consignment note"', STUDY, "rwanda-electronic-single-window"),
    ("rail -CIM", None, STUDY),
    ("harmonisation", "central-america-duca-single-declaration", None),
    ("consignm", STUDY, None),
    ("СМГС OR Бейтбридж", STUDY, None),
]


# One word and several, names of every vocabulary, a reference, a spelling, phrases, exclusions, alternatives, signs.
SEARCHES = [
    ("en", "transit"),
    ("en", "queue"),
    ("en", "reduce waiting time at the border"),
    ("en", "3%"),
    ("en", "C++"),
    ("en", "Kazakhstan OR Georgia"),
    ("en", "Georgia"),
    ("ru", "Грузия"),
    ("ru", "груз"),
    ("en", "trusted trader programme"),
    ("en", "landlocked"),
    ("en", "Central Asia railway"),
    ("en", "TIR Article 38"),
    ("en", "Annex 8"),
    ("en", "harmonisation of labour-saving checks"),
    ("en", '"single window" -maritime'),
    ("en", "e-phyto certificate"),
    ("en", "how did Uganda halve clearance time"),
    ("en", "УЭО"),
    ("ru", "УЭО"),
    ("ru", "очереди на границе"),
    ("ru", "электронная накладная"),
    ("ru", "Казахстан -автомобильный"),
    ("ru", "СМГС ИЛИ Бейтбридж"),
    ("ru", "страны, не имеющие выхода к морю"),
    ("ru", "«единое окно» Узбекистан"),
    ("ru", "single window Казахстан"),
    ("ru", "статья 10 Киотская конвенция"),
    ("en", "authorised"),
    ("en", "check-point"),
    ("en", "on-line"),
    ("en", "Kenya-Uganda"),
    ("en", "tell US about <b>queues</b>"),
    ("en", "GATT article 5"),
    ("en", "TFA article 7 paragraph 4"),
    ("en", "best practice single window"),
    ("en", "bribe"),
    ("ru", "Казахстан—Китай граница"),
    ("ru", "э-очередь"),
    ("ru", "терминалы"),
    ("ru", "материал"),
    ("ru", "п. 4 ст. 7 СУПТ"),
    ("ru", "специальное приложение Е"),
    ("ru", "Того"),
]


def test_search_finds_what_the_site_finds(server, editions, open_offline):
    pages = {language: open_offline(address) for language, address in editions.items()}
    different = {}
    for language, question in SEARCHES:
        # The file corrects no spelling.
        query = urllib.parse.urlencode({"q": question, "as_typed": 1})
        site = [study["slug"] for study in answer(server, query, language)["results"]]
        ask(pages[language], urllib.parse.urlencode({"q": question}))
        found = shown(pages[language])
        if sorted(found) != sorted(site):
            different[question] = (len(found), len(site), sorted(set(found) ^ set(site)))
    assert different == {}


def test_search_understands_both_languages(editions, open_offline):
    page = open_offline(editions["en"])
    for question, found, lost in QUESTIONS:
        page.get_by_role("searchbox").fill(question)
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("link", name=f"“{question}”")).to_be_visible()
        slugs = shown(page)
        assert slugs, question
        assert found is None or found in slugs, question
        assert lost not in slugs, question


def test_list_follows_what_is_typed_and_marks_it(editions, open_offline):
    page = open_offline(editions["ru"])
    page.get_by_role("searchbox").press_sequentially("накладной цим")
    expect(page.locator("#cards mark").first).to_be_visible()
    assert shown(page)[0] == STUDY
    expect(page.locator("#announcement")).to_have_text(re.compile(r"^\d+ пример"))


def test_where_nothing_holds_everything_the_rest_is_shown(editions, open_offline):
    page = open_offline(f"{editions['en']}#/?q=zzzz+single+window")
    expect(page.locator("#guidance")).to_have_text("No study holds “zzzz”.")
    assert len(shown(page)) > 5


@both_languages
def test_study_is_read_in_full_and_back_leads_to_the_list(editions, open_offline, language):
    page = open_offline(f"{editions[language]}#/?country=KZ&sort=title")
    slugs = shown(page)
    page.locator("#cards h3 a").nth(1).click()
    expect(page.locator("#study h1")).to_be_focused()
    for part in ("challenge", "practice", "results", "lessons", "sources", "citation"):
        expect(page.locator(f"#{slugs[1]}-{language}-{part}")).to_be_visible()
    page.locator("#way [rel=next]").click()
    expect(page).to_have_url(re.compile(f"#/study/{slugs[2]}\\?"))
    page.go_back()
    page.go_back()
    expect(page.locator("#cards > li")).to_have_count(len(slugs))
    value = page.locator("#panels .value:not(.chosen)").first.get_attribute("id")
    page.locator(f"[id='{value}']").click()
    expect(page.locator(f"[id='{value}']")).to_be_focused()


def test_other_language_of_the_texts(editions, open_offline):
    page = open_offline(f"{editions['en']}#/study/{STUDY}")
    page.get_by_role("link", name="Русский").click()
    expect(page.locator("#study article")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("heading", name="Проблема")).to_be_visible()
    page.get_by_role("link", name="All case studies").click()
    expect(page.locator("#cards article").first).to_have_attribute("lang", "ru")


def test_links_to_the_vocabularies_stay_in_the_file(editions, open_offline):
    page = open_offline(f"{editions['en']}#/study/{STUDY}")
    for name in ("Ukraine", "Customs transit", "COTIF/CIM", "Harmonization Convention: Annex 9, Article 9"):
        page.evaluate("hash => { location.hash = hash }", f"#/study/{STUDY}")
        page.get_by_role("complementary").get_by_role("link", name=name, exact=True).click()
        expect(page.locator("#choices")).to_be_visible()
        assert STUDY in shown(page)
    page.evaluate("hash => { location.hash = hash }", f"#/study/{STUDY}")
    page.get_by_role("link", name="Trade and Customs: The International Legal Framework").first.click()
    expect(page.get_by_role("link", name="Chapter: 1.")).to_be_visible()


def test_links_keep_the_language_of_the_texts(server, editions, open_offline, tmp_path):
    page = open_offline(f"{editions['en']}#/study/{SINGLE}?lang=ru&country=CR")
    page.locator(".facts a").first.click()
    expect(page.locator("#choices")).to_be_visible()
    expect(page).to_have_url(re.compile(r"#/\?lang=ru&country=[A-Z]{2}$"))
    expect(page.locator("#cards article").first).to_have_attribute("lang", "ru")
    # What the notice of an outdated translation leads to.
    original = f"{server}/en/case-studies/{SINGLE}/"
    page.evaluate(
        "([slug, address]) => {"
        " const link = element('a', { href: address, id: 'original' }, 'Original');"
        " const study = studies.find((one) => one.slug === slug);"
        " study.versions.ru.querySelector('article').append(link); }",
        [SINGLE, original],
    )
    page.go_back()
    page.locator("#original").click()
    expect(page.locator("#study article")).not_to_have_attribute("lang", "ru")
    expect(page).to_have_url(re.compile(f"#/study/{SINGLE}\\?country=CR$"))


def test_what_is_new_since_an_older_edition(editions, open_offline):
    page = open_offline(editions["en"])
    day = page.evaluate("data.day")
    page.get_by_label("New or changed since").fill(day)
    page.locator("#changed button").click()
    expect(page.locator("#choices")).to_contain_text("New or changed since")
    expect(page.locator("#results-heading")).to_have_text("158 studies")
    page.evaluate("data.studies.forEach((study, at) => { if (at) study.updated = '2020-01-01' })")
    page.evaluate(
        "key => localStorage.setItem(key, '[\"2021-05-06\"]')", page.evaluate("'offline-editions ' + data.address")
    )
    page.evaluate("offerChanges()")
    page.get_by_role("link", name="Since your edition of 6 May 2021").click()
    expect(page.locator("#results-heading")).to_have_text("1 study")


def test_news_name_the_studies_withdrawn_since(server, editions, open_offline):
    page = open_offline(editions["en"])
    page.evaluate(
        "data.withdrawn = [['2021-05-06', 'Later', 'Позже'], ['2021-05-05', 'Earlier', 'Раньше']]"
        ".map(([day, en, ru]) => ({ slug: en.toLowerCase(), day, titles: { en, ru } }))"
    )
    expect(page.locator("#withdrawn")).not_to_be_visible()
    ask(page, "changed_since=2021-05-06")
    expect(page.locator("#withdrawn li")).to_have_text([f"Later – 6 May 2021{server}/en/case-studies/later/"])
    expect(page.locator("#withdrawn a")).to_have_attribute("href", f"{server}/en/case-studies/later/")
    ask(page, "changed_since=2021-05-01&lang=ru")
    expect(page.locator("#withdrawn li")).to_have_text([re.compile("^Позже – 6 May 2021"), re.compile("^Раньше – 5")])
    ask(page, "changed_since=2021-05-07")
    expect(page.locator("#withdrawn")).not_to_be_visible()


@pytest.mark.parametrize(
    ("query", "said", "remedy"),
    [
        (
            "year_from=2020&year_to=2010&mode=rail",
            ["The first year (2020) lies after the last (2010)."],
            "year_to=2010&mode=rail",
        ),
        ("year_from=abcd", ["Give a year from 1900 to 2100."], ""),
        ("changed_since=abcd", ["Give a day as year-month-day: 2026-03-31."], ""),
        ("country=XX&country=KZ", ["No study of this edition has this value."], "country=KZ"),
        ("colour=red", ["There is no filter with this name."], ""),
        ("year_to=1&theme=no", ["Give a year from 1900 to 2100.", "No study of this edition has this value."], None),
    ],
)
def test_what_is_not_understood_is_said(editions, open_offline, query, said, remedy):
    page = open_offline(f"{editions['en']}#/?{query}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This address asks for something that does not exist")
    expect(page.locator(".faults li > p:first-child")).to_have_text([re.compile(re.escape(f" {one}")) for one in said])
    expect(page.locator("#list")).not_to_be_visible()
    if remedy is not None:
        page.get_by_role("link", name="Go on without it").click()
        expect(page).to_have_url(re.compile(re.escape(f"#/{remedy and f'?{remedy}'}") + "$"))
        assert len(shown(page)) > 1


def test_study_that_is_not_in_the_edition_is_said_not_to_be(server, editions, open_offline):
    page = open_offline(f"{editions['en']}#/study/no-such-study?country=KZ")
    expect(page.get_by_role("heading", level=1)).to_have_text("This edition does not hold this study")
    address = f"{server}/en/case-studies/no-such-study/"
    expect(page.get_by_role("link", name=address)).to_have_attribute("href", address)
    page.evaluate("data.withdrawn = [{ slug: 'gone', day: '2021-05-06', titles: { en: 'Queues', ru: 'Очереди' } }]")
    page.evaluate("location.hash = '#/study/gone?country=KZ'")
    expect(page.get_by_role("heading", level=1)).to_have_text("Queues")
    expect(page.locator("#study .lead")).to_contain_text("withdrawn on 6 May 2021")
    page.get_by_role("link", name="Country: Kazakhstan").click()
    assert len(shown(page)) > 1


# Places on the page, as the skip link and a source's number lead to them ------------------------------------------


def test_filters_of_a_phone_keep_what_was_asked(editions, open_offline):
    page = open_offline(f"{editions['en']}#/?country=KZ", viewport=PHONE)
    before = shown(page)
    page.locator(".to-filters").click()
    page.get_by_label("From", exact=True).fill("2015")
    page.locator("#years").get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"#/\?year_from=2015&country=KZ$"))
    after = shown(page)
    assert 0 < len(after) < len(before)
    assert set(after) < set(before)


@pytest.mark.parametrize("link", ["About this edition", "Skip to content"])
def test_search_works_after_a_link_to_a_place_on_the_page(editions, open_offline, link):
    page = open_offline(f"{editions['en']}#/?country=KZ")
    page.get_by_role("link", name=link).press("Enter")
    expect(page).to_have_url(re.compile("#(edition|content)$"))
    page.get_by_role("searchbox").press_sequentially("rail")
    expect(page).to_have_url(re.compile(r"#/\?q=rail&country=KZ$"))
    expect(page.locator("#cards mark").first).to_be_visible()
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#results-heading")).to_be_focused()


def test_place_on_the_page_keeps_the_list_through_a_reload(editions, open_offline):
    page = open_offline(f"{editions['en']}#/?country=KZ&lang=ru")
    before = shown(page)
    page.get_by_role("link", name="About this edition").click()
    expect(page.locator("#edition")).to_be_in_viewport()
    page.reload()
    expect(page.locator("#edition")).to_be_in_viewport()
    assert shown(page) == before
    page.go_back()
    expect(page).to_have_url(re.compile("country=KZ"))
    assert shown(page) == before


def test_edition_opens_at_a_place_on_the_page(editions, open_offline):
    page = open_offline(f"{editions['en']}#edition")
    expect(page.locator("#edition")).to_be_in_viewport()
    assert len(shown(page)) == 158


@both_languages
def test_source_of_a_result_is_a_place_in_its_study(editions, open_offline, language):
    page = open_offline(f"{editions['en']}#/study/{STUDY}?lang={language}&mode=rail")
    number = page.locator("#study td a[href*='-source-']").first
    place = number.get_attribute("href")
    number.click()
    source = page.locator(f"[id='{place[1:]}']")
    expect(source).to_be_in_viewport()
    page.go_back()
    expect(page.locator("#way [rel=next]")).to_be_visible()
    page.go_forward()
    page.reload()
    expect(source).to_be_in_viewport()
    # Of the list it was read through too.
    expect(page.locator("#way [rel=next]")).to_be_visible()
    page.locator("#way a").first.click()
    expect(page.locator("#cards")).to_be_visible()
    page.go_back()
    expect(source).to_be_in_viewport()
    anew = open_offline(f"{editions['en']}{place}")
    expect(anew.locator(f"[id='{place[1:]}']")).to_be_in_viewport()
    assert anew.locator("li:target").count() == 1
    expect(anew.locator("#study h1")).to_have_text(page.locator("#study h1").text_content())


@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("ru", PHONE)])
def test_no_view_violates_a_rule_of_accessibility(editions, open_offline, language, size):
    page = open_offline(editions[language], viewport=size)
    found = {}
    views = ("#/", "#/?q=УЭО&country=KZ&convention=RKC", f"#/study/{STUDY}?theme=customs-transit")
    for where in (*views, "#/?country=XX&year_from=abcd", "#/study/no-such-study"):
        page.evaluate("hash => { location.hash = hash }", where)
        found[where] = violations(page)
        assert surplus_width(page) <= 0, where
    assert {where: what for where, what in found.items() if what} == {}


def test_on_paper_it_is_its_texts(editions, open_offline):
    page = open_offline(f"{editions['en']}#/study/{STUDY}")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(re.compile(rf"/en/case-studies/{STUDY}/@1/$")).first).to_be_visible()
    for hidden in ("#way", "#languages", ".skip"):
        expect(page.locator(hidden)).not_to_be_visible()
    page.evaluate("hash => { location.hash = hash }", "#/?country=KZ")
    expect(page.locator("#cards > li").first).to_be_visible()
    for hidden in ("#search", "#filters", ".sorting", "#show-more"):
        expect(page.locator(hidden)).not_to_be_visible()


def test_whole_list_is_printed(editions, open_offline):
    page = open_offline(f"{editions['en']}#/?sort=title")
    last = page.evaluate("listed.results.at(-1).versions.en.querySelector('h1').textContent")
    expect(page.locator("#cards > li")).to_have_count(50)
    printed = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf())).pages)
    assert "158 studies" in printed
    assert "".join(last.split()) in "".join(printed.split())
    expect(page.locator("#cards > li")).to_have_count(50)
    page.get_by_role("button", name="Show more studies").click()
    expect(page.locator("#cards > li")).to_have_count(100)
    expect(page.locator("#cards > li:nth-child(51) h3 a")).to_be_focused()


@both_languages
def test_without_scripts_every_study_can_be_read(editions, open_offline, language):
    page = open_offline(editions[language], java_script_enabled=False)
    expect(page.locator(".plain-note")).to_be_visible()
    articles = page.locator(f"section.entry > [lang={language}] > article")
    expect(articles).to_have_count(158)
    expect(articles.last).to_be_visible()
    expect(page.locator("#list")).not_to_be_visible()
    page.locator(f"nav a[href='#/study/{STUDY}']").click()
    expect(page.locator(f"[id='/study/{STUDY}'] [lang={language}] h1")).to_be_in_viewport()


def test_unpacked_zip_reads_like_the_single_file(server, open_offline, tmp_path):
    name, _headers = urllib.request.urlretrieve(f"{server}/en/case-studies.zip", tmp_path / "edition.zip")
    zipfile.ZipFile(name).extractall(tmp_path)
    page = open_offline(f"file://{tmp_path}/index.html#/?q=УЭО&sort=title")
    expect(page.locator("#cards mark").first).to_be_visible()
    assert len(shown(page)) > 10
    plain = open_offline(f"file://{tmp_path}/index.html", java_script_enabled=False)
    plain.get_by_role("link", name="Studies, part 2").click()
    expect(plain.locator("section.entry")).to_have_count(58)
