"""The counts of a coverage, by keys that a database keeps as text."""

from collections.abc import Mapping, MutableMapping

from mockserver.recording.exchange import Exchange, Outcome

Counts = Mapping[str, int]
"""The counts by key: `deleteAudience/409` for a response, `guard.met` for a situation; without an entry, it is 0."""

UNEXAMINED = "unexamined"
LOST = "lost"


def response_key(operation: str | None, status: int | str) -> str:
    """Return the key of an operation's response; `LOST` stands for one that the client has not received whole."""
    return f"{operation or ''}/{status}"


def situation_key(situation: str, aspect: str) -> str:
    """Return the key of an aspect of a situation (`met`, `well` or `findings`)."""
    return f"{situation}.{aspect}"


def count_response(counts: MutableMapping[str, int], exchange: Exchange) -> None:
    """Count the response of an exchange; a request that the user agent has repeated by itself does not count."""
    if exchange.resent:
        return
    # `outcome` says the same, and takes as long as all the rest: most responses arrive whole, and their clients stay
    is_whole = (exchange.whole and exchange.gone_at is None) or exchange.outcome is Outcome.ANSWERED
    key = f"{exchange.operation or ''}/{exchange.status if is_whole else LOST}"
    counts[key] = counts.get(key, 0) + 1


def add(counts: MutableMapping[str, int], more: Counts) -> None:
    """Add further counts."""
    for key, count in more.items():
        counts[key] = counts.get(key, 0) + count
