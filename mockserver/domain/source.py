"""The sources of a prospecting job, and the requirements of each (P1, "Source requirements")."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from mockserver.domain.refusal import Reason, Refusal, refused

DEFAULT_RESULTS = 100
_URL_MEMBERS = ("searchUrl", "postUrl")
_PRICE = 1
_PRICE_WITH_EMAILS = 2


class Source(StrEnum):
    """The documented sources."""

    LINKEDIN_SEARCH = "linkedin_search"
    SALES_NAVIGATOR = "sales_navigator"
    POST_COMMENTERS = "post_commenters"
    URL_UPLOAD = "url_upload"


_REQUIRED_ANY = {
    Source.LINKEDIN_SEARCH: ("searchUrl",),
    Source.SALES_NAVIGATOR: ("savedSearchId", "leadListId"),
    Source.POST_COMMENTERS: ("postUrl",),
    Source.URL_UPLOAD: ("urls",),
}


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A request for a job. `urls` are the profiles of an `url_upload`; `price` is credits per prospect."""

    source: Source
    name: str
    max_results: int
    urls: tuple[str, ...]
    price: int

    def requested(self, cap: int) -> int:
        """Return the number of prospects to import on a plan with this cap; for an upload, the length of its list."""
        return len(self.urls) if self.source is Source.URL_UPLOAD else min(self.max_results, cap)


def _invalid(name: str, problem: str, hint: str) -> Refusal:
    details = {"in": "body", "name": name}
    return refused(Reason.INVALID_REQUEST, f"Request validation failed: {problem}.", hint, **details)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _is_profile(value: str) -> bool:
    if not _is_url(value):
        return False
    parts = urlsplit(value)
    host = (parts.hostname or "").removeprefix("www.")
    return (host == "linkedin.com" or host.endswith(".linkedin.com")) and parts.path.startswith("/in/")


def job_request(body: Mapping[str, Any]) -> JobRequest | Refusal:
    """Read a start request that fits the contract's schema; return a refusal if it lacks what its source requires."""
    source = Source(body["source"])
    refusal = _missing_requirement(source, body) or _bad_url(source, body)
    if refusal is not None:
        return refusal
    name = body.get("name", f"Import from {source.value.replace('_', ' ')}")
    if not name.strip():
        return _invalid("name", "the name is blank", "Leave it out, or send one with at least one visible character.")
    price = _PRICE_WITH_EMAILS if body.get("searchEmails") else _PRICE
    urls = tuple(body["urls"]) if source is Source.URL_UPLOAD else ()
    return JobRequest(source, name, int(body.get("maxResults", DEFAULT_RESULTS)), urls, price)


def _missing_requirement(source: Source, body: Mapping[str, Any]) -> Refusal | None:
    names = _REQUIRED_ANY[source]
    if any(body.get(name) for name in names):
        return None
    return _invalid(names[0], f"source {source} requires {' or '.join(names)}", "Add it to the body.")


def _bad_url(source: Source, body: Mapping[str, Any]) -> Refusal | None:
    for name in _REQUIRED_ANY[source]:
        if name in _URL_MEMBERS and not _is_url(body[name]):
            return _invalid(name, f"{name} is no address", "Send one that begins with https://.")
    for index, url in enumerate(body["urls"] if source is Source.URL_UPLOAD else ()):
        if not _is_profile(url):
            name = f"urls[{index}]"
            hint = "Send one like https://www.linkedin.com/in/somebody."
            return _invalid(name, f"{name} is no LinkedIn profile", hint)
    return None
