"""The violations by the target's own word: of a state that its states URL says it has set up."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.violation import Violation
from conformance.states.provider_states import ProviderState

_STATUS_BY_STATE: Mapping[str, int] = {
    ProviderState.RATE_LIMIT_EXHAUSTED: 429,
    ProviderState.SERVER_FAILING: 500,
    ProviderState.CREDITS_EXHAUSTED: 402,
}
_OK, _REVOKED, _GUARDED = 200, 401, 409
_SETUP = "setup"


@dataclass(frozen=True, slots=True)
class _Announcement:
    """A request to the states URL that was answered with success: the state, its parameters and its values."""

    number: int
    state: str
    is_setup: bool
    known: Mapping[str, Any]


def with_remarks(observed: Mapping[str, Observations], requests: Iterable[Exchange]) -> Mapping[str, Observations]:
    """Return the observations, with a remark on each violation by the target's own word.

    Args:
        observed: The observations by requirement id.
        requests: The requests that set provider states up, in their order.
    """
    if not any(observations.violations for observations in observed.values()):
        return observed
    announcements = [announcement for request in requests for announcement in _announcements(request)]
    return {
        requirement_id: replace(
            observations,
            violations=tuple(_with_remark(violation, announcements) for violation in observations.violations),
        )
        for requirement_id, observations in observed.items()
    }


def _with_remark(violation: Violation, announcements: Sequence[_Announcement]) -> Violation:
    if not violation.exchanges:
        return violation
    shown = violation.exchanges[-1]
    earlier = [announcement for announcement in announcements if announcement.number < shown.number]
    for status, state in _announced_statuses(shown, earlier):
        in_words = "success" if status == _OK else "refusal"
        is_demanded = re.search(rf"\b({status}|{in_words})\b", violation.expected)
        if is_demanded and shown.status != status:
            remark = (
                f"the states URL said that it had set up '{state}'; if the state is not implemented, respond with 501"
            )
            return replace(violation, remark=remark)
    return violation


def _announced_statuses(shown: Exchange, earlier: Sequence[_Announcement]) -> Iterator[tuple[int, str]]:
    """Yield each status that the target has announced for a request, with the state."""
    key = next(
        (value.partition(" ")[2] for name, value in shown.request_headers if name.lower() == "authorization"), ""
    )
    path = {unquote(segment) for segment in urlsplit(shown.url).path.split("/")}
    ended = {one.known.get("jobId") for one in earlier if one.state == ProviderState.PROSPECTING_ENDED}
    lasting: dict[str, bool] = {}
    for one in earlier:
        is_of_key = one.known.get("apiKey") == key
        if one.state == ProviderState.KEY_REVOKED and is_of_key:
            yield _REVOKED, one.state
        elif one.state == ProviderState.API_KEY and is_of_key and one.known.get("status") == "revoked":
            yield _REVOKED, f"{one.state}, revoked"
        elif one.state == ProviderState.POPULATED_AUDIENCE and one.known.get("audienceId") in path:
            if one.known.get("jobId") not in ended:
                yield _GUARDED, one.state
            elif shown.status == _GUARDED:
                yield _OK, ProviderState.PROSPECTING_ENDED
        elif one.state in _STATUS_BY_STATE and is_of_key:
            lasting[one.state] = one.is_setup
    yield from ((_STATUS_BY_STATE[state], state) for state, lasts in lasting.items() if lasts)


def _announcements(request: Exchange) -> Iterator[_Announcement]:
    try:
        document, values = json.loads(request.request_body or b"{}"), json.loads(request.response_body or b"{}")
    except ValueError:
        return
    if isinstance(values, dict):
        known = {**document["params"], **values}
        yield _Announcement(request.number, document["state"], document["action"] == _SETUP, known)
