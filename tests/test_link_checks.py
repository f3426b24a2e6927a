"""Links of sources: asked for politely, never in private networks, recorded, listed. Nothing outside is asked."""

from collections import Counter
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread
from time import sleep

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from casestudies import link_asking, link_checks
from casestudies.link_asking import Answer, Asker
from casestudies.models import LinkCheck, Source
from tests.curating import DRAFT, change_address, save, staff_with

LIST = reverse("admin:casestudies_linkcheck_changelist")
CHANGES = {"/moved": 301, "/elsewhere": 302, "/round": 302, "/inside": 302, "/to-file": 302}
STATUSES = {"/gone": 404, "/withdrawn": 410, "/forbidden": 403, "/busy": 429, "/broken": 500}
TARGETS = {
    "/moved": "/page?q=ж",
    "/elsewhere": "/page",
    "/round": "/round",
    "/inside": "http://169.254.169.254/latest/meta-data/",
    "/to-file": "file:///etc/passwd",
}


class Site(BaseHTTPRequestHandler):
    """A site that moves, breaks and refuses, by path."""

    def answer(self) -> None:
        path = self.path.split("?")[0]
        self.server.asked.append((self.command, self.path, self.headers["User-Agent"]))
        if path == "/robots.txt":
            return self.say(200, b"User-agent: *\nDisallow: /secret\n")
        if path == "/hates-head" and self.command == "HEAD":
            return self.say(405)
        if path == "/hangs-up":
            self.close_connection = True
            return None
        if path == "/drips":
            for _letter in range(50):
                self.wfile.write(b"H")
                self.wfile.flush()
                sleep(0.1)
            return None
        return self.say(CHANGES.get(path) or STATUSES.get(path, 200), b"x" * 10, TARGETS.get(path))

    def say(self, status: int, body: bytes = b"", location: str | None = None) -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location.encode().decode("latin-1"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_GET = do_HEAD = answer

    def log_message(self, *args) -> None:
        pass


@pytest.fixture(scope="module")
def server():
    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    site.daemon_threads, site.asked = True, []
    Thread(target=site.serve_forever, daemon=True).start()
    yield site
    site.shutdown()


@pytest.fixture
def site(server):
    server.asked.clear()
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def make_asker(server):
    """Return what makes an asker that may ask this machine's own server, which no other may."""
    return partial(Asker, allow_loopback=True, ports=(server.server_port,), pause=0)


@pytest.fixture
def asker(make_asker):
    return make_asker("https://practices.example.org")


def cite(study, *addresses: str) -> None:
    study.sources.all().delete()
    for position, url in enumerate(addresses):
        Source.objects.create(case_study=study, title=f"Source {position}", publisher="Customs", url=url)


# Asking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "moved", "leads_to"),
    [
        ("/page", 200, False, ""),
        ("/moved", 200, True, "/page?q=%D0%B6"),
        ("/elsewhere", 200, False, "/page"),
        ("/hates-head", 200, False, ""),
        ("/gone", 404, False, ""),
        ("/forbidden", 403, False, ""),
        ("/busy", 429, False, ""),
        ("/broken", 500, False, ""),
    ],
)
def test_answer_of_an_address(asker, site, path, status, moved, leads_to):
    answer = asker.ask(site + path)
    assert (answer.status, answer.reason, answer.moved) == (status, "", moved)
    assert answer.final_address == (site + leads_to if leads_to else "")


@pytest.mark.parametrize(
    ("path", "reason"), [("/hangs-up", "no-connection"), ("/round", "redirects"), ("/secret/plan", "robots")]
)
def test_address_without_an_answer(asker, site, path, reason):
    answer = asker.ask(site + path)
    assert (answer.status, answer.reason) == (None, reason)


def test_nothing_listens(make_asker):
    assert make_asker("", ports=(1,)).ask("http://127.0.0.1:1/").reason == "no-connection"


def test_host_is_asked_politely(asker, site, server):
    for path in ("/page", "/gone", "/busy", "/secret"):
        asker.ask(site + path)
    methods = [(method, path) for method, path, _agent in server.asked]
    # robots.txt once; GET only where HEAD may not have been understood; what robots.txt forbids, never.
    assert methods == [
        ("GET", "/robots.txt"), ("HEAD", "/page"), ("HEAD", "/gone"), ("GET", "/gone"), ("HEAD", "/busy"),
    ]  # fmt: skip
    assert {agent for *_asked, agent in server.asked} == {
        "BorderPracticesLinkCheck/1.0 (+https://practices.example.org/)"
    }


def test_host_gets_a_pause_after_each_request(make_asker, site):
    began = timezone.now()
    make_asker("", pause=0.2).ask(f"{site}/page")
    assert timezone.now() - began >= timedelta(seconds=0.4)  # robots.txt and the page


def test_endless_answer_is_given_up(asker, site, monkeypatch):
    monkeypatch.setattr(link_asking, "SECONDS_IN_ALL", 0.5)
    assert asker.ask(f"{site}/drips").reason == "timeout"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0.0.0.0/",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "https://127.0.0.1/",
    ],
)
def test_private_networks_are_never_asked(monkeypatch, address):
    monkeypatch.setattr("socket.socket.connect", lambda *args: pytest.fail("connected"))
    assert Asker("", pause=0).ask(address) == Answer(reason="private")


def test_own_server_is_not_asked_by_default(site, server):
    assert Asker("", ports=(server.server_port,), pause=0).ask(f"{site}/page").reason == "private"
    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ftp://example.org/x", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("example.org", "scheme"),
        ("http://example.org:22/", "port"),
        ("http://example.org:99999/", "malformed"),
        ("http://user:secret@example.org/", "credentials"),
        ("http://example.org@127.0.0.1/", "credentials"),
        ("http://[::1/", "malformed"),
        ("http://", "malformed"),
    ],
)
def test_address_that_no_public_page_has_is_refused(monkeypatch, address, reason):
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: pytest.fail("looked up"))
    assert Asker("", pause=0).ask(address).reason == reason


def test_redirect_passes_the_same_gate(asker, site):
    inside, file = asker.ask(f"{site}/inside"), asker.ask(f"{site}/to-file")
    assert (inside.reason, inside.final_address) == ("private", TARGETS["/inside"])
    assert file.reason == "scheme"


def test_name_that_changes_its_address_is_looked_up_once_a_request(monkeypatch):
    """DNS rebinding: the first answer is public, every later one is this machine."""
    looked_up, connected = [], []

    def getaddrinfo(host, port, *args, **kwargs):
        looked_up.append(host)
        address = host if host[0].isdigit() else ("93.184.215.14" if len(looked_up) == 1 else "127.0.0.1")
        return [(2, 1, 6, "", (address, port or 80))]

    def connect(self, address):
        connected.append(address)
        raise OSError("no network in tests")

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    monkeypatch.setattr("socket.socket.connect", connect)
    asker = Asker("", pause=0)
    assert asker.ask("http://rebinding.example.org/").reason == "no-connection"
    assert connected == [("93.184.215.14", 80)]
    assert asker.ask("http://rebinding.example.org/").reason == "private"
    assert len(connected) == 1


# Recording -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(status=200), "works"),
        (Answer(status=200, moved=True, final_address="https://example.org/new"), "moved"),
        (Answer(status=404), "dead"),
        (Answer(status=410), "dead"),
        (Answer(status=403), "refused"),
        (Answer(status=429), "refused"),
        (Answer(status=999), "refused"),
        (Answer(reason="robots"), "refused"),
        (Answer(status=500), "unreachable"),
        (Answer(reason="timeout"), "unreachable"),
        (Answer(reason="private"), "not-allowed"),
    ],
)
def test_outcome_of_a_first_answer(answer, outcome):
    assert link_checks.record("https://example.org/", answer).outcome == outcome


@pytest.mark.django_db
def test_failing_link_is_dead_after_failures_on_two_days():
    address, failure = "https://example.org/", Answer(reason="no-host")
    link_checks.record(address, failure)
    assert link_checks.record(address, failure).outcome == "unreachable"  # twice on one day is once
    yesterday = timezone.now() - timedelta(days=1)
    LinkCheck.objects.update(failing_since=yesterday)
    link = link_checks.record(address, failure)
    assert (link.outcome, link.failures, link.failing_since) == ("dead", 3, yesterday)
    link = link_checks.record(address, Answer(status=200))
    assert (link.outcome, link.failures, link.failing_since, link.reason) == ("works", 0, None, "")


@pytest.mark.django_db
def test_each_address_is_asked_once_and_the_longest_unchecked_first(make_study):
    first, second, archived = make_study(), make_study(), make_study(status="archived")
    cite(first, "https://a.example/", "https://b.example/", "https://new.example/")
    cite(second, "https://a.example/", "")
    cite(archived, "https://archived.example/")
    link_checks.record("https://b.example/", Answer(status=200))
    LinkCheck.objects.update(checked_at=timezone.now() - timedelta(days=9))
    link_checks.record("https://a.example/", Answer(status=200))
    mine = link_checks.addresses(type(first).objects.filter(pk__in=[first.pk, second.pk]))
    assert mine == ["https://new.example/", "https://b.example/", "https://a.example/"]
    everybody = link_checks.addresses(older_than=timedelta(days=7))
    assert "https://a.example/" not in everybody
    assert "https://archived.example/" not in everybody
    assert max(Counter(everybody).values()) == 1


@pytest.fixture
def asked_here(make_asker, monkeypatch):
    """Let command and action ask this machine's own server."""
    for module in ("casestudies.management.commands.check_links", "casestudies.admin.evidence"):
        monkeypatch.setattr(f"{module}.Asker", make_asker)


@pytest.mark.django_db
def test_command_checks_reports_and_forgets(empty_collection, make_study, asked_here, site):
    cite(make_study(), f"{site}/page", f"{site}/gone", f"{site}/moved")
    link_checks.record("https://no-longer-cited.example/", Answer(status=200))
    output = StringIO()
    call_command("check_links", site="https://practices.example.org", stdout=output, stderr=StringIO())
    found = dict(LinkCheck.objects.values_list("address", "outcome"))
    assert found == {f"{site}/page": "works", f"{site}/gone": "dead", f"{site}/moved": "moved"}
    assert f"{site}/gone (HTTP 404)" in output.getvalue()
    call_command("check_links", site="https://practices.example.org", verbosity=0, limit=0)


@pytest.mark.django_db
def test_command_says_who_asks_or_asks_nothing():
    with pytest.raises(CommandError, match="SITE_URL"):
        call_command("check_links", site="")


# In the admin ----------------------------------------------------------------------------------------------------


def check_links(client, *studies):
    """Take the list's action on these studies."""
    chosen = [study.pk for study in studies]
    studies_list = reverse("admin:casestudies_casestudy_changelist")
    return client.post(studies_list, {"action": "check_links", "_selected_action": chosen}, follow=True)


@pytest.mark.django_db
def test_action_checks_a_few_links_at_once(curator, make_study, asked_here, site):
    study = make_study(**DRAFT)
    cite(study, f"{site}/page", f"{site}/gone")
    content = check_links(curator, study).content.decode()
    assert "Works: 1" in content
    assert "Dead: 1" in content
    form = curator.get(change_address(study)).content.decode()
    assert "link-dead" in form
    assert "link-works" in form
    assert save(curator, study, title_en="Still saved").redirect_chain


@pytest.mark.django_db
def test_action_checks_many_links_afterwards(curator, make_study, monkeypatch):
    study, started = make_study(), []
    monkeypatch.setattr(link_checks, "in_background", lambda asked, asker: started.append(asked))
    cite(study, *(f"https://example.org/{number}" for number in range(210)))
    content = check_links(curator, study).content.decode()
    assert [len(asked) for asked in started] == [200]
    assert "200 addresses are being checked." in content
    assert "These studies cite 210 addresses" in content


@pytest.mark.django_db
def test_action_needs_its_permission(make_study, asked_here, site):
    study = make_study()
    cite(study, f"{site}/page")
    check_links(staff_with("view_casestudy", "change_casestudy"), study)
    assert not LinkCheck.objects.exists()
    check_links(staff_with("view_casestudy", "check_links"), study)
    assert LinkCheck.objects.get().outcome == "works"


@pytest.mark.django_db
def test_dead_links_are_listed_with_the_studies_that_lean_on_them(curator, make_study, django_assert_max_num_queries):
    for number in range(5):
        cite(make_study(title_en=f"Leaning {number}"), "https://example.org/dead", "https://example.org/fine")
    link_checks.record("https://example.org/dead", Answer(status=404))
    link_checks.record("https://example.org/fine", Answer(status=200))
    with django_assert_max_num_queries(9):
        response = curator.get(LIST, {"outcome__exact": "dead"})
    content = response.content.decode()
    assert [link.address for link in response.context["cl"].result_list] == ["https://example.org/dead"]
    assert all(f"Leaning {number}" in content for number in range(5))
    assert "HTTP 404" in content
    (dead,) = link_checks.dead_links()
    assert (dead.address, dead.leaning) == ("https://example.org/dead", 5)
    # The desk leads to the record of one address.
    record = curator.get(reverse("admin:casestudies_linkcheck_change", args=[dead.pk])).content.decode()
    assert all(f"Leaning {number}" in record for number in range(5))


@pytest.mark.django_db
def test_records_of_links_are_never_edited(curator):
    link = link_checks.record("https://example.org/", Answer(status=200))
    for name, arguments in (("add", []), ("change", [link.pk]), ("delete", [link.pk])):
        address = reverse(f"admin:casestudies_linkcheck_{name}", args=arguments)
        assert curator.post(address, {"outcome": "dead", "post": "yes"}).status_code == 403
    link.refresh_from_db()
    assert link.outcome == "works"
    assert staff_with("view_casestudy").get(LIST).status_code == 403
    assert staff_with("view_linkcheck").get(LIST).status_code == 200
