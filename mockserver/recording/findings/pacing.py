"""The rules about requests that come too soon or too often."""

from collections.abc import Iterator
from itertools import pairwise

from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.history import History, surely_followed
from mockserver.recording.findings.rule import Finding, Rule, documented, inferred

RETRY_AFTER = Rule(
    "CLIENT-RETRY-AFTER",
    "A request was sent before the time was over that an answer had asked to wait in Retry-After.",
    "Wait for as many seconds as Retry-After says before you send anything else with the key.",
)
GUARD_HAMMERED = Rule(
    "CLIENT-GUARD-HAMMERED",
    "The same request was sent at least three times in a row, each within ten seconds of the last, though each was "
    "refused with AUDIENCE_NOT_READY, and nobody had looked at the job or the list in between.",
    "Poll the status of the prospecting job, and send the request again when the job has ended.",
)
PERMISSION_REPEATED = Rule(
    "CLIENT-PERMISSION-REPEATED",
    "A call was repeated with a key that had been refused for want of the permission.",
    "Use a key that holds the permission; the same key gets the same answer.",
)

_LIMITED = 429
_MAX_GAP = 10_000
_RUN_LENGTH = 3
_POLL_SENTENCE = "poll the job status endpoint"
_PERMISSION_SENTENCE = "Missing required permission"
_STATUS_READS = frozenset({"getProspectingJob", "listProspectingJobs", "listAudiences", "getAudienceNavigation"})


def retry_after_ignored(history: History, latest: Exchange) -> Iterator[Finding]:
    """Find a request before the end of `Retry-After` (`CLIENT-RETRY-AFTER`).

    The `Retry-After` of a 429 applies to all requests of the key, that of other responses to the same request only.
    """
    first = history.last_retry_after(latest, _LIMITED)
    if first is not None and _elapsed(first, latest) < (first.retry_after or 0) and surely_followed(first, latest):
        yield inferred(RETRY_AFTER, None, first, latest)


def guard_hammered(history: History, latest: Exchange) -> Iterator[Finding]:
    """Find the third refusal of the guard in a row, and each further one (`CLIENT-GUARD-HAMMERED`)."""
    run = [*history.same_requests(latest)[-2:], latest]
    if len(run) == _RUN_LENGTH and all(_was_guarded(exchange) for exchange in run):
        close = all(
            surely_followed(first, second) and _elapsed(first, second) < _MAX_GAP for first, second in pairwise(run)
        )
        if close and not history.was_read(run[0], latest, _STATUS_READS):
            yield inferred(GUARD_HAMMERED, _POLL_SENTENCE, *run)


def _was_guarded(exchange: Exchange) -> bool:
    return exchange.rule == "guard" and exchange.received_status is not None


def permission_repeated(history: History, latest: Exchange) -> Iterator[Finding]:
    """Find a second call without the same permission, and each further one (`CLIENT-PERMISSION-REPEATED`)."""
    if latest.rule != "permission":
        return
    for first in history.without_permission(latest):
        if surely_followed(first, latest):
            yield documented(PERMISSION_REPEATED, _PERMISSION_SENTENCE, first, latest)
            return


def _elapsed(first: Exchange, second: Exchange) -> int:
    """Return the milliseconds between two exchanges, in real time or by the sandbox's clock, whichever is longer."""
    return max(second.real - first.real, second.at - first.at)
