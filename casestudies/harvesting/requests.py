"""What a harvester asks, checked as the protocol requires."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.http import QueryDict

PREFIX = "oai_dc"
# For each verb: the arguments it must have, and those it may have.
ARGUMENTS = {
    "Identify": ((), ()),
    "ListMetadataFormats": ((), ("identifier",)),
    "ListSets": ((), ("resumptionToken",)),
    "GetRecord": (("identifier", "metadataPrefix"), ()),
    "ListIdentifiers": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
    "ListRecords": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
}
DAY, SECOND = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"


class ProtocolError(Exception):
    """An error that the protocol names, with a message for people."""

    def __init__(self, code: str, message: str):
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Selective:
    """Which records a list has: those changed from `start` to before `end`, of a set, and where the list goes on.

    `after` is the datestamp, to the microsecond, and the slug of the last record already given; `cursor` how many have
    been given, `size` how many there were when the list began.
    """

    start: datetime | None = None
    end: datetime | None = None
    set_spec: str = ""
    after: tuple[datetime, str] | None = None
    cursor: int = 0
    size: int | None = None


@dataclass(frozen=True)
class Asked:
    """A request that the protocol allows."""

    verb: str
    arguments: dict[str, str] = field(default_factory=dict)
    selective: Selective | None = None
    """For the two lists of records."""


def read(query: QueryDict) -> Asked:
    """Return what is asked. Raises ProtocolError."""
    verbs = query.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        raise ProtocolError("badVerb", "Give one verb: " + ", ".join(ARGUMENTS) + ".")
    verb = verbs[0]
    arguments = _arguments(verb, query)
    if verb not in ("ListIdentifiers", "ListRecords"):
        _check_format(arguments)
        if "resumptionToken" in arguments:
            raise ProtocolError("badResumptionToken", "All sets are given at once.")
        return Asked(verb, arguments)
    if "resumptionToken" in arguments:
        # An empty one too: a list ends with it, and whoever sends it back would harvest for ever.
        return Asked(verb, arguments, _resumed(verb, arguments["resumptionToken"]))
    _check_format(arguments)
    return Asked(verb, arguments, _selective(arguments))


def _arguments(verb: str, query: QueryDict) -> dict[str, str]:
    required, optional = ARGUMENTS[verb]
    given = {key: values for key, values in query.lists() if key != "verb"}
    for key, values in given.items():
        if key not in (*required, *optional):
            raise ProtocolError("badArgument", f"{verb} does not take this argument: {_printable(key)}.")
        if len(values) > 1:
            raise ProtocolError("badArgument", f"Give {key} once.")
    if "resumptionToken" in given and len(given) > 1:
        raise ProtocolError("badArgument", "With a resumptionToken there is no other argument.")
    missing = [key for key in required if key not in given and "resumptionToken" not in given]
    if missing:
        raise ProtocolError("badArgument", f"{verb} needs {_joined(missing)}.")
    return {key: values[0] for key, values in given.items()}


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)


def _printable(text: str) -> str:
    return text[:60].encode("ascii", "backslashreplace").decode() if text.isprintable() else repr(text[:60])


def _check_format(arguments: dict[str, str]) -> None:
    if arguments.get("metadataPrefix", PREFIX) != PREFIX:
        raise ProtocolError("cannotDisseminateFormat", f"The one format is {PREFIX}.")


def _selective(arguments: dict[str, str]) -> Selective:
    first, last = arguments.get("from"), arguments.get("until")
    start, end = (None if text is None else _moment(text) for text in (first, last))
    if start and end:
        if len(first) != len(last):
            raise ProtocolError("badArgument", "from and until must both be days, or both seconds.")
        if start > end:
            raise ProtocolError("badArgument", "from lies after until.")
    if end:
        # Both bounds are inclusive: a whole day or a whole second.
        end += timedelta(days=1) if len(last) == 10 else timedelta(seconds=1)
    return Selective(start, end, arguments.get("set", ""))


def _moment(text: str) -> datetime:
    """Return a datestamp's moment. Raises ProtocolError for anything but a day or a second in UTC, in full."""
    for shape in (DAY, SECOND):
        try:
            moment = datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
        # strptime takes 2026-1-2 too; and the last day of all has no next.
        if len(text) in (len("2026-03-31"), len("2026-03-31T09:00:00Z")) and moment.year < 9999:
            return moment
    message = f"Give a datestamp as 2026-03-31 or 2026-03-31T09:00:00Z, not {_printable(text)}."
    raise ProtocolError("badArgument", message)


# A token holds all that is needed to go on, signed: nothing has to be kept, and nobody can forge one ----------------


def token(verb: str, selective: Selective) -> str:
    """Return the token with which the harvester asks for the rest."""
    moment, slug = selective.after
    parts = {
        "verb": verb,
        "start": selective.start and selective.start.isoformat(),
        "end": selective.end and selective.end.isoformat(),
        "set": selective.set_spec,
        "after": [moment.isoformat(), slug],
        "cursor": selective.cursor,
        "size": selective.size,
    }
    return signing.dumps(parts, salt="oai-pmh", compress=True)


def _resumed(verb: str, text: str) -> Selective:
    try:
        parts = signing.loads(text, salt="oai-pmh")
    except signing.BadSignature:
        parts = {}
    if parts.get("verb") != verb:
        raise ProtocolError("badResumptionToken", "This token was not given for such a list. Begin the list anew.")
    moment, slug = parts["after"]
    return Selective(
        start=parts["start"] and datetime.fromisoformat(parts["start"]),
        end=parts["end"] and datetime.fromisoformat(parts["end"]),
        set_spec=parts["set"],
        after=(datetime.fromisoformat(moment), slug),
        cursor=parts["cursor"],
        size=parts["size"],
    )
