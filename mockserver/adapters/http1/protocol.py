"""The HTTP protocol, for tasks outside ASGI: the envelope for malformed requests, deadlines, limits on the head.

It is a subclass of uvicorn's. A refusal of its own is the last response on its connection, after those due before it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import ClassVar, cast

import httptools
from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.adapters.http1.cycle import Cycle, Refuse, last_response, refusing_app, send_last
from mockserver.adapters.http1.deadline import TICK, Deadline
from mockserver.adapters.http1.heads import check_head, read_target
from mockserver.adapters.http1.input import PIECE, Backlog, Flow
from mockserver.adapters.http1.output import Output
from mockserver.adapters.http1.refusals import Limits, RefusedError, refused
from mockserver.adapters.http1.start import start_at_once
from mockserver.ports import CLOSE, RESET, REUSED
from mockserver.recording.request_headers import RequestHeaders

_LINGER = 2.0
_MAX_REFUSED = 16  # the connections above the limit that get a response; further ones are closed without one
_NO_OPTIONS: dict[object, object] = {}


def _size(headers: list[tuple[bytes, bytes]]) -> int:
    return sum(len(name) + len(value) for name, value in headers)


Report = Callable[[int, bytes], None]
Wrap = Callable[[ASGI3Application], ASGI3Application]


def _report_nothing(_status: int, _content: bytes) -> None:
    """Ignore a refusal."""


def _unwrapped(app: ASGI3Application) -> ASGI3Application:
    """Return the application as it is."""
    return app


def protocol(
    refuse: Refuse,
    limits: Limits | None = None,
    report: Report = _report_nothing,
    wrap: Wrap = _unwrapped,
    *,
    starts_at_once: bool = False,
) -> type[HttpToolsProtocol]:
    """Return the protocol class for uvicorn's setting `http`.

    Args:
        refuse: The function that renders a refusal.
        limits: The limits; None for the defaults.
        report: The function that takes status and body of the refusal of a malformed head.
        wrap: The function that adds the recording of requests to an application. The protocol wraps its own
            application, which refuses a request whose body breaks before the server's application is started.
        starts_at_once: Whether the application can do without a task until it waits for the first time.
    """
    limits_, report_, wrap_, starts_at_once_ = limits or Limits(), report, wrap, starts_at_once

    class Configured(Protocol):
        limits = limits_
        refuse_with = staticmethod(refuse)
        report = staticmethod(report_)
        wrap = staticmethod(wrap_)
        starts_at_once = starts_at_once_

    return Configured


class Protocol(HttpToolsProtocol):
    """A connection: in a head, in a body, or between requests.

    An application is started after the segment with the end of the head is parsed, so that a request which that
    segment shows to be malformed has no effect. What comes behind the requests that may wait is not read.

    Attributes:
        backlog: The data that are not parsed yet.
        output: The data written, and the watch over them.
        active: The cycle whose application was started last.
        ready: The application to be started for `cycle`.
        whole: The application of a whole request, to be started for `active` when the segment is parsed.
        in_head: Whether a head is incomplete.
        is_reused: Whether the connection has carried a request.
        in_body: Whether a body is incomplete.
        head_continues: Whether the last segment continued a head.
        known_headers: The headers of the last request, which are checked.
        segment_size: The bytes of the last segment.
        head_bytes: The bytes of the current head in earlier segments, or of what follows a part of a body.
        client_closed: Whether the client has closed its side, and waits for responses.
        over_limit: Whether there were too many connections when this one was made.
        input_ended: Whether further input is ignored.
        last_data: The data, usually a refusal, that ends the connection after the responses due before it.
    """

    limits: ClassVar[Limits]
    refuse_with: Refuse
    report: Report
    wrap: Wrap
    starts_at_once: ClassVar[bool]

    cycle: Cycle
    pipeline: deque[tuple[Cycle, ASGI3Application]]  # type: ignore[assignment] # narrowed: on_headers_complete fills it
    deadline: Deadline
    flow: Flow
    output: Output
    backlog: Backlog
    known_headers: RequestHeaders | None = None
    active: Cycle | None = None
    ready: ASGI3Application | None = None
    whole: ASGI3Application | None = None
    in_head = False
    is_reused = False
    in_body = False
    head_continues = False
    segment_size = 0
    head_bytes = 0
    client_closed = False
    over_limit = False
    input_ended = False
    last_data: bytes | None = None

    # Called by the transport.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn narrows it
        """Start the deadline of a head: silence counts as an incomplete head."""
        super().connection_made(transport)
        surplus = len(self.connections) - self.limits.max_connections
        self.over_limit = surplus > 0 and (surplus > _MAX_REFUSED or not self._make_room())
        if surplus > _MAX_REFUSED:
            transport.abort()
        self.flow, self.backlog = Flow(transport), Backlog()
        self.output = Output(transport, self.loop, self.limits.write_timeout)
        self.deadline = Deadline(self.loop, self._on_deadline)
        self.deadline.set(self.limits.header_timeout)

    def _make_room(self) -> bool:
        """Close the connection that has been idle for the longest time, and return whether there is one."""
        idle = [other for other in cast("set[Protocol]", self.connections) if other.is_idle]
        if idle:
            min(idle, key=lambda other: other.deadline.due or 0.0).transport.close()
        return bool(idle)

    @property
    def is_idle(self) -> bool:
        """Whether all requests have their responses, and no other has begun."""
        is_reading = self.cycle is None or self.in_head or self.in_body or self.input_ended
        return not (is_reading or self._is_answering() or self.transport.is_closing())

    def connection_lost(self, exc: Exception | None) -> None:
        """Signal the active application, and forget the requests; uvicorn signals only the last one of a pipeline."""
        lost = self.active if self._is_answering() else None
        super().connection_lost(exc)
        self.deadline.stop()
        self.output.stop()
        if lost is not None:
            lost.lose()
        self.pipeline.clear()  # requests refer to their connection: only a full garbage collection would free them
        self.backlog.clear()
        self.active = self.cycle = None  # type: ignore[assignment] # no event of the connection comes after this one

    def eof_received(self) -> bool | None:  # type: ignore[override] # uvicorn closes at once
        """Keep the connection open (True) for the responses due to a client that has closed its side."""
        active = self.active if self._is_answering() else None
        if active is None or active.endless or (self.in_body and self.cycle is active and not self.input_ended):
            return None
        self.client_closed = True
        active.note_gone()
        if self.input_ended:
            return True
        if self.in_body:
            self.pipeline.popleft()
        if self.in_body or self.in_head:
            self._end_input()
            self.last_data = b""
        else:
            self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        """Parse a segment; errors are answered, and not raised."""
        if self.input_ended:
            return
        if self.pipeline or not self.backlog.fits(data, self.limits.max_waiting - 1):
            self.backlog.append(data)
            data = b""
        self._read(data)

    def _read(self, data: bytes = b"") -> None:
        """Parse data, or what was received before, as far as there is room for it in this turn of the event loop."""
        try:
            if data:
                self._parse_segment(data)  # there are no others before or behind them
            else:
                self._parse_backlog()
            self._end_segment()
        except httptools.HttpParserError as error:
            self._refuse(refused(error, self.logger))
        except RefusedError as error:
            self._refuse(error)
        if self.whole is not None and self.active is not None:
            app, self.whole = self.whole, None
            start_at_once(self.active.run_asgi(app), self.loop, self.tasks)

    def _parse_backlog(self) -> None:
        size = 0
        while size < PIECE and not self.backlog.is_empty and (room := self._room()):
            piece = self.backlog.take(room)
            size += len(piece)
            self._parse_segment(piece)
        if size >= PIECE and not self.backlog.is_empty:
            self.loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        """Parse more of what was received in an earlier turn, and resume reading behind it."""
        if not self.backlog.is_empty:
            self._read()
            cycle = self.cycle
            if not self.in_body or cycle.response_complete or len(cycle.body) <= HIGH_WATER_LIMIT:
                self.flow.resume_reading()

    def _room(self) -> int:
        """Return the number of requests that may be parsed now; waiting bodies leave room for none at some size."""
        if not self.pipeline:
            return self.limits.max_waiting
        waiting = sum(len(cycle.body) for cycle, _ in self.pipeline)
        return 0 if waiting > HIGH_WATER_LIMIT else self.limits.max_waiting - len(self.pipeline)

    def _parse_segment(self, data: bytes) -> None:
        self.head_continues = self.in_head
        if not self.in_head and not self.in_body:
            self.head_bytes = 0
        self.segment_size = len(data)
        self._parse(data)
        if self.in_head or self.in_body:
            self.head_bytes += self.segment_size
            self.limits.check(self.head_bytes, len(self.headers))

    def _end_segment(self) -> None:
        """Hold the flow if there is no room, start the application of an incomplete request, and set the deadline."""
        if not self.backlog.is_empty or (self.pipeline and not self._room()):
            self.flow.hold()
        else:
            self.flow.held = False
        if self.in_body:
            if self.ready is not None:
                self._start_ready(self.ready)
            self._set_body_deadline()
        elif self.in_head:
            if not self.head_continues or self.deadline.due is None:
                self.deadline.set(self.limits.header_timeout)
        elif self.deadline.due is None and not self._is_answering():
            self.deadline.set(self.timeout_keep_alive)

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = self._without_upgrade() + data[upgrade.args[0] :]
            else:
                return

    def _without_upgrade(self) -> bytes:
        """Return the head without `Upgrade`, which a server may ignore, but after which the parser stops."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            raise RefusedError(400, "CONNECT is not supported: this is no proxy. Send the request itself.")
        version = self.parser.get_http_version().encode()
        kept = [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return b"".join([method, b" ", self.url, b" HTTP/", version, b"\r\n", *kept, b"\r\n"])

    # Called by the parser, which wraps exceptions in HttpParserCallbackError.

    def on_message_begin(self) -> None:
        """Note the begin of a head."""
        self.in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start the application, or queue the request behind the responses due before it."""
        if self.parser.should_upgrade():
            return  # the parser stops here, and gets a new head
        limits = self.limits
        large = self.segment_size > limits.max_head or len(self.headers) > limits.max_headers
        if large or self.head_continues or self.head_bytes:
            limits.check(len(self.url) + _size(self.headers), len(self.headers))
        version = self.parser.get_http_version()
        known = self.known_headers
        if self.headers != known or version != "1.1":
            check_head(version, self.headers)
            known = None
        self._read_target()
        if known is None or self.url[:1] != b"/":  # a target with a host has replaced the header
            known = self.known_headers = RequestHeaders(self.headers)
        self.scope["headers"] = known
        self.in_head, self.in_body = False, True
        self.head_bytes = -self.segment_size
        self.cycle = cycle = self._new_cycle(version)
        self.headers = []  # trailers are not headers
        limit = self.limit_concurrency
        busy = limit is not None and (len(self.connections) >= limit or len(self.tasks) >= limit)
        app = self._unavailable if busy or self.over_limit else self.app
        if self._is_answering():
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))
        else:
            self.ready = app

    def on_body(self, body: bytes) -> None:
        """Take a part of a body, and count the bytes behind it, which belong to chunks or trailers, from 0.

        A body may have many small parts: uvicorn's method, called from here, would take twice the time.
        """
        self.head_bytes = -self.segment_size
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """End the request: from here on the server has no deadline."""
        if self.in_head:
            return  # the parser stopped at an upgrade
        if self.headers:
            self.limits.check(_size(self.headers), len(self.headers))  # trailers
        self.in_body = False
        self.deadline.clear()
        self.head_bytes = -self.segment_size
        cycle = self.cycle
        if not cycle.response_complete:  # uvicorn's method, called from here, would look for an upgrade again
            cycle.more_body = False
            cycle.message_event.set()
        if self.ready is not None:
            self._start_ready(self.ready)

    def _read_target(self) -> None:
        path, raw_path, query = read_target(self.url, self.headers)
        scope, root_path = self.scope, self.root_path
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["path"] = root_path + path
        scope["raw_path"] = root_path.encode("ascii") + raw_path if root_path else raw_path
        scope["query_string"] = query
        scope["extensions"] = extensions = {RESET: _NO_OPTIONS, CLOSE: _NO_OPTIONS}
        if self.is_reused:
            extensions[REUSED] = _NO_OPTIONS
        self.is_reused = True

    def _new_cycle(self, version: str) -> Cycle:
        if version != "1.1":
            self.scope["http_version"] = version
        cycle = Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        cycle.refuse, cycle.write = self.refuse_with, self.output.write
        return cycle

    # Responses in order, and the end of the connection.

    def _is_answering(self) -> bool:
        return self.active is not None and not (self.active.response_complete or self.active.disconnected)

    def _start_ready(self, app: ASGI3Application) -> None:
        """Start the application of the request that is due: at once if the request is whole, else in a task."""
        self.ready = None
        if self.in_body or not self.starts_at_once:
            self._start_asgi_task(self.cycle, app)
        else:
            self.active, self.whole = self.cycle, app

    def _start_asgi_task(self, cycle: Cycle, app: ASGI3Application) -> None:  # type: ignore[override] # narrowed, like the pipeline
        self.active = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Start the next request of the pipeline, send the last data, or wait for the next request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self.last_data is not None:
            self._finish(self.last_data)
        elif self.in_body:
            if not self.cycle.keep_alive:
                self._finish(b"")
        elif not self.in_head:
            self.deadline.set(self.timeout_keep_alive)
        if self.flow.held:
            self._read()
        self.flow.resume_reading()

    def shutdown(self) -> None:
        """End the connection after the responses due; abort an endless response that its client does not read."""
        endless = self._is_answering() and self.active is not None and self.active.endless
        if endless and self.transport.get_write_buffer_size():
            self.transport.abort()
        super().shutdown()

    def _end_input(self) -> None:
        """Ignore further input, which is read nevertheless."""
        self.input_ended = True
        self.backlog.clear()
        self.flow.held = False

    def _refuse(self, error: RefusedError) -> None:
        """Send a refusal after the responses due before it; send none if it would fall into another response."""
        self._end_input()
        self.deadline.clear()
        content = self.refuse_with(error.status, str(error), error.details)
        if self.in_body:
            self._refuse_body(error, content)
            return
        self.report(error.status, content)
        response = last_response(error.status, content, self.server_state.default_headers)
        if self._is_answering():
            self.last_data = response
        else:
            self._finish(response)

    def _refuse_body(self, error: RefusedError, content: bytes) -> None:
        """Refuse a request with a malformed body; an application that is already started may answer it instead."""
        if self.cycle is self.active:
            self.flow.resume_reading()
            self.active.break_body(error.status, content, self._finish)
            return
        self.cycle.keep_alive = False
        app = self.wrap(refusing_app(error.status, content, error.details))
        if self.ready is None:
            self.pipeline[0] = self.cycle, app
        else:
            self._start_ready(app)

    def _finish(self, data: bytes) -> None:
        """Write the last data, then read on for a moment: unread input would make the kernel discard the response."""
        self._end_input()
        if self.transport.is_closing():
            return
        if data:
            self.output.write(data)
        self.flow.resume_reading()
        if self.transport.can_write_eof() and not self.client_closed:
            self.transport.write_eof()
            self.deadline.set(_LINGER)
        else:
            self.transport.close()

    def _set_body_deadline(self) -> None:
        """Set the deadline of the next part of a body; RefusedError if the time of the whole body is over."""
        now = self.loop.time()
        due = self.cycle.body_due
        if due is None:
            due = self.cycle.body_due = now + self.limits.whole_body_timeout
        if due <= now:
            raise self.limits.slow()
        self.deadline.set(min(self.limits.body_timeout, max(due - now, TICK)))

    def _on_deadline(self) -> None:
        if self.input_ended or not (self.in_head or self.in_body or self.cycle is None):
            self.transport.close()
        elif self.flow.read_paused or (self.in_body and self.cycle.waiting_for_100_continue):
            self.cycle.body_due = None
            self._set_body_deadline()  # the application is late, not the client
        elif self.in_body and self.cycle.body_due is not None and self.loop.time() >= self.cycle.body_due - TICK:
            self._refuse(self.limits.slow())
        else:
            self._refuse(self.limits.late("body" if self.in_body else "head"))

    async def _unavailable(self, _scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        content = self.refuse_with(503, "The server is busy. Try again in a moment.", {"rule": "http"})
        await send_last(send, 503, content)
