"""Mutants of the whole server: the statuses, envelopes and media types of its successful responses."""

import json
from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import LISTS, READING, WRITING, Mutant, facts

CREATING = ("AUD-CREATE", "FOLDER-CREATE")
ANSWERING_200 = tuple(one for one in (*READING, *WRITING) if one not in {*CREATING, "JOB-START"})


def without(members: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object without one of its members."""
    return {one: value for one, value in members.items() if one != name}


def rewritten(answered: Answered, body: Any) -> Answered:
    """Return a response with another body."""
    return Answered(answered.status, answered.headers, json.dumps(body).encode())


class Envelope(Mutant):
    """The mutants that apply `change` to the responses that `is_meant` selects."""

    statuses: frozenset[int] = frozenset()

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        """Return whether the mutant changes this response."""
        return bool(asked.operation) and answered.status in self.statuses

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return self.change(answered) if self.is_meant(asked, answered) else answered

    def change(self, answered: Answered) -> Answered:
        """Return the changed response."""
        raise NotImplementedError


class NoTraceIdOnSuccess(Envelope):
    """Successful responses have no `traceId`."""

    killed_by = (
        facts("ROW-200", *ANSWERING_200, "JOB-START") | facts("ROW-201", *CREATING) | frozenset({"JOB-START-ROW-202"})
    )
    statuses = frozenset({200, 201, 202})

    def change(self, answered: Answered) -> Answered:
        return rewritten(answered, without(answered.body, "traceId"))


class ErrorLeftOutOnSuccess(Envelope):
    """Successful responses have no member `error`."""

    killed_by = facts("ROW-200", *LISTS, "AUD-NAVIGATION") | facts("ROW-201", *CREATING)
    statuses = frozenset({200, 201})

    def change(self, answered: Answered) -> Answered:
        return rewritten(answered, without(answered.body, "error"))


class ErrorOnSuccess(Envelope):
    """Successful responses have an `error` that is not null."""

    killed_by = facts("ROW-200", "AUD-GET", "JOB-GET", "ACCOUNT-LIST")
    statuses = frozenset({200})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(error={"code": "OK", "message": "fine", "details": None})


class SuccessIsText(Envelope):
    """The member `success` of a successful response is the string "true"."""

    killed_by = facts("ROW-200", "AUD-UPDATE", "AUD-MOVE", "AUD-REMOVE", "JOB-CANCEL")
    statuses = frozenset({200})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(success="true")


class PlainTextOnSuccess(Envelope):
    """Successful responses have the media type text/plain."""

    killed_by = facts("ROW-200", "AUD-LIST", "AUD-PROSPECTS", "AUD-DELETE")
    statuses = frozenset({200})

    def change(self, answered: Answered) -> Answered:
        return answered.typed("text/plain; charset=utf-8")


class NumbersAsIdentifiers(Envelope):
    """Identifiers are numbers instead of strings."""

    killed_by = facts("ROW-200", "AUD-GET", "AUD-UPDATE") | facts("ROW-201", *CREATING)

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.ok and asked.operation in {"AUD-GET", "AUD-UPDATE", *CREATING}

    def change(self, answered: Answered) -> Answered:
        return answered.saying(data={**answered.data, "id": int(answered.data["id"], 16)})


class BareList(Envelope):
    """The `data` of a list is the bare array of its items."""

    killed_by = facts("ROW-200", *LISTS)

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.ok and asked.operation in LISTS

    def change(self, answered: Answered) -> Answered:
        return answered.saying(data=answered.data["items"])


class Deletions(Envelope):
    """The mutants that change the responses to successful deletions."""

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.ok and asked.operation == "AUD-DELETE"


class DeletedIsText(Deletions):
    """The member `deleted` is the string "true"."""

    killed_by = frozenset({"AUD-DELETE-ROW-200"})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(data={"deleted": "true"})


class DeletedHasNoContent(Deletions):
    """A deletion returns 204 without a body."""

    killed_by = frozenset({"AUD-DELETE-DONE"})

    def change(self, answered: Answered) -> Answered:  # noqa: ARG002
        return Answered(204, (), b"")


class CreatedIs200(Envelope):
    """A creation returns 200."""

    killed_by = facts("DONE", *CREATING)
    statuses = frozenset({201})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(200)


class StartedIs201(Envelope):
    """The start of a job returns 201."""

    killed_by = frozenset({"JOB-START-ACCEPTED"})
    statuses = frozenset({202})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(201)


class StartedIsElsewhere(Envelope):
    """The start of a job returns 303."""

    killed_by = frozenset({"JOB-START-DONE"})
    statuses = frozenset({202})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(303)


class ReadIs203(Envelope):
    """A read returns 203."""

    killed_by = facts("DONE", *READING, "ACCOUNT-LIST")

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.ok and asked.method == "GET"

    def change(self, answered: Answered) -> Answered:
        return answered.saying(203)


class ChangedIs202(Envelope):
    """A change returns 202."""

    killed_by = facts("DONE", "AUD-UPDATE", "FOLDER-RENAME", "AUD-MOVE", "AUD-REMOVE", "JOB-CANCEL")

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.status == 200 and asked.method in {"PATCH", "POST"}

    def change(self, answered: Answered) -> Answered:
        return answered.saying(202)
