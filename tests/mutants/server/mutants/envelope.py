"""Mutants of the whole server: statuses, envelopes and media types."""

import json
from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import LISTS, READING, WRITING, Mutant, facts

CREATING = ("AUD-CREATE", "FOLDER-CREATE")
ANSWERING_200 = tuple(one for one in (*READING, *WRITING) if one not in {*CREATING, "JOB-START"})


def without(members: dict[str, Any], name: str) -> dict[str, Any]:
    """An object without one of its members."""
    return {one: value for one, value in members.items() if one != name}


def rewritten(answered: Answered, body: Any) -> Answered:
    """An answer with another body."""
    return Answered(answered.status, answered.headers, json.dumps(body).encode())


class Envelope(Mutant):
    """`change` changes the answers that `is_meant` names."""

    statuses: frozenset[int] = frozenset()

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        """Whether this answer has the fault."""
        return bool(asked.operation) and answered.status in self.statuses

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return self.change(answered) if self.is_meant(asked, answered) else answered

    def change(self, answered: Answered) -> Answered:
        """The answer in its place."""
        raise NotImplementedError


class NoTraceIdOnSuccess(Envelope):
    """Successes have no traceId."""

    killed_by = (
        facts("ROW-200", *ANSWERING_200, "ACCOUNT-LIST", "JOB-START")
        | facts("ROW-201", *CREATING)
        | frozenset({"JOB-START-ROW-202"})
    )
    statuses = frozenset({200, 201, 202})

    def change(self, answered: Answered) -> Answered:
        return rewritten(answered, without(answered.body, "traceId"))


class ErrorLeftOutOnSuccess(Envelope):
    """Successes have no member `error`."""

    killed_by = facts("ROW-200", *LISTS, "AUD-NAVIGATION") | facts("ROW-201", *CREATING)
    statuses = frozenset({200, 201})

    def change(self, answered: Answered) -> Answered:
        return rewritten(answered, without(answered.body, "error"))


class ErrorOnSuccess(Envelope):
    """Successes have an `error` that is not null."""

    killed_by = facts("ROW-200", "AUD-GET", "JOB-GET", "ACCOUNT-LIST")
    statuses = frozenset({200})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(error={"code": "OK", "message": "fine", "details": None})


class SuccessIsText(Envelope):
    """`success` is the string "true"."""

    killed_by = facts("ROW-200", "AUD-UPDATE", "AUD-MOVE", "AUD-REMOVE", "JOB-CANCEL")
    statuses = frozenset({200})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(success="true")


class PlainTextOnSuccess(Envelope):
    """Successes are text/plain."""

    killed_by = facts("ROW-200", "AUD-LIST", "AUD-PROSPECTS", "AUD-DELETE")
    statuses = frozenset({200})

    def change(self, answered: Answered) -> Answered:
        return answered.typed("text/plain; charset=utf-8")


class NumbersAsIdentifiers(Envelope):
    """Identifiers are numbers."""

    killed_by = facts("ROW-200", "AUD-GET", "AUD-UPDATE") | facts("ROW-201", *CREATING)

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.ok and asked.operation in {"AUD-GET", "AUD-UPDATE", *CREATING}

    def change(self, answered: Answered) -> Answered:
        return answered.saying(data={**answered.data, "id": int(answered.data["id"], 16)})


class BareList(Envelope):
    """The data of a list are its items."""

    killed_by = facts("ROW-200", *LISTS)

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.ok and asked.operation in LISTS

    def change(self, answered: Answered) -> Answered:
        return answered.saying(data=answered.data["items"])


class Deletions(Envelope):
    """It is about the answers of deletions."""

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.ok and asked.operation == "AUD-DELETE"


class DeletedIsText(Deletions):
    """`deleted` is the string "true"."""

    killed_by = frozenset({"AUD-DELETE-ROW-200"})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(data={"deleted": "true"})


class DeletedHasNoContent(Deletions):
    """A deletion is 204."""

    killed_by = frozenset({"AUD-DELETE-DONE"})

    def change(self, answered: Answered) -> Answered:  # noqa: ARG002
        return Answered(204, (), b"")


class CreatedIs200(Envelope):
    """A creation is 200."""

    killed_by = facts("DONE", *CREATING)
    statuses = frozenset({201})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(200)


class StartedIs201(Envelope):
    """The start of a job is 201."""

    killed_by = frozenset({"JOB-START-ACCEPTED"})
    statuses = frozenset({202})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(201)


class StartedIsElsewhere(Envelope):
    """The start of a job is 303."""

    killed_by = frozenset({"JOB-START-DONE"})
    statuses = frozenset({202})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(303)


class ReadIs203(Envelope):
    """A reading is 203."""

    killed_by = facts("DONE", *READING, "ACCOUNT-LIST")

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.ok and asked.method == "GET"

    def change(self, answered: Answered) -> Answered:
        return answered.saying(203)


class ChangedIs202(Envelope):
    """A change is 202."""

    killed_by = facts("DONE", "AUD-UPDATE", "AUD-MOVE", "AUD-REMOVE", "JOB-CANCEL")

    def is_meant(self, asked: Asked, answered: Answered) -> bool:
        return answered.status == 200 and asked.method in {"PATCH", "POST"}

    def change(self, answered: Answered) -> Answered:
        return answered.saying(202)
