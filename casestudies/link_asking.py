"""Asking for one address on the network: politely, and never inside networks that are not public.

Whoever may edit a source chooses what this asks for. requests-hardened looks a host's name up once, refuses every
address that is not public, and connects to the very address it looked at; here each redirect passes the same gate,
and schemes, ports and passwords that no public page needs are refused.
"""

import logging
import socket
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import sleep
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import requests
from django.conf import settings
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import ProtocolError

from .models import LinkCheck

logger = logging.getLogger(__name__)
Reason = LinkCheck.Reason

NAME = "BorderPracticesLinkCheck"
PORTS = (80, 443)
MOST_REDIRECTS = 5
SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 5, 10
# A host may send its answer letter by letter, which no other limit ends.
SECONDS_IN_ALL = 60
ROBOTS_BYTES = 100_000
PERMANENT = (301, 308)
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True)
class Answer:
    """What an address answered: a status, or the reason why there is none."""

    status: int | None = None
    reason: str = ""
    final_address: str = ""
    """Where redirects led; "" where there were none."""
    moved: bool = False
    """Whether the first redirect was one for good."""


class Asker:
    """Asks one thing at a time of a host, with a pause after it, under an honest name, heeding its robots.txt.

    `allow_loopback` and `ports` widen what may be asked; nothing but a test has a reason to.
    """

    def __init__(
        self, site: str, *, allow_loopback: bool = False, ports: Collection[int] = PORTS, pause: float = 1
    ) -> None:
        contact = f"; {settings.CONTACT_EMAIL}" if settings.CONTACT_EMAIL else ""
        self._manager = Manager(
            Config(
                ip_filter_enable=True,
                ip_filter_allow_loopback_ips=allow_loopback,
                never_redirect=True,
                default_timeout=(SECONDS_TO_CONNECT, SECONDS_TO_ANSWER),
                user_agent_override=f"{NAME}/1.0 (+{site}/{contact})",
            )
        )
        self._ports = ports
        self._pause = pause
        self._turns: defaultdict[str, Lock] = defaultdict(Lock)
        self._robots: dict[str, RobotFileParser] = {}

    def ask(self, address: str) -> Answer:
        """Return what an address answers; whatever happens is an answer, and comes within a minute."""
        answers: SimpleQueue[Answer] = SimpleQueue()
        Thread(target=lambda: answers.put(self._answer(address)), daemon=True).start()
        try:
            return answers.get(timeout=SECONDS_IN_ALL)
        except Empty:
            return Answer(reason=Reason.TIMEOUT)

    def _answer(self, address: str) -> Answer:
        try:
            with self._manager.get_session() as session:
                session.trust_env = False  # no proxy, which would look names up itself, and no password from .netrc
                return self._followed(session, address)
        except requests.RequestException as error:
            return Answer(reason=_reason(error))
        except Exception:
            # A name of a host that cannot be encoded, a header that breaks a library: never the end of the whole run.
            logger.warning("The address of a source could not be asked for: %r", address, exc_info=True)
            return Answer(reason=Reason.MALFORMED)

    def _followed(self, session: requests.Session, address: str) -> Answer:
        url, moved = address, False
        for redirects in range(MOST_REDIRECTS + 1):
            led = url if redirects else ""
            if reason := self._objection(url):
                return Answer(reason=reason, final_address=led, moved=moved)
            try:
                if not self._robots_allow(session, url):
                    return Answer(reason=Reason.ROBOTS, final_address=led, moved=moved)
                response = self._response(session, url)
            except requests.RequestException as error:
                return Answer(reason=_reason(error), final_address=led, moved=moved)
            target = session.get_redirect_target(response)
            if target is None:
                return Answer(status=response.status_code, final_address=led, moved=moved)
            moved = moved or (not redirects and response.status_code in PERMANENT)
            url = requests.utils.requote_uri(urljoin(url, target))
        return Answer(reason=Reason.REDIRECTS, final_address=url, moved=moved)

    def _objection(self, url: str) -> str:
        """Return why an address is not asked for; "" where its host may be looked up."""
        try:
            # As the library will read it, not as it is written.
            parts = urlsplit(requests.Request("GET", url).prepare().url)
            if parts.scheme not in ("http", "https"):
                return Reason.SCHEME
            if "@" in parts.netloc:
                return Reason.CREDENTIALS
            return "" if parts.port in (None, *self._ports) else Reason.PORT
        except (requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            return Reason.SCHEME
        except ValueError:  # among them all that requests says of addresses
            return Reason.MALFORMED

    def _robots_allow(self, session: requests.Session, url: str) -> bool:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            response, body = self._send(session, "GET", f"{origin}/robots.txt", ROBOTS_BYTES)
            rules = RobotFileParser()
            rules.parse(body.decode(errors="replace").splitlines() if response.status_code == requests.codes.ok else [])
            self._robots[origin] = rules
        return self._robots[origin].can_fetch(NAME, url)

    def _response(self, session: requests.Session, url: str) -> requests.Response:
        """Return the answer to HEAD, or to GET where the host may only dislike HEAD."""
        try:
            response, _body = self._send(session, "HEAD", url)
            if response.status_code < 400 or response.status_code == TOO_MANY_REQUESTS:
                return response
        except requests.ConnectionError as error:
            if not (error.args and isinstance(error.args[0], ProtocolError)):
                raise  # it did not hang up on HEAD; it was never reached
        return self._send(session, "GET", url)[0]

    def _send(
        self, session: requests.Session, method: str, url: str, most_bytes: int = 0
    ) -> tuple[requests.Response, bytes]:
        """Send a request when the host's turn comes; return the answer and the first `most_bytes` of its body."""
        with self._turns[urlsplit(url).hostname or ""]:
            try:
                with session.request(method, url, stream=True) as response:
                    return response, next(response.iter_content(most_bytes), b"") if most_bytes else b""
            finally:
                sleep(self._pause)


def _reason(error: requests.RequestException) -> str:
    """Return why there was no answer."""
    if isinstance(error, InvalidIPAddress):
        return Reason.PRIVATE
    if isinstance(error, requests.exceptions.SSLError):
        return Reason.CERTIFICATE
    if isinstance(error, requests.Timeout):
        return Reason.TIMEOUT
    if isinstance(error.__cause__, socket.gaierror):
        return Reason.NO_HOST
    if isinstance(error, requests.ConnectionError):
        return Reason.NO_CONNECTION
    return Reason.MALFORMED
