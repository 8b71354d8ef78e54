import pytest

from conformance.results.inferred_methods import InferredMethods, merge_methods


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_method_that_a_valid_request_does_not_find_is_lacking(status: int) -> None:
    methods = InferredMethods()

    methods.note("createAudience", "POST", status)

    expected = f"the page prints no method, and the target responds to POST with {status}: the page was not run"
    assert methods.reason_against("createAudience") == expected
    assert methods.pages_not_run() == {"createAudience": expected}


@pytest.mark.parametrize("status", [None, 400, 401, 403, 409, 422, 429, 500])
def test_another_refusal_says_nothing_about_the_method(status: int | None) -> None:
    methods = InferredMethods()

    methods.note("createAudience", "POST", status)

    assert not methods.is_known("createAudience")
    assert methods.pages_not_run() == {}


@pytest.mark.parametrize("statuses", [(404, 201), (201, 404)])
def test_a_success_makes_the_method_the_targets(statuses: tuple[int, int]) -> None:
    methods = InferredMethods()

    for status in statuses:
        methods.note("createAudience", "POST", status)

    assert methods.reason_against("createAudience") is None
    assert methods.pages_not_run() == {}


def test_a_success_of_another_worker_decides() -> None:
    with_success, without = InferredMethods(), InferredMethods()
    with_success.note("createAudience", "POST", 201)
    without.note("createAudience", "POST", 404)
    without.note("renameAudienceFolder", "PATCH", 405)

    assert merge_methods([without, with_success]).pages_not_run().keys() == {"renameAudienceFolder"}
