"""The history of concurrent clients: the search for an order ends with the deadline of the run."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.catalogue import operations
from conformance.concurrency.history import History
from conformance.concurrency.linearizability import Outcome
from conformance.harness.context import Audience
from conformance.states import NotEstablishedError


class Context:
    """A context whose deadline passes after some looks at the clock."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def wait(self, _seconds: float) -> None:
        if not self.looks:
            raise NotEstablishedError("the deadline of 5 s has passed")
        self.looks -= 1

    def end_job(self, _audience: Audience, _outcome: str) -> None:
        """Do nothing."""


def history_with(context: Context) -> History:
    history = History(cast("Any", context), operations.DELETE_AUDIENCE)
    for number in range(3):
        history.end(cast("Audience", SimpleNamespace(group="g", job=f"j{number}")), "completed")
    return history


def test_a_search_in_time_finds_an_order() -> None:
    assert history_with(Context(looks=100)).check().outcome is Outcome.OK


def test_a_search_ends_with_the_deadline() -> None:
    context = Context(looks=1)

    with pytest.raises(NotEstablishedError, match="the deadline"):
        history_with(context).check()
    assert context.looks == 0
