"""The one way to the target: every exchange is recorded, and its response held against the contract."""

import itertools
import json
import statistics
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import Contract, schema_violations
from conformance.results.ledger import Ledger
from conformance.results.verdicts import Exchange, Violation

_PATIENCE = 6
_SLOW, _LAST, _SIDE_BY_SIDE = 50, 21, 16
_NOT_FOUND, _TOO_MANY = 404, 429


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What a request carries beside its path and its key: headers, a query with its `?`, a body as bytes."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    content: bytes | None = None


_NONE = RequestOptions()


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request to be sent.

    `group`, `target`: `accountGroupId` and the other identifier of the path. `body`: what is sent as JSON, or None.
    """

    operation: OperationSpec
    key: str | None = None
    group: str = ""
    resource_id: str = ""
    body: Any = None
    options: RequestOptions = _NONE


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request given by its bytes; `target` is path and query, `operation` what the contract takes it for."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes | None
    operation: OperationSpec | None


Observer = Callable[[ApiRequest, Exchange], None]
"""A function that is called with each request of an operation, and the exchange that came of it."""


class Client:
    """Sends requests to the target, at no more than the pace that it was given.

    `pause(seconds)` waits. `pace`: seconds from the start of one request to that of the next, 0 for none. `numbers`: of
    the requests, in the order in which they were answered. `deletions`, `revoked`: what is gone for good, the latter as
    API keys with their account groups.
    """

    def __init__(
        self, http: httpx.Client, wire: Contract, ledger: Ledger, pause: Callable[[float], None], pace: float = 0
    ) -> None:
        self._http = http
        self.pause = pause
        self._pace = pace
        self._turn = threading.Lock()
        self.exchange_numbers = itertools.count(1)
        self.contract = wire
        self.ledger = ledger
        self.exchanges: list[Exchange] = []
        self.observers: list[Observer] = []

    def send(self, call: ApiRequest, *, limited: bool = False, judged: bool = True) -> Exchange:
        """Send a request.

        `limited`: a 429 is what is wanted; any other is waited out (`Retry-After`, else 1, 2, 4 ... seconds).
        `judged`: hold the response against the contract; not where a proxy may have answered.
        """
        raw = self._raw(call)
        exchange = self.send_raw(raw if judged else replace(raw, operation=None), limited=limited)
        for observe in self.observers:
            observe(call, exchange)
        return exchange

    def send_raw(self, raw: RawRequest, *, limited: bool = False) -> Exchange:
        """Send a request given by its bytes."""
        for patience in range(_PATIENCE):
            exchange = self._transmit(raw)
            if raw.operation is not None:
                self._validate(raw.operation, exchange)
            if exchange.status != _TOO_MANY or limited:
                break
            self.pause(_retry_after(exchange, default=2.0**patience))
        return exchange

    def send_concurrently(self, sends: Sequence[Callable[[], Exchange]]) -> list[Exchange]:
        """Send requests side by side, all starting together."""
        barrier = threading.Barrier(len(sends))

        def one(send: Callable[[], Exchange]) -> Exchange:
            barrier.wait()
            return send()

        with ThreadPoolExecutor(len(sends)) as pool:
            return list(pool.map(one, sends))

    def send_in_parallel(self, sends: Sequence[Callable[[], Exchange]]) -> list[Exchange]:
        """Send requests that have nothing to do with each other: some at a time where the target is slow."""
        if self.latency < _SLOW:
            return [send() for send in sends]
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            return list(pool.map(lambda send: send(), sends))

    @property
    def latency(self) -> float:
        """Milliseconds that the target takes for a request: the median of the last ones, 0 before the first."""
        return statistics.median([one.elapsed_ms for one in self.exchanges[-_LAST:]] or [0])

    def _raw(self, call: ApiRequest) -> RawRequest:
        headers = {} if call.key is None else {"Authorization": f"Bearer {call.key}"}
        content = call.options.content
        if call.body is not None and content is None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(call.body).encode()
        method = self.contract.method(call.operation)
        target = self.contract.path(call.operation, call.group, call.resource_id) + call.options.query
        return RawRequest(method, target, {**headers, **call.options.headers}, content, call.operation)

    def _transmit(self, raw: RawRequest) -> Exchange:
        if self._pace:
            with self._turn:
                self.pause(self._pace)
        base = self._http.base_url
        path = base.raw_path.rstrip(b"/") + raw.path.encode("ascii", "backslashreplace")
        url = base.copy_with(raw_path=path)
        request = self._http.build_request(raw.method, url, headers=raw.headers, content=raw.content)
        try:
            response, why = self._http.send(request), None
        except httpx.TransportError as error:
            response, why = None, f"{type(error).__name__}: {error}"
        exchange = Exchange(
            number=next(self.exchange_numbers),
            method=raw.method,
            url=str(base.copy_with(raw_path=b"/")).rstrip("/") + path.decode("ascii"),
            request_headers=tuple(request.headers.multi_items()),
            request_body=raw.content,
            status=None if response is None else response.status_code,
            no_response=why,
            response_headers=() if response is None else tuple(response.headers.multi_items()),
            response_body=None if response is None else response.content,
            elapsed_ms=0.0 if response is None else response.elapsed.total_seconds() * 1000,
        )
        self.exchanges.append(exchange)
        return exchange

    def _validate(self, operation: OperationSpec, exchange: Exchange) -> None:
        """Hold a response against its row. Nothing is raised here: the check goes on with what it is about."""
        if exchange.status is None:
            return
        row = self.contract.row(operation, exchange.status)
        if row is None and exchange.status == _NOT_FOUND and operation.in_account_group:
            return  # an account group may be said not to be there by every operation that is in one
        if row is None:
            statuses = ", ".join(map(str, self.contract.statuses(operation)))
            expected = f"one of the documented statuses ({statuses})"
            self._note(operation.requirement("ROW-OTHER"), expected, str(exchange.status), exchange)
            return
        self.ledger.passed(operation.requirement("ROW-OTHER"))
        documented, inferred = schema_violations(exchange, row)
        for requirement_id, found in (
            (operation.requirement(f"ROW-{exchange.status}"), documented),
            (operation.requirement("INFERRED"), inferred),
        ):
            if found:
                expected = f"the body of the documented {exchange.status}"
                self._note(requirement_id, expected, "; ".join(found), exchange)
            else:
                self.ledger.passed(requirement_id)

    def _note(self, requirement_id: str, expected: str, came_back: str, exchange: Exchange) -> None:
        self.ledger.failed(Violation(requirement_id, expected, came_back, (exchange,)))


def _retry_after(exchange: Exchange, default: float) -> float:
    for name, value in exchange.response_headers:
        if name.lower() == "retry-after" and value.isdecimal():
            return min(float(value), 60.0)
    return min(default, 60.0)
