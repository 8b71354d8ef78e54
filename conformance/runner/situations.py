"""The situations in which a target cannot be checked at all: each is told in one line, before the checks."""

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx

from conformance.catalogue.requirements import Profile

_VERSION = "v1"
_OK, _NOT_FOUND, _SERVER_ERROR = 200, 404, 500
_NOT_THERE = frozenset({404, 405, 501})


def situation_of(base_url: str, responses: Sequence[httpx.Response]) -> str | None:
    """Return the reason why no check says anything about a target; None where the checks can run.

    Args:
        base_url: The address of the target.
        responses: Responses to requests that a conforming target answers in different ways.
    """
    statuses = {response.status_code for response in responses}
    advice = without_version(base_url) or "is --base-url right? It is what stands before /v1"
    if all(_is_page(response) for response in responses):
        return f"the target answers every request with an HTML page ({_shown(statuses)}): {advice}"
    if min(statuses) >= _SERVER_ERROR:
        return f"the target answers {_shown(statuses)} to every request: is it up, and everything that it needs?"
    if statuses == {_NOT_FOUND}:
        return f"the target answers 404 to every request: {advice}"
    return None


def without_version(base_url: str) -> str | None:
    """Return the question whether the address before `/v1` was meant; None where the address has none."""
    before, slash, after = urlsplit(base_url).path.partition(f"/{_VERSION}")
    if not slash or after[:1] not in {"", "/"}:
        return None
    meant = urlsplit(base_url)._replace(path=before).geturl()
    return f"--base-url is what stands before /v1: did you mean {meant}?"


def is_not_served(response: httpx.Response) -> bool:
    """Return whether a response says that there is no such operation, and not that there is no such resource."""
    status = response.status_code
    return status in _NOT_THERE and (status != _NOT_FOUND or not has_envelope(response))


def has_envelope(response: httpx.Response) -> bool:
    """Return whether the body is a JSON object that says whether the request succeeded."""
    try:
        document = json.loads(response.content)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and ("success" in document or "error" in document)


def narrower_profile(
    profile: Profile, audiences: Sequence[httpx.Response], jobs: Sequence[httpx.Response]
) -> str | None:
    """Return the advice to choose a narrower profile; None where the target serves more than that.

    Args:
        profile: The profile of the run.
        audiences: Responses to reads of what certainly exists, below `audiences`.
        jobs: Responses to reads of what certainly exists, below `prospecting`.
    """
    if profile is Profile.DELETE or not audiences:
        return None
    if all(map(is_not_served, audiences)):
        return "only deleteAudience responds: did you mean `--profile delete`?"
    if profile is Profile.FULL and jobs and all(map(is_not_served, jobs)) and audiences[0].status_code == _OK:
        return "nothing responds below /prospecting: did you mean `--profile audiences`?"
    return None


def _is_page(response: httpx.Response) -> bool:
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type in {"text/html", "application/xhtml+xml"}


def _shown(statuses: set[int]) -> str:
    return ", ".join(map(str, sorted(statuses)))
