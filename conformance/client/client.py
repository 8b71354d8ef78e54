"""The client of the target, which records every exchange and validates its response by the contract."""

import itertools
import json
import statistics
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import httpx

from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import Contract, bears_envelope, schema_violations
from conformance.client.liveness import Liveness
from conformance.client.rate_limit import RateLimit
from conformance.client.request import ApiRequest, RawRequest, RequestOptions
from conformance.client.transmission import Pace, Transmission
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.inferred_methods import InferredMethods
from conformance.results.ledger import Ledger
from conformance.results.not_established import NotEstablishedError
from conformance.results.violation import Violation

__all__ = ["ApiRequest", "Client", "Observer", "RawRequest", "RequestOptions"]

_SLOW, _SLOW_ON_AVERAGE = 50, 25  # milliseconds
_SAMPLES, _RECENT, _PARALLEL = 21, 200, 16
_NOT_FOUND, _TOO_MANY = 404, 429
_T = TypeVar("_T")
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
        contract: The contract that validates the responses.
        ledger: The ledger that records the violations.
        methods: The experience with inferred methods.
        observers: The functions that are called after each request of an operation.
        guard: The guard that may withhold a request; None where all are sent.
    """

    def __init__(  # noqa: PLR0913, PLR0917  (all that a client works with)
        self,
        http: httpx.Client,
        contract: Contract,
        ledger: Ledger,
        pause: Callable[[float], None],
        min_interval: float = 0,
        liveness: Liveness | None = None,
    ) -> None:
        """Prepare a client.

        Args:
            http: The HTTP client.
            contract: The contract that validates the responses.
            ledger: The ledger that records the violations.
            pause: A function that waits for some seconds.
            min_interval: The seconds from the start of a request to that of the next, 0 for none.
            liveness: The knowledge whether the target is still there; None does not ask.
        """
        self.pause = pause
        self._transmission = Transmission(http, Pace(pause, min_interval), liveness)
        self._rate_limit = RateLimit(pause, lambda: datetime.now(UTC))  # noqa: TID251  (of a target without a clock)
        self.contract = contract
        self.ledger = ledger
        self.methods = InferredMethods()
        self.observers: list[Observer] = []
        self.guard: Guard | None = None

    @property
    def exchanges(self) -> list[Exchange]:
        """All exchanges so far."""
        return self._transmission.exchanges

    @property
    def exchange_numbers(self) -> Iterator[int]:
        """The numbers of the exchanges, in the order of their responses."""
        return self._transmission.exchange_numbers

    @property
    def liveness(self) -> Liveness | None:
        """The knowledge whether the target is still there."""
        return self._transmission.liveness

    def send(self, request: ApiRequest, *, limited: bool = False, judged: bool = True) -> Exchange:
        """Send a request of an operation, and return the exchange.

        Args:
            request: The request.
            limited: Whether a 429 is expected. Any other 429 is retried, after `Retry-After` or 1, 2, 4 ... seconds.
            judged: Whether the contract validates any response. If not, since a proxy may have sent it, a response that
                bears the envelope is validated all the same: it is the application's own.

        Raises:
            NotEstablishedError: A rate limit could not be waited out, or the target was not there.
        """
        exchange = self.send_raw(self.raw_request(request), limited=limited, judged=judged)
        for observe in self.observers:
            observe(request, exchange)
        return exchange

    def send_raw(self, raw: RawRequest, *, limited: bool = False, judged: bool = True) -> Exchange:
        """Send a request given by its bytes, and return the exchange; arguments and errors are those of `send`."""
        if self.guard is not None:
            self.guard.before(raw)
        for pauses in itertools.count():
            exchange = self._transmit(raw)
            if raw.operation is not None and (judged or bears_envelope(exchange)):
                self._validate(raw.operation, exchange)
            if limited or not self._rate_limit.may_retry(exchange.status, _by_name(exchange), pauses):
                break
        if exchange.status == _TOO_MANY and not limited:
            raise NotEstablishedError("the rate limit of the target (429) could not be waited out")
        if self.guard is not None:
            self.guard.after(raw, exchange)
        return exchange

    def _transmit(self, raw: RawRequest) -> Exchange:
        """Transmit a request; the guard notes one that was sent to a target that went away."""
        sent_before = len(self.exchanges)
        try:
            return self._transmission.transmit(raw, self.latency / 1000)
        except NotEstablishedError:
            if self.guard is not None and len(self.exchanges) > sent_before:
                self.guard.after(raw, self.exchanges[-1])
            raise

    def send_concurrently(self, sends: Sequence[Callable[[], Exchange]]) -> list[Exchange]:
        """Send requests that all start at the same moment, each in a thread of its own."""
        barrier = threading.Barrier(len(sends))

        def send_at_barrier(send: Callable[[], Exchange]) -> Exchange:
            barrier.wait()
            return send()

        with ThreadPoolExecutor(len(sends)) as pool:
            return list(pool.map(send_at_barrier, sends))

    def send_in_parallel(self, sends: Sequence[Callable[[], _T]]) -> list[_T]:
        """Send independent requests, or series of requests; to a slow target up to 16 at a time.

        A target of which only some operations are slow is slow, too: from the first of these requests that takes long.
        """
        recent = self.exchanges[-_RECENT:]
        is_slow = sum(exchange.elapsed_ms for exchange in recent) > _SLOW_ON_AVERAGE * len(recent)
        results: list[_T] = []
        for send in sends:
            if is_slow:
                break
            before = len(self.exchanges)
            results.append(send())
            is_slow = any(exchange.elapsed_ms > _SLOW for exchange in self.exchanges[before:])
        if len(results) == len(sends):
            return results
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return [*results, *pool.map(lambda send: send(), sends[len(results) :])]

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

    def _validate(self, operation: OperationSpec, exchange: Exchange) -> None:
        """Validate a response by its row, and record the violations without raising: the check goes on."""
        if exchange.status is None:
            actual = f"no response ({exchange.no_response})"
            self._record_violation(operation.requirement("ROW-OTHER"), "a response", actual, exchange)
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
        if exchange.status in SUCCESS:
            self.note_method(operation, exchange)
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

    def note_method(self, operation: OperationSpec, exchange: Exchange) -> None:
        """Note the response to a valid request of an operation whose method is inferred."""
        if self.contract.has_inferred_method(operation):
            self.methods.note(operation.id, exchange.method, exchange.status)

    def _record_violation(self, requirement_id: str, expected: str, actual: str, exchange: Exchange) -> None:
        self.ledger.failed(Violation(requirement_id, expected, actual, (exchange,)))


def _by_name(exchange: Exchange) -> dict[str, str]:
    return {name.lower(): value for name, value in exchange.response_headers}
