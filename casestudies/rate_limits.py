"""How often one client may do something."""

from functools import cache

from django.conf import settings
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, RateLimiter


@cache
def limiter(storage: str) -> RateLimiter:
    """Return what counts in `storage`: in this process's memory, or for all processes in Redis."""
    return FixedWindowRateLimiter(storage_from_string(storage))


def may_propose(client: str) -> bool:
    """Count a proposal of a client; return whether it is not one too many."""
    return limiter(settings.API_RATE_LIMIT_STORAGE).hit(parse(settings.PROPOSAL_RATE_LIMIT), "proposal", client)
