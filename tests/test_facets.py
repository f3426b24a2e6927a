"""Every count is exactly what a click gives, under any combination of filters and search."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from casestudies import editorial, facets
from casestudies.filters import VALUE_FILTERS
from casestudies.models import CaseStudy
from casestudies.selection import Selection
from tests.curating import approve
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

VALUES = {
    "country": ["KZ", "UZ", "NO", "SE", "US", "PL", "UG", "AL"],
    "region": ["central-asia", "northern-europe", "eastern-africa", "eastern-europe"],
    "osce": ["participating", "partner"],
    "unece": ["1"],
    "lldc": ["1"],
    "field_operation": ["1"],
    "chapter": ["1", "2", "4", "7", "9"],
    "theme": ["single-window", "customs-transit", "risk-management", "training", "seaports"],
    "convention": ["RKC", "TIR", "WTO-TFA", "HARMONIZATION"],
    "provision": ["wto-tfa-article-7", "harmonization-annex-8", "rkc-general-annex-chapter-6"],
    "mode": ["road", "rail", "sea"],
    "measured": ["1"],
    "study": [
        "kyrgyzstan-tulpar-single-window",
        "cim-smgs-common-rail-consignment-note",
        "norway-sweden-finland-customs-border-cooperation",
    ],
    "q": ["customs", "граница", "border -rail", '"single window" OR transit', "the"],
    "year_from": ["1995", "2010"],
    "year_to": ["2012", "2020"],
    "changed_since": ["2020-03-01", "2021-06-30"],
}
single = {"q", "year_from", "year_to", "changed_since"}
queries = st.lists(
    st.sampled_from([(key, value) for key, values in VALUES.items() for value in values]), max_size=6, unique=True
).filter(lambda pairs: all(sum(key == k for k, _v in pairs) <= 1 for key in single))


@pytest.fixture
def changed_over_years(db):
    """The studies of the collection, changed on different days instead of all on that of loading."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE casestudies_searchentry"
            " SET changed_at = '2019-01-01Z'::timestamptz + case_study_id %% 40 * interval '1 month'",
            [],
        )


def selection(pairs) -> Selection:
    with translation.override("en"):
        made = Selection(QueryDict(urlencode(pairs)))
        assert made.faults == []
        return made


@given(pairs=queries, data=st.data())
def test_count_is_what_the_click_gives(changed_over_years, pairs, data):
    counts = selection(pairs).counts
    assert counts.total == selection(pairs).entries.count()
    for key in VALUE_FILTERS:
        shown = counts.by_filter[key]
        for code in data.draw(st.lists(st.sampled_from(sorted(shown)), max_size=2, unique=True)) if shown else []:
            assert shown[code] == selection([*pairs, (key, code)]).entries.count(), (pairs, key, code)


@pytest.mark.parametrize("pairs", [[], [("country", "KZ")], [("theme", "single-window"), ("q", "customs")]])
def test_value_that_is_not_shown_has_no_study(pairs):
    made = selection(pairs)
    in_use = {key for key, _value in pairs}
    for key in ("country", "theme", "region", "chapter", "provision"):
        for code in set(made.vocabulary[key]) - set(made.counts.by_filter[key]):
            others = [pair for pair in pairs if pair[0] != key] if key in in_use else pairs
            assert selection([*others, (key, code)]).entries.count() == 0


def test_list_shows_counts_that_its_links_give(client):
    import re

    content = client.get("/en/case-studies/?country=KZ&theme=customs-transit").content.decode()
    links = re.findall(r'class="value" id="[^"]+" href="/en/case-studies/\?([^"]+)">.*?class="count">(\d+)', content)
    assert len(links) > 20
    for query, count in links:
        made = Selection(QueryDict(query.replace("&amp;", "&")))
        assert made.entries.count() == int(count)


@given(identifiers=st.sets(st.integers(min_value=1, max_value=5000)))
def test_set_holds_what_was_put_in(identifiers):
    assert list(facets.members(facets.set_of(identifiers))) == sorted(identifiers)


def test_sets_follow_every_edit(make_study):
    """Brought up to date after each edit, the sets are those that reading everything gives."""

    def is_up_to_date() -> bool:
        sets, fresh = facets.current(), facets._read()
        present = {
            key: {value: these for value, these in values.items() if these} for key, values in sets.by_value.items()
        }
        return (present, sets.everything) == (fresh.by_value, fresh.everything)

    assert is_up_to_date()
    user, studies = UserFactory(), [make_study(countries=["KZ"], outcomes=1), make_study(themes=["training"])]
    assert is_up_to_date()
    editorial.archive(studies[0], user)
    assert is_up_to_date()
    approve(studies[0])
    assert is_up_to_date()
    CaseStudy.objects.get(slug="kyrgyzstan-tulpar-single-window").delete()
    assert is_up_to_date()
