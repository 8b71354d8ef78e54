"""The catalogue of rules, and the function that applies them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.contract import CONTRACT, KEY_REUSED, contract_broken, key_reused
from mockserver.recording.findings.history import History
from mockserver.recording.findings.pacing import (
    GUARD_HAMMERED,
    PERMISSION_REPEATED,
    RETRY_AFTER,
    guard_hammered,
    permission_repeated,
    retry_after_ignored,
)
from mockserver.recording.findings.retries import RETRY_UNREAD, START_KEY, retry_unread, start_repeated_without_key
from mockserver.recording.findings.rule import Finding, Rule

_CHECKS: Mapping[Rule, Callable[[History, Exchange], Iterator[Finding]]] = {
    RETRY_UNREAD: retry_unread,
    START_KEY: start_repeated_without_key,
    KEY_REUSED: key_reused,
    RETRY_AFTER: retry_after_ignored,
    GUARD_HAMMERED: guard_hammered,
    PERMISSION_REPEATED: permission_repeated,
    CONTRACT: contract_broken,
}
RULES: Mapping[str, Rule] = {rule.id: rule for rule in _CHECKS}
"""The rules, by identifier."""
RULE_IDS = tuple(RULES)


def findings(exchanges: Sequence[Exchange], *, dropped: bool = False) -> list[Finding]:
    """Return the findings about a client's exchanges, ordered by the last exchange of each.

    More exchanges add findings and never remove any. Requests that the user agent has sent again by itself are nobody's
    mistake, and are left out.

    Args:
        exchanges: The exchanges, oldest first.
        dropped: Whether the journal has dropped earlier exchanges; no finding relies on their absence.
    """
    history = History(exchanges[0].ended if dropped and exchanges else float("-inf"))
    result: list[Finding] = []
    for latest in exchanges:
        if latest.resent:
            continue
        for check in _CHECKS.values():
            result += check(history, latest)
        history.add(latest)
    return result
