"""The one way to the target: every exchange is recorded, and its response held against the contract."""

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from conformance.ledger import Ledger
from conformance.verdicts import Exchange, Finding
from conformance.wire import Row, json_body, media_type

PREFIX = "AUD-DELETE"
"""What the ids of the requirements on the operation begin with."""

_PATIENCE = 6
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Extras:
    """What a request carries beside its path and its key: headers, a query with its `?`, a body."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    content: bytes | None = None


_NONE = Extras()


class Client:
    """Sends requests to the target, at no more than the pace that it was given.

    `pause(seconds)` waits. `pace`: seconds from the start of one request to that of the next, 0 for none.
    """

    def __init__(
        self,
        http: httpx.Client,
        rows: Mapping[int, Row],
        ledger: Ledger,
        pause: Callable[[float], None],
        pace: float = 0,
    ) -> None:
        self._http = http
        self._rows = rows
        self._pause = pause
        self._pace = pace
        self._turn = threading.Lock()
        self._numbers = itertools.count(1)
        self.ledger = ledger
        self.exchanges: list[Exchange] = []

    def delete(
        self,
        account_group_id: str,
        audience_id: str,
        key: str | None,
        extras: Extras = _NONE,
        *,
        limited: bool = False,
    ) -> Exchange:
        """Send one DELETE. Identifiers stand in the path as they are given, percent-encoding and all.

        `limited`: a 429 is what is wanted; any other is waited out (`Retry-After`, else 1, 2, 4 ... seconds).
        """
        path = f"v1/accounts/{account_group_id}/audiences/{audience_id}"
        sent = {**({} if key is None else {"Authorization": f"Bearer {key}"}), **extras.headers}
        for patience in range(_PATIENCE):
            exchange = self._send(path + extras.query, sent, extras.content)
            self._judge(exchange)
            if exchange.status != _TOO_MANY or limited:
                break
            self._pause(_retry_after(exchange, default=2.0**patience))
        return exchange

    def at_once(self, sends: Sequence[Callable[[], Exchange]]) -> list[Exchange]:
        """Send requests side by side, all starting together."""
        barrier = threading.Barrier(len(sends))

        def one(send: Callable[[], Exchange]) -> Exchange:
            barrier.wait()
            return send()

        with ThreadPoolExecutor(len(sends)) as pool:
            return list(pool.map(one, sends))

    def _send(self, target: str, headers: Mapping[str, str], content: bytes | None) -> Exchange:
        if self._pace:
            with self._turn:
                self._pause(self._pace)
        base = self._http.base_url
        url = base.copy_with(raw_path=base.raw_path + target.encode("ascii", "backslashreplace"))
        request = self._http.build_request("DELETE", url, headers=headers, content=content)
        try:
            response, why = self._http.send(request), None
        except httpx.TransportError as error:
            response, why = None, f"{type(error).__name__}: {error}"
        exchange = Exchange(
            number=next(self._numbers),
            method="DELETE",
            url=str(base.copy_with(raw_path=b"/")).rstrip("/") + url.raw_path.decode("ascii"),
            request_headers=tuple(request.headers.multi_items()),
            request_body=content,
            status=None if response is None else response.status_code,
            no_response=why,
            response_headers=() if response is None else tuple(response.headers.multi_items()),
            response_body=None if response is None else response.content,
            elapsed_ms=0.0 if response is None else response.elapsed.total_seconds() * 1000,
        )
        self.exchanges.append(exchange)
        return exchange

    def _judge(self, exchange: Exchange) -> None:
        """Hold a response against its row. Nothing is raised here: the check goes on with what it is about."""
        if exchange.status is None:
            return
        row = self._rows.get(exchange.status)
        documented = f"one of the documented statuses ({', '.join(map(str, self._rows))})"
        if row is None:
            self._note("ROW-OTHER", documented, str(exchange.status), exchange)
            return
        self.ledger.held(f"{PREFIX}-ROW-OTHER")
        faults, inferred = _faults(exchange, row)
        for requirement, found in ((f"ROW-{exchange.status}", faults), ("INFERRED", inferred)):
            if found:
                self._note(requirement, f"the body of the documented {exchange.status}", "; ".join(found), exchange)
            else:
                self.ledger.held(f"{PREFIX}-{requirement}")

    def _note(self, requirement: str, expected: str, came_back: str, exchange: Exchange) -> None:
        self.ledger.broken(Finding(f"{PREFIX}-{requirement}", expected, came_back, (exchange,)))


def _faults(exchange: Exchange, row: Row) -> tuple[list[str], list[str]]:
    """What is wrong with a response by the documentation, and by what we infer."""
    kind = media_type(exchange)
    if kind != "application/json" and not kind.endswith("+json"):
        return [f"Content-Type {kind or 'missing'}, not JSON"], []
    try:
        body = json_body(exchange)
    except ValueError as error:
        return [f"no JSON: {error}"], []
    faults: list[str] = []
    inferred: list[str] = []
    for fault, only_inferred in row.faults(body):
        (inferred if only_inferred else faults).append(fault)
    return faults[:3], inferred[:3]


def _retry_after(exchange: Exchange, default: float) -> float:
    for name, value in exchange.response_headers:
        if name.lower() == "retry-after" and value.isdecimal():
            return min(float(value), 60.0)
    return min(default, 60.0)
