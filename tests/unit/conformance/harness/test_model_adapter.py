"""The translation of HTTP requests and responses into the model's."""

import json
from typing import Any

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import RawSegment
from conformance.harness.model_adapter import to_model_request, to_model_response
from conformance.model.messages import (
    UNKNOWN,
    AudiencePage,
    JobPage,
    Navigation,
    Response,
    ShownAudience,
    ShownFolder,
    ShownJob,
    Validity,
)
from conformance.results.exchange import Exchange

CREATE, UPDATE = operations.CREATE_AUDIENCE, operations.UPDATE_AUDIENCE
GET, LIST = operations.GET_AUDIENCE, operations.LIST_AUDIENCES
START, JOBS = operations.START_JOB, operations.LIST_JOBS
NAVIGATE = operations.GET_NAVIGATION


def response_with(status: int | None, content: bytes | None = b"") -> Exchange:
    return Exchange(1, "GET", "http://target/v1", (), None, status, None, (), content, 1.0)


def response_of(status: int, **envelope: Any) -> Exchange:
    return response_with(status, json.dumps(envelope).encode())


def shown(data: Any, status: int = 200) -> Exchange:
    return response_of(status, success=True, data=data, error=None)


class TestARequest:
    def test_has_the_decoded_identifiers_of_its_path(self) -> None:
        request = to_model_request(ApiRequest(GET, "k", "a%20b", RawSegment("%7Ec")), Validity.DOUBTFUL)

        assert (request.operation, request.key, request.path) == (GET, "k", ("a%20b", "~c"))
        assert request.validity is Validity.DOUBTFUL

    def test_has_the_fields_that_a_response_shows_again(self) -> None:
        request = to_model_request(ApiRequest(CREATE, "k", "g", body={"name": "n", "type": "on_demand", "other": 1}))

        assert request.fields == (("name", "n"), ("type", "on_demand"))

    @pytest.mark.parametrize("odd", [" blank", "", "e\u0301", "ﬁ", "a\nb", "\ud800", 5, None, ["x"]])
    def test_has_unknown_fields_for_odd_texts(self, odd: object) -> None:
        assert to_model_request(ApiRequest(UPDATE, "k", "g", "a", {"name": odd})).sent("name") is UNKNOWN

    @pytest.mark.parametrize("body", [None, [], "text", 5])
    def test_without_an_object_for_a_body_has_no_fields(self, body: object) -> None:
        assert to_model_request(ApiRequest(UPDATE, "k", "g", "a", body)).fields == ()

    def test_of_bytes_has_no_fields(self) -> None:
        call = ApiRequest(UPDATE, "k", "g", "a", {"name": "n"}, RequestOptions(content=b'{"name": "m"}'))

        assert to_model_request(call).fields == ()

    def test_to_start_a_job_has_a_canonical_body(self) -> None:
        first = to_model_request(ApiRequest(START, "k", "g", body={"a": 1, "b": [2]}))
        second = to_model_request(ApiRequest(START, "k", "g", options=RequestOptions(content=b'{"b":[2] , "a":1}')))

        assert first.body == second.body != to_model_request(ApiRequest(START, "k", "g", body={"a": 2, "b": [2]})).body
        assert to_model_request(ApiRequest(START, "k", "g", options=RequestOptions(content=b"{"))).body == "b'{'"

    def test_has_the_key_of_its_authorization_header(self) -> None:
        def sent(header: str) -> str | None:
            return to_model_request(
                ApiRequest(GET, "own", "g", "a", options=RequestOptions({"authorization": header}))
            ).key

        assert [sent("Bearer other"), sent("Basic eDp5"), sent("Bearer")] == ["other", None, ""]
        assert to_model_request(ApiRequest(GET, None, "g", "a")).key is None

    def test_has_its_idempotency_key_filter_and_first_page(self) -> None:
        plain = to_model_request(ApiRequest(JOBS, "k", "g"))
        call = ApiRequest(
            JOBS, "k", "g", options=RequestOptions({"idempotency-key": "once"}, "?status=queued&cursor=x")
        )

        assert (plain.idempotency, plain.status, plain.is_complete) == (None, None, True)
        assert (
            to_model_request(call).idempotency,
            to_model_request(call).status,
            to_model_request(call).is_complete,
        ) == ("once", "queued", False)


class TestAResponse:
    def test_without_an_arrival_is_none(self) -> None:
        assert to_model_response(GET, response_with(None, None)) is None

    def test_of_a_refusal_has_its_code(self) -> None:
        assert to_model_response(GET, response_of(409, error={"code": "AUDIENCE_NOT_READY"})) == Response(
            409, "AUDIENCE_NOT_READY"
        )

    @pytest.mark.parametrize("error", [None, "text", [], {}, {"code": 5}, {"code": None}])
    def test_of_an_odd_refusal_has_no_code(self, error: object) -> None:
        assert to_model_response(GET, response_of(409, error=error)) == Response(409)

    def test_shows_an_audience(self) -> None:
        data = {"id": "a", "name": "n", "description": None, "folderId": "f", "prospectCount": 1}

        assert to_model_response(GET, shown(data)) == Response(200, data=ShownAudience("a", "n", None, "f"))

    def test_with_absent_or_odd_members_has_unknown_ones(self) -> None:
        assert to_model_response(GET, shown({"id": "a", "name": 5})) == Response(200, data=ShownAudience("a"))

    def test_of_navigation_nests(self) -> None:
        folder = {"id": "f", "name": "n", "audienceType": "on_demand", "audiences": [{"id": "a"}, 5]}

        read = to_model_response(
            NAVIGATE, shown({"folders": [folder, {"id": "e"}], "ungroupedAudiences": [{"id": "b"}]})
        )

        folders = (ShownFolder("f", "n", "on_demand", (ShownAudience("a"),)), ShownFolder("e"))
        assert read == Response(200, data=Navigation(folders, (ShownAudience("b"),)))

    def test_of_a_start_shows_the_job(self) -> None:
        assert to_model_response(START, shown({"jobId": "j", "status": "queued"}, 202)) == Response(
            202, data=ShownJob("j", "queued")
        )

    def test_of_a_deletion_has_no_data(self) -> None:
        assert to_model_response(operations.DELETE_AUDIENCE, shown({"deleted": True})) == Response(200)


class TestPages:
    def test_are_one_response(self) -> None:
        pages = [shown({"items": [{"id": name}], "hasMore": name != "c"}) for name in "abc"]

        assert to_model_response(LIST, *pages) == Response(
            200, data=AudiencePage(tuple(map(ShownAudience, "abc")), last=True)
        )
        assert to_model_response(LIST, *pages[:2]) == Response(
            200, data=AudiencePage(tuple(map(ShownAudience, "ab")), last=False)
        )

    def test_with_a_refused_page_are_that_refusal(self) -> None:
        page = shown({"items": [], "hasMore": True})

        assert to_model_response(LIST, page, response_of(400, error={"code": "VALIDATION_ERROR"})) == Response(
            400, "VALIDATION_ERROR"
        )
        assert to_model_response(LIST, page, response_with(None, None)) is None

    def test_with_an_unreadable_page_have_no_data(self) -> None:
        assert to_model_response(LIST, shown({"items": []}), shown({"items": {}})) == Response(200)

    def test_of_jobs_are_one_response(self) -> None:
        page = shown({"items": [{"jobId": "j", "status": "running"}, {"id": "x"}], "hasMore": False})

        assert to_model_response(JOBS, page) == Response(200, data=JobPage((ShownJob("j", "running"),)))


GARBAGE = [
    *(b"", b"{", b"\xff\xfe", b"null", b"5", b'"text"', b"[]", b"{}"),
    *(b'{"data": null}', b'{"data": []}', b'{"data": 5}', b'{"data": {"id": 5, "jobId": []}}'),
    *(
        b'{"data": {"items": 5, "folders": {}, "ungroupedAudiences": null}}',
        b'{"data": {"items": [null, 5, {}, [[]]]}}',
    ),
    *(b'{"data": {"folders": [5, {"id": "f", "audiences": 5}], "ungroupedAudiences": [{"id": null}]}}',),
    *(b'{"error": 5}', b'{"error": {"code": {}}}'),
]


@pytest.mark.parametrize("operation", operations.OPERATIONS)
@pytest.mark.parametrize("content", GARBAGE)
def test_garbage_is_read_without_an_error(operation: OperationSpec, content: bytes) -> None:
    for status in (200, 201, 202, 204, 302, 404, 500, 599):
        read = to_model_response(operation, response_with(status, content))

        assert read is not None
        assert read.status == status
        hash(read)
