"""The HTTP protocol, for what ASGI cannot do: the envelope for what is no request, deadlines, limits on the head.

A subclass of uvicorn's. An answer of its own is the last on its connection, and waits for the answers due before it.
"""

import asyncio
import urllib.parse
from collections import deque
from collections.abc import Callable
from typing import ClassVar

import httptools
from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.adapters.http1.cycle import Cycle, Refuse, last_answer, refusing, send_last
from mockserver.adapters.http1.deadline import TICK, Deadline
from mockserver.adapters.http1.refusals import Limits, RefusedError, refused
from mockserver.domain.fault import CLOSE, RESET

_LINGER = 2.0
_TOLD = 16  # so many connections too many are answered that they are; any more are closed without a word
_PLAIN: dict[object, object] = {}  # an extension with nothing more to say about it


Report = Callable[[int, bytes], None]
Around = Callable[[ASGI3Application], ASGI3Application]


def _tell_nobody(_status: int, _content: bytes) -> None:
    """Let a refusal be forgotten."""


def _nothing(app: ASGI3Application) -> ASGI3Application:
    """Put nothing around an application."""
    return app


def protocol(
    refuse: Refuse, limits: Limits | None = None, report: Report = _tell_nobody, around: Around = _nothing
) -> type[HttpToolsProtocol]:
    """The class to give to uvicorn as `http`.

    `refuse` makes the body of a refusal. `report` is told status and body of each one of what is no request. A request
    whose body breaks before the application has heard of it is refused by one of the protocol's own, which has `around`
    it whatever keeps a record of requests.
    """
    bounds, told, put = limits or Limits(), report, around

    class Configured(Protocol):
        limits = bounds
        refuse_with = staticmethod(refuse)
        report = staticmethod(told)
        around = staticmethod(put)

    return Configured


class Protocol(HttpToolsProtocol):
    """One connection: in a head, in a body or between requests. `active` is whose application was started last.

    An application is not started before the segment that brought the end of the head is parsed: what that shows to be
    broken has no effect.
    """

    limits: ClassVar[Limits]
    refuse_with: Refuse
    report: Report
    around: Around

    cycle: Cycle
    pipeline: deque[tuple[Cycle, ASGI3Application]]  # type: ignore[assignment] # narrowed: on_headers_complete fills it
    deadline: Deadline
    active: Cycle | None = None
    ready: ASGI3Application | None = None  # to be started for `cycle`
    in_head = False
    in_body = False
    continued = False  # the segment that arrived last went on with a head
    segment = 0  # bytes that arrived last
    head_bytes = 0  # bytes that earlier segments brought of the head that it is in
    heard_out = False  # the client has closed its side, and waits for answers
    surplus = False  # there were too many connections already when this one came
    over = False  # nothing is read any more
    last_words: bytes | None = None  # a refusal that waits for the answers due before it

    # What the transport calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn narrows it
        """Start the clock: who says nothing at all is late like one who does not end a head."""
        super().connection_made(transport)
        surplus = len(self.connections) - self.limits.max_connections
        self.surplus = surplus > 0
        if surplus > _TOLD:
            transport.abort()
        self.deadline = Deadline(self.loop, self._late)
        self.deadline.set(self.limits.header_timeout)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the application whose turn it is; uvicorn tells only the last of a pipeline."""
        lost = self.active if self._is_answering() else None
        super().connection_lost(exc)
        self.deadline.stop()
        if lost is not None:
            lost.lose()

    def eof_received(self) -> bool | None:  # type: ignore[override] # uvicorn closes at once
        """Let a client that has said all it had to say hear the answers that are due; True keeps its ears open."""
        active = self.active if self._is_answering() else None
        if active is None or active.endless or (self.in_body and self.cycle is active and not self.over):
            return None
        self.heard_out = True
        active.note_gone()
        if self.over:
            return True
        if self.in_body:
            self.pipeline.popleft()
        if self.in_body or self.in_head:
            self.over, self.last_words = True, b""
        else:
            self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        """Parse; whatever goes wrong is answered, and nothing raised."""
        if self.over:
            return
        self.continued = self.in_head
        if not self.in_head and not self.in_body:
            self.head_bytes = 0
        self.segment = len(data)
        try:
            self._feed(data)
            if self.in_body:
                self.limits.check(0, len(self.headers))  # trailers
                if self.ready is not None:
                    self._start_ready(self.ready)
                self._await_body()
            elif self.in_head:
                if not self.continued or self.deadline.due is None:
                    self.deadline.set(self.limits.header_timeout)
                self.head_bytes += self.segment
                self.limits.check(self.head_bytes, len(self.headers))
            elif self.deadline.due is None and not self._is_answering():
                self.deadline.set(self.timeout_keep_alive)
        except httptools.HttpParserError as error:
            self._refuse(refused(error, self.logger))
        except RefusedError as error:
            self._refuse(error)

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = self._without_upgrade() + data[upgrade.args[0] :]
            else:
                return

    def _without_upgrade(self) -> bytes:
        """The head again, without an offer that a server may ignore: the parser stops behind a head that has it."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            raise RefusedError(400, "CONNECT is not supported: this is no proxy. Send the request itself.")
        version = self.parser.get_http_version().encode()
        kept = [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return b"".join([method, b" ", self.url, b" HTTP/", version, b"\r\n", *kept, b"\r\n"])

    # What the parser calls. It makes an HttpParserCallbackError of what is raised here.

    def on_message_begin(self) -> None:
        """A head begins."""
        self.in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start the application, or let the request wait for the answers due before it."""
        if self.parser.should_upgrade():
            return  # the parser stops here, and gets the head again
        limits = self.limits
        large = self.segment > limits.max_head or len(self.headers) > limits.max_headers
        if large or self.continued or self.head_bytes:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            limits.check(size, len(self.headers))
        self._read_target()
        self.in_head, self.in_body = False, True
        self.cycle = cycle = self._new_cycle()
        self.headers = []  # trailers are no headers
        limit = self.limit_concurrency
        busy = limit is not None and (len(self.connections) >= limit or len(self.tasks) >= limit)
        app = self._unavailable if busy or self.surplus else self.app
        if self._is_answering():
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))
        else:
            self.ready = app

    def on_message_complete(self) -> None:
        """From here on it is the server's turn."""
        if self.in_head:
            return  # the parser stopped at an upgrade
        self.in_body = False
        self.deadline.clear()
        self.head_bytes = -self.segment
        super().on_message_complete()
        if self.ready is not None:
            self._start_ready(self.ready)

    def _read_target(self) -> None:
        target = httptools.parse_url(self.url)
        raw_path = target.path or b"/"  # none in http://host
        path = raw_path.decode("ascii")
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self.scope["path"] = self.root_path + (urllib.parse.unquote(path) if "%" in path else path)
        self.scope["raw_path"] = self.root_path.encode("ascii") + raw_path
        self.scope["query_string"] = target.query or b""
        self.scope["extensions"] = {RESET: _PLAIN, CLOSE: _PLAIN}

    def _new_cycle(self) -> Cycle:
        version = self.parser.get_http_version()
        if version != "1.1":
            self.scope["http_version"] = version
        made = Cycle(
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
        made.refuse = self.refuse_with
        return made

    # Answers, in order, and the end.

    def _is_answering(self) -> bool:
        return self.active is not None and not (self.active.response_complete or self.active.disconnected)

    def _start_ready(self, app: ASGI3Application) -> None:
        self.ready = None
        self._start_asgi_task(self.cycle, app)

    def _start_asgi_task(self, cycle: Cycle, app: ASGI3Application) -> None:  # type: ignore[override] # as above
        self.active = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on: the next of the pipeline, the refusal behind it, or waiting for the next request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self.last_words is not None:
            self._end(self.last_words)
        elif self.in_body:
            if not self.cycle.keep_alive:
                self._end(b"")
        elif not self.in_head:
            self.deadline.set(self.timeout_keep_alive)

    def shutdown(self) -> None:
        """Let the answers that are due be the last; an endless one that its client does not read cannot be ended."""
        endless = self._is_answering() and self.active is not None and self.active.endless
        if endless and self.transport.get_write_buffer_size():
            self.transport.abort()
        super().shutdown()

    def _refuse(self, error: RefusedError) -> None:
        """Answer with a refusal, behind the answers due before it; nothing where it would end up inside another."""
        self.over = True
        self.deadline.clear()
        content = self.refuse_with(error.status, str(error), error.details)
        if self.in_body:
            self._refuse_body(error, content)
            return
        self.report(error.status, content)
        answer = last_answer(error.status, content, self.server_state.default_headers)
        if self._is_answering():
            self.last_words = answer
        else:
            self._end(answer)

    def _refuse_body(self, error: RefusedError, content: bytes) -> None:
        """Refuse a request whose body broke; one that has its application already may be answered by that."""
        if self.cycle is self.active:
            self.flow.resume_reading()
            self.active.break_body(error.status, content, self._end)
            return
        self.cycle.keep_alive = False
        app = self.around(refusing(error.status, content, error.details))
        if self.ready is None:
            self.pipeline[0] = self.cycle, app
        else:
            self._start_ready(app)

    def _end(self, answer: bytes) -> None:
        """Write no more, but read on for a moment: data that nobody reads makes the kernel take back the answer."""
        self.over = True
        if self.transport.is_closing():
            return
        if answer:
            self.transport.write(answer)
        self.flow.resume_reading()
        if self.transport.can_write_eof() and not self.heard_out:
            self.transport.write_eof()
            self.deadline.set(_LINGER)
        else:
            self.transport.close()

    def _await_body(self) -> None:
        """Give the next part of a body its time, as far as the whole of it has any left; RefusedError where not."""
        now = self.loop.time()
        due = self.cycle.body_due
        if due is None:
            due = self.cycle.body_due = now + self.limits.whole_body_timeout
        if due <= now:
            raise self.limits.slow()
        self.deadline.set(min(self.limits.body_timeout, max(due - now, TICK)))

    def _late(self) -> None:
        if self.over or not (self.in_head or self.in_body or self.cycle is None):
            self.transport.close()
        elif self.flow.read_paused or (self.in_body and self.cycle.waiting_for_100_continue):
            self.cycle.body_due = None
            self._await_body()  # it is the application that is late
        elif self.in_body and self.cycle.body_due is not None and self.loop.time() >= self.cycle.body_due - TICK:
            self._refuse(self.limits.slow())
        else:
            self._refuse(self.limits.late("body" if self.in_body else "head"))

    async def _unavailable(self, _scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        content = self.refuse_with(503, "The server is busy. Try again in a moment.", {"rule": "http"})
        await send_last(send, 503, content)
