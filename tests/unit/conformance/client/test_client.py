import threading
from collections.abc import Callable
from functools import partial

import httpx
import pytest

from conformance.catalogue import operations
from conformance.client.client import ApiRequest, Client, RawRequest, RequestOptions
from conformance.client.contract import Contract, RawSegment
from conformance.results.ledger import Ledger
from conformance.results.not_established import NotEstablishedError
from openapi import contract

GET = ApiRequest(operations.GET_AUDIENCE, "secret", "g", "/a")
LIMITED = httpx.Response(429, json={})


def client(
    respond: Callable[[httpx.Request], httpx.Response], min_interval: float = 0, path: str = ""
) -> tuple[Client, list[float]]:
    def over_a_wire(request: httpx.Request) -> httpx.Response:
        response = respond(request)
        return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(response.content))

    waited: list[float] = []
    http = httpx.Client(base_url=f"http://target{path}", transport=httpx.MockTransport(over_a_wire))
    return Client(http, Contract(contract()), Ledger(), waited.append, min_interval), waited


def test_a_request_is_sent_by_the_contract_and_recorded_with_its_response() -> None:
    suite_client, _ = client(lambda request: httpx.Response(404, json={"url": str(request.url)}))

    exchange = suite_client.send(GET)

    assert (exchange.method, exchange.url, exchange.status) == (
        "GET",
        "http://target/v1/accounts/g/audiences/%2Fa",
        404,
    )
    assert ("Authorization", "Bearer secret") in [(name.title(), value) for name, value in exchange.request_headers]
    assert suite_client.exchanges == [exchange]


@pytest.mark.parametrize(
    ("identifier", "shown"),
    [
        ("a b?\u00e9#%2F", "a%20b%3F%C3%A9%23%252F"),
        ("...", "..."),
        ("\ud800", "%ED%A0%80"),
        (RawSegment("%2F%ZZ"), "%2F%ZZ"),
    ],
)
def test_an_identifier_is_one_segment_of_the_path(identifier: str, shown: str) -> None:
    suite_client, _ = client(lambda _: httpx.Response(200, json={}))
    call = ApiRequest(operations.REMOVE_FROM_FOLDER, None, identifier, identifier)

    assert suite_client.send(call).url == f"http://target/v1/accounts/{shown}/audiences/{shown}/remove-from-folder"


def test_the_path_of_the_base_url_is_kept() -> None:
    suite_client, _ = client(lambda _: httpx.Response(200, json={}), path="/some/prefix/")

    assert suite_client.send(GET).url == "http://target/some/prefix/v1/accounts/g/audiences/%2Fa"


def test_a_body_is_sent_as_json_and_bytes_as_they_are() -> None:
    suite_client, _ = client(lambda request: httpx.Response(200, content=request.content))
    create = ApiRequest(operations.CREATE_AUDIENCE, None, "g", body={"name": "x"})
    raw = ApiRequest(
        operations.CREATE_AUDIENCE, None, "g", options=RequestOptions({"Content-Type": "text/x"}, "?a=b", b"{")
    )

    assert suite_client.send(create).request_body == b'{"name": "x"}'
    assert suite_client.send(raw).response_body == b"{"
    assert suite_client.exchanges[1].url.endswith("?a=b")


def test_a_rate_limit_is_waited_out() -> None:
    responses = iter(
        [httpx.Response(429, headers={"Retry-After": "7"}, json={}), LIMITED, httpx.Response(404, json={})]
    )
    suite_client, waited = client(lambda _: next(responses))

    assert suite_client.send(GET).status == 404
    assert waited == [7.0, 2.0]


def test_a_rate_limit_that_cannot_be_waited_out_decides_nothing() -> None:
    suite_client, waited = client(lambda _: LIMITED)

    with pytest.raises(NotEstablishedError, match="429"):
        suite_client.send(GET)

    assert sum(waited) > 60


def test_an_expected_rate_limit_is_not_waited_out() -> None:
    suite_client, waited = client(lambda _: LIMITED)

    assert (suite_client.send(GET, limited=True).status, waited) == (429, [])


def test_requests_keep_their_minimum_interval() -> None:
    suite_client, waited = client(lambda _: httpx.Response(404, json={}), min_interval=0.05)

    suite_client.send(GET)
    suite_client.send(GET)

    assert waited == [0.05, 0.05]


def test_a_request_without_a_response_is_an_exchange() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset", request=request)

    suite_client, _ = client(broken)

    exchange = suite_client.send(GET)

    assert (exchange.status, exchange.no_response) == (None, "ReadError: reset")


@pytest.mark.parametrize(
    ("status", "body", "requirement"),
    [
        (418, {}, "AUD-GET-ROW-OTHER"),
        (404, {}, "AUD-GET-ROW-404"),
        (200, {"success": True, "data": {"id": "x", "name": 1}, "error": None, "traceId": "t"}, "AUD-GET-INFERRED"),
    ],
)
def test_each_response_is_validated_by_its_row(status: int, body: object, requirement: str) -> None:
    suite_client, _ = client(lambda _: httpx.Response(status, json=body))

    exchange = suite_client.send(GET)

    violations = suite_client.ledger.observations(requirement, selected=True).violations
    assert [violation.exchanges for violation in violations] == [(exchange,)]


def test_a_missing_account_group_needs_no_row() -> None:
    suite_client, _ = client(lambda _: httpx.Response(404, json={}))

    suite_client.send(ApiRequest(operations.LIST_AUDIENCES, "secret", "g"))
    suite_client.send(ApiRequest(operations.LIST_ACCOUNTS, "secret"))

    assert not suite_client.ledger.observations("AUD-LIST-ROW-OTHER", selected=True).violations
    assert len(suite_client.ledger.observations("ACCOUNT-LIST-ROW-OTHER", selected=True).violations) == 1


def test_a_response_of_a_proxy_is_not_validated() -> None:
    suite_client, _ = client(lambda _: httpx.Response(404, text="not found"))

    suite_client.send(GET, judged=False)

    assert not suite_client.ledger.was_checked("AUD-GET-ROW-404")


@pytest.mark.parametrize("body", [{"success": False}, {"error": "Not Found", "statusCode": 404}])
def test_a_response_that_bears_the_envelope_is_validated_whatever_was_sent(body: object) -> None:
    suite_client, _ = client(lambda _: httpx.Response(404, json=body))

    exchange = suite_client.send(GET, judged=False)

    violations = suite_client.ledger.observations("AUD-GET-ROW-404", selected=True).violations
    assert [violation.exchanges for violation in violations] == [(exchange,)]


@pytest.mark.parametrize("path", ["/v1/a/./b", "/v1/x/../a", "//v1//a/", "/v1/a%0A", "/v1/a%2f..%2fb"])
def test_a_path_is_sent_as_it_is(path: str) -> None:
    targets: list[bytes] = []

    def note(request: httpx.Request) -> httpx.Response:
        targets.append(request.extensions["target"])
        return httpx.Response(404, json={})

    suite_client, _ = client(note)

    exchange = suite_client.send_raw(RawRequest("GET", path, {}, None, None))

    assert (targets, exchange.url) == ([path.encode()], f"http://target{path}")


def test_raw_bytes_are_sent_as_they_are() -> None:
    suite_client, _ = client(lambda _: httpx.Response(405, json={}))

    exchange = suite_client.send_raw(RawRequest("BREW", "/v1/x?y=%00", {"X": "1"}, b"z", None))

    assert (exchange.method, exchange.url, exchange.request_body) == ("BREW", "http://target/v1/x?y=%00", b"z")


def test_concurrent_requests_return_their_exchanges_in_order() -> None:
    suite_client, _ = client(lambda request: httpx.Response(404, json={"path": request.url.path}))
    calls = [ApiRequest(operations.GET_AUDIENCE, "k", "g", str(number)) for number in range(6)]

    for many in (suite_client.send_concurrently, suite_client.send_in_parallel):
        exchanges = many([lambda call=call: suite_client.send(call) for call in calls])
        assert [exchange.url.rsplit("/", 1)[1] for exchange in exchanges] == ["0", "1", "2", "3", "4", "5"]


def test_independent_requests_are_sent_side_by_side_once_one_was_slow() -> None:
    together = threading.Barrier(3)

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/first"):
            threading.Event().wait(0.06)
        else:
            together.wait(timeout=10)
        return httpx.Response(404, json={})

    suite_client, _ = client(respond)
    calls = [ApiRequest(operations.GET_AUDIENCE, "k", "g", name) for name in ("first", "a", "b", "c")]

    exchanges = suite_client.send_in_parallel([partial(suite_client.send, call) for call in calls])

    assert [exchange.url.rsplit("/", 1)[1] for exchange in exchanges] == ["first", "a", "b", "c"]


def test_a_fast_target_gets_independent_requests_after_each_other() -> None:
    threads: set[int] = set()

    def respond(_: httpx.Request) -> httpx.Response:
        threads.add(threading.get_ident())
        return httpx.Response(404, json={})

    suite_client, _ = client(respond)

    suite_client.send_in_parallel([partial(suite_client.send, GET)] * 5)

    assert threads == {threading.get_ident()}
