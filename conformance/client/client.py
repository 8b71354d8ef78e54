"""The client of the target, which records every exchange and validates its response by the contract."""

import itertools
import json
import statistics
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import httpx

from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import Contract, schema_violations
from conformance.results.exchange import Exchange
from conformance.results.ledger import Ledger
from conformance.results.violation import Violation

_ATTEMPTS = 6
_LONGEST_PAUSE = 60.0  # seconds
_SLOW = 50  # milliseconds
_SAMPLES, _PARALLEL = 21, 16
_NOT_FOUND, _TOO_MANY = 404, 429


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """The optional parts of a request: further headers, a query with its `?`, a body as bytes."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    content: bytes | None = None


_NONE = RequestOptions()


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request of an operation.

    Attributes:
        key: The API key; None sends no credentials.
        group: The `accountGroupId` of the path.
        resource_id: The other identifier of the path.
        body: The JSON body; None sends none.
    """

    operation: OperationSpec
    key: str | None = None
    group: str = ""
    resource_id: str = ""
    body: Any = None
    options: RequestOptions = _NONE


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request given by its bytes.

    Attributes:
        path: The path and the query.
        operation: The operation whose rows validate the response; None validates nothing.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes | None
    operation: OperationSpec | None


Observer = Callable[[ApiRequest, Exchange], None]
"""A function that is called with each request of an operation and its exchange."""


class Guard(Protocol):
    """The guard of the target, which is asked before each request."""

    def before(self, raw: RawRequest) -> None:
        """Raise an error where the request is not to be sent."""

    def after(self, raw: RawRequest, exchange: Exchange) -> None:
        """Note an exchange."""


class Client:
    """The client of the target, with a limited rate.

    Attributes:
        pause: Waits for a number of seconds.
        exchange_numbers: The numbers of the exchanges, in the order of their responses.
        contract: The contract that validates the responses.
        ledger: The ledger that records the violations.
        exchanges: All exchanges so far.
        observers: The functions that are called after each request of an operation.
        guard: The guard that may withhold a request; None where all are sent.
    """

    def __init__(
        self,
        http: httpx.Client,
        contract: Contract,
        ledger: Ledger,
        pause: Callable[[float], None],
        min_interval: float = 0,
    ) -> None:
        """Prepare a client; `min_interval`: seconds from the start of a request to that of the next, 0 for none."""
        self._http = http
        self.pause = pause
        self._min_interval = min_interval
        self._pacing = threading.Lock()
        self.exchange_numbers = itertools.count(1)
        self.contract = contract
        self.ledger = ledger
        self.exchanges: list[Exchange] = []
        self.observers: list[Observer] = []
        self.guard: Guard | None = None

    def send(self, request: ApiRequest, *, limited: bool = False, judged: bool = True) -> Exchange:
        """Send a request of an operation, and return the exchange.

        Args:
            request: The request.
            limited: Whether a 429 is expected. Any other 429 is retried, after `Retry-After` or 1, 2, 4 ... seconds.
            judged: Whether the contract validates the response; not if a proxy may have sent it.
        """
        raw = self.raw_request(request)
        exchange = self.send_raw(raw if judged else replace(raw, operation=None), limited=limited)
        for observe in self.observers:
            observe(request, exchange)
        return exchange

    def send_raw(self, raw: RawRequest, *, limited: bool = False) -> Exchange:
        """Send a request given by its bytes, and return the exchange; `limited` as in `send`."""
        if self.guard is not None:
            self.guard.before(raw)
        for attempt in range(_ATTEMPTS):
            exchange = self._transmit(raw)
            if raw.operation is not None:
                self._validate(raw.operation, exchange)
            if exchange.status != _TOO_MANY or limited:
                break
            self.pause(_retry_after(exchange, default=2.0**attempt))
        if self.guard is not None:
            self.guard.after(raw, exchange)
        return exchange

    def send_concurrently(self, sends: Sequence[Callable[[], Exchange]]) -> list[Exchange]:
        """Send requests that all start at the same moment, each in a thread of its own."""
        barrier = threading.Barrier(len(sends))

        def send_at_barrier(send: Callable[[], Exchange]) -> Exchange:
            barrier.wait()
            return send()

        with ThreadPoolExecutor(len(sends)) as pool:
            return list(pool.map(send_at_barrier, sends))

    def send_in_parallel(self, sends: Sequence[Callable[[], Exchange]]) -> list[Exchange]:
        """Send independent requests; to a slow target up to 16 at a time."""
        if self.latency < _SLOW:
            return [send() for send in sends]
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(lambda send: send(), sends))

    @property
    def latency(self) -> float:
        """The median duration of the last 21 requests in milliseconds; 0 before the first."""
        return statistics.median([exchange.elapsed_ms for exchange in self.exchanges[-_SAMPLES:]] or [0])

    def raw_request(self, request: ApiRequest) -> RawRequest:
        """Return a request of an operation by its bytes."""
        operation, options = request.operation, request.options
        headers = {} if request.key is None else {"Authorization": f"Bearer {request.key}"}
        content = options.content
        if request.body is not None and content is None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(request.body).encode()
        path = self.contract.path(operation, request.group, request.resource_id) + options.query
        return RawRequest(self.contract.method(operation), path, {**headers, **options.headers}, content, operation)

    def _transmit(self, raw: RawRequest) -> Exchange:
        if self._min_interval:
            with self._pacing:
                self.pause(self._min_interval)
        base = self._http.base_url
        path = base.raw_path.rstrip(b"/") + raw.path.encode("ascii", "backslashreplace")
        url = base.copy_with(raw_path=path)
        request = self._http.build_request(raw.method, url, headers=raw.headers, content=raw.content)
        try:
            response, no_response = self._http.send(request), None
        except httpx.TransportError as error:
            response, no_response = None, f"{type(error).__name__}: {error}"
        exchange = Exchange(
            number=next(self.exchange_numbers),
            method=raw.method,
            url=str(base.copy_with(raw_path=b"/")).rstrip("/") + path.decode("ascii"),
            request_headers=tuple(request.headers.multi_items()),
            request_body=raw.content,
            status=None if response is None else response.status_code,
            no_response=no_response,
            response_headers=() if response is None else tuple(response.headers.multi_items()),
            response_body=None if response is None else response.content,
            elapsed_ms=0.0 if response is None else response.elapsed.total_seconds() * 1000,
        )
        self.exchanges.append(exchange)
        return exchange

    def _validate(self, operation: OperationSpec, exchange: Exchange) -> None:
        """Validate a response by its row, and record the violations without raising: the check goes on."""
        if exchange.status is None:
            return
        row = self.contract.row(operation, exchange.status)
        if row is None and exchange.status == _NOT_FOUND and operation.in_account_group:
            return  # every operation in an account group may call the group missing
        if row is None:
            statuses = ", ".join(map(str, self.contract.statuses(operation)))
            expected = f"one of the documented statuses ({statuses})"
            self._record_violation(operation.requirement("ROW-OTHER"), expected, str(exchange.status), exchange)
            return
        self.ledger.passed(operation.requirement("ROW-OTHER"))
        documented, inferred = schema_violations(exchange, row)
        for requirement_id, violations in (
            (operation.requirement(f"ROW-{exchange.status}"), documented),
            (operation.requirement("INFERRED"), inferred),
        ):
            if violations:
                expected = f"the body of the documented {exchange.status}"
                self._record_violation(requirement_id, expected, "; ".join(violations), exchange)
            else:
                self.ledger.passed(requirement_id)

    def _record_violation(self, requirement_id: str, expected: str, actual: str, exchange: Exchange) -> None:
        self.ledger.failed(Violation(requirement_id, expected, actual, (exchange,)))


def _retry_after(exchange: Exchange, default: float) -> float:
    for name, value in exchange.response_headers:
        if name.lower() == "retry-after" and value.isdecimal():
            return min(float(value), _LONGEST_PAUSE)
    return min(default, _LONGEST_PAUSE)
