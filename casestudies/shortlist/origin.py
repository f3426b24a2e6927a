"""Which requests another site sent: pages that all readers share can carry no token that proves it."""

from urllib.parse import urlsplit

from django.http import HttpRequest


def is_foreign(request: HttpRequest) -> bool:
    """Return whether a browser says that another site made it send this request.

    Browsers set Sec-Fetch-Site, and over plain HTTP at least Origin, and no page can change either. What sends neither
    is no browser, and holds nobody's cookies. The rule is that of CrossOriginProtection in Go's net/http.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return bool(origin) and urlsplit(origin).netloc != request.get_host()
