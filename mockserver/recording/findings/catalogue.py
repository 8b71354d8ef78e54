"""All rules, and the one function that applies them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.contract import CONTRACT, KEY_REUSED, broken, reused_key
from mockserver.recording.findings.history import History
from mockserver.recording.findings.pacing import (
    GUARD_HAMMERED,
    PERMISSION_REPEATED,
    RETRY_AFTER,
    hammered,
    hurried,
    unpermitted,
)
from mockserver.recording.findings.retries import RETRY_UNREAD, START_KEY, retried_unread, started_anew
from mockserver.recording.findings.rule import Finding

_CHECKS: Mapping[str, Callable[[History, Exchange], Iterator[Finding]]] = {
    RETRY_UNREAD.id: retried_unread,
    START_KEY.id: started_anew,
    KEY_REUSED.id: reused_key,
    RETRY_AFTER.id: hurried,
    GUARD_HAMMERED.id: hammered,
    PERMISSION_REPEATED.id: unpermitted,
    CONTRACT.id: broken,
}
RULE_IDS = tuple(_CHECKS)


def findings(exchanges: Sequence[Exchange], *, dropped: bool = False) -> list[Finding]:
    """What a client did wrong in these exchanges, oldest first: each finding stands where its last exchange does.

    More exchanges add findings and take none away. `dropped`: there were earlier ones, which are not known any more; no
    finding relies on what they may have been.
    """
    history = History(exchanges[0].ended if dropped and exchanges else float("-inf"))
    found: list[Finding] = []
    for latest in exchanges:
        for check in _CHECKS.values():
            found += check(history, latest)
        history.add(latest)
    return found
