"""The handlers of operations on prospecting jobs (P1 to P4)."""

import hashlib
import json
import re
from typing import Any

from mockserver.api import views
from mockserver.api.envelope import Envelopes, Response
from mockserver.api.operations import operation
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.domain.source import job_request
from mockserver.ports import Access
from mockserver.recording.request_headers import Headers
from mockserver.service import prospecting
from mockserver.service.admission import Admission
from mockserver.service.prospecting import Identity, SeenJob
from mockserver.service.transactions import UseCaseRunner

_JOBS = views.page(views.listed_job)
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class ProspectingHandlers:
    """The handlers of operations on prospecting jobs."""

    def __init__(self, runner: UseCaseRunner, envelopes: Envelopes) -> None:
        self._runner = runner
        self._envelopes = envelopes

    @operation("startProspectingJob")
    async def start(
        self, admission: Admission, request_headers: Headers, account_group_id: str, body: dict[str, Any]
    ) -> Response:
        """Start a job (P1): 202 for an active job, 200 for the replay of one that has ended."""
        request = job_request(body)
        keys = [value.decode("latin-1") for name, value in request_headers if name == b"idempotency-key"]
        identity = _idempotency_identity(keys, body)
        if isinstance(request, Refusal):
            return self._envelopes.refusal(request)
        if isinstance(identity, Refusal):
            return self._envelopes.refusal(identity)
        outcome = await self._runner.run(admission, account_group_id, prospecting.start, request, identity)
        is_active = isinstance(outcome, Refusal) or outcome.status.is_active
        return self._envelopes.response(outcome, views.started_job, 202 if is_active else 200)

    @operation("getProspectingJob")
    async def get(self, admission: Admission, account_group_id: str, job_id: str) -> Response:
        """Get the status of a job (P2)."""
        outcome = await self._runner.run(admission, account_group_id, prospecting.look, job_id, access=Access.READ)
        if isinstance(outcome, SeenJob) and outcome.moves_when_read:
            outcome = await self._runner.run(admission, account_group_id, prospecting.get, job_id)
        return self._envelopes.response(outcome, views.job)

    @operation("listProspectingJobs")
    async def page(
        self,
        admission: Admission,
        account_group_id: str,
        limit: float,
        cursor: str | None = None,
        status: str | None = None,
    ) -> Response:
        """List jobs (P3)."""
        outcome = await self._runner.run(
            admission, account_group_id, prospecting.page, cursor, int(limit), status, access=Access.READ
        )
        return self._envelopes.response(outcome, _JOBS)

    @operation("cancelProspectingJob")
    async def cancel(self, admission: Admission, account_group_id: str, job_id: str) -> Response:
        """Cancel a job (P4)."""
        outcome = await self._runner.run(admission, account_group_id, prospecting.cancel, job_id)
        return self._envelopes.response(outcome, views.cancelled_job)


def _idempotency_identity(keys: list[str], body: dict[str, Any]) -> Identity | Refusal | None:
    """Return the identity of a repeatable request: its key, and a hash of its body whatever the order of members."""
    if not keys:
        return None
    if len(keys) > 1 or not _IDEMPOTENCY_KEY.fullmatch(keys[0]):
        return refused(
            Reason.INVALID_REQUEST,
            "Request validation failed: the Idempotency-Key cannot be used.",
            "Send one such header, of 1 to 255 visible ASCII characters, or none.",
            **{"in": "header", "name": "Idempotency-Key"},
        )
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return Identity(keys[0], hashlib.sha256(canonical.encode()).hexdigest())
