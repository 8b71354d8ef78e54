"""Requests without a response: the target's own doing, or a time in which it was not there."""

from collections.abc import Callable

import httpx
import pytest

from conformance.catalogue import operations
from conformance.client.client import ApiRequest, Client
from conformance.client.contract import Contract
from conformance.client.liveness import Liveness
from conformance.results.ledger import Ledger
from conformance.results.not_established import NotEstablishedError, TargetGoneError
from openapi import contract

GET = ApiRequest(operations.GET_AUDIENCE, "secret", "g", "a")
DELETE = ApiRequest(operations.DELETE_AUDIENCE, "secret", "g", "a")
RESET = "reset"


class FlakyTarget:
    """A target that resets some connections, and is down for some questions."""

    def __init__(self, resets: int, down: int) -> None:
        self.resets = resets
        self.down = down
        self.now = 0.0

    def respond(self, request: httpx.Request) -> httpx.Response:
        self.resets -= 1
        if self.resets >= 0:
            raise httpx.ReadError(RESET, request=request)
        return httpx.Response(404, json={})

    def ask(self, _seconds: float) -> bool:
        self.down -= 1
        return self.down < 0

    def pause(self, seconds: float) -> None:
        self.now += seconds


def client_of(target: FlakyTarget, liveness: Liveness | None = None) -> Client:
    http = httpx.Client(base_url="http://target", transport=httpx.MockTransport(_over_a_wire(target.respond)))
    liveness = liveness or Liveness(target.ask, lambda: target.now, target.pause, 10)
    return Client(http, Contract(contract()), Ledger(), target.pause, liveness=liveness)


def _over_a_wire(respond: Callable[[httpx.Request], httpx.Response]) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(respond(request).status_code, stream=httpx.ByteStream(b"{}"))


@pytest.mark.parametrize("request_", [GET, DELETE])
def test_a_connection_dropped_by_a_target_that_is_well_is_its_own_doing(request_: ApiRequest) -> None:
    client = client_of(FlakyTarget(resets=1, down=0))

    exchange = client.send(request_)

    requirement = request_.operation.requirement("ROW-OTHER")
    violations = client.ledger.observations(requirement, selected=True).violations
    assert (exchange.status, exchange.no_response) == (None, "ReadError: reset")
    assert [violation.exchanges for violation in violations] == [(exchange,)]


def test_a_read_is_repeated_after_an_outage() -> None:
    client = client_of(FlakyTarget(resets=1, down=3))

    assert client.send(GET).status == 404
    assert client.liveness is not None
    assert "1 requests were sent again" in client.liveness.notes()[0]
    assert not client.ledger.observations("AUD-GET-ROW-OTHER", selected=True).violations


def test_a_write_is_not_repeated_after_an_outage_and_breaks_no_requirement() -> None:
    client = client_of(FlakyTarget(resets=1, down=3))

    with pytest.raises(NotEstablishedError, match="did not respond from"):
        client.send(DELETE)

    assert not client.ledger.was_checked("AUD-DELETE-ROW-OTHER")
    assert client.send(DELETE).status == 404


def test_a_read_that_meets_one_outage_after_another_is_given_up() -> None:
    target = FlakyTarget(resets=99, down=0)
    outages = iter(range(99))

    def ask(_seconds: float) -> bool:
        target.now += 2
        return next(outages) % 2 == 1

    with pytest.raises(NotEstablishedError, match="3 times"):
        client_of(target, Liveness(ask, lambda: target.now, target.pause, 10)).send(GET)


def test_no_request_is_sent_to_a_target_that_is_gone() -> None:
    target = FlakyTarget(resets=1, down=1000)
    client = client_of(target)

    for request in (GET, DELETE, GET):
        with pytest.raises(TargetGoneError):
            client.send(request)

    assert len(client.exchanges) == 1
