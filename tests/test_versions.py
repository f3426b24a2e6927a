"""Versions: every published state stays readable, says what changed since, and a withdrawn study says so."""

import html
import io
import json
import re
from datetime import date

import docx
import pybtex.database
import pypdf
import pytest
import rispy
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from casestudies import editorial, loading, search_index, versions
from casestudies.models import CaseStudy, CaseStudyVersion, Convention, Outcome, SearchEntry
from casestudies.models.case import TEXT_FIELDS
from casestudies.versions.differences import compared
from tests.curating import approve, correct
from tests.factories import CaseStudyFactory, UserFactory

pytestmark = pytest.mark.django_db

TULPAR = "kyrgyzstan-tulpar-single-window"


@pytest.fixture
def study(make_study):
    return make_study(
        slug="wombat-gate",
        title_en="Wombat gate",
        title_ru="Ворота вомбата",
        practice_en="Two officers share one office at the gate.",
        countries=["KZ", "NO"],
        provisions=[("HARMONIZATION", "Annex 8, Article 5"), ("TIR", None)],
        outcomes=1,
    )


@pytest.fixture
def user(db):
    return UserFactory()


def numbers(slug: str) -> list[int]:
    return list(CaseStudyVersion.objects.filter(slug=slug).order_by("number").values_list("number", flat=True))


def edit(study: CaseStudy, **fields) -> None:
    """Change a study as the application's own code does."""
    CaseStudy.objects.filter(pk=study.pk).update(**fields)
    versions.keep([study.pk])
    search_index.refresh([study.pk])


def shown(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def main(content: str) -> str:
    """Return what a reader sees of a page's main part, tags and repeated blanks dropped."""
    body = content.split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", body)))


# Keeping -----------------------------------------------------------------------------------------------------------


def test_every_study_of_the_loaded_collection_has_its_first_version():
    assert CaseStudyVersion.objects.count() == CaseStudy.objects.published().count() == 158
    assert set(CaseStudyVersion.objects.values_list("number", "withdrawn_at")) == {(1, None)}


def test_loading_makes_a_version_of_what_it_changed_alone(settings):
    CaseStudy.objects.filter(slug=TULPAR).update(lessons_en="Changed by a curator.")
    loading.load(settings.BASE_DIR / "fixtures", overwrite=True)
    assert numbers(TULPAR) == [1]  # the text is again that of its version
    CaseStudy.objects.filter(slug=TULPAR).update(lessons_en="Changed by a curator.")
    versions.keep(CaseStudy.objects.values_list("pk", flat=True))
    loading.load(settings.BASE_DIR / "fixtures", overwrite=True)
    assert numbers(TULPAR) == [1, 2, 3]
    assert CaseStudyVersion.objects.count() == 160


def test_loading_keeps_what_was_published_before_versions_were(settings):
    study = CaseStudy.objects.get(slug=TULPAR)
    CaseStudyVersion.objects.all().delete()
    loading.load(settings.BASE_DIR / "fixtures")
    assert CaseStudyVersion.objects.count() == 158
    assert CaseStudyVersion.objects.get(slug=TULPAR).made_at == study.updated_at


def test_queries_of_keeping_do_not_grow_with_the_studies(django_assert_max_num_queries):
    CaseStudyVersion.objects.all().delete()
    with django_assert_max_num_queries(21):
        versions.begin()


def test_version_holds_the_whole_study(study):
    record = CaseStudyVersion.objects.get(slug=study.slug).record
    assert record["en"]["practice"] == "Two officers share one office at the gate."
    assert record["ru"]["title"] == "Ворота вомбата"
    assert record["countries"] == ["KZ", "NO"]
    assert record["instruments"][0] == {"code": "HARMONIZATION", "provision": "Annex 8, Article 5"}
    assert record["outcomes"][0]["before"] == 72


def test_draft_has_no_version(make_study):
    study = make_study(slug="in-the-making", status="draft", published_at=None)
    approve(study)
    assert numbers("in-the-making") == [1]


def test_save_in_the_admin_makes_a_version_only_where_something_changed(curator, study):
    correct(curator, study)
    assert numbers("wombat-gate") == [1]
    correct(curator, study, lessons_en="Begin with the fence.")
    assert numbers("wombat-gate") == [1, 2]
    latest = CaseStudyVersion.objects.get(slug="wombat-gate", number=2)
    assert latest.record["en"]["lessons"] == "Begin with the fence."
    assert SearchEntry.objects.get(case_study=study).changed_at == latest.made_at


def test_study_published_again_has_a_new_version_for_those_who_let_go_of_it(study, user):
    editorial.archive(study, user)
    assert numbers("wombat-gate") == [1]
    assert CaseStudyVersion.objects.get(slug="wombat-gate").withdrawn_at is not None
    approve(study)
    assert numbers("wombat-gate") == [1, 2]
    assert CaseStudyVersion.objects.get(slug="wombat-gate", number=2).withdrawn_at is None


def test_deleted_study_keeps_its_versions_and_its_successor_counts_on(study):
    study.delete()
    assert CaseStudyVersion.objects.get(slug="wombat-gate").withdrawn_at is not None
    again = CaseStudyFactory(slug="wombat-gate")
    versions.keep([again.pk])
    assert numbers("wombat-gate") == [1, 2]


# The page of a version ---------------------------------------------------------------------------------------------


def test_version_shows_the_study_as_it_was(client, study):
    before = shown(client, study.get_absolute_url())
    edit(study, title_en="Other gate", practice_en="One office.")
    after = shown(client, "/en/case-studies/wombat-gate/@1/")
    for content in (before, after):
        text = main(content)
        for part in (
            "Wombat gate",
            "Two officers share one office at the gate.",
            "Kazakhstan",
            "Norway",
            "72",
            "Annex 8",
        ):
            assert part in text
    article = after.split("<article")[1].split('class="changes"')[0]
    assert "Other gate" not in article


def test_version_page_renders_like_the_study_page_of_a_real_study(client):
    study = CaseStudy.objects.get(slug="cim-smgs-common-rail-consignment-note")
    for language in ("en", "ru"):
        facts = [
            main("<main>" + part.split('<aside class="facts"')[1].split("</dl>")[0] + "</main>")
            for part in (
                shown(client, f"/{language}/case-studies/{study.slug}/"),
                shown(client, f"/{language}/case-studies/{study.slug}/@1/"),
            )
        ]
        assert facts[0] == facts[1]
        texts = main(shown(client, f"/{language}/case-studies/{study.slug}/@1/"))
        for field in TEXT_FIELDS:
            assert re.sub(r"\s+", " ", getattr(study, f"{field}_{language}")) in texts


def test_version_page_says_which_it_is_and_which_is_current(client, study):
    edit(study, practice_en="Two officers share one desk.")
    CaseStudyVersion.objects.filter(number=1, slug="wombat-gate").update(made_at="2026-03-03T12:00Z")
    CaseStudyVersion.objects.filter(number=2, slug="wombat-gate").update(made_at="2026-04-05T12:00Z")
    content = shown(client, "/en/case-studies/wombat-gate/@1/")
    assert "This is version 1 of 3 March 2026. The current version is 2 of 5 April 2026." in main(content)
    assert '<meta name="robots" content="noindex' in content
    assert '<link rel="canonical" href="http://testserver/en/case-studies/wombat-gate/">' in content
    assert "Version 1 of 3 March 2026. http://testserver/en/case-studies/wombat-gate/@1/" in main(content)
    assert "It is the current version." in main(shown(client, "/en/case-studies/wombat-gate/@2/"))


def test_study_page_cites_its_version_and_lists_all(client, study):
    edit(study, practice_en="Two officers share one desk.")
    content = shown(client, study.get_absolute_url())
    day = f"{timezone.localdate():%-d %B %Y}"
    assert f"Version 2 of {day}. http://testserver/en/case-studies/wombat-gate/@2/" in main(content)
    listed = content.split('aria-labelledby="versions"')[1]
    assert re.findall(r'href="([^"]+/@\d/)"', listed) == [
        "/en/case-studies/wombat-gate/@2/",
        "/en/case-studies/wombat-gate/@1/",
    ]


@pytest.fixture
def saved_again(study):
    """A study whose last version is older than the last time it was saved."""
    CaseStudyVersion.objects.filter(slug="wombat-gate").update(made_at="2024-12-27T12:00Z")
    study.save()
    edit(study)
    assert numbers("wombat-gate") == [1]


CITED = "http://testserver/en/case-studies/wombat-gate/@1/"
IN_WORDS = f"Version 1 of 27 December 2024. {CITED}"
ONE = "/en/case-studies.{}?study=wombat-gate"


def of_pdf(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def of_note(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


@pytest.mark.parametrize(
    ("path", "read", "said"),
    [
        ("/en/case-studies/wombat-gate/", bytes.decode, [IN_WORDS]),
        ("/en/case-studies/wombat-gate.pdf", of_pdf, ["Version 1 of 27 December 2024. "]),
        ("/en/case-studies/wombat-gate.docx", of_note, [IN_WORDS]),
        (ONE.format("docx"), of_note, [CITED]),
        (ONE.format("html"), bytes.decode, [IN_WORDS]),
        (
            "/en/case-studies/wombat-gate.ris",
            bytes.decode,
            ["PY  - 2024", "DA  - 2024/12/27/", "ET  - Version 1", f"UR  - {CITED}"],
        ),
        (
            "/en/case-studies/wombat-gate.bib",
            bytes.decode,
            ["year = {2024}", "month = {12}", "note = {Version 1. ", f"url = {{{CITED}}}"],
        ),
        (ONE.format("csv"), bytes.decode, [',1,2024-12-27,"http']),
    ],
)
def test_file_cites_the_version_that_the_page_cites(client, saved_again, path, read, said):
    content = read(client.get(path).getvalue())
    for part in said:
        assert part in content


@pytest.mark.parametrize("path", [ONE.format("json"), ONE.format("jsonl"), "/api/v1/case-studies/wombat-gate/?lang=en"])
def test_programs_get_the_version_that_the_page_cites(client, saved_again, path):
    found = json.loads(client.get(path).getvalue())
    found = found["results"][0] if "facets" in found else found
    assert found["updated"] == "2024-12-27T12:00:00Z"
    assert found["version"] == {"number": 1, "made": "2024-12-27T12:00:00Z", "address": CITED}
    assert answer(client, f"{ONE.format('json')}&changed_since=2024-12-28")["count"] == 0


@pytest.mark.parametrize("language", ["en", "ru"])
def test_version_page_offers_files_that_cite_it(client, saved_again, study, language):
    edit(study, **{f"title_{language}": "Other gate"}, practice_en="One office.")
    study.delete()
    path = f"/{language}/case-studies/wombat-gate/@1"
    offered = re.findall(r'href="([^"]+/@1\.\w+)"', shown(client, f"{path}/"))
    assert offered == [f"{path}.ris", f"{path}.bib"]
    (record, _source), (entry, _other) = (
        rispy.loads(client.get(offered[0]).getvalue().decode()),
        pybtex.database.parse_string(client.get(offered[1]).getvalue().decode(), "bibtex").entries.values(),
    )
    title = {"en": "Wombat gate", "ru": "Ворота вомбата"}[language]
    assert (record["title"], entry.fields["title"]) == (title, f"{{{title}}}")
    assert record["urls"] == [entry.fields["url"]] == [f"http://testserver{path}/"]
    assert (record["date"], entry.fields["year"]) == ("2024/12/27/", "2024")
    for missing in (f"{path}.pdf", f"/{language}/case-studies/wombat-gate/@9.ris"):
        assert client.get(missing).status_code == 404
    assert client.get(f"{offered[0]}?oops=1").status_code == 400


def test_version_page_says_what_changed_since(client, study):
    edit(study, practice_en="Three officers share one office at the gate.", transport_modes=["road", "rail"])
    content = shown(client, "/en/case-studies/wombat-gate/@1/").split('id="changes"')[1]
    assert re.search(r"<del><span[^>]*> \[deleted: </span>Two<span[^>]*>\] </span></del>", content)
    assert re.search(r"<ins><span[^>]*> \[inserted: </span>Three<span[^>]*>\] </span></ins>", content)
    assert re.search(r"Added: <ins[^>]*>Rail</ins>", content)
    assert "Challenge" not in content.split("</section>")[0]
    russian = shown(client, "/ru/case-studies/wombat-gate/@1/").split('id="changes"')[1]
    assert '<p class="compared" lang="en">' in russian


def test_change_of_evidence_is_told_in_both_languages(client, study):
    Outcome.objects.filter(case_study=study).update(after=4, indicator_ru="Время в очереди")
    edit(study, updated_at=timezone.now())
    content = main("<main>" + shown(client, "/en/case-studies/wombat-gate/@1/").split('id="changes"')[1])
    assert "Removed: Waiting time: 72\u00a0hours → 6\u00a0hours".replace("\u00a0", " ") in content
    assert "Added: Waiting time: 72 hours → 4 hours" in content
    assert "Added: Время в очереди" in content


def test_only_a_change_of_order_is_said_so(client, study):
    for position, link in enumerate(study.country_links.order_by("-position")):
        link.position = position
        link.save()
    edit(study, updated_at=timezone.now())
    content = main("<main>" + shown(client, "/en/case-studies/wombat-gate/@1/").split('id="changes"')[1])
    assert "Only the order changed. It is now: Norway; Kazakhstan" in content


def test_same_text_published_again_is_said_so(client, study, user):
    editorial.archive(study, user)
    approve(study)
    assert "Nothing: the same text was published again." in main(shown(client, "/en/case-studies/wombat-gate/@1/"))


def test_version_stays_readable_when_vocabulary_is_gone(client, study):
    study.delete()
    version = CaseStudyVersion.objects.get(slug="wombat-gate")
    version.record |= {"themes": ["gone-theme"], "chapter": 42, "countries": ["ZZ"]}
    version.record["instruments"] = [{"code": "GONE", "provision": "Article 1"}, {"code": "TIR", "provision": "Gone 5"}]
    version.save()
    text = main(shown(client, "/en/case-studies/wombat-gate/@1/"))
    for part in ("gone-theme", "42", "ZZ", "GONE: Article 1", "Gone 5"):
        assert part in text
    assert Convention.objects.filter(code="GONE").count() == 0


@pytest.mark.parametrize(
    "path", ["wombat-gate/@2/", "wombat-gate/@0/", "wombat-gate/@99999999999999999999/", "none/@1/"]
)
def test_version_that_never_was_is_not_found(client, study, path):
    shown(client, f"/en/case-studies/{path}", 404)


def test_draft_of_a_published_study_is_in_no_version(client, study):
    CaseStudy.objects.filter(pk=study.pk).update(status="draft", lessons_en="Secret lessons.")
    versions.keep([study.pk])
    assert "Secret lessons." not in shown(client, "/en/case-studies/wombat-gate/@1/")
    assert "Secret lessons." not in shown(client, "/en/case-studies/wombat-gate/", 410)


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ("a b c", "a b c", [("kept", "a b c")]),
        ("a b c", "a x y c", [("kept", "a"), ("deleted", " b"), ("inserted", " x y"), ("kept", " c")]),
        ("", "a", [("inserted", "a")]),
        ("a\n\nb", "a b", [("kept", "a b")]),
        ("a a b", "a b", [("kept", "a"), ("deleted", " a"), ("kept", " b")]),
        ("<b>", "<i>", [("deleted", "<b>"), ("inserted", "<i>")]),
    ],
)
def test_words_are_compared(before, after, runs):
    assert [(run.kind, run.text) for run in compared(before, after)] == runs


def test_queries_of_a_version_page(client, study, django_assert_max_num_queries):
    edit(study, practice_en="One.")
    with django_assert_max_num_queries(12):
        shown(client, "/en/case-studies/wombat-gate/@1/")


# Withdrawn ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("step", ["archive", "reopen", "delete"])
def test_withdrawn_study_answers_410_with_its_versions(client, study, user, language, step):
    study.delete() if step == "delete" else editorial.archive(study, user)
    if step == "reopen":
        editorial.reopen(study, user)
    CaseStudyVersion.objects.filter(slug="wombat-gate").update(withdrawn_at="2026-03-03T12:00Z")
    path = f"/{language}/case-studies/wombat-gate/"
    content = shown(client, path, 410)
    assert {"en": "Wombat gate", "ru": "Ворота вомбата"}[language] in main(content)
    assert {"en": "withdrawn on 3 March 2026", "ru": "3 марта 2026"}[language] in main(content)
    assert f'href="{path}@1/"' in content
    similar = html.unescape(re.search(r'href="([^"]+\?q=[^"]+)"', content)[1])
    assert "Similar" in content if language == "en" else True
    assert client.get(similar).status_code == 200
    version = main(shown(client, f"{path}@1/"))
    assert {"en": "The study was withdrawn on 3 March 2026.", "ru": "3 марта 2026"}[language] in version


def test_never_published_study_is_not_found(client, make_study):
    make_study(slug="hidden", status="draft", published_at=None)
    shown(client, "/en/case-studies/hidden/", 404)
    make_study(slug="shelved", status="archived")
    shown(client, "/en/case-studies/shelved/", 404)


def test_publishing_again_brings_the_page_back(client, study, user):
    editorial.archive(study, user)
    first = client.get(study.get_absolute_url())
    approve(study)
    again = client.get(study.get_absolute_url(), headers={"if-none-match": first.get("ETag", "")})
    assert (first.status_code, again.status_code) == (410, 200)


# Tombstones --------------------------------------------------------------------------------------------------------


def answer(client: Client, path: str) -> dict:
    return json.loads(b"".join(client.get(path).streaming_content))


def test_json_lists_what_was_withdrawn_since(client, study, user, make_study):
    editorial.archive(study, user)
    gone = make_study(slug="gone-long-ago", title_ru="Ушла")
    gone.delete()
    CaseStudyVersion.objects.filter(slug="gone-long-ago").update(withdrawn_at="2020-05-05T00:00Z")
    make_study(slug="hidden", status="draft", published_at=None)
    back = make_study(slug="back-again")
    editorial.archive(back, user)
    approve(back)
    withdrawn = answer(client, "/en/case-studies.json?changed_since=2020-05-05")["withdrawn"]
    assert [stone["slug"] for stone in withdrawn] == ["wombat-gate", "gone-long-ago"]
    moment = CaseStudyVersion.objects.get(slug="wombat-gate").withdrawn_at
    assert withdrawn[0] == {
        "slug": "wombat-gate",
        "title": "Wombat gate",
        "withdrawn": moment.isoformat().replace("+00:00", "Z"),
        "address": "http://testserver/en/case-studies/wombat-gate/",
    }
    russian = answer(client, "/ru/case-studies.json?changed_since=2020-05-05")["withdrawn"]
    assert [stone["title"] for stone in russian] == ["Ворота вомбата", "Ушла"]
    later = answer(client, "/en/case-studies.json?changed_since=2020-05-06")["withdrawn"]
    assert [stone["slug"] for stone in later] == ["wombat-gate"]
    assert "withdrawn" not in answer(client, "/en/case-studies.json?country=ZW")


def test_withdrawn_since_can_be_narrowed_further(study):
    study.delete()
    with translation.override("ru"):
        (version,) = versions.withdrawn_since(date(2000, 1, 1)).filter(slug=study.slug)
        assert (version.title, version.study_address) == ("Ворота вомбата", reverse("case-detail", args=[study.slug]))
