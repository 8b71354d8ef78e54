"""Legal variants of the profile `delete`: differences from the mock in all that the documentation leaves open."""

import itertools
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tests.mutants.single.endpoint import Single


class Variant(Single):
    """A correct implementation."""


class RemovesWhatAFailedJobPopulated(Variant):
    """The audience of a failed or cancelled job is gone with the end of the job."""

    def find(self, group: str, audience: str) -> str | None:
        ended = {on for on, status in self.jobs.values() if status in {"failed", "cancelled"}}
        return None if audience in ended else super().find(group, audience)


class Uuids(Variant):
    def fresh(self) -> str:
        return str(uuid.UUID(int=next(self.numbers) * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128))


class NumbersAsIdentifiers(Variant):
    def fresh(self) -> str:
        return str(next(self.numbers) * 1_000_003)


class NeighbouringKeys(Variant):
    def new_key(self, params: dict[str, Any]) -> dict[str, Any]:
        made = super().new_key(params)
        token = f"ak_{next(self.numbers):x}"
        if made["apiKey"] in self.keys:
            self.keys[token] = self.keys.pop(made["apiKey"])
        return {**made, "apiKey": token}


class LongIdentifiers(Variant):
    def fresh(self) -> str:
        return f"{next(self.numbers):0200x}"


class OtherCodesAndMessages(Variant):
    def refuse(self, status: int, code: str) -> Response:
        return super().refuse(status, code if code == "AUDIENCE_NOT_READY" else f"E{status}")


class ForeignGroupsAreNotFound(Variant):
    def answer(self, group: str, audience: str, request: Request) -> Response:
        key = self.key_of(request)
        if key is not None and self.is_permitted(key) and group != key.group:
            return self.missing(audience)
        return super().answer(group, audience, request)


class ExistenceBeforePermission(Variant):
    def answer(self, group: str, audience: str, request: Request) -> Response:
        key = self.key_of(request)
        if key is not None and not key.limited and self.find(group, audience) is None:
            return self.missing(audience)
        return super().answer(group, audience, request)


class ExtraMembersAndHeaders(Variant):
    def send(self, status: int, body: Any) -> Response:
        answer = super().send(status, {**body, "version": 2, "warnings": []})
        answer.headers["x-request-id"] = "1"
        return answer


class AnotherParameterOfTheMediaType(Variant):
    def send(self, status: int, body: Any) -> Response:
        return Response(json.dumps(body, indent=1), status, media_type="application/json; charset=UTF-8; v=1")


class Chunked(Variant):
    def send(self, status: int, body: Any) -> Response:
        return StreamingResponse(iter(json.dumps(body)), status, media_type="application/json")


class ClosesConnections(Variant):
    def send(self, status: int, body: Any) -> Response:
        answer = super().send(status, body)
        answer.headers["connection"] = "close"
        return answer


class DetailsOfAnotherType(Variant):
    def send(self, status: int, body: Any) -> Response:
        if body["error"]:
            body["error"]["details"] = [{"path": "x"}]
        return super().send(status, body)


class NoDetails(Variant):
    def send(self, status: int, body: Any) -> Response:
        if body["error"]:
            del body["error"]["details"]
        return super().send(status, body)


class ConstantTraceId(Variant):
    def trace_id(self) -> str:
        return "0"


@dataclass
class IdentifiersGivenOutAgain(Variant):
    free: list[str] = field(default_factory=list)

    def fresh(self) -> str:
        return self.free.pop() if self.free else super().fresh()

    def delete(self, audience: str, request: Request) -> Response:
        self.free.append(audience)
        return super().delete(audience, request)


class CannotLimitOrFail(Variant):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        return None if "limit" in state or "fails" in state else super().change(state, params, setup=setup)


class LimitIsIgnored(Variant):
    def change(self, state: str, params: dict[str, Any], *, setup: bool) -> dict[str, Any] | None:
        return {} if "limit" in state or "fails" in state else super().change(state, params, setup=setup)


class FailsAfterTheDeletion(Variant):
    def answer(self, group: str, audience: str, request: Request) -> Response:
        key = self.key_of(request)
        if key is not None and key.failures:
            self.audiences.pop(audience, None)
            key.failures -= 1
            return self.failed()
        return super().answer(group, audience, request)


@dataclass
class LimitsNowAndThen(Variant):
    asked: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def answer(self, group: str, audience: str, request: Request) -> Response:
        if next(self.asked) % 150:
            return super().answer(group, audience, request)
        answer = self.refuse(429, "SLOW_DOWN")
        answer.headers["retry-after"] = "0"
        return answer


class OddIdentifiersAreInvalid(Variant):
    def missing(self, audience: str) -> Response:
        return super().missing(audience) if len(audience) == 24 else self.refuse(400, "VALIDATION_ERROR")


VARIANTS = sorted(Variant.__subclasses__(), key=lambda variant: variant.__name__)
