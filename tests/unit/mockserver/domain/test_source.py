from typing import Any

import pytest

from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.source import JobRequest, job_request

PROFILE = "https://www.linkedin.com/in/somebody"
GOOD: dict[str, dict[str, Any]] = {
    "linkedin_search": {"searchUrl": "https://www.linkedin.com/search/results/people/"},
    "sales_navigator": {"leadListId": "1"},
    "post_commenters": {"postUrl": "https://www.linkedin.com/posts/1"},
    "url_upload": {"urls": [PROFILE] * 3},
}


@pytest.mark.parametrize("source", GOOD)
def test_a_source_with_its_required_members_is_accepted(source: str) -> None:
    assert isinstance(job_request({"source": source, **GOOD[source]}), JobRequest)


def test_sales_navigator_accepts_either_of_its_two_members() -> None:
    assert isinstance(job_request({"source": "sales_navigator", "savedSearchId": "1"}), JobRequest)


@pytest.mark.parametrize("source", GOOD)
def test_a_source_without_its_required_member_is_refused_by_name(source: str) -> None:
    refusal = job_request({"source": source})

    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.INVALID_REQUEST
    assert next(iter(GOOD[source])) in refusal.message


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("linkedin_search", {"searchUrl": "no address"}),
        ("post_commenters", {"postUrl": "ftp://example.com/"}),
        ("url_upload", {"urls": [PROFILE, "https://example.com/in/somebody"]}),
        ("url_upload", {"urls": ["https://linkedin.com.example.com/in/somebody"]}),
        ("linkedin_search", {"searchUrl": "https://[broken"}),
        ("linkedin_search", GOOD["linkedin_search"] | {"name": " "}),
    ],
)
def test_a_wrong_value_is_refused(source: str, wrong: dict[str, Any]) -> None:
    assert isinstance(job_request({"source": source, **wrong}), Refusal)


@pytest.mark.parametrize(("max_results", "cap", "requested"), [(50, 100, 50), (5_000, 1_000, 1_000)])
def test_max_results_is_lowered_to_the_cap_of_the_plan(max_results: int, cap: int, requested: int) -> None:
    request = job_request({"source": "linkedin_search", **GOOD["linkedin_search"], "maxResults": max_results})

    assert isinstance(request, JobRequest)
    assert request.requested(cap) == requested


def test_an_upload_ignores_max_results_and_is_as_long_as_its_list() -> None:
    request = job_request({"source": "url_upload", "urls": [PROFILE] * 3, "maxResults": 1})

    assert isinstance(request, JobRequest)
    assert request.requested(100) == 3


@pytest.mark.parametrize(("search_emails", "price"), [(False, 1), (True, 2)])
def test_a_prospect_costs_one_credit_or_two_credits_with_emails(search_emails: bool, price: int) -> None:  # noqa: FBT001  (a parameter)
    request = job_request({"source": "linkedin_search", **GOOD["linkedin_search"], "searchEmails": search_emails})

    assert isinstance(request, JobRequest)
    assert request.price == price
