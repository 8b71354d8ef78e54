"""All rules, and the one function that applies them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.contract import CONTRACT, KEY_REUSED, contract_broken, reused_key
from mockserver.recording.findings.history import History
from mockserver.recording.findings.pacing import (
    GUARD_HAMMERED,
    PERMISSION_REPEATED,
    RETRY_AFTER,
    guard_hammered,
    permission_repeated,
    retry_after_ignored,
)
from mockserver.recording.findings.retries import RETRY_UNREAD, START_KEY, retried_unread, start_repeated_without_key
from mockserver.recording.findings.rule import Finding

_CHECKS: Mapping[str, Callable[[History, Exchange], Iterator[Finding]]] = {
    RETRY_UNREAD.id: retried_unread,
    START_KEY.id: start_repeated_without_key,
    KEY_REUSED.id: reused_key,
    RETRY_AFTER.id: retry_after_ignored,
    GUARD_HAMMERED.id: guard_hammered,
    PERMISSION_REPEATED.id: permission_repeated,
    CONTRACT.id: contract_broken,
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
