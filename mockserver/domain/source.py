"""Where a prospecting job takes its prospects from, and what each source needs (P1, "Source requirements")."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from mockserver.domain.refusal import Reason, Refusal, refused

MAX_URLS = 1_000
DEFAULT_RESULTS = 100
_PRICE = 1
_PRICE_WITH_EMAILS = 2


class Source(StrEnum):
    """The documented sources."""

    LINKEDIN_SEARCH = "linkedin_search"
    SALES_NAVIGATOR = "sales_navigator"
    POST_COMMENTERS = "post_commenters"
    URL_UPLOAD = "url_upload"


_ONE_OF = {
    Source.LINKEDIN_SEARCH: ("searchUrl",),
    Source.SALES_NAVIGATOR: ("savedSearchId", "leadListId"),
    Source.POST_COMMENTERS: ("postUrl",),
    Source.URL_UPLOAD: ("urls",),
}
_URLS = ("searchUrl", "postUrl")


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What is asked of a job. `urls` are the profiles to import, of `url_upload` alone; `price` is in credits each."""

    source: Source
    name: str
    max_results: int
    urls: tuple[str, ...]
    price: int

    def requested(self, cap: int) -> int:
        """How many prospects it imports on a plan with this cap; an upload is as long as its list."""
        return len(self.urls) if self.source is Source.URL_UPLOAD else min(self.max_results, cap)


def _invalid(name: str, what: str, hint: str) -> Refusal:
    return refused(Reason.INVALID_REQUEST, f"Request validation failed: {what}.", hint, **{"in": "body", "name": name})


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
    """Read a start request that fits the contract's schema; refuse it where its source needs something else."""
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
    names = _ONE_OF[source]
    if any(body.get(name) for name in names):
        return None
    return _invalid(names[0], f"source {source} requires {' or '.join(names)}", "Add it to the body.")


def _bad_url(source: Source, body: Mapping[str, Any]) -> Refusal | None:
    for name in _ONE_OF[source]:
        if name in _URLS and not _is_url(body[name]):
            return _invalid(name, f"{name} is no address", "Send one that begins with https://.")
    for place, url in enumerate(body["urls"] if source is Source.URL_UPLOAD else ()):
        if not _is_profile(url):
            name = f"urls[{place}]"
            return _invalid(
                name, f"{name} is no LinkedIn profile", "Send one like https://www.linkedin.com/in/somebody."
            )
    return None
