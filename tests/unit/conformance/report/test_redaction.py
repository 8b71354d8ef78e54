from dataclasses import replace

import pytest

from conformance.report.redaction import Redactor
from conformance.results.observations import Observations
from tests.harness.sample_report import EXCHANGE, KEY, SECRETS, VIOLATION, failure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{KEY}", "$AUDIENCE_API_KEY"),
        (f"{KEY}x", "$AUDIENCE_NEAR_MISS"),
        (f"{KEY}Y", "${AUDIENCE_API_KEY}Y"),
        ("ak%5flive%2B5f2c.", "$AUDIENCE_API_KEY."),
        ("nothing", "nothing"),
    ],
)
def test_a_secret_is_replaced_in_every_form(text: str, expected: str) -> None:
    assert Redactor(SECRETS).text(text) == expected


def test_without_secrets_nothing_is_replaced() -> None:
    assert Redactor({"": "AUDIENCE_NONE"}).text("any text") == "any text"


@pytest.mark.parametrize("name", ["PATH", "audience_key", "AUDIENCE_", "AUDIENCE_KEY$(id)"])
def test_a_name_that_is_no_variable_of_ours_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="begins with AUDIENCE_"):
        Redactor({"secret": name})


def test_a_short_header_is_replaced_only_where_it_is_the_whole_value() -> None:
    headers = (("x-env", "abc"), ("x-other", "abc"), ("X-Env", "abcd"))
    violation = replace(VIOLATION, exchanges=(replace(EXCHANGE, request_headers=headers, response_headers=headers),))

    redacted = Redactor({}, {"X-Env": "abc"}).result(failure(violation))

    (exchange,) = redacted.observations.violations[0].exchanges
    assert exchange.request_headers == (("x-env", "${AUDIENCE_HEADER_X_ENV}"), *headers[1:])
    assert exchange.response_headers == headers


def test_secrets_in_errors_and_obstacles_are_replaced() -> None:
    result = replace(failure(), observations=Observations(errors=(KEY,), blocked_by=(KEY,)))

    redacted = Redactor(SECRETS).result(result).observations

    assert (redacted.errors, redacted.blocked_by) == (("$AUDIENCE_API_KEY",), ("$AUDIENCE_API_KEY",))
