"""A question is understood: other languages, acronyms, names, spelling, the wrong keyboard, and what it may mean."""

import json
import re
from html import unescape

import pytest
from django.conf import settings
from django.http import QueryDict
from django.utils import translation

from benchmarks import relevance
from casestudies import search
from casestudies.models import CaseStudy, Concept, Country, GlossaryTerm, Theme
from casestudies.search import declension
from casestudies.search.stemming import lexemes
from casestudies.selection import Selection
from tests.asking import found

pytestmark = pytest.mark.django_db


def links(question: str) -> set[tuple[str, str]]:
    return {
        (link.key, link.code)
        for one in search.read(question).wanted
        for link in (*one.sought.links, *one.sought.themes)
    }


# One meaning, many words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("единое окно", "single window"),
        ("one-stop border post", "принцип одной остановки"),
        ("AEO", "УЭО"),
        ("authorised economic operator", "authorized economic operator"),
        ("time release study", "исследование времени выпуска"),
        ("ОВТ", "TRS"),
        ("РСНВМ", "LLDC"),
        ("Кыргызстан", "Киргизия"),
        ("Turkey", "Türkiye"),
        ("Czech Republic", "Czechia"),
        ("Kyrgyzstan", "Kyrgyz Republic"),
        ("harmonisation", "harmonization"),
        ("cooperation", "co-operation"),
        ("ВТамО", "WCO"),
        ("lorry", "truck"),
        ("грузовик", "фура"),
        ("СУПТ", "Trade Facilitation Agreement"),
    ],
)
def test_other_word_for_the_same_finds_the_same_first(one, other):
    first, second = found(one)[:5], found(other)[:5]
    assert first
    assert len(set(first) & set(second)) >= min(3, len(first))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("authorised", "authorized"),
        ("digitalisation", "digitalization"),
        ("harmonisation", "harmonization"),
        ("modernise", "modernize"),
        ("computerised", "computerized"),
        ("standardise", "standardize"),
        ("authorised economic operator", "authorized economic operators"),
        ("checkpoint", "check-point"),
        ("online", "on-line"),
        ("inter-agency", "interagency"),
        ("pre-arrival declaration", "prearrival declaration"),
        ("non-intrusive inspection", "nonintrusive inspection"),
        ("small-scale", "smallscale"),
        ("risk-management", "riskmanagement"),
        ("веб-портал", "вебпортал"),
        ("терминал", "терминалы"),
        ("персонал", "персоналом"),
        ("портал", "порталы"),
        ("аудит", "аудита"),
        ("прием", "приема"),
        ("материал", "материалы"),
        ("список", "списки"),
        ("рынок", "рынки"),
        ("паром", "парома"),
        ("ждать", "ждут"),
        ("COVID", "коронавирус"),
        ("bribe", "взятка"),
        ("article 7 paragraph 4 TFA", "article 7.4 TFA"),
        ("п. 4 ст. 7 СУПТ", "ст. 7.4 СУПТ"),
        ("TFA article 7.4.1", "TFA article 7.4"),
        ("специальное приложение Е", "specific annex E"),
    ],
)
def test_spellings_cases_and_references_find_as_many(one, other):
    first, second = found(one, as_typed="1"), found(other, as_typed="1")
    assert first
    assert len(first) == len(second)


def test_word_is_never_corrected_into_its_other_spelling():
    assert search.read("digitalisation").correction is None


@pytest.mark.parametrize(
    ("one", "other"), [("tire", "tier"), ("filled", "filed"), ("пара", "паром"), ("визит", "виза")]
)
def test_words_that_only_look_alike_stay_two(one, other):
    assert search.seeks(one) != search.seeks(other)


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("Казахстан-Китай", {"KZ", "CN"}),
        ("Грузия-Турция граница", {"GE", "TR"}),
        ("граница Казахстан/Китай", {"KZ", "CN"}),
        ("Казахстан—Китай граница", {"KZ", "CN"}),
        ("китайско-монгольский", {"CN", "MN"}),
        ("US/Mexico border", {"US", "MX"}),
        ("Kenya-Uganda", {"KE", "UG"}),
        ("Того", {"TG"}),
        ("того", set()),
        ("tell us about queues", set()),
        ("queues in the US", {"US"}),
        ("опыт Казахстана", {"KZ"}),
    ],
)
def test_countries_are_known_wherever_they_stand(question, places):
    assert {code for key, code in links(question) if key == "country"} == places


@pytest.mark.parametrize("question", ["э-очередь", "2019-2021", "<b>customs</b>", "https://www.wto.org/english"])
def test_words_that_signs_join_are_sought_by_themselves_where_nobody_holds_them_so(question):
    assert found(question, as_typed="1")


def test_joined_words_that_a_study_holds_stay_together(empty_collection, make_study):
    make_study(slug="joined", practice_en="A wombat-quokka crossing.", practice_ru="Да.")
    make_study(slug="apart", practice_en="A quokka saw a wombat.", practice_ru="Да.")
    assert found("wombat/quokka")[0] == "joined"
    assert found("quokka/wombat") == found("quokka wombat")


def test_word_that_texts_write_with_a_hyphen_is_found_and_marked_without_it(client, empty_collection, make_study):
    make_study(slug="joined", practice_en="A wombat-quokka crossing.", practice_ru="Да.")
    make_study(slug="apart", practice_en="A quokka saw a wombat.", practice_ru="Да.")
    assert found("wombatquokka", as_typed="1")[0] == "joined"
    assert found("quokkawombat", as_typed="1") == []
    content = notes(client, "wombatquokka")
    assert "A <mark>wombat</mark>-<mark>quokka</mark> crossing" in content
    assert "No study holds" not in content


@pytest.mark.parametrize(
    ("filler", "rest"),
    [
        ("best way to", "single window"),
        ("best practice", "single window"),
        ("пример", "единого окна"),
        ("success story", "Rwanda"),
        ("опыт", "Грузии"),
    ],
)
def test_what_is_true_of_every_study_decides_nothing(filler, rest):
    assert found(f"{filler} {rest}") == found(rest)


def test_curators_say_what_is_true_of_every_study(empty_collection, make_study):
    make_study(slug="zebra", practice_en="A zebra.")
    Concept.objects.filter(code="said-of-every-study").update(expressions_en=["quokka"])
    assert search.read("quokka zebra").complete == 1


def test_theme_is_reached_by_every_word_for_what_is_among_its_synonyms(empty_collection, make_study):
    Theme.objects.filter(code="seaports").update(synonyms_en=["quokka"])
    Concept.objects.create(code="pet", expressions_en=["quokka", "wombat"], expressions_ru=["вомбат"])
    make_study(slug="port", themes=["seaports"])
    for question in ("quokka", "wombat", "вомбат"):
        assert found(question) == ["port"]


def test_name_of_a_country_is_no_form_of_another_word():
    in_georgia = set(CaseStudy.objects.published().filter(countries__alpha2="GE").values_list("slug", flat=True))
    for question in ("Грузия", "в Грузии", "Georgia"):
        assert set(found(question)[: len(in_georgia)]) == in_georgia
        assert len(found(question)) < 20
    assert ("country", "GE") not in links("грузов")
    assert len(found("груз")) > 50
    assert ("country", "DK") in links("Данию")
    assert ("country", "DK") not in links("обмен данными")


@pytest.mark.parametrize("form", ["Казахстан", "казахстане", "Казахстаном"])
def test_name_of_a_country_is_known_in_every_case(form):
    assert links(form) == {("country", "KZ")}
    assert set(found(form)) == set(found("Казахстан"))


@pytest.mark.parametrize(
    ("name", "some", "no"),
    [
        ("Турция", {"турция", "турции", "турцию", "турцией"}, "турецкий"),
        ("Казахстан", {"казахстан", "казахстана", "казахстану", "казахстаном", "казахстане"}, "казах"),
        ("Польша", {"польша", "польши", "польше", "польшу", "польшей"}, "польз"),
        ("Латвия", {"латвия", "латвии"}, "латы"),
        ("Испания", {"испании"}, "испан"),
        ("Беларусь", {"беларусь", "беларуси", "беларусью"}, "беларус"),
        ("Нидерланды", {"нидерланды", "нидерландов", "нидерландам"}, "нидерландский"),
        ("Перу", {"перу"}, "перо"),
        ("Америка", {"америка", "америки", "америку"}, "американский"),
    ],
)
def test_cases_of_a_name(name, some, no):
    assert some <= declension.forms(name)
    assert no not in declension.forms(name)


@pytest.mark.parametrize("text", ["Georgia", "грузинский", "Саудовская Аравия", "ЕС", ""])
def test_what_is_no_russian_name_of_one_word_has_no_cases(text):
    assert declension.forms(text) == frozenset()


@pytest.mark.parametrize(
    ("question", "link"),
    [
        ("trusted trader", ("theme", "authorized-economic-operator")),
        ("NII", ("theme", "non-intrusive-inspection")),
        ("ИДК", ("theme", "non-intrusive-inspection")),
        ("TRS", ("theme", "time-release-study")),
        ("OSBP", ("theme", "one-stop-border-post")),
        ("LLDC", ("theme", "transit-corridors")),
        ("Киргизия", ("country", "KG")),
        ("средняя азия", ("region", "central-asia")),
        ("СУПТ", ("convention", "WTO-TFA")),
        ("harmonization convention annex 8 article 5", ("provision", "harmonization-annex-8-article-5")),
        ("RKC", ("convention", "RKC")),
        ("gatt", ("convention", "GATT")),
        ("HS", ("convention", "HS")),
        ("TIR", ("convention", "TIR")),
        ("SAFE", ("convention", "SAFE")),
        ("RKC chapter 6", ("provision", "rkc-general-annex-chapter-6")),
        ("GATT V", ("provision", "gatt-article-v")),
        ("GATT article 5", ("provision", "gatt-article-v")),
        ("Article VIII GATT", ("provision", "gatt-article-viii")),
        ("TFA 7.4.1", ("provision", "wto-tfa-article-7-4")),
        ("ст. 7.6 СУПТ", ("provision", "wto-tfa-article-7-6")),
        ("revised kyoto convention standard 3.7", ("provision", "rkc-general-annex-standards-3-6-3-10")),
    ],
)
def test_name_is_recognised(question, link):
    assert link in links(question)


def test_names_of_two_countries_with_one_stem_stay_two(empty_collection, make_study):
    make_study(slug="nigeria", countries=["NG"], practice_ru="Практика Нигерии.")
    for question in ("Niger", "Нигер"):
        assert found(question) == []
    assert found("Нигерия") == found("Nigeria") == ["nigeria"]


def test_convention_is_not_another_of_which_there_are_papers_too():
    assert links("СМГС") & {("convention", "COTIF"), ("convention", "CMR")} == set()
    same = {e.text for one in search.read("СМГС").wanted for e in one.sought.equivalents}
    assert same.isdisjoint({"ЦИМ", "CIM", "накладная"})


def test_code_that_is_a_word_is_one_in_capitals_only():
    assert ("convention", "SAFE") not in links("safe trade lanes")
    assert not any(key == "convention" for key, _code in links("Nairobi"))


def test_reference_that_many_conventions_have_means_none_of_them():
    assert not any(key == "provision" for key, _code in links("article 5"))


@pytest.mark.parametrize(("noun", "adjective"), [("таможня", "таможенный"), ("граница", "пограничный")])
def test_words_of_one_root_find_the_same(noun, adjective):
    assert len(set(found(noun)) & set(found(adjective))) > 50


def test_narrower_word_is_found_but_does_not_find(empty_collection, make_study):
    Concept.objects.all().delete()
    Concept.objects.create(code="pet", expressions_en=["pet"], narrower_en=["wombat"])
    make_study(slug="wombats", practice_en="Wombats were kept.")
    make_study(slug="pets", practice_en="Pets were kept.")
    assert found("pets") == ["pets", "wombats"]
    assert found("wombat") == ["wombats"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda: Concept.objects.create(code="new", expressions_en=["quokka"], expressions_ru=["переход"]),
        lambda: Theme.objects.filter(code="one-stop-border-post").update(synonyms_en=["quokka"]),
        lambda: Country.objects.filter(alpha2="NO").update(alternative_names_ru=["quokka"]),
        lambda: GlossaryTerm.objects.filter(term_en="Border crossing point").update(
            abbreviation_en="quokka", term_ru="переход"
        ),
    ],
)
def test_edited_vocabulary_works_at_once(make_study, empty_collection, edit):
    make_study(slug="zebra")
    assert found("quokka") == []
    edit()
    assert found("quokka") == ["zebra"]


def test_theme_with_a_narrower_synonym_tells_less_than_the_word(empty_collection, make_study):
    Theme.objects.filter(code="seaports").update(synonyms_en=["quokka"])
    for number in range(4):
        make_study(slug=f"port-{number}", themes=["seaports"])
    make_study(slug="said", themes=["training"], practice_en="A quokka came.", results_en="The quokka stayed.")
    assert found("quokka")[0] == "said"
    assert len(found("quokka")) == 5


def test_reference_finds_studies_on_the_theme_of_the_provision_last(client, empty_collection, make_study):
    make_study(slug="on-the-theme", themes=["pre-arrival-processing"])
    make_study(slug="linked", themes=["training"], provisions=[("WTO-TFA", "Article 7.1")])
    make_study(slug="neither", themes=["training"])
    assert found("article 7.1 TFA") == ["linked", "on-the-theme"]
    assert "theme “Pre-arrival processing and advance information”" in notes(client, "article 7.1")


# What was not typed right -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("harmonisaton conventoin", "harmonisation convention"),
        ("singel window", "single window"),
        ("предворительное информирование", "предварительное информирование"),
        ("tlbyjt jryj", "единое окно"),
        ("ыштпду цштвщц", "single window"),
        ("nhfypbn d rfpf[cnfyt", "транзит в казахстане"),
        ("customs nfvj;yz", "customs таможня"),
        ("ьгегфд recognition", "mutual recognition"),
        ("tlbyjt jryjj", "единое окно"),
        ("risc managment", "risk management"),
        ("mutual recogniton arrangment", "mutual recognition arrangement"),
        ("comission", "commission"),
        ("trade facilitaton comitee", "trade facilitation committee"),
        ("clearence", "clearance"),
        ("cistoms", "customs"),
        ("customstransit", "customs transit"),
        ("единоеокно", "единое окно"),
    ],
)
def test_misspelt_question_is_answered_corrected_and_says_so(client, typed, meant):
    reading = search.read(typed)
    assert (reading.correction.text, reading.correction.applied) == (meant, True)
    assert found(typed) == found(meant)
    content = client.get("/en/case-studies/", {"q": typed}).content.decode()
    assert f"<strong>{meant}</strong>" in content
    assert f"Search for <q>{typed}</q> all the same" in content
    assert "as_typed=1" in content


def test_correction_that_holds_not_everything_is_only_offered(client):
    assert not search.read("singel zzqqxx kazakhstan").correction.applied
    content = client.get("/en/case-studies/?q=singel+zzqqxx+kazakhstan").content.decode()
    assert "No study holds <q>singel</q>, <q>zzqqxx</q>" in content
    assert ">single zzqqxx kazakhstan</a>" in content


def test_phrase_that_nobody_holds_is_offered_as_words(client):
    content = client.get("/en/case-studies/", {"q": '"blockchain drones"'}).content.decode()
    number = len(found("blockchain drones"))
    assert number
    assert f'>blockchain drones</a> <span class="count">({number})<' in content


def test_words_like_an_unknown_one_are_offered_each_of_another_stem(client):
    content = client.get("/ru/case-studies/", {"q": "транспортники"}).content.decode()
    guidance = content[content.index('class="guidance"') : content.index('class="empty"')]
    offered = re.findall(r">(\w+)</a> <span class=\"count\">\((\d+)\)", guidance)
    assert len([word for word, _number in offered if word.startswith("транспортн")]) == 1
    for word, number in offered:
        assert len(found(word, "ru", as_typed="1")) == int(number)


def test_country_without_a_study_is_known_and_leads_to_its_region(client):
    content = client.get("/ru/case-studies/", {"q": "Чад"}).content.decode()
    number = len(found("", "ru", region="middle-africa"))
    assert "Чад: примеров пока нет" in content
    assert (
        f'href="/ru/case-studies/?region=middle-africa">Центральная Африка</a> <span class="count">({number})'
        in content
    )


def test_insisting_searches_for_what_was_typed(client):
    assert found("singel window", as_typed="1") != found("singel window")
    assert found("conventoin", as_typed="1") == []
    assert (
        "No study holds <q>conventoin</q>" in client.get("/en/case-studies/?q=conventoin&as_typed=1").content.decode()
    )


def test_better_spelling_of_what_is_found_is_offered_with_its_number(client):
    reading = search.read("таможеный транзит")
    assert not reading.correction.applied
    assert reading.complete > 0
    for filters in ({}, {"country": "NO"}):
        content = client.get("/en/case-studies/", {"q": "таможеный транзит", **filters}).content.decode()
        assert ">таможенный транзит</a>" in content
        number = len(found("таможенный транзит", **filters))
        assert f'<span class="count">({number})</span>' in content
    content = client.get("/en/case-studies/", {"q": "таможеный транзит", "country": "TV"}).content.decode()
    assert ">таможенный транзит</a>" not in content


@pytest.mark.parametrize(
    "question",
    [
        *("customs", "таможенного", "Tuvalu", "ASYCUDA", "transit corridors", "9/11"),
        # They stand in texts, though in no title or summary, and look like other words.
        *("failed", "lifts", "replies", "мяса", "строят"),
        # Words of everyday that look like words of the collection, but not by a slip of the fingers.
        *("filled", "string", "print", "patch", "conversion", "character", "overview", "subset"),
        *("файл", "кодировка", "фона", "раздела", "текста", "двоичного"),
        # Nothing is near enough: a fifth of the letters may be wrong, of a short word not the first.
        *("kule", "wombat", "mailing list транспортники"),
    ],
)
def test_right_question_is_not_corrected(question):
    assert search.read(question).correction is None


# Too few, and none -----------------------------------------------------------------------------------------------


def test_studies_that_hold_most_follow_those_that_hold_all(client, empty_collection, make_study):
    make_study(slug="both", practice_en="Wombats and quokkas.", practice_ru="Оба.")
    make_study(slug="one", practice_en="Wombats alone.", practice_ru="Один.")
    make_study(slug="none", practice_ru="Никто.")
    assert found("wombat quokka") == ["both", "one"]
    content = client.get("/en/case-studies/?q=wombat+quokka").content.decode()
    assert "1 study of the collection answers the whole question" in content
    assert "without <q>quokka</q>" in content


def test_enough_complete_answers_are_not_widened():
    reading = search.read("customs transit")
    assert reading.complete >= search.ENOUGH
    assert not reading.is_widened


def test_filter_never_changes_which_studies_answer():
    everything = set(found("wombat customs seal kazakhstan"))
    assert set(found("wombat customs seal kazakhstan", country="KZ")) <= everything


def test_unknown_word_is_named_and_the_rest_answered(client):
    content = client.get("/en/case-studies/?q=zzqqxx+transit").content.decode()
    assert "No study holds <q>zzqqxx</q>; these hold the rest of the question." in content
    assert 'class="card"' in content


def test_no_dead_end_says_what_each_way_out_gives(client):
    content = client.get("/en/case-studies/?q=blockchain&country=NO&theme=seaports").content.decode()
    assert "No study answers all of this together." in content
    assert "No single thing stands in the way. Alone, they give:" in content
    with translation.override("en"):
        for query in ("q=blockchain", "country=NO", "theme=seaports"):
            number = Selection(QueryDict(query)).counts.total
            assert f"{number} stud" in content


def test_dropping_one_of_two_filters_is_offered_with_its_number(client):
    content = client.get("/en/case-studies/?country=NO&theme=small-scale-trade").content.decode()
    with translation.override("en"):
        number = Selection(QueryDict("country=NO")).counts.total
    assert "Without “Theme: Small-scale cross-border trade”" in content
    assert 'href="/en/case-studies/?country=NO">Without' in content
    assert f">{number} studies<" in content


# Names offered as filters ----------------------------------------------------------------------------------------


def offered(client, language: str = "en", **query: str) -> list[tuple[str, str]]:
    """Return what a page offers as filters: the words, and the query string."""
    content = client.get(f"/{language}/case-studies/", query).content.decode()
    if 'class="offers"' not in content:
        return []
    offers = content[content.index('class="offers"') : content.index("</ul>", content.index('class="offers"'))]
    links = re.findall(r'href="/\w+/case-studies/\?([^"]*)">(.*?) <span class="count">', offers)
    return [(re.sub("<[^>]+>", "", words), unescape(query)) for query, words in links]


def test_names_in_a_question_are_offered_as_filters(client):
    offers = offered(client, q="customs transit in kazakhstan")
    assert len(offers) == 3
    assert offers[-1] == ("Theme: Customs transit · Country: Kazakhstan", "theme=customs-transit&country=KZ")


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("single window", "Theme: Single window"),
        ("единое окно", "Theme: Single window"),
        ("risk management", "Theme: Risk management"),
        ("post-clearance audit", "Theme: Post-clearance audit"),
        ("transit", "Theme: Customs transit or Transit corridors"),
        ("СМГС", "Convention: SMGS"),
        ("КДПГ", "Convention: CMR and e-CMR"),
        ("article 7.4 TFA", "Provision: WTO Trade Facilitation Agreement: Article 7.4"),
        ("trusted trader", "Theme: Authorized economic operators"),
        ("LLDC", "Landlocked: Landlocked developing countries"),
        ("РСНВМ", "Landlocked: Landlocked developing countries"),
        ("landlocked developing", "Landlocked: Landlocked developing countries"),
        ("ЕЭК ООН", "UNECE: UNECE member countries"),
        ("measured results", "Measured results: With measured results"),
        ("полевая миссия ОБСЕ", "OSCE field operation: Countries with an OSCE field operation"),
        ("OSCE partners", "OSCE: OSCE Partner for Co-operation"),
    ],
)
def test_what_a_name_surely_means_is_offered_first(client, question, first):
    assert offered(client, q=question)[0][0] == first


def test_heading_is_offered_after_the_theme_of_that_name(client):
    assert offered(client, q="single window")[1][0] == "Provision: WTO Trade Facilitation Agreement: Article 10.4"


def test_filter_is_offered_for_each_word_of_a_concept_that_names_it(client, empty_collection, make_study):
    names = ["quokka", "UNECE member countries"]
    Concept.objects.create(code="new", expressions_en=names, expressions_ru=["квокка"])
    make_study(slug="member", countries=["NO"])
    make_study(slug="said", countries=["BR"], practice_en="The quokka.")
    assert found("quokka") == found("квокка") == ["said"]
    assert offered(client, q="quokka") == offered(client, q="квокка") == [("UNECE: UNECE member countries", "unece=1")]
    assert offered(client, q="quokka", unece="1") == []


def test_name_that_nobody_holds_is_taken_apart(client, empty_collection, make_study):
    Concept.objects.create(code="new", expressions_en=["wombat tunnel"])
    make_study(slug="wombat", practice_en="A wombat.", practice_ru="Нет.")
    assert found("wombat tunnel") == ["wombat"]
    for number in range(search.ENOUGH):
        make_study(slug=f"quokka-{number}", practice_en="A quokka.")
    assert found("quokka wombat tunnel")[0] == "wombat"
    content = notes(client, "wombat tunnel")
    assert "only <q>wombat</q> of <q>wombat tunnel</q>" in content
    assert "No study holds" not in content


def test_values_of_one_filter_are_offered_joined_by_or(client):
    assert offered(client, q="Kazakhstan Uzbekistan")[-1] == (
        "Country: Kazakhstan or Uzbekistan",
        "country=KZ&country=UZ",
    )
    assert ("Country: Norway or Kazakhstan", "country=NO&country=KZ") in offered(client, q="Kazakhstan", country="NO")


def test_filter_that_several_words_name_is_offered_once_in_the_place_of_all(client):
    offers = offered(client, q="x-ray scanner cost")
    assert [words for words, _query in offers].count("Theme: Non-intrusive inspection") == 1
    assert ("Theme: Non-intrusive inspection", "q=cost&theme=non-intrusive-inspection") in offers


def test_filter_in_use_is_not_offered_again(client):
    assert offered(client, q="Kazakhstan", country="KZ") == []
    assert [words for words, _query in offered(client, q="Kazakhstan single window", country="KZ", theme="training")]


def test_filter_is_offered_alone_where_the_rest_of_the_question_leaves_nothing(client):
    assert ("Theme: Single window", "theme=single-window") in offered(client, q="single window Tuvalu")


# What is announced is what a click gives --------------------------------------------------------------------------

UNKNOWN = [" ".join(f"wird{number}" for number in range(60)), " ".join(f"щъы{'абвгд'[n % 5]}{n}" for n in range(60))]
KNOWN = (
    "customs border transit lorry queue document inspection clearance officer training corridor railway port risk"
    " scanner window release study agreement convention data exchange electronic system operator trader pilot cargo"
    " container vehicle weighing phytosanitary veterinary passport visa guard police coordination joint control"
)


@pytest.mark.parametrize(
    "query",
    [
        {"q": "blockchain", "country": "NO", "theme": "seaports"},
        {"q": "blockchain corruption seal zzqqxx kule", "country": "NO", "theme": "seaports"},
        {"q": "customs -border -transit", "theme": "small-scale-trade"},
        {"q": '"blockchain drones" wombat', "country": "NO"},
        {"q": "kazakhstan single window corruption Tuvalu"},
        {"q": "kazakhstan Uzbekistan zzqqxx singel", "theme": "training", "country": "NO"},
        {"q": "risk management Norway", "country": ["KZ", "NO"], "theme": "seaports"},
        {"q": "trafic", "country": "NO"},
        {"q": "article 7.4 TFA lorry", "country": "SE"},
        {"q": "очередь Казахстан единое окно", "theme": "seaports"},
        {"q": KNOWN, "country": "NO", "theme": "seaports"},
        {"q": UNKNOWN[0] + " customs", "country": "TV"},
        {"country": ["NO", "KZ"], "theme": "seaports", "measured": "1", "mode": "rail"},
    ],
)
def test_every_number_announced_is_what_its_link_gives(client, query):
    content = client.get("/en/case-studies/", query).content.decode()
    content = content[content.index('id="results-heading"') : content.index('id="filters"')]
    announced = re.findall(r'href="/en/case-studies/\?([^"]*)">(?:(?!</li>|</p>).)*?class="count">\(?(\d+)', content)
    assert announced
    with translation.override("en"):
        for link, number in announced:
            assert Selection(QueryDict(unescape(link))).counts.total == int(number), link


@pytest.mark.parametrize(
    "query",
    [
        *({"q": question} for question in UNKNOWN),
        {"q": KNOWN, "country": "NO", "theme": "seaports"},
        {"q": KNOWN.replace(" ", " -")},
        {"q": " ".join(f"harmonisatoin{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")},
        {"q": "kazakhstan norway sweden chad georgia armenia kenya ghana nepal peru " * 7, "theme": "seaports"},
    ],
)
def test_long_question_asks_little_of_the_database(client, query, django_assert_max_num_queries):
    client.get("/en/case-studies/?q=customs")
    with django_assert_max_num_queries(45):
        assert client.get("/en/case-studies/", query).status_code == 200


def test_dropping_a_word_among_unknown_ones_takes_the_rest_as_typed(client):
    content = client.get("/en/case-studies/?q=seal+conventoin+corruption&as_typed=1&country=NO").content.decode()
    assert "Without the word <q>conventoin</q>" not in content


# Every hit explained ---------------------------------------------------------------------------------------------


def notes(client, question: str, language: str = "en") -> str:
    return client.get(f"/{language}/case-studies/", {"q": question}).content.decode()


def test_hit_through_the_other_language_says_so(client):
    assert re.search("found through <q>single window</q> = <q>единое окно</q>", notes(client, "единое окно"), re.I)
    assert "<mark>single</mark> <mark>window</mark>" in notes(client, "единое окно")


def test_hit_through_a_record_names_it(client, empty_collection, make_study):
    make_study(slug="linked", themes=["seaports"], countries=["KZ"])
    assert "country “Kazakhstan”" in notes(client, "Kazakh wombats OR Kazakhstan")
    assert "theme “Seaports”" in notes(client, "ro-ro")


def test_hit_in_the_other_language_alone_shows_its_text(client, empty_collection, make_study):
    Concept.objects.all().delete()
    make_study(slug="russian", practice_ru="Вомбаты шли через мост.")
    content = notes(client, "вомбат")
    assert '<p class="card-text" lang="ru">' in content
    assert "<mark>Вомбаты</mark>" in content
    assert "<q>вомбат</q> stands in the Russian text" in content


def test_hit_in_a_source_says_so(client, empty_collection, make_study):
    make_study(slug="sourced", sources=["The wombat yearbook"])
    content = notes(client, "wombat")
    assert "<q>wombat</q> stands in measured results or in the names of places, agencies or sources" in content


def test_every_result_shows_why_it_was_found(client):
    for question in ("AEO", "очередь", "corruption", "Kyrgyz Republic", "seal"):
        for card in notes(client, question).split('<article class="card">')[1:]:
            assert "<mark>" in card or "found-through" in card, question


MARKED = re.compile(r"<mark>([^<]*)</mark>")
SIDE_BY_SIDE = re.compile(r"<mark>[^<]*</mark>(?:\W*(?:\w+\W+)?<mark>[^<]*</mark>)*")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "question",
    [
        *("customs transit in kazakhstan", "trusted trader", "risk management inspection", "LLDC corridor"),
        *("lorry queue booking", "corruption at borders", "mutual recognition AEO", "women traders"),
        *("единое окно", "таможенный транзит казахстан", "очередь грузовиков на границе", "доверенный оператор"),
        *("veterinary phytosanitary inspection", "e-seal tracking", "TIR МДП", "пломба OR коридор"),
    ],
)
def test_everything_that_a_result_holds_is_marked_or_noted(client, question, language):
    reading = search.read(question)
    cards = notes(client, question, language).split('<article class="card">')[1:11]
    assert cards
    for card in cards:
        slug = re.search(r'href="/\w+/case-studies/([^/]+)/', card)[1]
        study = CaseStudy.objects.get(slug=slug)
        rows = [
            {stem for word in MARKED.findall(row) for stem in stems_of(unescape(word))}
            for row in SIDE_BY_SIDE.findall(card)
        ]
        # Of alternatives, the one that a study answers best is explained.
        for one in reading.wanted if len(reading.alternatives) == 1 else []:
            (held,) = search.held_by([one.sought.query], [study.pk]).values()
            words = [{*lexemes(word)} for word in one.sought.typed.split(" & ")]
            is_marked = any(all(word & row for word in words) for row in rows)
            assert not held or is_marked or f"<q>{one.sought.written}</q>" in card, (slug, one.sought.written)
        assert rows or "found-through" in card


def stems_of(word: str) -> tuple[str, ...]:
    return lexemes(search.tsqueries([word])[word])


def test_longer_text_shows_what_the_summary_does_not(client, empty_collection, make_study):
    Concept.objects.all().delete()
    filling = "Nothing of that kind was known. " * 20
    make_study(summary_en="Wombats first.", practice_en=f"{filling} Then quokkas. {filling}", practice_ru="Нет.")
    content = notes(client, "wombat quokka")
    assert "<mark>Wombats</mark> first." in content
    assert "Then <mark>quokkas</mark>." in content
    assert "found-through" not in content


def test_name_whose_words_stand_apart_is_not_taken_for_seen(client, empty_collection, make_study):
    Concept.objects.create(code="new", expressions_en=["wombat tunnel", "burrow"])
    make_study(slug="burrow", summary_en="A burrow for the wombat.", practice_en="No tunnel.", practice_ru="Нет.")
    assert "found through <q>burrow</q> = <q>wombat tunnel</q>" in notes(client, "wombat tunnel")
    make_study(slug="apart", summary_en="A wombat.", practice_en="No tunnel.", practice_ru="Нет.")
    assert "the words of <q>wombat tunnel</q> stand apart" in notes(client, "wombat tunnel")


# The set of questions --------------------------------------------------------------------------------------------


def test_relevance_does_not_fall():
    """The floor is what docs/search.md states, less a hundredth for the differences of PostgreSQL's releases."""
    results = list(relevance.measure())
    scores = relevance.Scores.of(results)
    assert scores.ndcg >= 0.895
    assert scores.recall >= 0.87
    assert scores.mrr >= 0.98
    for language in ("en", "ru"):
        assert relevance.Scores.of(r for r in results if r.language == language).ndcg >= 0.875


def test_no_question_of_the_set_is_provided_for():
    """A question of several words stands in no vocabulary word for word, unless a text of the collection has it."""
    asked = [json.loads(line)["q"].casefold() for line in relevance.QUESTIONS.read_text(encoding="utf-8").splitlines()]
    names = ["thesaurus", "thesaurus-names", "alternative-names"]
    data = "".join(
        (settings.BASE_DIR / "fixtures" / "reference" / f"{name}.json").read_text(encoding="utf-8") for name in names
    ).casefold()
    assert [question for question in asked if len(question.split()) > 2 and f'"{question}"' in data] == []


@pytest.mark.parametrize(
    ("order", "want", "expected"),
    [
        (["a", "b"], {"a": 3, "b": 1}, (1.0, 1.0, 1.0)),
        (["x", "a"], {"a": 2}, (0.6309, 1.0, 0.5)),
        (["x"], {"a": 2}, (0.0, 0.0, 0.0)),
        ([f"x{n}" for n in range(10)] + ["a"], {"a": 1}, (0.0, 0.0, 1 / 11)),
        ([f"a{n}" for n in range(10)], {f"a{n}": 1 for n in range(25)}, (1.0, 1.0, 1.0)),
    ],
)
def test_scores_of_an_order(order, want, expected):
    result = relevance.scored("", "en", order, want)
    assert (result.ndcg, result.recall, result.reciprocal_rank) == pytest.approx(expected, abs=1e-4)
