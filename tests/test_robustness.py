"""Whatever stands in a query string, the answer is a page or a clear fault, never a failure of the server."""

import re
from html import unescape
from urllib.parse import quote, urlencode

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from casestudies.filters import KEYS

pytestmark = pytest.mark.django_db

odd_texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="\"-()|&:*!<>'\\ abOR\x00é\u0301Ёйи\u202e\U0001f600%_", max_size=60),
    st.sampled_from(["1", "2", "KZ", "road", "single-window", "title", "-1", "1e9", "٣", "2010", " ", "OR", "a" * 600]),
)
pairs = st.tuples(st.one_of(st.sampled_from(KEYS), st.text(max_size=8)), odd_texts)
structured = st.lists(pairs, max_size=6).map(
    lambda items: "&".join(f"{quote(key, errors='replace')}={quote(value, errors='replace')}" for key, value in items)
)
raw = st.binary(max_size=60).map(lambda octets: octets.decode("latin-1").replace("#", ""))


@given(query=st.one_of(structured, raw))
def test_no_query_string_is_a_server_error(query, few_studies):
    client = few_studies
    page = client.get("/ru/case-studies/", QUERY_STRING=query)
    assert page.status_code in (200, 404)
    for extension in ("csv", "json"):
        response = client.get(f"/en/case-studies.{extension}", QUERY_STRING=query)
        assert response.status_code in (200, 400)
        if response.streaming:
            assert b"".join(response.streaming_content)


@pytest.fixture
def few_studies(empty_collection, make_study, client):
    """A client of a small collection, so that thousands of requests stay quick."""
    for number in range(3):
        make_study(outcomes=number, countries=["KZ", "NO"], provisions=[("TIR", None)])
    return client


@pytest.mark.parametrize(
    "question",
    [
        "a" * 10_000,
        "the of and",
        "!?…",
        "a\x00b",
        "\U0001f600",
        'b "c',
        "\u202eabc",
        "-",
        "()",
        "a" * 400 + " OR b",
        " ".join(f"{chr(n)}" for n in range(0x430, 0x450)) * 7,
        "+".join("bcdfghjk" * 30),
        " OR ".join("bcdfghjk" * 12),
        "africa europe asia america balkans nordic european union commonwealth eurasian economic union asean lldc",
        " OR ".join(["european union", "africa", "asia", "customs", "border"] * 8),
        " ".join(["customs border transit lorry queue document inspection clearance officer training"] * 5),
        "-customs -border",
        "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    ],
)
@pytest.mark.parametrize("as_typed", [{}, {"as_typed": "1"}])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_odd_question_gets_a_helpful_page(client, question, language, as_typed):
    response = client.get(f"/{language}/case-studies/", {"q": question, **as_typed})
    assert response.status_code == 200
    assert "<h1" in response.content.decode()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("the of and", "holds no word to search for"),
        ("!?…", "holds no letter and no digit"),
        ("\U0001f600", "holds no letter and no digit"),
        ("-customs -the", "says only what to leave out"),
        ("a" * 10_000, "longer than 500 characters"),
        ("qqqqzzzz", "No study holds"),
    ],
)
def test_question_that_finds_nothing_is_told_why(client, question, words):
    assert words in client.get("/en/case-studies/", {"q": question}).content.decode()


def test_of_a_long_question_the_beginning_is_searched_for(client):
    content = client.get("/ru/case-studies/", {"q": "customs " * 62 + "transit corridors"}).content.decode()
    assert 'class="card"' in content
    assert f'value="{("customs " * 62).strip()}"' in content
    assert "500 знаков" in content


def test_page_of_a_long_question_does_not_repeat_it_for_every_value(client):
    query = {"q": ("таможенный транзит «через» порт & рынок " * 13)[:490].strip(), "sort": "title"}
    page = client.get("/ru/case-studies/", query)
    assert len(page.content) < 250_000
    content = page.content.decode()
    form = content[content.index('<form id="adding"') :]
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    button = (
        r'<button class="value" id="[^"]+" type="submit" form="adding" name="(\w+)" value="([^"]+)">.*?"count">(\d+)'
    )
    values = re.findall(button, content)
    assert {"country", "theme", "measured"} <= {key for key, _code, _count in values}
    for key, code, count in values[::20]:
        pressed = urlencode([*((name, unescape(value)) for name, value in fields), (key, code)])
        listed = client.get("/ru/case-studies/", QUERY_STRING=pressed).content.decode()
        assert re.search(r'id="results-heading"[^>]*>(\d+)', listed)[1] == count
        # What is in use is a link again, as everywhere.
        (without,) = re.findall(rf'<a class="value chosen" id="{key}-{code}" href="([^"]+)"', listed)
        assert asked(without) == query


def asked(link: str) -> dict[str, str]:
    return QueryDict(unescape(link).partition("?")[2]).dict()


def test_letters_stand_in_links_as_they_are_and_lead_back_to_the_question(client):
    question = "рынок & «100 %» + тест=1"
    content = client.get("/ru/case-studies/", {"q": question}).content.decode()
    (link,) = re.findall(r'id="order-2" href="([^"]+)"', content)
    assert "рынок" in link
    assert asked(link) == {"q": question, "sort": "newest"}
    assert client.get(unescape(link)).content.decode().count('class="card"') == content.count('class="card"')


def test_control_characters_are_left_out(client):
    content = client.get("/en/case-studies/", {"q": "cust\x00oms\ttransit\x1b"}).content.decode()
    assert 'value="customs transit"' in content
    assert 'class="card"' in content


def test_study_read_from_a_long_question_keeps_its_way_through_the_list(client):
    listed = client.get("/en/case-studies/", {"q": "transit " * 80}).content.decode()
    first, second = re.findall(r'card-title"><a href="/en/case-studies/([^/]+)/', listed)[:2]
    content = client.get(f"/en/case-studies/{first}/", {"q": "transit " * 80}).content.decode()
    assert f'rel="next" href="/en/case-studies/{second}/' in content
