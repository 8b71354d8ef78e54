"""Mutants of the whole server: the envelopes of its refusals and failures."""

from tests.mutants.server.exchange import Answered
from tests.mutants.server.mutants.envelope import Envelope, rewritten, without
from tests.mutants.server.mutated import GUARDED, READING, WRITING, facts

SCOPED = (*READING, *WRITING)
EVERYWHERE = (*SCOPED, "ACCOUNT-LIST")
WITH_TARGET = (*GUARDED, "JOB-GET")


class AnotherValidationCode(Envelope):
    """An invalid request is refused with 400 but with another error code."""

    killed_by = facts("ROW-400", *SCOPED)
    statuses = frozenset({400})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(error={**answered.body["error"], "code": "BAD_REQUEST"})


class SuccessOn401(Envelope):
    """A 401 response has `success: true`."""

    killed_by = facts("ROW-401", *EVERYWHERE)
    statuses = frozenset({401})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(success=True)


class DataOn403(Envelope):
    """A 403 response has an object as `data`."""

    killed_by = facts("ROW-403", *SCOPED)
    statuses = frozenset({403})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(data={})


class NoErrorOn404(Envelope):
    """A 404 response has `error: null`."""

    killed_by = facts("ROW-404", *WITH_TARGET)
    statuses = frozenset({404})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(error=None)


class ProblemOn404(Envelope):
    """A 404 response is an application/problem+json document."""

    killed_by = facts("ROW-404", *WITH_TARGET)
    statuses = frozenset({404})

    def change(self, answered: Answered) -> Answered:
        body = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No."}
        return rewritten(answered, body).typed("application/problem+json")


class NoCodeOn409(Envelope):
    """A 409 response has no error code."""

    killed_by = facts("ROW-409", *GUARDED, "JOB-START")
    statuses = frozenset({409})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(error=without(answered.body["error"], "code"))


class ErrorIsTextOn422(Envelope):
    """A 422 response has a string as `error`."""

    killed_by = facts("ROW-422", "AUD-UPDATE", "AUD-MOVE", "JOB-CANCEL")
    statuses = frozenset({422})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(error="no")


class NoEnvelopeOn429(Envelope):
    """A 429 response has no envelope."""

    killed_by = facts("ROW-429", *EVERYWHERE)
    statuses = frozenset({429})

    def change(self, answered: Answered) -> Answered:
        return rewritten(answered, {"message": "Too Many Requests"})


class HtmlOn500(Envelope):
    """A 500 response is an HTML page."""

    killed_by = facts("ROW-500", *EVERYWHERE)
    statuses = frozenset({500})

    def change(self, answered: Answered) -> Answered:  # noqa: ARG002
        return Answered(500, ((b"content-type", b"text/html"),), b"<h1>Internal Server Error</h1>")


class HtmlOn502(Envelope):
    """An internal failure returns 502 with an HTML page."""

    killed_by = facts("ROW-502", "AUD-LIST", "AUD-GET", "AUD-PROSPECTS", "JOB-START", "JOB-CANCEL")
    statuses = frozenset({500})

    def change(self, answered: Answered) -> Answered:  # noqa: ARG002
        return Answered(502, ((b"content-type", b"text/html"),), b"<h1>Bad Gateway</h1>")


class NoMessage(Envelope):
    """Refusals with 401 or 403 have no error message."""

    killed_by = facts("ROW-401", "AUD-GET", "AUD-DELETE") | facts("ROW-403", "AUD-CREATE", "JOB-START")
    statuses = frozenset({401, 403})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(error=without(answered.body["error"], "message"))


class NoTraceIdOnRefusal(Envelope):
    """Refusals with 404 or 409 have no `traceId`."""

    killed_by = facts("ROW-404", "AUD-MOVE", "AUD-PROSPECTS") | facts("ROW-409", "AUD-GET", "AUD-UPDATE")
    statuses = frozenset({404, 409})

    def change(self, answered: Answered) -> Answered:
        return rewritten(answered, without(answered.body, "traceId"))
