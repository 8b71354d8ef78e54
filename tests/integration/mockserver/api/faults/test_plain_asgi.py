"""Faults where the transport offers nothing but plain ASGI."""

import asyncio
import json
from typing import Any

from starlette.types import Message

from mockserver.bootstrap import components, seed, vendor_app
from mockserver.config import Settings
from mockserver.recording.request_record import RECORD, RequestRecord
from mockserver.service import faults

AUDIENCE = "/v1/accounts/a00000000000000000000001/audiences/b00000000000000000000001"


def in_process(*documents: dict[str, Any], notes: RequestRecord | None = None) -> tuple[list[Message], int]:
    """Delete an audience over plain ASGI; return the sent messages and the number of audiences left."""
    sent: list[Message] = []
    received = [{"type": "http.request", "body": b"", "more_body": False}]
    scope = {
        "type": "http",
        "method": "DELETE",
        "path": AUDIENCE,
        "raw_path": AUDIENCE.encode(),
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer sk_test_all_permissions")],
        RECORD: notes,
    }

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return received.pop() if received else await asyncio.Event().wait()  # type: ignore[return-value]  # for ever

    async def run() -> int:
        parts = components(Settings())
        await seed(Settings(), parts)
        for document in documents:
            await parts.sandboxes.work("default", lambda work, document=document: faults.add(work, document))
        await vendor_app(Settings(), parts)(scope, receive, send)
        async with parts.store.transaction("default") as transaction:
            return len(await transaction.audiences("a00000000000000000000001", before=None, limit=None))

    left = asyncio.run(run())
    return sent, left


class TestInProcess:
    def test_a_reset_without_transport_support_is_a_500_with_the_reason(self) -> None:
        _, untouched = in_process({"kind": "reset-before"})
        sent, left = in_process({"kind": "reset-after"})

        assert (sent[0]["status"], left) == (500, untouched - 1)
        assert "would have reset the connection" in json.loads(sent[1]["body"])["error"]["message"]

    def test_a_truncated_body_is_shorter_than_its_content_length(self) -> None:
        sent, _ = in_process({"kind": "truncated-body"})

        assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
        assert len(sent[1]["body"]) < int(dict(sent[0]["headers"])[b"content-length"])
        assert sent[1]["more_body"] is False

    def test_exactly_the_acting_faults_are_recorded(self) -> None:
        delay, after = {"kind": "delay", "delayMs": 1}, {"kind": "malformed-json"}
        elsewhere = {"kind": "reset-before", "operation": "getAudience"}
        notes, refused = RequestRecord(), RequestRecord()

        in_process(delay, elsewhere, after, notes=notes)
        in_process({"kind": "response", "status": 429}, notes=refused)

        assert len(set(notes.faults)) == 2
        assert (notes.rule, len(refused.faults), refused.rule) == (None, 1, "fault")

    def test_a_fault_that_does_not_act_is_not_recorded(self) -> None:
        notes = RequestRecord()

        in_process({"kind": "reset-after", "from": 2}, {"kind": "reset-after", "probability": 0}, notes=notes)

        assert list(notes.faults) == []
