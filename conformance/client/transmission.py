"""The sending of single requests: paced, recorded, and sent again after a time in which the target was not there."""

import itertools
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import httpx

from conformance.client.liveness import Liveness
from conformance.client.request import RawRequest
from conformance.client.transport import KeptConnectionError, ResponseError
from conformance.results.exchange import Exchange, KeptBodies
from conformance.results.not_established import NotEstablishedError

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_OUTAGES = 3
"""The number of outages in one request after which it is given up."""

_MOST_KEPT_CONNECTIONS = 5
"""The number of connections in turn that no server ends by chance before it responds to one request."""

_MOST_KEPT = 128 << 20
"""The bytes of all bodies that are kept until the end of the run; of further long ones only the beginning is."""


class Pace(NamedTuple):
    """The pace of requests: `pause` waits for some seconds, `interval` are the seconds from one to the next."""

    pause: Callable[[float], None]
    interval: float = 0


class Transmission:
    """The sending of requests by one HTTP client.

    Attributes:
        exchange_numbers: The numbers of the exchanges, in the order of their responses.
        exchanges: All exchanges so far.
        liveness: The knowledge whether the target is still there; None does not ask.
    """

    def __init__(self, http: httpx.Client, pace: Pace, liveness: Liveness | None) -> None:
        self._http = http
        self._pace = pace
        self._pacing = threading.Lock()
        self._kept_bodies = KeptBodies(_MOST_KEPT)
        self._keeps_connections = True
        self.exchange_numbers = itertools.count(1)
        self.exchanges: list[Exchange] = []
        self.liveness = liveness

    def transmit(self, raw: RawRequest, usual: float) -> Exchange:
        """Send a request, and return the exchange; one without a response is the target's own doing.

        Args:
            raw: The request.
            usual: The seconds that the target usually takes for a request.

        Raises:
            NotEstablishedError: The target was not there, and the request is none to repeat.
            TargetGoneError: The target is gone.
        """
        liveness = self.liveness
        if liveness is None:
            return self._exchange_on_sound_connection(raw)
        for _ in range(_MOST_OUTAGES):
            liveness.raise_if_gone()
            sent = liveness.clock()
            exchange = self._exchange_on_sound_connection(raw)
            if exchange.status is not None:
                liveness.responded()
                return exchange
            outage = liveness.outage_since(sent, usual)
            if outage is None:
                return exchange
            if raw.method not in _REPEATABLE:
                raise liveness.not_established(outage)
            liveness.repeated += 1
        raise NotEstablishedError(f"the target went away and came back {_MOST_OUTAGES} times during one request")

    def _exchange_on_sound_connection(self, raw: RawRequest) -> Exchange:
        """Send a request, and again if its connection was kept and ended: a server may end it at any time.

        A write without a response again is dropped by the target; with one, nobody knows what the first one did.
        After a write, no connection is kept any more.
        """
        exchange, was_kept = self._exchange(raw)
        if not was_kept:
            return exchange
        self._keeps_connections &= raw.method in _REPEATABLE
        for _ in range(_MOST_KEPT_CONNECTIONS):
            exchange, was_kept = self._exchange(raw)
            if not was_kept:
                break
        if exchange.status is None or raw.method in _REPEATABLE:
            return exchange
        raise NotEstablishedError(
            "the target ended a connection that was kept, and nobody knows what became of a request"
        )

    def _exchange(self, raw: RawRequest) -> tuple[Exchange, bool]:
        """Send a request, and return the exchange, and whether no response came on a connection that was kept."""
        if self._pace.interval:
            with self._pacing:
                self._pace.pause(self._pace.interval)
        base = self._http.base_url
        path = base.raw_path.rstrip(b"/") + raw.path.encode("ascii", "backslashreplace")
        url = base.copy_with(raw_path=path)
        as_is = {"target": path}  # a URL loses its dot segments
        request = self._http.build_request(raw.method, url, headers=raw.headers, content=raw.content, extensions=as_is)
        if not self._keeps_connections:
            request.headers["Connection"] = "close"
        started = time.monotonic()
        try:
            response, no_response, was_kept = self._http.send(request), None, False
        except httpx.TransportError as error:
            response, no_response, was_kept = None, _text(error), isinstance(error, KeptConnectionError)
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
            started=started,
        )
        self.exchanges.append(self._kept_bodies.keep(exchange))
        return exchange, was_kept


def _text(error: httpx.TransportError) -> str:
    """Return why no response can be shown."""
    return str(error) if isinstance(error, ResponseError) else f"{type(error).__name__}: {error}"
