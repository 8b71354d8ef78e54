"""The options about coverage; every run of pytest loads this module, and no other one about coverage."""

import pytest

COVERAGE = "--audience-coverage"
FAIL_UNDER = "--audience-coverage-fail-under"
REQUIRE = "--audience-coverage-require"
HTML = "--audience-coverage-html"
JSON = "--audience-coverage-json"


def add_coverage_options(group: pytest.OptionGroup) -> None:
    """Register the options."""
    group.addoption(
        COVERAGE, action="store_true", help="Print which documented responses and situations the tests have met."
    )
    group.addoption(
        FAIL_UNDER,
        metavar="PERCENT",
        help="The run fails if less of them is covered, of all that the called operations have.",
    )
    group.addoption(
        REQUIRE,
        metavar="NAME",
        action="append",
        default=[],
        help="The run fails if no test has met this response (deleteAudience:409), or handled this situation well "
        "(lost-reply); may be repeated.",
    )
    group.addoption(HTML, metavar="FILE", help="Write the coverage as a page.")
    group.addoption(JSON, metavar="FILE", help="Write the coverage as JSON.")


def is_coverage_asked_for(config: pytest.Config) -> bool:
    """Return whether one of the options is given."""
    return any(
        config.getoption(option) not in (None, False, []) for option in (COVERAGE, FAIL_UNDER, REQUIRE, HTML, JSON)
    )
