"""Corrupted responses on a real socket."""

import json

import pytest

from tests.harness.fault_client import add_fault, delete_audience, fault_counts, raw_request
from tests.harness.sandbox_client import World

AFTER = ["late-answer", "reset-after", "truncated-body", "malformed-json", "wrong-content-type"]


class TestCorruptedResponses:
    def test_a_truncated_body_has_the_full_content_length_and_ends_early(self, world: World) -> None:
        audience = world.ready()
        add_fault(world, kind="truncated-body", operation="deleteAudience")

        with raw_request(world, "DELETE", f"/audiences/{audience}") as connection:
            head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")

        (length,) = [int(line.split()[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")]
        assert head.startswith(b"HTTP/1.1 200 ")
        assert 0 < len(body) < length
        assert audience not in world.listed()

    def test_a_malformed_json_response_is_complete_and_invalid(self, world: World) -> None:
        audience = world.ready()
        add_fault(world, kind="malformed-json", operation="deleteAudience")

        answer = delete_audience(world, audience)

        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        with pytest.raises(json.JSONDecodeError):
            answer.json()
        assert delete_audience(world, audience).status_code == 404

    def test_a_wrong_content_type_leaves_the_body_intact(self, world: World) -> None:
        audience = world.ready()
        add_fault(world, kind="wrong-content-type", operation="deleteAudience")

        answer = delete_audience(world, audience)

        assert answer.headers.get_list("content-type") == ["text/html; charset=utf-8"]
        assert answer.json()["data"] == {"deleted": True}

    @pytest.mark.parametrize("kind", AFTER)
    def test_a_refusal_is_sent_unchanged_and_does_not_use_up_the_fault(self, world: World, kind: str) -> None:
        audience, _ = world.populated()
        add_fault(world, kind=kind, delayMs=1, times=1, operation="deleteAudience")

        answers = [delete_audience(world, audience), delete_audience(world, "x"), delete_audience(world, "b" * 24)]

        assert [answer.json()["error"]["code"] for answer in answers] == [
            "AUDIENCE_NOT_READY",
            "VALIDATION_ERROR",
            "NOT_FOUND",
        ]
        assert fault_counts(world) == [(3, 0, 1)]

    def test_a_fault_with_a_status_corrupts_an_error_response_without_effect(self, world: World) -> None:
        audience = world.ready()
        add_fault(world, kind="wrong-content-type", status=500, operation="deleteAudience")

        answer = delete_audience(world, audience)

        assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
        assert audience in world.listed()
